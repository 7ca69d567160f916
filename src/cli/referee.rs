//! What the subcommands need of the test runner.

use crate::config::{Settings, TestChoice};
use crate::synthesis::Cancel;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// Runs tests on candidates; many threads may ask at the same time.
pub trait Referee: Send + Sync {
    /// One verdict for each candidate, in their order.
    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel) -> Vec<Verdict>;

    /// The tests that reach a function of the file, of those that a trial of this kind runs; `None` when that can not be
    /// known (a command that is not pytest).
    fn reaching(&self, trial: &Trial<'_>, function: &str, cancel: &Cancel) -> Option<Vec<String>>;
}

/// Texts that may take the place of one file.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Folder of the project, where the tests are run; found from the file when not given.
    pub root: Option<&'a Path>,
    /// The file.
    pub file: &'a Path,
    /// Its text.
    pub original: &'a str,
    /// What may take its place.
    pub candidates: &'a [Attempt],
    /// Which tests.
    pub tests: &'a TestChoice,
}

/// A text that may take the place of a file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The whole text.
    pub text: String,
    /// The function that was edited: only tests that reach it are run. All that reach the file when there are several.
    pub function: Option<String>,
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The word for it.
    pub status: Status,
    /// Tests that ran to their end.
    pub tests_run: usize,
    /// Why it failed, or why it is untested.
    pub reason: Option<String>,
    /// Milliseconds.
    pub millis: f64,
}

/// The word for a verdict; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// At least one test ran, and all ended as they do on the original.
    Passed,
    /// No test ran.
    Untested,
    /// The tests hung.
    Timeout,
    /// A test failed.
    Failed,
}

impl Verdict {
    /// No test ran, and why.
    pub fn untested(reason: impl Into<String>) -> Self {
        Self { status: Status::Untested, tests_run: 0, reason: Some(reason.into()), millis: 0.0 }
    }

    /// Whether the candidate may be shown as an edit.
    pub fn acceptable(&self) -> bool {
        matches!(self.status, Status::Passed | Status::Untested)
    }
}

/// Says why nothing is tested.
struct NoReferee(&'static str);

impl Referee for NoReferee {
    fn judge(&self, trial: &Trial<'_>, _: &Cancel) -> Vec<Verdict> {
        trial.candidates.iter().map(|_| Verdict::untested(self.0)).collect()
    }

    fn reaching(&self, _: &Trial<'_>, _: &str, _: &Cancel) -> Option<Vec<String>> {
        None
    }
}

/// The test runner of this process.
pub fn referee(_settings: &Settings) -> Arc<dyn Referee> {
    Arc::new(NoReferee("this build runs no tests"))
}
