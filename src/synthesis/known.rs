//! Taught concepts, ready to be asked for, and the engine's register of them.

use super::api::SynthesisError;
use super::asked::Asked;
use super::engine::Engine;
use super::ranking::{Own, Shown};
use crate::concepts::store::{Stored, StoredPair, StoredVector};
use crate::concepts::{self, Applicability, Applies, ExamplePair, Taught, catalogue, is_graded};
use crate::latent::EditVector;
use crate::syntax::{Function, Parsed};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// A taught concept with its vector.
pub struct Known {
    /// As it is listed.
    pub(super) listed: TaughtConcept,
    /// Windows and spellings of its pairs.
    pub(super) taught: Taught,
    /// Its vector.
    pub(super) vector: Arc<EditVector>,
    /// The pairs that show it.
    pub(super) shown: Arc<Shown>,
    /// Where it applies: added, removed.
    pub(super) applies: [Arc<Applicability>; 2],
}

/// What is known of a taught concept without asking for an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct TaughtConcept {
    /// The concept as it is stored.
    pub stored: Stored,
    /// Module-level imports that it may bring.
    pub imports: Vec<String>,
    /// Agreement of its pairs.
    pub agreement: f32,
    /// Whether a latent search improved its vector.
    pub searched: bool,
    /// Whether the vector was made just now, because the stored one belongs to other pairs or another model.
    pub encoded_anew: bool,
    /// Whether less strength means fewer places; else it is a switch.
    pub graded: bool,
}

impl TaughtConcept {
    /// A pair that shows it.
    pub fn example(&self) -> ExamplePair {
        let first = self.stored.pairs.first();
        let (before, after) = first.map(|pair| (pair.before.clone(), pair.after.clone())).unwrap_or_default();
        ExamplePair { before, after }
    }
}

/// What pairs teach; an error names the pair, from 1.
pub(super) fn learn(pairs: &[StoredPair]) -> Result<Taught, SynthesisError> {
    let texts = pairs.iter().map(|pair| (pair.before.as_str(), pair.after.as_str()));
    Taught::new(texts).map_err(|(number, error)| SynthesisError::Example { number, error })
}

impl Known {
    /// Puts together what was stored, learned and encoded.
    pub(super) fn new(stored: Stored, taught: Taught, vector: EditVector, agreement: f32) -> Self {
        let mut imports: Vec<String> = Vec::new();
        for import in stored.pairs.iter().flat_map(|pair| &pair.imports) {
            if !imports.contains(import) {
                imports.push(import.clone());
            }
        }
        let applies = [false, true].map(|remove| Arc::new(Applicability::new(&taught.windows, remove)));
        let graded = is_graded(&taught.windows);
        let listed = TaughtConcept { stored, imports, agreement, searched: false, encoded_anew: true, graded };
        let texts = listed.stored.pairs.iter().map(|pair| (pair.before.as_str(), pair.after.as_str()));
        let shown = Arc::new(Shown::new(&taught.windows).with(Own::new(texts, &taught.concept)));
        Self { listed, taught, vector: Arc::new(vector), shown, applies }
    }

    /// As a concept of a request.
    pub(super) fn asked(&self, remove: bool) -> Asked {
        let Self { listed, taught, vector, shown, applies } = self;
        let encoded = (Arc::clone(vector), Arc::clone(shown));
        let applies = &applies[usize::from(remove)];
        let asked = Asked::taught(&listed.stored.name, taught, encoded, applies, listed.agreement);
        asked.with(&listed.imports, remove)
    }
}

impl Engine {
    /// Makes taught concepts known, in the place of those known before: from now on requests can name them. What can not be
    /// learned from is left out, and said.
    pub fn know(&self, stored: Vec<Stored>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut taught = BTreeMap::new();
        for one in stored {
            let name = one.name.clone();
            match self.known(one) {
                Ok(known) => {
                    taught.insert(name, Arc::new(known));
                }
                Err(error) => problems.push(format!("the taught concept {name:?} can not be used: {error}")),
            }
        }
        *self.taught.write().unwrap_or_else(PoisonError::into_inner) = taught;
        problems
    }

    /// The taught concepts that can be asked for, by name.
    pub fn taught(&self) -> Vec<TaughtConcept> {
        let taught = self.taught.read().unwrap_or_else(PoisonError::into_inner);
        taught.values().map(|known| known.listed.clone()).collect()
    }

    /// Whether a taught concept may apply to a function, as its pairs show: no model is asked. `None` for any other name.
    pub fn taught_applies(
        &self,
        name: &str,
        parsed: &Parsed,
        source: &str,
        function: &Function,
        remove: bool,
    ) -> Option<Applies> {
        let known = self.taught_concept(name)?;
        let applies = &known.applies[usize::from(remove)];
        Some(applies.at(parsed, source, function.range.clone(), &known.taught.concept))
    }

    pub(super) fn taught_concept(&self, name: &str) -> Option<Arc<Known>> {
        self.taught.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(super) fn nearest_concept(&self, name: &str) -> Option<String> {
        let taught = self.taught.read().unwrap_or_else(PoisonError::into_inner);
        let all = catalogue().iter().map(|info| info.name.as_str()).chain(taught.keys().map(String::as_str));
        concepts::nearest_of(name, all).map(str::to_owned)
    }

    /// Which model makes the vectors: its version, and what its files are.
    pub fn model_id(&self) -> String {
        format!("{} {}", self.worker.bundle.version, self.worker.bundle.fingerprint)
    }

    /// Learns a stored concept: with its own vector where that is this model's, else with the mean of its pairs.
    pub(super) fn known(&self, stored: Stored) -> Result<Known, SynthesisError> {
        let taught = learn(&stored.pairs)?;
        let shapes = self.worker.bundle.shapes;
        let vector = stored.vector_for(&self.model_id(), shapes.vectors * shapes.vector).cloned();
        Ok(match vector {
            Some(StoredVector { values, agreement, searched, .. }) => {
                let mut known = Known::new(stored, taught, EditVector(values), agreement);
                (known.listed.searched, known.listed.encoded_anew) = (searched, false);
                known
            }
            None => {
                let (vector, agreement) = self.vector(&taught.windows)?;
                Known::new(stored, taught, vector, agreement)
            }
        })
    }
}
