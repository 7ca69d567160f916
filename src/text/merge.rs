//! Edits of the same text, brought together.

use super::TextEdit;
use similar::{DiffTag, TextDiff};

/// Adds the edits `theirs` to `ours`, both of the same text, sorted and without overlap. An edit that both have is kept
/// once (two functions that need the same import); `None` when they touch the same place in different ways.
pub fn merge(ours: &[TextEdit], theirs: &[TextEdit]) -> Option<Vec<TextEdit>> {
    let mut all = ours.to_vec();
    for edit in theirs {
        if ours.contains(edit) {
            continue;
        }
        if ours.iter().any(|other| touch(edit, other)) {
            return None;
        }
        all.push(edit.clone());
    }
    // stable: of two insertions at one place, ours stays first
    all.sort_by_key(|edit| (edit.range.start, edit.range.end));
    Some(all)
}

/// Whether two edits can not both be made. Two insertions at the same place can.
fn touch(one: &TextEdit, other: &TextEdit) -> bool {
    let (a, b) = (&one.range, &other.range);
    if a.is_empty() && b.is_empty() {
        return false;
    }
    if a.is_empty() || b.is_empty() {
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

/// The line edits that lead from `before` to `after`, one per hunk.
pub fn edits_between(before: &str, after: &str) -> Vec<TextEdit> {
    let diff = TextDiff::from_lines(before, after);
    let offsets = |lines: &[&str]| -> Vec<usize> {
        let mut at = 0;
        let mut offsets = vec![0];
        offsets.extend(lines.iter().map(|line| {
            at += line.len();
            at
        }));
        offsets
    };
    let old_lines: Vec<&str> = diff.iter_old_slices().collect();
    let new_lines: Vec<&str> = diff.iter_new_slices().collect();
    let (old, new) = (offsets(&old_lines), offsets(&new_lines));
    let hunks = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    hunks
        .map(|op| {
            let (o, n) = (op.old_range(), op.new_range());
            TextEdit { range: old[o.start]..old[o.end], new_text: after[new[n.start]..new[n.end]].to_owned() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::apply_edits;
    use super::*;

    fn edit(start: usize, end: usize, new_text: &str) -> TextEdit {
        TextEdit { range: start..end, new_text: new_text.to_owned() }
    }

    #[test]
    fn edits_merge_unless_they_touch() {
        let check = |ours: &[TextEdit], theirs: &[TextEdit], expect: Option<&str>| {
            let merged = merge(ours, theirs).map(|edits| apply_edits("0123456789", &edits));
            assert_eq!(merged.as_deref(), expect);
        };
        check(&[edit(0, 1, "a")], &[edit(8, 9, "b")], Some("a1234567b9"));
        check(&[edit(8, 9, "b")], &[edit(0, 1, "a")], Some("a1234567b9"));
        check(&[edit(0, 3, "a")], &[edit(2, 4, "b")], None);
        check(
            &[edit(0, 0, "import x\n"), edit(2, 3, "a")],
            &[edit(0, 0, "import x\n"), edit(5, 6, "b")],
            Some("import x\n01a34b6789"),
        );
        check(&[edit(0, 0, "import x\n")], &[edit(0, 0, "import y\n")], Some("import x\nimport y\n0123456789"));
        check(&[edit(2, 5, "")], &[edit(5, 5, "b")], None);
        check(&[edit(2, 5, "")], &[edit(5, 7, "b")], Some("01b789"));
    }

    #[test]
    fn line_edits_lead_from_one_text_to_the_other() {
        let check = |before: &str, after: &str, hunks: usize| {
            let edits = edits_between(before, after);
            assert_eq!(apply_edits(before, &edits), after);
            assert_eq!(edits.len(), hunks, "{edits:?}");
        };
        check("", "", 0);
        check("a\nb\nc\n", "a\nB\nc\n", 1);
        check("a\nb\nc\nd\n", "b\nc\nD", 2);
        check("a\r\nb", "a\r\nb\r\nc", 1);
        check("", "é\n", 1);
    }
}
