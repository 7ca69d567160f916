//! Replacements of byte ranges.

use std::ops::Range;

/// Replaces the bytes at `range` by `new_text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// Bytes of the original text.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub new_text: String,
}

/// Applies edits that are sorted and do not overlap.
pub fn apply_edits(source: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(source.len() + edits.iter().map(|edit| edit.new_text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        out.push_str(&source[at..edit.range.start]);
        out.push_str(&edit.new_text);
        at = edit.range.end;
    }
    out.push_str(&source[at..]);
    out
}
