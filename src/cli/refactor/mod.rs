//! `lerp refactor`: add concepts to functions and remove others, test, show or write.

mod edit;
mod report;
mod settle;
mod summary;
#[cfg(test)]
mod tests;

pub use edit::{Bench, Wish};
pub use report::{Fate, FileReport};
pub use summary::Summary;

use super::args::{SandboxArgs, SettingsArgs, check_concepts};
use super::engine::{Editor, brought, engine_at, keeps_behaviour};
use super::files::{self, Source};
use super::json::RefactorJson;
use super::progress::Progress;
use super::referee::referee;
use super::{Format, ordered};
use crate::config::{Layer, TestChoice};
use crate::synthesis::{Cancel, SynthesisError};
use crate::text::{colour, nearest};
use crate::{syntax, text::SourceText};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use std::io::Write;
use std::process::ExitCode;

/// Arguments of `lerp refactor`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("concepts").args(["add", "remove"]).multiple(true).required(true)))]
pub struct Refactor {
    /// Files or folders; `FILE::NAME` means one function, method or class, such as `app.py::Cart.total`
    #[arg(required = true, value_name = "PATH[::NAME]")]
    targets: Vec<String>,
    /// Concept to add; may be given several times (`lerp concepts` lists them)
    #[arg(long, value_name = "CONCEPT")]
    add: Vec<String>,
    /// Concept to remove; may be given several times
    #[arg(long, value_name = "CONCEPT")]
    remove: Vec<String>,
    /// Below 1: this share of the places of an edit, the likeliest first (0 changes nothing); above 1: a factor on the concepts
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    strength: Option<f32>,
    /// Show an edit that no test reaches from this confidence on [default: the model's own, for built-in and for taught concepts]
    #[arg(long, value_name = "X")]
    confidence: Option<f32>,
    /// Show every edit that parses and resolves, however unsure the model is: --confidence 0
    #[arg(long, conflicts_with = "confidence")]
    all: bool,
    /// Candidates to try for each function
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// `auto`: the project's tests that reach the file; `none`; or a command [default: auto]
    #[arg(long, value_name = "auto|none|CMD")]
    tests: Option<String>,
    /// Show unified diffs and write nothing (the default)
    #[arg(long, conflicts_with = "apply")]
    diff: bool,
    /// Write the edits
    #[arg(long)]
    apply: bool,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Files that are worked on at a time
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Seed of sampled candidates
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// A file, and its text when it was already read.
struct Task {
    source: Source,
    text: Option<(SourceText, Vec<u8>)>,
}

impl Refactor {
    /// Runs it.
    pub fn run(self) -> Result<ExitCode> {
        let flags = Layer {
            strength: self.strength,
            confidence: if self.all { Some(0.0) } else { self.confidence },
            candidates: self.candidates,
            tests: self.tests.clone().map(TestChoice::from),
            jobs: self.jobs,
            seed: self.seed,
            unsandboxed: self.sandbox.setting(),
            ..Layer::default()
        };
        if let Some(name) = self.add.iter().find(|name| self.remove.contains(name)) {
            // whether both apply to a function or not
            return Err(SynthesisError::Conflict(name.clone()).into());
        }
        let (first, _) = files::split_target(&self.targets[0]);
        let settings = self.settings.resolve(&first, flags)?;
        let mut summary = Summary::default();
        let tasks = self.tasks(&settings.exclude, &mut summary)?;
        let empty = |task: &Task| task.text.as_ref().is_some_and(|(text, _)| !text.text.contains("def"));
        if tasks.iter().all(empty) {
            // nothing to edit: no model is needed to say so
            return self.finish(summary, Vec::new());
        }
        let editor = engine_at(&settings, &first)?;
        let concepts = editor.concepts();
        check_concepts(&concepts, &self.add, &self.remove)?;
        let wish = Wish {
            add: self.add.clone(),
            remove: self.remove.clone(),
            strength: settings.strength,
            confidence: settings.confidence,
            candidates: settings.candidates,
            seed: settings.seed,
            tests: settings.tests.clone(),
            allowed: brought(&concepts, &self.add, &self.remove),
            keeps_behaviour: keeps_behaviour(&concepts, &self.add, &self.remove),
        };
        let referee = referee(&settings);
        let cancel = interruptible()?;
        let bench =
            Bench { editor: editor.as_ref() as &dyn Editor, referee: referee.as_ref(), wish: &wish, cancel: &cancel };
        let progress = Progress::new(tasks.len(), "files");
        let mut reports = Vec::new();
        let mut model: Option<SynthesisError> = None;
        let jobs = settings.jobs.min(tasks.len());
        ordered(
            tasks,
            jobs,
            |task| self.work(&bench, task),
            |result| {
                progress.advance();
                match result {
                    Ok(report) => {
                        summary.count(&report);
                        // when the reader is gone, nothing new is started
                        progress.hide_while(|| self.show(&report)).inspect_err(|_| cancel.cancel())?;
                        reports.extend((self.format == Format::Json).then_some(report));
                    }
                    Err(Trouble::File(error)) => {
                        summary.errors += 1;
                        progress.hide_while(|| eprintln!("lerp: {error:#}"));
                    }
                    Err(Trouble::Model(error)) => {
                        cancel.cancel();
                        model.get_or_insert(error);
                    }
                }
                Ok(())
            },
        )?;
        progress.finish();
        match model {
            Some(SynthesisError::Cancelled) => {
                eprintln!("{summary}");
                eprintln!("lerp: interrupted; no file is half-written");
                return Ok(ExitCode::from(130));
            }
            Some(error) => return Err(error.into()),
            None => {}
        }
        self.finish(summary, reports)
    }

    /// The files to work on. Those that the user named are read at once: what is wrong with them is said first.
    fn tasks(&self, exclude: &[String], summary: &mut Summary) -> Result<Vec<Task>> {
        let sources = files::find(&self.targets, exclude)?;
        if sources.is_empty() {
            eprintln!("lerp: warning: no Python files under {}", self.targets.join(", "));
        }
        let mut tasks = Vec::new();
        for source in sources {
            // tests are what edits are measured by: they are edited only when the user names them
            if !source.named && files::is_test(&source.path) {
                summary.tests_left_out += 1;
                continue;
            }
            if !source.named {
                tasks.push(Task { source, text: None });
                continue;
            }
            match files::read(&source.path) {
                Ok((text, bytes)) => {
                    check_names(&source, &text.text)?;
                    tasks.push(Task { source, text: Some((text, bytes)) });
                }
                Err(error) => {
                    summary.errors += 1;
                    eprintln!("lerp: {error:#}");
                }
            }
        }
        Ok(tasks)
    }

    fn work(&self, bench: &Bench<'_>, task: Task) -> Result<FileReport, Trouble> {
        if bench.cancel.is_cancelled() {
            return Err(Trouble::Model(SynthesisError::Cancelled));
        }
        let (text, bytes) = match task.text {
            Some(read) => read,
            None => files::read(&task.source.path).map_err(Trouble::File)?,
        };
        let path = &task.source.path;
        let mut report = bench.edit_file(&task.source, &text.text).map_err(Trouble::Model)?;
        if report.changed() {
            let in_file = |error| anyhow::anyhow!("{}: {error}", path.display());
            let after = text.encode(&report.after).map_err(|error| Trouble::File(in_file(error)))?;
            if self.apply && !bench.cancel.is_cancelled() {
                files::replace(path, &bytes, &after).map_err(Trouble::File)?;
                report.applied = true;
            }
        }
        Ok(report)
    }

    fn show(&self, report: &FileReport) -> Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        if !self.apply && report.changed() {
            let mut out = anstream::stdout().lock();
            write!(out, "{}", colour(&report.diff()))?;
            out.flush()?;
        }
        for note in report.notes() {
            eprintln!("lerp: {note}");
        }
        Ok(())
    }

    fn finish(&self, summary: Summary, reports: Vec<FileReport>) -> Result<ExitCode> {
        match self.format {
            Format::Text => eprintln!("{summary}"),
            Format::Json => {
                let touched = |report: &&FileReport| {
                    let fates = &report.functions;
                    fates.iter().any(|one| one.fate != Fate::DoesNotApply)
                };
                let files = reports.iter().filter(touched).map(FileReport::to_json).collect();
                let mut out = std::io::stdout().lock();
                let json = RefactorJson { version: 1, files, summary: &summary };
                serde_json::to_writer_pretty(&mut out, &json)?;
                writeln!(out)?;
            }
        }
        let shown = summary.files_changed - summary.files_written;
        Ok(if summary.errors > 0 {
            ExitCode::from(2)
        } else if shown > 0 || summary.tests_failed + summary.differ > 0 {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// Why there is no report about a file.
enum Trouble {
    /// This file; the others go on.
    File(anyhow::Error),
    /// The model, or Ctrl-C: nothing goes on.
    Model(SynthesisError),
}

fn check_names(source: &Source, text: &str) -> Result<()> {
    let functions = syntax::find_functions(&syntax::parse(text), text);
    let names: Vec<String> = functions.into_iter().map(|function| function.qualname).collect();
    for only in &source.only {
        let one = Source { only: vec![only.clone()], ..source.clone() };
        if !names.iter().any(|name| one.wants(name)) {
            let path = source.path.display();
            match nearest(only, names.iter().map(String::as_str)) {
                Some(name) => {
                    bail!("{path}: there is no function {only:?}; did you mean {name:?}?")
                }
                None => bail!("{path}: there is no function {only:?}"),
            }
        }
    }
    Ok(())
}

/// Ctrl-C asks to stop: what is being written is finished, nothing new is started.
pub fn interruptible() -> Result<Cancel> {
    let cancel = Cancel::default();
    let asked = cancel.clone();
    ctrlc::set_handler(move || asked.cancel())?;
    Ok(cancel)
}
