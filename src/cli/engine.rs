//! What the subcommands need of the engine. The trait stands between them so that tests can put a scripted engine in
//! place of the model.

use crate::concepts::{ConceptInfo, Detector};
use crate::config::Settings;
use crate::latent::{LatentError, ModelSettings};
use crate::syntax::{Function, Parsed};
use crate::synthesis::{Cancel, Engine, Outcome, Request, SynthesisError};
use serde::Serialize;
use std::sync::Arc;

/// Edits functions; many threads may ask at the same time.
pub trait Editor: Send + Sync {
    /// Candidates for one function.
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError>;

    /// The concepts that can be asked for, in the order in which they are listed.
    fn concepts(&self) -> Vec<Concept>;

    /// Whether it is worth asking: a cheap detector, no model. What it does not know counts as worth it.
    fn applies(&self, place: &Place<'_>, concept: &str, remove: bool) -> bool;
}

/// A function in its text.
pub struct Place<'a> {
    /// The tree of the text.
    pub parsed: &'a Parsed,
    /// The whole text.
    pub source: &'a str,
    /// The function.
    pub function: &'a Function,
}

/// A concept, and how well the model does it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concept {
    /// What the catalogue says.
    #[serde(flatten)]
    pub info: ConceptInfo,
    /// Share of held-out functions on which adding it gives exactly the expected text.
    pub accuracy: Option<f32>,
    /// The same for removing it.
    pub removal_accuracy: Option<f32>,
}

impl Editor for Engine {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        Engine::run(self, request, cancel)
    }

    fn concepts(&self) -> Vec<Concept> {
        let known = Engine::concepts(self).into_iter();
        known
            .map(|(info, accuracy, removal_accuracy)| Concept { info: info.clone(), accuracy, removal_accuracy })
            .collect()
    }

    fn applies(&self, place: &Place<'_>, concept: &str, remove: bool) -> bool {
        let range = place.function.range.clone();
        Detector::of(concept).is_none_or(|detector| {
            let presence = detector.presence(place.parsed, place.source, range);
            presence.allows(remove)
        })
    }
}

/// Where the model is looked for.
pub fn model_settings(settings: &Settings) -> ModelSettings {
    ModelSettings { bundle: settings.model.clone(), runtime: settings.onnxruntime.clone() }
}

/// The engine of this process.
pub fn engine(settings: &Settings) -> Result<Arc<dyn Editor>, LatentError> {
    Ok(Arc::new(Engine::load(&model_settings(settings))?))
}

/// Whether the concepts promise to leave alone what a function does. An unknown one promises nothing.
pub fn keeps_behaviour(known: &[Concept], add: &[String], remove: &[String]) -> bool {
    let mut asked = add.iter().chain(remove).peekable();
    let keeps = |name: &String| known.iter().any(|one| one.info.name == *name && one.info.changes_behaviour.is_empty());
    asked.peek().is_some() && asked.all(keeps)
}

/// The names that concepts bring by definition: those of the modules they import.
pub fn brought(known: &[Concept], add: &[String], remove: &[String]) -> Vec<String> {
    let asked = |concept: &&Concept| add.contains(&concept.info.name) || remove.contains(&concept.info.name);
    let imports = known.iter().filter(asked).flat_map(|concept| &concept.info.imports);
    let words = imports.flat_map(|import| import.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    words.filter(|word| !["", "import", "from", "as"].contains(word)).map(str::to_owned).collect()
}
