//! What a taught concept does on functions of which it is known what it should do: its own pairs, each asked by what the others
//! teach, and functions to which no concept applies. The same margin means more where a concept changes what it should
//! barely, and less where it changes everything.

use super::features::MOST;
use crate::codec::{ConceptTable, Id, Mask, SlotTable};
use crate::concepts::{Trial, Trials, unrelated};
use crate::latent::{DecodeOptions, EditVector, LatentError, Worker};
use std::sync::Arc;

/// The likeliest script is nearly always the first or the second.
const OPTIONS: DecodeOptions = DecodeOptions { scripts: 2, longest: 128 };

/// The functions to try it on.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    concept: ConceptTable,
    pairs: Vec<Trials>,
}

/// By how much the likeliest script is over changing nothing, in log-probability.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Margins {
    /// On the side of the pairs that it should change: the mean.
    pub due: f32,
    /// The lowest of these.
    pub lowest: f32,
    /// On the side that is changed already: the mean.
    pub done: f32,
    /// On functions to which it does not apply: the highest.
    pub unrelated: f32,
}

impl Own {
    /// Of a concept with this table, from the texts of its pairs.
    pub fn new<'s>(pairs: impl Iterator<Item = (&'s str, &'s str)>, concept: &ConceptTable) -> Self {
        Self { pairs: Trials::of(pairs, concept), concept: concept.clone() }
    }

    /// Tries it. `edits` are those of the pairs, in their order; `remove`: the concept is taken out.
    pub fn margins(&self, worker: &Worker, edits: &[EditVector], remove: bool) -> Result<Margins, LatentError> {
        if self.pairs.is_empty() || self.pairs.len() != edits.len() {
            return Ok(Margins::default());
        }
        let sign = if remove { -1.0 } else { 1.0 };
        let width = worker.bundle.shapes.vector;
        let vector = |edits: &[EditVector]| {
            Arc::new(EditVector(Vec::new()).plus(sign, &EditVector::mean(edits).soft_norm(width)))
        };
        let (mut due, mut done) = (Vec::new(), Vec::new());
        for (at, pair) in self.pairs.iter().enumerate() {
            // a single pair has no others
            let others = if edits.len() > 1 { [&edits[..at], &edits[at + 1..]].concat() } else { edits.to_vec() };
            let v = vector(&others);
            let (from, to) = if remove { (&pair.after, &pair.before) } else { (&pair.before, &pair.after) };
            due.push(self.margin(worker, from, &v)?);
            done.push(self.margin(worker, to, &v)?);
        }
        let v = vector(edits);
        let others: Vec<f32> = unrelated(&self.concept)
            .into_iter()
            .map(|ids| self.margin(worker, &Trial { ids, slots: SlotTable::default() }, &v))
            .collect::<Result<_, _>>()?;
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len().max(1) as f32;
        let lowest = due.iter().copied().fold(MOST, f32::min);
        let unrelated = others.into_iter().fold(-MOST, f32::max);
        Ok(Margins { due: mean(&due), lowest, done: mean(&done), unrelated })
    }

    fn margin(&self, worker: &Worker, trial: &Trial, v: &Arc<EditVector>) -> Result<f32, LatentError> {
        let ids: Vec<Id> = trial.ids.clone();
        let mask = Mask::new(&ids, &trial.slots, &self.concept);
        let v = Arc::clone(v);
        // a job for each: requests of others come in between
        let decoded = worker.run(move |model| {
            let locals = model.encode(&ids)?;
            model.scripts(&locals, &v, OPTIONS, mask.as_ref(), &|| false)
        })?;
        Ok((decoded.best() - decoded.unchanged).clamp(-MOST, MOST))
    }
}
