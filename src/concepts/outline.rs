//! What can be said of a stored concept without a model: what its pairs show, and where it may apply.

use super::store::Stored;
use super::{Applicability, Applies, Taught};
use crate::codec::{FunctionError, Lexed, SlotTable};

/// A stored concept and where it applies.
#[derive(Debug, Clone)]
pub struct Outline {
    /// As it is stored.
    pub stored: Stored,
    taught: Taught,
    /// Added, removed.
    applies: [Applicability; 2],
}

impl Outline {
    /// Reads the pairs; an error names the pair, from 1.
    pub fn new(stored: Stored) -> Result<Self, (usize, FunctionError)> {
        let taught = Taught::new(stored.pairs.iter().map(|pair| (pair.before.as_str(), pair.after.as_str())))?;
        let applies = [false, true].map(|remove| Applicability::new(&taught.windows, remove));
        Ok(Self { stored, taught, applies })
    }

    /// Whether it may be added to a function, and whether it may be removed.
    pub fn at(&self, function: &Lexed<'_>) -> [Applies; 2] {
        let ids = function.ids(&self.taught.concept, &mut SlotTable::default());
        let Ok(ids) = ids else { return [Applies::No; 2] };
        [self.applies[0].of(&ids), self.applies[1].of(&ids)]
    }

    /// Module-level imports that it may bring.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.stored.pairs.iter().flat_map(|pair| &pair.imports).map(String::as_str)
    }
}
