//! The sides of a concept's own pairs, to try it on: the before sides it should change, the after sides are changed already.

use crate::codec::{ConceptTable, FunctionError, Id, Lexed, SlotTable};

/// A function as the model reads it under a concept's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Its tokens.
    pub ids: Vec<Id>,
    /// Its slots.
    pub slots: SlotTable,
}

/// The two sides of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Trials {
    /// Before the edit.
    pub before: Trial,
    /// After it.
    pub after: Trial,
}

impl Trials {
    /// Of each pair of (before, after) texts; those that can not be read are left out.
    pub fn of<'s>(pairs: impl Iterator<Item = (&'s str, &'s str)>, concept: &ConceptTable) -> Vec<Self> {
        let read = |text: &str| -> Result<Trial, FunctionError> {
            let mut slots = SlotTable::default();
            let ids = Lexed::new(text)?.ids(concept, &mut slots)?;
            Ok(Trial { ids, slots })
        };
        pairs
            .filter_map(|(before, after)| Some(Self { before: read(before).ok()?, after: read(after).ok()? }))
            .collect()
    }
}
