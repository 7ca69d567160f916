//! What the server needs of the rest of lerp. Traits, so that tests can put a scripted engine in place of the model.

use crate::concepts::store::{Store, Stored};
use crate::concepts::{ConceptInfo, Measured};
use crate::config::Settings;
use crate::latent::{LatentError, ModelSettings};
use crate::synthesis::{Blend, BlendRequest, Cancel, Engine, Outcome, Request, SynthesisError, Teacher, blend};
use serde::Serialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Edits functions; many threads may ask at the same time.
pub trait Editor: Teacher + Send + Sync {
    /// Candidates for one function.
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError>;

    /// The built-in concepts that can be asked for.
    fn concepts(&self) -> Vec<&'static ConceptInfo>;

    /// The same model with these taught concepts, and what of them can not be used, in words.
    fn knowing(&self, taught: Vec<Stored>) -> (Arc<dyn Editor>, Vec<String>);

    /// Functions on the line between two functions; `heard` is told each when it is there.
    fn blend(
        &self,
        request: &BlendRequest<'_>,
        cancel: &Cancel,
        heard: &dyn Fn(&Blend),
    ) -> Result<Vec<Blend>, SynthesisError>;
}

impl Editor for Engine {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        Engine::run(self, request, cancel)
    }

    fn concepts(&self) -> Vec<&'static ConceptInfo> {
        Engine::concepts(self).into_iter().map(|(info, _, _)| info).collect()
    }

    fn knowing(&self, taught: Vec<Stored>) -> (Arc<dyn Editor>, Vec<String>) {
        let knowing = self.beside();
        let problems = knowing.know(taught);
        (Arc::new(knowing), problems)
    }

    fn blend(
        &self,
        request: &BlendRequest<'_>,
        cancel: &Cancel,
        heard: &dyn Fn(&Blend),
    ) -> Result<Vec<Blend>, SynthesisError> {
        blend(self, request, cancel, heard)
    }
}

/// The rest of lerp, as far as the server needs it. All of it blocks.
pub trait Tools: Send + Sync + 'static {
    /// Loads the model: called once, when the first edit is wanted, and again when another model is set.
    fn load(&self, settings: &ModelSettings) -> Result<Arc<dyn Editor>, LatentError>;

    /// One verdict for each candidate, in their order. `heard` is told each when it is known, in any order.
    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel, heard: Option<&Heard<'_>>) -> Vec<Judged>;

    /// How well a model does its concepts, by name; does not load it. Empty when there is no model.
    fn measured(&self, settings: &ModelSettings) -> HashMap<String, Measured>;

    /// Where taught concepts are kept that hold for these files or folders: the projects', then the user's.
    fn stores(&self, starts: &[PathBuf]) -> Vec<Store>;

    /// What lerp needs, and whether it is there. Does not load the model.
    fn doctor(&self, settings: &Settings) -> Vec<Check>;
}

/// Is told the number of a candidate and how it did.
pub type Heard<'a> = dyn Fn(usize, &Judged) + Sync + 'a;

/// One thing that lerp needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked for.
    pub name: String,
    /// Whether it is there.
    pub ok: bool,
    /// What was found, or what is wrong.
    pub detail: String,
    /// The command that mends it.
    pub fix: Option<String>,
}

/// Texts that may take the place of one file.
pub struct Trial<'a> {
    /// How tests are run.
    pub settings: &'a Settings,
    /// The file.
    pub file: &'a Path,
    /// Its text in the editor.
    pub original: &'a str,
    /// What may take its place.
    pub candidates: Vec<&'a str>,
    /// The function that was edited.
    pub function: &'a str,
    /// The concepts that were added or removed.
    pub concepts: Vec<&'a str>,
    /// Imports that the taught ones of them may bring.
    pub imports: Vec<&'a str>,
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The word for it.
    pub ruling: Ruling,
    /// Tests that ran to their end.
    pub tests_run: usize,
    /// Calls on which it did the same as the original, when that was looked at.
    pub same_calls: Option<usize>,
    /// Why it failed, or why it is untested.
    pub reason: Option<String>,
}

/// The word for a verdict; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// At least one test ran, and all ended as they do on the original.
    Passed,
    /// No test ran, but it does the same as the original on the calls that were compared. Not a pass: what was not called is
    /// not known.
    Same,
    /// No test ran.
    Untested,
    /// The tests run.
    Pending,
    /// The tests hung.
    Timeout,
    /// A test failed.
    Failed,
}

impl Judged {
    /// No test ran, and why, if somebody wanted one to.
    pub fn untested(reason: Option<String>) -> Self {
        Self { ruling: Ruling::Untested, tests_run: 0, same_calls: None, reason }
    }

    /// It is not known yet.
    pub fn pending() -> Self {
        Self { ruling: Ruling::Pending, ..Self::untested(None) }
    }

    /// What can be said of several edits together: the worst of them, and all tests.
    pub fn of_all<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self> {
        all.cloned().reduce(|a, b| {
            let tests_run = a.tests_run + b.tests_run;
            let same_calls = a.same_calls.zip(b.same_calls).map(|(a, b)| a + b);
            let worse = if b.ruling > a.ruling { b } else { a };
            Self { tests_run, same_calls, ..worse }
        })
    }

    /// The verdict in the words to show.
    pub fn words(&self) -> String {
        match (self.ruling, self.same_calls) {
            (Ruling::Passed, Some(calls)) => format!("tests: passed ({}), same on {calls} calls", self.tests_run),
            (Ruling::Passed, None) => format!("tests: passed ({})", self.tests_run),
            (Ruling::Same, Some(calls)) => format!("tests: same on {calls} calls"),
            (Ruling::Same, None) => "tests: same".to_owned(),
            (Ruling::Untested, _) => "tests: untested".to_owned(),
            (Ruling::Pending, _) => "tests: running".to_owned(),
            (Ruling::Timeout, _) => "tests: timed out".to_owned(),
            (Ruling::Failed, _) => "tests: failed".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_edits_are_as_good_as_the_worst() {
        let judged = |ruling, tests_run| Judged { ruling, tests_run, same_calls: Some(4), reason: None };
        let check = |all: &[Judged], expect: Option<&str>| {
            assert_eq!(Judged::of_all(all.iter()).map(|one| one.words()).as_deref(), expect);
        };
        check(&[], None);
        check(&[judged(Ruling::Passed, 2), judged(Ruling::Passed, 3)], Some("tests: passed (5), same on 8 calls"));
        check(&[judged(Ruling::Passed, 2), judged(Ruling::Same, 0)], Some("tests: same on 8 calls"));
        check(&[judged(Ruling::Untested, 0), judged(Ruling::Passed, 3)], Some("tests: untested"));
    }
}
