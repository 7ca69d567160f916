//! `lerp doctor`: what was found, and the one command that mends what was not.

use super::Format;
use super::args::SettingsArgs;
use super::engine::engine;
use crate::config::{Layer, Settings};
use crate::latent::LatentError;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

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
    let python = python(settings);
    rows.extend(testing(python.as_deref()));
    rows
}

fn model(settings: &Settings) -> Vec<Row> {
    let row = |name, result: Result<String, (String, &str)>| match result {
        Ok(detail) => found(name, detail),
        Err((problem, fix)) => missing(name, problem, fix),
    };
    const RUNTIME: &str = "ONNX Runtime";
    const BUNDLE: &str = "model bundle";
    const REINSTALL: &str = "pip install --force-reinstall lerp";
    match engine(settings) {
        Ok(editor) => {
            let concepts = editor.concepts().len();
            vec![found(RUNTIME, "loaded".to_owned()), found(BUNDLE, format!("{concepts} concepts"))]
        }
        Err(error @ (LatentError::NoBundle { .. } | LatentError::Corrupt { .. })) => {
            vec![row(BUNDLE, Err((error.to_string(), REINSTALL)))]
        }
        Err(error) => vec![row(RUNTIME, Err((error.to_string(), "pip install 'onnxruntime>=1.23'")))],
    }
}

fn testing(python: Option<&Path>) -> Vec<Row> {
    let Some(python) = python else {
        return vec![missing("Python", "no Python on PATH".to_owned(), "set LERP_PYTHON to the project's Python")];
    };
    const PROBE: &str = "import platform; print(platform.python_version())
try:
    import pytest; print(pytest.__version__)
except ImportError: print('')";
    let output = Command::new(python).args(["-c", PROBE]).output();
    let text = match &output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout),
        _ => {
            let problem = format!("{} does not run", python.display());
            return vec![missing("Python", problem, "set LERP_PYTHON to the project's Python")];
        }
    };
    let mut lines = text.lines();
    let version = lines.next().unwrap_or_default();
    let mut rows = vec![found("Python", format!("{version} ({})", python.display()))];
    rows.push(match lines.next() {
        Some(version) if !version.is_empty() => found("pytest", version.to_owned()),
        _ => missing(
            "pytest",
            format!("not installed for {}", python.display()),
            &format!("{} -m pip install pytest", python.display()),
        ),
    });
    rows
}

/// The Python of the settings, of the active environment, of the project's `.venv`, or on PATH.
fn python(settings: &Settings) -> Option<PathBuf> {
    let inside = |folder: PathBuf| {
        let unix = folder.join("bin/python");
        let windows = folder.join("Scripts/python.exe");
        [unix, windows].into_iter().find(|path| path.is_file())
    };
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        let names = ["python3", "python", "python.exe"];
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
    };
    settings
        .python
        .clone()
        .or_else(|| inside(PathBuf::from(std::env::var_os("VIRTUAL_ENV")?)))
        .or_else(|| inside(PathBuf::from(".venv")))
        .or_else(on_path)
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
