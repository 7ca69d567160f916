//! What the subcommands need of the engine. The trait stands between them so that tests can put a scripted engine in
//! place of the model.

use crate::concepts::store::{Level, read_all};
use crate::concepts::{Applies, ConceptInfo, Detector};
use crate::config::Settings;
use crate::latent::{LatentError, ModelSettings};
use crate::syntax::{Function, Parsed};
use crate::synthesis::{Cancel, Engine, Outcome, Request, SynthesisError, TaughtConcept};
use serde::Serialize;
use std::path::Path;
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
    /// What there is to say of a taught one; `null` for what is built in.
    pub taught: Option<About>,
}

/// What is particular to a taught concept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// Where it is kept.
    pub level: Level,
    /// Pairs that it was learned from.
    pub pairs: usize,
    /// Their agreement, to 1.
    pub agreement: f32,
    /// `places`: its pairs make the same change at several places; `switch`: it is there or not.
    pub strength: &'static str,
}

impl From<TaughtConcept> for Concept {
    fn from(taught: TaughtConcept) -> Self {
        let example = taught.example();
        let about = About {
            level: taught.stored.level,
            pairs: taught.stored.pairs.len(),
            agreement: taught.agreement,
            strength: super::teach::strength(taught.graded),
        };
        let info = ConceptInfo {
            name: taught.stored.name,
            title: taught.stored.title,
            description: taught.stored.description,
            family: "taught".to_owned(),
            reverse: true,
            changes_behaviour: String::new(),
            imports: taught.imports,
            example,
        };
        Self { info, accuracy: None, removal_accuracy: None, taught: Some(about) }
    }
}

impl Editor for Engine {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        Engine::run(self, request, cancel)
    }

    fn concepts(&self) -> Vec<Concept> {
        let known = Engine::concepts(self).into_iter();
        let built_in = known.map(|(info, accuracy, removal_accuracy)| Concept {
            info: info.clone(),
            accuracy,
            removal_accuracy,
            taught: None,
        });
        built_in.chain(self.taught().into_iter().map(Concept::from)).collect()
    }

    fn applies(&self, place: &Place<'_>, concept: &str, remove: bool) -> bool {
        if let Some(applies) = self.taught_applies(concept, place.parsed, place.source, place.function, remove) {
            return applies != Applies::No;
        }
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

/// The engine of this process, with the taught concepts that hold here.
pub fn engine(settings: &Settings) -> Result<Arc<dyn Editor>, LatentError> {
    engine_at(settings, Path::new("."))
}

/// The same with those that hold for a file or folder.
pub fn engine_at(settings: &Settings, start: &Path) -> Result<Arc<dyn Editor>, LatentError> {
    Ok(Arc::new(load(settings, start)?))
}

/// The engine itself; says what of the taught concepts can not be used.
pub fn load(settings: &Settings, start: &Path) -> Result<Engine, LatentError> {
    let engine = Engine::load(&model_settings(settings))?;
    let (stored, problems) = read_all(start);
    let problems = problems.iter().map(ToString::to_string).chain(engine.know(stored));
    for problem in problems.collect::<Vec<_>>() {
        eprintln!("lerp: warning: {problem}");
    }
    for taught in engine.taught().into_iter().filter(|taught| taught.encoded_anew) {
        let stored = &taught.stored;
        let had = if stored.vectors.is_empty() { "its pairs changed" } else { "another model made its vector" };
        let (name, pairs) = (&stored.name, super::count(stored.pairs.len(), "pair"));
        let level = if stored.level == Level::User { " --user" } else { "" };
        eprintln!(
            "lerp: {name} was encoded from its {pairs} again: {had}; `lerp teach {name} --again{level}` searches and stores it"
        );
    }
    Ok(engine)
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
    imported(imports.map(String::as_str))
}

/// The names in import statements.
pub fn imported<'i>(imports: impl Iterator<Item = &'i str>) -> Vec<String> {
    let words = imports.flat_map(|import| import.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    words.filter(|word| !["", "import", "from", "as"].contains(word)).map(str::to_owned).collect()
}
