//! `lerp doctor`: what was found, and the one command that mends what was not.

use super::Format;
use super::args::SettingsArgs;
use super::engine::{engine, model_settings};
use crate::config::{Layer, Settings};
use crate::latent::{Bundle, LatentError, find_runtime};
use crate::verify::Interpreter;
use crate::verify::sandbox::{SandboxReport, probe};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `lerp doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// One thing that lerp needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What was looked for.
    name: &'static str,
    /// Whether it is there.
    ok: bool,
    /// What was found, or what is wrong.
    detail: String,
    /// The command that mends it.
    fix: Option<String>,
}

impl Doctor {
    /// Runs it: 0 when all is there, 1 when something is missing.
    pub fn run(self) -> Result<ExitCode> {
        let settings = self.settings.resolve(Path::new("."), Layer::default())?;
        let rows = rows(&settings);
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, &rows)?;
                writeln!(out)?;
            }
            Format::Text => write!(out, "{}", table(&rows))?,
        }
        let healthy = rows.iter().all(|row| row.ok);
        Ok(ExitCode::from(u8::from(!healthy)))
    }
}

fn rows(settings: &Settings) -> Vec<Row> {
    let mut rows = model(settings);
    rows.extend(testing(settings));
    rows.push(sandbox(&probe(None)));
    rows
}

/// The bundle and the library are looked at one by one, so that both are said when both are missing; then they are tried.
fn model(settings: &Settings) -> Vec<Row> {
    const REINSTALL: &str = "pip install --force-reinstall lerp";
    const RUNTIME: &str = "pip install 'onnxruntime>=1.23'";
    let wanted = model_settings(settings);
    let bundle = match Bundle::find(wanted.bundle.as_deref()) {
        Ok(bundle) => found("model bundle", format!("version {} ({})", bundle.version, bundle.folder.display())),
        Err(error) => missing("model bundle", error.to_string(), REINSTALL),
    };
    let mut runtime = match find_runtime(wanted.runtime.as_deref()) {
        Ok(library) => found("ONNX Runtime", library.display().to_string()),
        Err(error) => missing("ONNX Runtime", error.to_string(), RUNTIME),
    };
    let mut rows = Vec::new();
    if bundle.ok && runtime.ok {
        match engine(settings) {
            Ok(editor) => rows.push(found("concepts", editor.concepts().len().to_string())),
            Err(error @ LatentError::NoRuntime { .. }) => {
                runtime = missing("ONNX Runtime", error.to_string(), RUNTIME);
            }
            Err(error) => rows.push(missing("concepts", error.to_string(), REINSTALL)),
        }
    }
    [vec![runtime, bundle], rows].concat()
}

fn testing(settings: &Settings) -> Vec<Row> {
    let here = std::env::current_dir().unwrap_or_default();
    let python = match Interpreter::discover(&here, settings.python.as_deref()) {
        Ok(python) => python,
        Err(error) => return vec![missing("Python", error.to_string(), "set LERP_PYTHON to the project's Python")],
    };
    let [major, minor, micro] = python.version;
    let path = python.executable.display();
    let pytest = if python.pytest {
        found("pytest", format!("installed for {path}"))
    } else {
        missing("pytest", format!("not installed for {path}"), &format!("{path} -m pip install pytest"))
    };
    vec![found("Python", format!("{major}.{minor}.{micro} ({path})")), pytest]
}

fn sandbox(report: &SandboxReport) -> Row {
    match report.refusal() {
        None => {
            let namespaces = if report.namespaces { "" } else { "; no private namespaces here, which it does without" };
            found("sandbox", format!("Landlock ABI {}, seccomp, rlimits{namespaces}", report.landlock_abi))
        }
        Some(reason) => missing(
            "sandbox",
            format!("{reason}: candidates are not run and stay untested"),
            "a Linux kernel ≥ 5.13 with Landlock switched on has one",
        ),
    }
}

fn found(name: &'static str, detail: String) -> Row {
    Row { name, ok: true, detail, fix: None }
}

fn missing(name: &'static str, detail: String, fix: &str) -> Row {
    Row { name, ok: false, detail, fix: Some(fix.to_owned()) }
}

fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let mark = if row.ok { "\x1b[32m✓\x1b[0m" } else { "\x1b[31m✗\x1b[0m" };
        text += &format!("{mark} {:<13} {}\n", row.name, row.detail);
        if let Some(fix) = &row.fix {
            text += &format!("  {:<13} → {fix}\n", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_with_its_cure() {
        let rows = [
            found("Python", "3.11.7 (/usr/bin/python3)".to_owned()),
            missing("pytest", "not installed".to_owned(), "pip install pytest"),
        ];
        insta::assert_snapshot!(anstream::adapter::strip_str(&table(&rows)), @r"
        ✓ Python        3.11.7 (/usr/bin/python3)
        ✗ pytest        not installed
                        → pip install pytest
        ");
    }
}
