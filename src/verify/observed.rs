//! What is heard from a run: the runner's report, line by line.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

/// One test, as reported.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TestReport {
    pub(super) id: String,
    /// `set-up/call/tear-down`.
    pub(super) outcome: String,
    pub(super) reached: Vec<String>,
    /// Set-up, call and tear-down together.
    #[serde(default)]
    pub(super) seconds: f64,
    pub(super) text: Option<String>,
}

/// All that was heard from a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    pub(super) tests: Vec<TestReport>,
    pub(super) collect_errors: Vec<(String, String)>,
    /// Overlaid files that were imported.
    pub(super) loaded: BTreeSet<String>,
    /// Files of the project that were in use at the end; told in a run that watches all of them.
    pub(super) files: BTreeSet<String>,
    /// Functions reached before the first test.
    pub(super) imported: Vec<String>,
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
    /// pytest's status, from the message at the end of the run.
    pub(super) end: Option<i32>,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Loaded { path: String },
    Files { paths: BTreeSet<String> },
    Process,
    Refused { reason: String },
    CollectError { id: String, text: String },
    Collected { imported: Vec<String> },
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
    /// Takes a line from the report descriptor.
    pub(super) fn hear(&mut self, token: &str, line: &str) {
        // anything else on the descriptor was not written by the runner
        let Some(line) = serde_json::from_str::<Line>(line).ok().filter(|line| line.token == token) else {
            return;
        };
        match line.event {
            Event::Loaded { path } => drop(self.loaded.insert(path)),
            Event::Files { paths } => self.files.extend(paths),
            Event::Process => self.process = true,
            Event::Refused { reason } => self.refused = Some(reason),
            Event::CollectError { id, text } => self.collect_errors.push((id, text)),
            Event::Collected { imported } => self.imported = imported,
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
