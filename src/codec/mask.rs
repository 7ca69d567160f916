//! Which steps of an edit script may come next, so that the edited function is Python.
//!
//! Exact where a stretch of the source is kept or copied: it must parse on from what stands before it, up to the place that is
//! pointed to, at STOP up to the end. Sound inside a hunk: a word may come when some continuation is a function. Not looked
//! at is whether that continuation fits what the script keeps behind the hunk; there only the next kept token is looked at.

use super::grammar::Alphabet;
use super::slots::{ConceptTable, SlotTable};
use super::viable::{Terminals, Viable, is_function};
use super::vocabulary::{COPY, DE, END_HUNK, Id};

/// The mask for one function under one concept.
#[derive(Debug, Clone)]
pub struct Mask {
    alphabet: Alphabet,
    source: Vec<Id>,
}

/// How far a script has come: what its edited function begins with.
#[derive(Debug, Clone, Default)]
pub struct Edited {
    viable: Viable,
    /// Source tokens that were kept or dropped.
    at: usize,
    /// Whether a hunk was written that took nothing out.
    inserted: bool,
}

/// Where a hunk may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starts {
    /// The first position, as pointers count.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// Whether the script may end here instead.
    pub stop: bool,
}

/// What may be written next inside a hunk.
#[derive(Debug, Clone, Copy)]
pub struct Words<'m> {
    mask: &'m Mask,
    next: Terminals,
    /// Whether the end of a block would end the function while source is left to be kept: nothing could follow it.
    ends_early: bool,
    end_hunk: bool,
    copy: bool,
}

impl Words<'_> {
    /// Whether a word may come.
    pub fn allow(&self, id: Id) -> bool {
        match id {
            END_HUNK => self.end_hunk,
            COPY => self.copy,
            DE if self.ends_early => false,
            id => self.next.allow(&self.mask.alphabet, id),
        }
    }
}

impl Mask {
    /// `None` when the grammar does not take the source itself: then there is nothing to hold the edit to.
    pub fn new(source: &[Id], slots: &SlotTable, concept: &ConceptTable) -> Option<Self> {
        let alphabet = Alphabet::new(slots, concept);
        is_function(&alphabet, source).then(|| Self { alphabet, source: source.to_vec() })
    }

    /// Where the next hunk may begin, behind the one that was written last.
    pub fn starts(&self, edited: &Edited) -> Starts {
        let mut viable = edited.viable.clone();
        let rest = &self.source[edited.at..];
        let read = viable.read_all(&self.alphabet, rest);
        // what comes at the end of what was put in would be one hunk with it; of two statements in a row each is one
        let first = edited.at + 1 + usize::from(edited.inserted);
        Starts { first, last: edited.at + read + 1, stop: read == rest.len() && viable.is_complete() }
    }

    /// Keeps the source up to a hunk's start, as a pointer.
    pub fn keep(&self, edited: &mut Edited, start: usize) {
        let to = start.saturating_sub(1).clamp(edited.at, self.source.len());
        edited.viable.read_all(&self.alphabet, &self.source[edited.at..to]);
        edited.at = to;
    }

    /// Drops the source up to a hunk's end, as a pointer.
    pub fn drop(&self, edited: &mut Edited, end: usize) {
        let to = end.saturating_sub(1).clamp(edited.at, self.source.len());
        edited.inserted = to == edited.at;
        edited.at = to;
    }

    /// What may be written next.
    pub fn words(&self, edited: &Edited) -> Words<'_> {
        let next = edited.viable.next();
        let allow = |id: &Id| next.allow(&self.alphabet, *id);
        let end_hunk = self.source.get(edited.at).map_or_else(|| edited.viable.is_complete(), allow);
        let ends_early = self.ends_early(edited, &edited.viable, DE);
        let copy = self.source.iter().any(|id| allow(id) && !(ends_early && *id == DE));
        Words { mask: self, next, ends_early, end_hunk, copy }
    }

    /// Writes a word that [`Mask::words`] allows.
    pub fn write(&self, edited: &mut Edited, id: Id) {
        if !matches!(id, COPY | END_HUNK) {
            edited.viable.read(&self.alphabet, id);
        }
    }

    /// Whether a copy may begin at a position, as a pointer.
    pub fn copies_from(&self, edited: &Edited, from: usize) -> bool {
        self.copies_to(edited, from) > from
    }

    /// The last position where a copy from `from` may end.
    pub fn copies_to(&self, edited: &Edited, from: usize) -> usize {
        let rest = from.checked_sub(1).and_then(|k| self.source.get(k..)).unwrap_or(&[]);
        let mut viable = edited.viable.clone();
        let mut read = 0;
        for id in rest {
            if self.ends_early(edited, &viable, *id) || !viable.read(&self.alphabet, *id) {
                break;
            }
            read += 1;
        }
        from.saturating_add(read)
    }

    /// Whether a token would end the function while there is source behind the hunk.
    fn ends_early(&self, edited: &Edited, viable: &Viable, id: Id) -> bool {
        let mut ended = viable.clone();
        id == DE && edited.at < self.source.len() && ended.read(&self.alphabet, id) && ended.is_complete()
    }

    /// Writes a copy of the source between two pointers.
    pub fn copy(&self, edited: &mut Edited, from: usize, to: usize) {
        let stretch = self.source.get(from.saturating_sub(1)..to.saturating_sub(1)).unwrap_or(&[]);
        edited.viable.read_all(&self.alphabet, stretch);
    }
}
