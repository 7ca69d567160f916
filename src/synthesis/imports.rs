//! Imports and module-level lines that an edit needs: found by the name they bind, put in once, at the head of the file.

use crate::syntax::{bound_names, import_position, parse};
use crate::text::TextEdit;
use std::collections::BTreeSet;

/// Where well-known names come from. An edit may use one that the module does not import yet.
const WELL_KNOWN: &str = include_str!("../../grammars/python/imports.txt");

/// Statements that bind the missing names, in order, each once; the names that nothing is known to bind.
pub fn statements_for(missing: &BTreeSet<String>, offered: &[String]) -> (Vec<String>, BTreeSet<String>) {
    let mut left = missing.clone();
    let mut statements: Vec<String> = Vec::new();
    // what a line needs itself (`logger = logging.getLogger(…)` needs `import logging`) stands before it in `offered`
    let needed_from = offered.iter().rposition(|statement| binds_any(statement, &left));
    if let Some(last) = needed_from {
        for statement in &offered[..=last] {
            let bound = bound_names(&parse(statement), statement);
            left.retain(|name| !bound.contains(name));
            statements.push(statement.clone());
        }
    }
    for line in WELL_KNOWN.lines() {
        if binds_any(line, &left) {
            let bound = bound_names(&parse(line), line);
            left.retain(|name| !bound.contains(name));
            statements.push(line.to_owned());
        }
    }
    (statements, left)
}

fn binds_any(statement: &str, names: &BTreeSet<String>) -> bool {
    bound_names(&parse(statement), statement).iter().any(|name| names.contains(name))
}

/// The edit that puts statements at the head of a module; statements whose names are bound already are left out.
pub fn insert(source: &str, statements: &[String]) -> Option<TextEdit> {
    let parsed = parse(source);
    let have = bound_names(&parsed, source);
    let wanted: Vec<&str> = statements
        .iter()
        .filter(|statement| bound_names(&parse(statement), statement).iter().any(|name| !have.contains(name)))
        .map(String::as_str)
        .collect();
    if wanted.is_empty() {
        return None;
    }
    let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, after_something) = import_position(&parsed);
    let text = wanted.join(newline);
    if after_something {
        // behind the line's own comment
        let at = source[at..].find('\n').map_or(source.len(), |end| at + end);
        let at = if source[..at].ends_with('\r') { at - 1 } else { at };
        return Some(TextEdit { range: at..at, new_text: format!("{newline}{text}") });
    }
    let at = head_comments(source);
    Some(TextEdit { range: at..at, new_text: format!("{text}{newline}{newline}") })
}

/// Behind the byte order mark, the interpreter line and the coding line.
fn head_comments(source: &str) -> usize {
    let mut at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for line in source[at..].split_inclusive('\n') {
        if !line.starts_with('#') {
            break;
        }
        at += line.len();
    }
    at
}
