//! Unified diffs.

use similar::TextDiff;
use std::fmt::Write;

/// The unified diff from `before` to `after`, three lines of context; empty when they are the same.
///
/// Labels are what stands behind `---` and `+++`: paths, usually.
pub fn unified(before: &str, after: &str, labels: (&str, &str)) -> String {
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(labels.0, labels.1).to_string()
}

/// The same diff with the colours of git.
pub fn colour(diff: &str) -> String {
    let mut out = String::with_capacity(diff.len() + diff.len() / 4);
    for line in diff.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        let style = match line.as_bytes().first() {
            _ if line.starts_with("--- ") || line.starts_with("+++ ") => "\x1b[1m",
            Some(b'@') => "\x1b[36m",
            Some(b'-') => "\x1b[31m",
            Some(b'+') => "\x1b[32m",
            _ => "",
        };
        let reset = if style.is_empty() { "" } else { "\x1b[0m" };
        // writing to a string can not fail
        let _ = write!(out, "{style}{line}{reset}{end}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diffs_are_unified() {
        let check = |before: &str, after: &str, expect: &str| {
            assert_eq!(unified(before, after, ("a/x.py", "b/x.py")), expect);
        };
        check("x\n", "x\n", "");
        check("a\nb\n", "a\nc\n", "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        check("a\r\nb\r\n", "a\r\nc\r\n", "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n");
        check("a\n", "a", "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
    }

    #[test]
    fn colours_change_nothing_else() {
        let diff = unified("a\nb", "a\nc\n", ("x", "y"));
        let coloured = colour(&diff);
        assert!(coloured.contains("\x1b[31m-b\x1b[0m\n") && coloured.contains("\x1b[32m+c\x1b[0m"));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), diff);
    }
}
