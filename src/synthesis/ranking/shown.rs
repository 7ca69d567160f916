//! The pairs that show a concept, for comparing a candidate with them.

use super::own::{Margins, Own};
use crate::codec::WindowPair;
use crate::concepts::Likeness;
use crate::latent::{EditVector, LatentError, Worker};
use std::sync::OnceLock;

/// Windows of a concept's pairs, and what is worked out of them when it is first asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Shown {
    windows: Vec<WindowPair>,
    edits: OnceLock<Vec<EditVector>>,
    /// Added, removed.
    likeness: [OnceLock<Likeness>; 2],
    /// Its pairs as functions to try it on, where pairs taught it.
    own: Option<Own>,
    /// Added, removed.
    margins: [OnceLock<Margins>; 2],
}

impl Shown {
    /// Of a concept's windows.
    pub fn new(windows: &[WindowPair]) -> Self {
        Self { windows: windows.to_vec(), ..Self::default() }
    }

    /// The same of a concept that pairs taught, which is tried on them.
    pub fn with(self, own: Own) -> Self {
        Self { own: Some(own), ..self }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// The edit of each pair.
    pub fn edits(&self, worker: &Worker) -> Result<&[EditVector], LatentError> {
        if let Some(edits) = self.edits.get() {
            return Ok(edits);
        }
        let windows = self.windows.clone();
        let edits = if windows.is_empty() { Vec::new() } else { worker.run(move |model| model.edits(&windows))? };
        Ok(self.edits.get_or_init(|| edits))
    }

    /// What the pairs have in common.
    pub fn likeness(&self, remove: bool) -> &Likeness {
        self.likeness[usize::from(remove)].get_or_init(|| Likeness::new(&self.windows, remove))
    }

    /// What the concept does on its own pairs; all 0 where it is built in.
    pub fn margins(&self, worker: &Worker, remove: bool) -> Result<Margins, LatentError> {
        let (Some(own), known) = (&self.own, &self.margins[usize::from(remove)]) else { return Ok(Margins::default()) };
        if let Some(margins) = known.get() {
            return Ok(*margins);
        }
        let margins = own.margins(worker, self.edits(worker)?, remove)?;
        Ok(*known.get_or_init(|| margins))
    }
}
