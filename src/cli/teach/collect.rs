//! Pairs out of texts: functions of two modules matched by name, and JSON lines.

use crate::concepts::store::StoredPair;
use crate::concepts::{imports_brought, same_function};
use crate::syntax::{Function, find_functions, parse};
use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What two versions of a module give.
#[derive(Debug, Default, PartialEq)]
pub struct Collected {
    /// One for each function that changed.
    pub pairs: Vec<StoredPair>,
    /// Functions that could not be matched or read, in words.
    pub notes: Vec<String>,
}

/// The functions that two versions of a module have both, where they differ. `origin` stands in front of their names. Of a
/// function and one inside it that both changed, the inner one is taken.
pub fn from_modules(origin: &str, before: &str, after: &str) -> Collected {
    let (old, new) = (find_functions(&parse(before), before), find_functions(&parse(after), after));
    let mut collected = Collected::default();
    let renamed =
        |one: &Function| matches!((old.as_slice(), new.as_slice()), ([_], [only]) if only.qualname == one.qualname);
    let mut changed: Vec<(&Function, &Function)> = Vec::new();
    let mut added = 0;
    for one in &new {
        let same =
            old.iter().find(|other| other.qualname == one.qualname).or_else(|| old.first().filter(|_| renamed(one)));
        let Some(other) = same else {
            added += 1;
            continue;
        };
        if let Some(problem) = other.problem.as_ref().or(one.problem.as_ref()) {
            let place = format!("syntax error at {}:{}", problem.line, problem.column);
            collected.notes.push(format!("{origin}::{}: {place}", one.qualname));
        } else if !same_function(&alone(before, other), &alone(after, one))
            && before[other.range.clone()] != after[one.range.clone()]
        {
            changed.push((other, one));
        }
    }
    let matched = |one: &&Function| new.iter().any(|other| other.qualname == one.qualname || renamed(other));
    let gone = old.iter().filter(|one| !matched(one)).count();
    if added + gone > 0 {
        collected
            .notes
            .push(format!("{origin}: functions only after: {added}, only before: {gone}; they are no pairs"));
    }
    for (other, one) in &changed {
        let inside = format!("{}.", one.qualname);
        if changed.iter().any(|(_, inner)| inner.qualname.starts_with(&inside)) {
            continue;
        }
        let (old_text, new_text) = (alone(before, other), alone(after, one));
        let imports = imports_brought(&old_text, &new_text, before, after);
        let origin = format!("{origin}::{}", one.qualname);
        collected.pairs.push(StoredPair { origin, imports, before: old_text, after: new_text });
    }
    collected
}

/// A function's text without the margin that it has where it stands.
fn alone(source: &str, function: &Function) -> String {
    let line = source[..function.range.start].rfind('\n').map_or(0, |at| at + 1);
    let margin = Some(&source[line..function.range.start]).filter(|margin| margin.trim().is_empty()).unwrap_or("");
    let text = &source[function.range.clone()];
    let lines = text.split_inclusive('\n').map(|line| line.strip_prefix(margin).unwrap_or(line));
    let mut text: String = lines.collect();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Pairs as JSON lines: `{"before": "…", "after": "…"}`. `name` stands in front of what is wrong with a line.
pub fn from_json_lines(name: &str, text: &str) -> Result<Vec<StoredPair>> {
    #[derive(Deserialize)]
    struct Line {
        before: String,
        after: String,
    }
    let mut pairs = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Line { before, after } = serde_json::from_str(line)
            .with_context(|| format!("{name}:{number}: a line is {{\"before\": \"…\", \"after\": \"…\"}}"))?;
        if before.contains('\0') || after.contains('\0') {
            bail!("{name}:{number}: NUL character; this is not Python source");
        }
        let imports = imports_brought(&before, &after, &before, &after);
        pairs.push(StoredPair { origin: format!("{name}:{number}"), imports, before, after });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_functions_are_matched_by_name() {
        let before = "import os\n\nclass A:\n    def f(self):\n        print(1)\n        return 1\n\n    def g(self):\n        return 2\n\ndef old(): pass\n\ndef h():\n    def i():\n        print(3)\n        return 3\n    return i\n";
        let after = "import os\nimport log\n\nclass A:\n    def g(self):\n\n        return (2)  # same\n\n    def f(self):\n        log.info(1)\n        return 1\n\ndef new(): pass\n\ndef h():\n    def i():\n        return 3\n    return i\n";
        let collected = from_modules("a.py", before, after);
        let origins: Vec<&str> = collected.pairs.iter().map(|pair| pair.origin.as_str()).collect();
        assert_eq!(origins, ["a.py::A.f", "a.py::h.i"]);
        assert_eq!(collected.pairs[0].before, "def f(self):\n    print(1)\n    return 1\n");
        assert_eq!(collected.pairs[0].imports, ["import log"]);
        assert_eq!(collected.pairs[1].after, "def i():\n    return 3\n");
        assert_eq!(collected.notes, ["a.py: functions only after: 1, only before: 1; they are no pairs"]);
    }

    #[test]
    fn a_single_function_may_change_its_name() {
        let collected = from_modules("x", "def f(a):\n    return a\n", "def g(a):\n    return a\n");
        assert_eq!((collected.pairs.len(), collected.notes.len()), (1, 0));
    }

    #[test]
    fn broken_functions_are_named() {
        let collected = from_modules("x", "def f(a):\n    return a\n", "def f(a):\n    x = = 1\n    return a\n");
        assert!(collected.pairs.is_empty());
        assert!(collected.notes[0].starts_with("x::f: syntax error at 2:"), "{:?}", collected.notes);
    }

    #[test]
    fn lines_that_are_no_pairs_are_named() {
        let check = |text: &str, expect: &str| {
            let said =
                from_json_lines("p.jsonl", text).map_or_else(|error| format!("{error:#}"), |p| p.len().to_string());
            assert!(said.contains(expect), "{said}");
        };
        check("{\"before\": \"a\", \"after\": \"b\"}\n\n", "1");
        check("", "0");
        check("{\"before\": \"a\", \"after\": \"b\"}\nnonsense", "p.jsonl:2: a line is");
        check("{\"before\": \"a\"}", "missing field `after`");
        check("{\"before\": \"a\\u0000\", \"after\": \"b\"}", "NUL");
    }
}
