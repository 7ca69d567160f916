//! Lines whose indentation means nothing.

use super::Parsed;
use std::collections::BTreeSet;

/// The lines (from 0) that begin inside a string: blanks at their head are part of its text.
pub fn continued_lines(parsed: &Parsed) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let mut cursor = parsed.root().walk();
    loop {
        let node = cursor.node();
        let string = node.kind() == "string";
        if string {
            lines.extend(node.start_position().row + 1..=node.end_position().row);
        }
        // without recursion: a hostile text may be nested deeper than the stack
        if !string && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return lines;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn only_strings_hold_lines_still() {
        let check = |text: &str, expect: &[usize]| {
            let lines: Vec<usize> = continued_lines(&parse(text)).into_iter().collect();
            assert_eq!(lines, expect, "{text:?}");
        };
        check("x = 1\ny = 'a'\n", &[]);
        check("x = '''a\nb\nc'''\ny = 1\n", &[1, 2]);
        check("def f():\n    x = f'''{a}\nb'''\n    y = [\n1]\n", &[2]);
        check("x = 'a\\\nb'\n", &[1]);
        check("def f(:\n    x = '''a\nb'''\n", &[2]);
    }
}
