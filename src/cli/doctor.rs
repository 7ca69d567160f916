//! `lerp doctor`: what was found, and the one command that mends what was not.

use super::Format;
use super::args::SettingsArgs;
use super::engine::{engine, model_settings};
use super::referee::verify_settings;
use crate::config::{Layer, Settings};
use crate::latent::{Bundle, LatentError, find_runtime};
use crate::lsp::Check;
use crate::verify::impact::Map;
use crate::verify::sandbox::{SandboxReport, probe};
use crate::verify::{Interpreter, Project};
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
    name: String,
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
    let mut rows = model(settings, true);
    rows.extend(rest(settings));
    rows
}

/// What is there, for who must not load a second model to know.
pub fn parts(settings: &Settings) -> Vec<Row> {
    let mut rows = model(settings, false);
    rows.extend(rest(settings));
    rows
}

fn rest(settings: &Settings) -> Vec<Row> {
    let mut rows = testing(settings);
    rows.extend(impact(settings));
    rows.extend(sandbox(&probe(None)));
    rows
}

/// The bundle and the library are looked at one by one, so that both are said when both are missing; then they are tried.
fn model(settings: &Settings, is_tried: bool) -> Vec<Row> {
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
    if bundle.ok && runtime.ok && is_tried {
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
    let row = match python.too_old() {
        None => found("Python", format!("{major}.{minor}.{micro} ({path})")),
        Some(reason) => missing("Python", reason, "set LERP_PYTHON to a newer Python of the project's"),
    };
    vec![row, pytest]
}

/// Which tests are there, and what is known of them.
fn impact(settings: &Settings) -> Vec<Row> {
    let settings = verify_settings(settings);
    let here = std::env::current_dir().unwrap_or_default();
    let project = match Project::discover(&here, &settings) {
        Ok(project) => project,
        // what is wrong with Python has its own row
        Err(error) => return vec![found("tests", format!("none here: {error}"))],
    };
    let root = project.root.display();
    let map = match Map::look(&project, &settings) {
        Ok(map) => map,
        Err(error) => return vec![missing("impact map", error.to_string(), "set LERP_CACHE to a folder of yours")],
    };
    let Ok(survey) = map.known(&Default::default()) else { return Vec::new() };
    let (all, unknown) = (survey.test_files.len(), survey.missing.len());
    let tests = match all {
        0 => format!("no test file below {root}: candidates stay untested"),
        1 => format!("1 test file below {root}"),
        many => format!("{many} test files below {root}"),
    };
    let detail = match map.file() {
        None => "none: no cache folder is known, set LERP_CACHE".to_owned(),
        Some(file) if !file.exists() => format!("not made yet, the first `lerp tests` does ({})", file.display()),
        Some(file) => format!("knows {} of {all} test files ({})", all - unknown, file.display()),
    };
    let row = match map.note() {
        Some(note) => missing("impact map", note, "set LERP_CACHE to a folder of yours"),
        None => found("impact map", detail),
    };
    let mut rows = vec![found("tests", tests), row];
    rows.extend(project.warning().map(|warning| missing("pytest.ini", warning, "see docs/verification.md, Limits")));
    rows
}

/// One row for all, then one for each property.
fn sandbox(report: &SandboxReport) -> Vec<Row> {
    let property = |row: &crate::verify::sandbox::Row| {
        let ok = row.ok || !row.required;
        Row { name: format!("- {}", row.name), ok, detail: row.detail.clone(), fix: None }
    };
    let mut rows = vec![whole_sandbox(report)];
    rows.extend(report.rows.iter().map(property));
    rows
}

fn whole_sandbox(report: &SandboxReport) -> Row {
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

impl From<Row> for Check {
    fn from(row: Row) -> Self {
        Self { name: row.name, ok: row.ok, detail: row.detail, fix: row.fix }
    }
}

fn found(name: &str, detail: String) -> Row {
    Row { name: name.to_owned(), ok: true, detail, fix: None }
}

fn missing(name: &str, detail: String, fix: &str) -> Row {
    Row { name: name.to_owned(), ok: false, detail, fix: Some(fix.to_owned()) }
}

fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default().max(13);
    for row in rows {
        let mark = if row.ok { "\x1b[32m✓\x1b[0m" } else { "\x1b[31m✗\x1b[0m" };
        text += &format!("{mark} {:<width$} {}\n", row.name, row.detail);
        if let Some(fix) = &row.fix {
            text += &format!("  {:<width$} → {fix}\n", "");
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
