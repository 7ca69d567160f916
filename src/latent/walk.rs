//! The walk along an edit script, step by step: what the decoder is told before each step, and what may come.

use crate::codec::Step;
use crate::codec::vocabulary::{BOS, COPY, END_HUNK, Id, PAD};

/// What the next step of a script is; the numbers are the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Expects {
    /// Start of a hunk, or STOP.
    First = 0,
    /// End of a hunk.
    Second = 1,
    /// A word.
    Word = 2,
    /// Start of a copy.
    CopyFrom = 3,
    /// End of a copy.
    CopyTo = 4,
}

/// How far a script has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// The word before, PAD where a pointer was.
    pub(super) word: Id,
    /// The last pointer.
    pub(super) cursor: usize,
    /// End of the last hunk.
    end: usize,
    /// What comes next; `None` when nothing does.
    pub(super) expects: Option<Expects>,
}

impl Walk {
    /// Before the first step.
    pub(super) fn new() -> Self {
        Self { word: BOS, cursor: 0, end: 0, expects: Some(Expects::First) }
    }

    /// The smallest position that a pointer may take; 0 for a word.
    pub(super) fn least(&self, expects: Expects) -> usize {
        match expects {
            Expects::First => self.end.max(1),
            Expects::Second => self.cursor,
            Expects::CopyTo => self.cursor + 1,
            Expects::CopyFrom => 1,
            Expects::Word => 0,
        }
    }

    /// Takes a step of the kind that was expected.
    pub(super) fn take(&mut self, step: Step, expects: Expects) {
        match step {
            Step::Pointer(position) => {
                self.word = PAD;
                self.cursor = position;
                if expects == Expects::Second {
                    self.end = position;
                }
            }
            Step::Word(id) => self.word = id,
        }
        self.expects = match (expects, step) {
            (Expects::First, Step::Pointer(0)) => None,
            (Expects::First, _) => Some(Expects::Second),
            (Expects::Word, Step::Word(COPY)) => Some(Expects::CopyFrom),
            (Expects::Word, Step::Word(END_HUNK)) => Some(Expects::First),
            (Expects::CopyFrom, _) => Some(Expects::CopyTo),
            _ => Some(Expects::Word),
        };
    }
}
