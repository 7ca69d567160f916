//! What is heard from a run: the runner's report, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

/// One test, as reported.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TestReport {
    pub(super) id: String,
    /// `set-up/call/tear-down`.
    pub(super) outcome: String,
    /// Functions, as numbers of [`Observed::names`].
    pub(super) reached: Vec<usize>,
    /// Set-up, call and tear-down together.
    #[serde(default)]
    pub(super) seconds: f64,
    pub(super) text: Option<String>,
}

/// All that was heard from a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    pub(super) tests: Vec<TestReport>,
    /// Tests to run, by their file; `None` before they were collected.
    pub(super) collected: Option<BTreeMap<String, usize>>,
    pub(super) collect_errors: Vec<(String, String)>,
    /// Overlaid files that were imported.
    pub(super) loaded: BTreeSet<String>,
    /// Files of the project that were in use at the end; told in a run that watches all of them.
    pub(super) files: BTreeSet<String>,
    /// Functions reached before the first test.
    pub(super) imported: Vec<usize>,
    /// Names of functions, told once: many tests reach the same.
    pub(super) names: Vec<String>,
    /// Files that the run depends on.
    pub(super) sources: BTreeSet<PathBuf>,
    /// Installed modules, in the order of their import.
    pub(super) modules: Vec<String>,
    /// A warm process waits for orders, or says why it can not be forked.
    pub(super) ready: Option<Option<String>>,
    /// Why the candidate can not be run in this fork.
    pub(super) unfit: Option<String>,
    /// A test tried to start a process.
    pub(super) process: bool,
    pub(super) refused: Option<String>,
    /// A test, or a file that is imported, that began last.
    pub(super) at: Option<String>,
    /// What pytest says of an error of its own, or of a plug-in's.
    pub(super) broken: Option<String>,
    /// pytest's status, from the message at the end of the run.
    pub(super) end: Option<i32>,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Loaded { path: String },
    Names { names: Vec<String> },
    Files { paths: BTreeSet<String> },
    At { place: String },
    Broken { reason: String },
    Process,
    Refused { reason: String },
    CollectError { id: String, text: String },
    Collected { files: BTreeMap<String, usize>, imported: Vec<usize> },
    Test(TestReport),
    Sources { files: Vec<PathBuf>, modules: Vec<String> },
    Ready { reason: Option<String> },
    Unfit { reason: String },
    End { code: i32 },
}

#[derive(Deserialize)]
struct Line {
    token: String,
    #[serde(flatten)]
    event: Event,
}

impl Observed {
    /// The names of functions that were told by their numbers.
    pub(super) fn functions(&self, numbers: &[usize]) -> impl Iterator<Item = &str> {
        numbers.iter().filter_map(|number| self.names.get(*number).map(String::as_str))
    }

    /// Where a run that was cut short was.
    pub(super) fn place(&self) -> String {
        match self.at.as_deref() {
            Some(test) if test.contains("::") => format!("in {test}"),
            Some(file) => format!("while importing {file}"),
            None => "before any test was imported".to_owned(),
        }
    }

    /// Takes a line from the report descriptor.
    pub(super) fn hear(&mut self, token: &str, line: &str) {
        // anything else on the descriptor was not written by the runner
        let Some(line) = serde_json::from_str::<Line>(line).ok().filter(|line| line.token == token) else {
            return;
        };
        match line.event {
            Event::Loaded { path } => drop(self.loaded.insert(path)),
            Event::Names { names } => self.names.extend(names),
            Event::Files { paths } => self.files.extend(paths),
            Event::At { place } => self.at = Some(place),
            Event::Broken { reason } => self.broken = Some(reason),
            Event::Process => self.process = true,
            Event::Refused { reason } => self.refused = Some(reason),
            Event::CollectError { id, text } => self.collect_errors.push((id, text)),
            Event::Collected { files, imported } => (self.collected, self.imported) = (Some(files), imported),
            Event::Test(test) => self.tests.push(test),
            Event::Sources { files, modules } => {
                self.sources.extend(files);
                self.modules = modules;
            }
            Event::Ready { reason } => self.ready = Some(reason),
            Event::Unfit { reason } => self.unfit = Some(reason),
            Event::End { code } => self.end = Some(code),
        }
    }
}
