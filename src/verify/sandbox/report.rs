//! What the probe found, as rows for `lerp doctor`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One property of the sandbox on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What was looked at.
    pub name: String,
    /// It holds.
    pub ok: bool,
    /// Generated code does not run without it.
    pub required: bool,
    /// What was found, and what to do about it when it is missing.
    pub detail: String,
}

/// All that was found about the sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxReport {
    /// One row per property.
    pub rows: Vec<Row>,
    /// Landlock's ABI number; 0 without Landlock.
    pub landlock_abi: i32,
    /// Private user, PID, network and IPC namespaces can be had.
    pub namespaces: bool,
}

impl SandboxReport {
    /// Generated code may run here.
    pub fn usable(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.ok || !row.required)
    }

    /// Why generated code may not run here, in one sentence.
    pub fn refusal(&self) -> Option<String> {
        if self.usable() {
            return None;
        }
        let missing: Vec<String> = self
            .rows
            .iter()
            .filter(|row| row.required && !row.ok)
            .map(|row| format!("{}: {}", row.name, row.detail))
            .collect();
        Some(format!("no sandbox on this machine ({})", missing.join("; ")))
    }

    /// The report of a system for which there is no sandbox yet.
    pub fn unsupported(system: &str) -> Self {
        let mut report = Self::default();
        report.add("sandbox", false, true, format!("candidates are not run on {system} yet, Linux only"));
        report
    }

    pub(crate) fn add(&mut self, name: &str, ok: bool, required: bool, detail: impl Into<String>) {
        self.rows.push(Row { name: name.to_owned(), ok, required, detail: detail.into() });
    }
}

impl fmt::Display for SandboxReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let mark = match (row.ok, row.required) {
                (true, _) => "ok",
                (false, true) => "missing",
                (false, false) => "without",
            };
            writeln!(f, "{:<22} {mark:<8} {}", row.name, row.detail)?;
        }
        Ok(())
    }
}
