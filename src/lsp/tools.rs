//! What the server needs of the rest of lerp. Traits, so that tests can put a scripted engine in place of the model.

use crate::concepts::ConceptInfo;
use crate::config::Settings;
use crate::latent::{LatentError, ModelSettings};
use crate::synthesis::{Cancel, Engine, Outcome, Request, SynthesisError};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// Edits functions; many threads may ask at the same time.
pub trait Editor: Send + Sync {
    /// Candidates for one function.
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError>;

    /// The concepts that can be asked for.
    fn concepts(&self) -> Vec<&'static ConceptInfo>;
}

impl Editor for Engine {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        Engine::run(self, request, cancel)
    }

    fn concepts(&self) -> Vec<&'static ConceptInfo> {
        Engine::concepts(self).into_iter().map(|(info, _, _)| info).collect()
    }
}

/// Makes the engine, and runs tests. Both block.
pub trait Tools: Send + Sync + 'static {
    /// Loads the model: called once, when the first edit is wanted, and again when another model is set.
    fn load(&self, settings: &ModelSettings) -> Result<Arc<dyn Editor>, LatentError>;

    /// One verdict for each candidate, in their order.
    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel) -> Vec<Judged>;
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
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The word for it.
    pub ruling: Ruling,
    /// Tests that ran to their end.
    pub tests_run: usize,
    /// Why it failed, or why it is untested.
    pub reason: Option<String>,
}

/// The word for a verdict; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// At least one test ran, and all ended as they do on the original.
    Passed,
    /// No test ran.
    Untested,
    /// The tests hung.
    Timeout,
    /// A test failed.
    Failed,
}

impl Judged {
    /// No test was asked for.
    pub fn untested() -> Self {
        Self { ruling: Ruling::Untested, tests_run: 0, reason: None }
    }
}
