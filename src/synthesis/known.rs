//! A taught concept, ready to be asked for.

use super::api::SynthesisError;
use crate::concepts::store::{Stored, StoredPair};
use crate::concepts::{Applicability, ExamplePair, Taught, is_graded};
use crate::latent::EditVector;
use std::sync::Arc;

/// A taught concept with its vector.
pub struct Known {
    /// As it is listed.
    pub(super) listed: TaughtConcept,
    /// Windows and spellings of its pairs.
    pub(super) taught: Taught,
    /// Its vector.
    pub(super) vector: Arc<EditVector>,
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
        Self { listed, taught, vector: Arc::new(vector), applies }
    }
}
