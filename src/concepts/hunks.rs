//! What of a pair stands by itself: an edit of several hunks may be several edits, such as a commit makes them, of which only some
//! belong to the concept. A part of an edit is a real edit when the function with that part alone is Python and uses no name that
//! neither side of the pair leaves to the module.

use super::check_pair;
use super::store::StoredPair;
use crate::syntax::{bound_names, find_functions, parse, unbound_names};
use crate::text::{TextEdit, apply_edits, edits_between};
use std::collections::BTreeSet;

/// More hunks than this are one edit, or too many to tell apart.
const MOST: usize = 24;

/// A pair taken apart into the smallest parts that stand by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    before: String,
    after: String,
    hunks: Vec<TextEdit>,
    /// Numbers of the hunks of each part.
    parts: Vec<Vec<usize>>,
    known: BTreeSet<String>,
}

impl Parts {
    /// `None` where the pair is of one piece. Hunks of layout and comments alone belong to no part.
    pub fn of(pair: &StoredPair) -> Option<Self> {
        let (before, after) = (pair.before.clone(), pair.after.clone());
        let hunks = edits_between(&before, &after);
        if !(2..=MOST).contains(&hunks.len()) {
            return None;
        }
        let known = &unbound(&before) | &unbound(&after);
        let mut whole = Self { before, after, parts: Vec::new(), hunks, known };
        whole.parts = whole.split()?;
        (whole.parts.len() > 1).then_some(whole)
    }

    /// How many there are: two at least.
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// The pair with some of its parts alone; `None` where they do not stand together.
    pub fn only(&self, pair: &StoredPair, some: &[usize]) -> Option<StoredPair> {
        let hunks: Vec<usize> = some.iter().flat_map(|at| self.parts[*at].iter().copied()).collect();
        let after = self.with(&hunks);
        if !self.stands(&after) {
            return None;
        }
        let used = unbound(&after);
        let needed = |import: &&String| {
            let names = bound_names(&parse(import), import);
            names.iter().any(|name| used.contains(name))
        };
        let imports = pair.imports.iter().filter(needed).cloned().collect();
        Some(StoredPair { origin: pair.origin.clone(), imports, before: self.before.clone(), after })
    }

    /// Lines of the before side at which parts are: `3`, or `5-7`.
    pub fn lines(&self, some: &[usize]) -> Vec<String> {
        let mut hunks: Vec<usize> = some.iter().flat_map(|at| self.parts[*at].iter().copied()).collect();
        hunks.sort_unstable();
        let line = |at: usize| self.before[..at].matches('\n').count() + 1;
        let lines = hunks.into_iter().map(|at| {
            let range = &self.hunks[at].range;
            let (first, last) = (line(range.start), line(range.end.saturating_sub(1).max(range.start)));
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        });
        lines.collect()
    }

    fn with(&self, hunks: &[usize]) -> String {
        let mut hunks = hunks.to_vec();
        hunks.sort_unstable();
        apply_edits(&self.before, &hunks.iter().map(|at| self.hunks[*at].clone()).collect::<Vec<_>>())
    }

    fn stands(&self, after: &str) -> bool {
        check_pair(&self.before, after).is_ok() && unbound(after).is_subset(&self.known)
    }

    /// Each hunk that stands is a part; one that does not is joined to the nearest with which it does. `None` where one stands
    /// with no other.
    fn split(&self) -> Option<Vec<Vec<usize>>> {
        let changes = |at: &usize| !super::same_function(&self.before, &self.with(&[*at]));
        let mut parts: Vec<Vec<usize>> = (0..self.hunks.len()).filter(changes).map(|at| vec![at]).collect();
        while let Some(failing) = parts.iter().position(|part| !self.stands(&self.with(part))) {
            let mut others: Vec<usize> = (0..parts.len()).filter(|other| *other != failing).collect();
            others.sort_by_key(|other| other.abs_diff(failing));
            let joined = |other: usize| [parts[failing].as_slice(), &parts[other]].concat();
            let with = others.into_iter().find(|other| self.stands(&self.with(&joined(*other))))?;
            let mut both = joined(with);
            both.sort_unstable();
            parts[failing.min(with)] = both;
            parts.remove(failing.max(with));
        }
        Some(parts)
    }
}

/// Names that a function's text leaves to the module.
fn unbound(text: &str) -> BTreeSet<String> {
    let parsed = parse(text);
    let range = find_functions(&parsed, text).into_iter().next().map_or(0..text.len(), |function| function.range);
    unbound_names(&parsed, text, range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(before: &str, after: &str) -> StoredPair {
        let body = |text: &str| format!("def f(a, b):\n    {}\n", text.replace('\n', "\n    "));
        StoredPair { before: body(before), after: body(after), ..StoredPair::default() }
    }

    /// The parts, each by the lines at which it changes the function.
    fn lines(before: &str, after: &str) -> Vec<String> {
        let pair = pair(before, after);
        let Some(parts) = Parts::of(&pair) else { return Vec::new() };
        (0..parts.count()).map(|at| parts.lines(&[at]).join(" ")).collect()
    }

    #[test]
    fn hunks_that_need_each_other_are_one_part() {
        let check = |before: &str, after: &str, expect: &[&str]| {
            assert_eq!(lines(before, after), expect, "{before:?} to {after:?}");
        };
        check("print(a)\nx = a\nreturn x == None", "log(a)\nx = a\nreturn x is None", &["2", "4"]);
        check("return a", "return b", &[]);
        // what a name is bound by, and its uses, also where the second use stands far away
        let (before, after) = ("g(a)\ni(b)\nh(a)\ni(a)\nh(a)\ni(b)\n", "c = g(a)\ni(b)\nh(c)\ni(a)\nh(c)\ni(b)\n");
        check(&format!("{before}return a"), &format!("{after}return b"), &["2 4 6", "8"]);
        // a block that is opened here and closed there
        check("g(a)\nh(b)\nreturn a", "try:\n    g(a)\nexcept E:\n    pass\nh(b)\nreturn b", &["2", "4"]);
        // comments are of no part
        check("g(a)  # one\nh(b)\nreturn a", "g(a)  # two\nh(b)\nreturn b", &[]);
    }

    #[test]
    fn what_is_left_of_a_pair_is_a_real_edit() {
        let mut pair = pair("g(a)\nx = a\nreturn x", "log(a)\nx = a\nreturn time.now(x)");
        pair.imports = vec!["from ours import log".to_owned(), "import time".to_owned()];
        let parts = Parts::of(&pair).unwrap();
        let first = parts.only(&pair, &[0]).unwrap();
        assert_eq!(first.after, "def f(a, b):\n    log(a)\n    x = a\n    return x\n");
        assert_eq!((first.before, first.imports), (pair.before.clone(), vec!["from ours import log".to_owned()]));
        assert_eq!(parts.only(&pair, &[0, 1]).unwrap(), pair);
        assert_eq!(parts.lines(&[1, 0]), ["2", "4"]);
    }
}
