//! Text and its edits, positions, encodings and diffs. Pure: no IO here, no Python here.

mod diff;
mod edit;
mod encoding;
mod lines;
mod merge;
mod nearest;

pub use diff::{colour, unified};
pub use edit::{TextEdit, apply_edits};
pub use encoding::{DecodeError, EncodeError, Encoding, SourceText};
pub use lines::{Columns, LineIndex, LineStarts, Position};
pub use merge::{edits_between, merge};
pub use nearest::nearest;
