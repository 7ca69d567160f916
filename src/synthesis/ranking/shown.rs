//! The pairs that show a concept, for comparing a candidate with them.

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
}

impl Shown {
    /// Of a concept's windows.
    pub fn new(windows: &[WindowPair]) -> Self {
        Self { windows: windows.to_vec(), ..Self::default() }
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
}
