//! Whether texts can be a pair, and what an edit needs of the module around it.

use super::Taught;
use super::store::StoredPair;
use crate::codec::{ConceptTable, FunctionError, Lexed, SlotTable};
use crate::syntax::{Parsed, find_functions, import_of, parse, unbound_names};

/// A side of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The function before the edit.
    Before,
    /// The function after it.
    After,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}

/// Why two texts are no pair to learn from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairProblem {
    /// Not Python.
    #[error("the {side} side is not Python: syntax error at {line}:{column}")]
    Syntax {
        /// Which side.
        side: Side,
        /// One-based line of its text.
        line: usize,
        /// One-based column, in bytes.
        column: usize,
    },
    /// Not one function.
    #[error("the {side} side has {count} functions; a pair is one function before and after an edit")]
    Count {
        /// Which side.
        side: Side,
        /// How many there are; helpers inside a function are not counted.
        count: usize,
    },
    /// A function that can not be read.
    #[error("the {side} side can not be learned from: {error}")]
    Function {
        /// Which side.
        side: Side,
        /// Why; its text is part of this one's.
        error: FunctionError,
    },
    /// No edit.
    #[error("before and after are the same but for layout and comments")]
    Same,
    /// An edit that can not be learned.
    #[error(transparent)]
    Edit(FunctionError),
}

/// Refuses what is not one function before and after an edit.
pub fn check_pair(before: &str, after: &str) -> Result<(), PairProblem> {
    let mut slots = SlotTable::default();
    let mut ids = |side, text| -> Result<_, PairProblem> {
        let parsed = parse(text);
        if let Some(problem) = parsed.first_problem() {
            return Err(PairProblem::Syntax { side, line: problem.line, column: problem.column });
        }
        let functions = find_functions(&parsed, text);
        let inside = |at: usize| {
            let range = &functions[at].range;
            functions[..at].iter().any(|outer| outer.range.start <= range.start && range.end <= outer.range.end)
        };
        let count = (0..functions.len()).filter(|at| !inside(*at)).count();
        if count != 1 {
            return Err(PairProblem::Count { side, count });
        }
        let lexed = Lexed::new(text).and_then(|lexed| lexed.ids(&ConceptTable::default(), &mut slots));
        lexed.map_err(|error| PairProblem::Function { side, error })
    };
    if ids(Side::Before, before)? == ids(Side::After, after)? {
        return Err(PairProblem::Same);
    }
    let alone = Taught::new(std::iter::once((before, after)));
    alone.map(drop).map_err(|(_, error)| PairProblem::Edit(error))
}

/// Whether two texts say the same function: the same tokens, layout and comments aside.
pub fn same_function(a: &str, b: &str) -> bool {
    let mut slots = SlotTable::default();
    let mut ids = |text| Lexed::new(text).and_then(|lexed| lexed.ids(&ConceptTable::default(), &mut slots)).ok();
    ids(a).is_some_and(|a| ids(b) == Some(a))
}

/// What two pairs say against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradiction {
    /// The same function becomes two different ones.
    Different,
    /// One undoes the other.
    Opposite,
}

/// The first two pairs (by number, from 0) that contradict each other.
pub fn contradiction(pairs: &[StoredPair]) -> Option<(usize, usize, Contradiction)> {
    let couples = (0..pairs.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    couples.into_iter().find_map(|(a, b)| {
        let (one, other) = (&pairs[a], &pairs[b]);
        let kind = if same_function(&one.before, &other.before) && !same_function(&one.after, &other.after) {
            Contradiction::Different
        } else if same_function(&one.before, &other.after) && same_function(&one.after, &other.before) {
            Contradiction::Opposite
        } else {
            return None;
        };
        Some((a, b, kind))
    })
}

/// The imports of the module behind an edit that the edited function needs and that the module before did not have. `after` is
/// the function's text there, `module` the whole module that it is part of.
pub fn imports_brought(before: &str, after: &str, before_module: &str, module: &str) -> Vec<String> {
    let unbound = |text: &str| {
        let parsed = parse(text);
        let whole = find_functions(&parsed, text).into_iter().next().map_or(0..text.len(), |function| function.range);
        // the function's own text alone: what the module binds is what is looked for
        let alone = &text[whole];
        let parsed = parse(alone);
        unbound_names(&parsed, alone, 0..alone.len())
    };
    let known = unbound(before);
    let (old, new): (Parsed, Parsed) = (parse(before_module), parse(module));
    let needed = unbound(after).into_iter().filter(|name| !known.contains(name));
    let wanted = needed.filter(|name| import_of(&old, before_module, name).is_none());
    let mut imports: Vec<String> = wanted.filter_map(|name| import_of(&new, module, &name)).collect();
    imports.dedup();
    imports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_pair() {
        let good = "def f(a):\n    return a\n";
        let check = |before: &str, after: &str, expect: &str| {
            let said = check_pair(before, after).err().map_or("fine".to_owned(), |problem| problem.to_string());
            assert!(said.contains(expect), "{before:?} and {after:?}: {said}");
        };
        check(good, "def f(a):\n    return a + 1\n", "fine");
        check(good, "def f(a):\n    def g():\n        pass\n    return g\n", "fine");
        check(good, good, "the same but for layout");
        check(good, "def f(a):  # why\n\n    return (a)\n", "the same but for layout");
        check(good, "def f(a:\n", "the after side is not Python: syntax error at 1:");
        check("x = 1\n", good, "the before side has 0 functions");
        check("", good, "the before side has 0 functions");
        check(good, "def f(a): pass\ndef g(): pass\n", "the after side has 2 functions");
        check(
            &format!("def f(a):\n{}", "    a = a + a\n".repeat(100)),
            good,
            "the before side can not be learned from: the function has",
        );
        let many: String = (0..20).map(|n| format!("    new_name_{n}()\n")).collect();
        check(good, &format!("def f(a):\n{many}"), "the example brings more names of its own than a concept can carry");
    }

    #[test]
    fn pairs_that_contradict_each_other() {
        let pair = |before: &str, after: &str| StoredPair {
            before: format!("def f(a):\n    {before}\n"),
            after: format!("def f(a):\n    {after}\n"),
            ..StoredPair::default()
        };
        assert_eq!(contradiction(&[pair("return a", "return 1"), pair("return 2", "return 1")]), None);
        let different = contradiction(&[pair("x", "y"), pair("return a", "return 1"), pair("return  (a)", "return 2")]);
        assert_eq!(different, Some((1, 2, Contradiction::Different)));
        let opposite = contradiction(&[pair("return a", "return 1"), pair("return 1", "return a")]);
        assert_eq!(opposite, Some((0, 1, Contradiction::Opposite)));
    }

    #[test]
    fn only_new_imports_that_are_needed_come_along() {
        let before = "def f(a):\n    return g(a)\n";
        let after = "def f(a):\n    log.info(a)\n    return g(os.path.join(a))\n";
        let old = format!("import os\nfrom m import g\n\n{before}");
        let new = format!("import os, sys\nfrom ours import (log, other)\nimport time\nfrom m import g\n\n{after}");
        assert_eq!(imports_brought(before, after, &old, &new), ["from ours import log"]);
        assert_eq!(imports_brought(before, after, &new, &new), [""; 0]);
    }
}
