//! Text and its edits, positions and encodings. Pure: no IO here, no Python here.

mod edit;

pub use edit::{TextEdit, apply_edits};
