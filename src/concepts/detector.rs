//! Detectors: whether a concept is present in a function, and whether it could be added. They label and reject; edits
//! come from the decoder alone.
//!
//! A detector is a tree-sitter query. Its captures say:
//!
//! - `@present`: a place where the concept is;
//! - `@applicable`: a place where it could be added (no such capture: the query can not tell);
//! - `@needed`: without one in the function itself, it can be added nowhere;
//! - `@blocked`: with one in the function itself, it can be added nowhere;
//! - `@excluded`: a node that is none of these three after all, for what can only be said by what is absent.

use crate::syntax::{Capture, Parsed, Pattern, PatternError, Searched};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

/// The query of one concept.
pub struct Detector {
    pattern: Pattern,
    says: Says,
}

/// Which captures a query has.
#[derive(Clone, Copy, Default)]
struct Says {
    applicable: bool,
    needed: bool,
}

/// What a detector counts in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presence {
    /// Places where the concept is.
    pub present: usize,
    /// Places where it could be added; `None` when the detector can not tell.
    pub applicable: Option<usize>,
}

/// A query and, once it was asked for, its detector.
type Lazy = (&'static str, OnceLock<Option<Detector>>);

/// (name, query) of every file under `grammars/python/concepts`.
const QUERIES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/queries.rs"));

impl Detector {
    /// The detector of a named concept, compiled when it is first asked for: all of them take a third of a second.
    pub fn of(name: &str) -> Option<&'static Self> {
        static DETECTORS: OnceLock<HashMap<&'static str, Lazy>> = OnceLock::new();
        let detectors =
            DETECTORS.get_or_init(|| QUERIES.iter().map(|(name, text)| (*name, (*text, OnceLock::new()))).collect());
        let (text, detector) = detectors.get(name)?;
        detector.get_or_init(|| Self::new(text).ok()).as_ref()
    }

    /// Compiles a query.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let pattern = Pattern::new(text)?;
        Ok(Self { says: Says::of(text), pattern })
    }

    /// Counts in the function at `range`.
    pub fn presence(&self, parsed: &Parsed, source: &str, range: Range<usize>) -> Presence {
        let captures = self.pattern.captures(&Searched::new(parsed, source, range));
        self.says.presence(&captures.iter().collect::<Vec<_>>())
    }

    /// What all detectors count in the function at `range`, by the names of their concepts: in one walk, for a light bulb.
    /// The first call compiles them, which takes some hundred milliseconds.
    pub fn presences(parsed: &Parsed, source: &str, range: Range<usize>) -> HashMap<&'static str, Presence> {
        static ALL: OnceLock<Option<(Pattern, Vec<Says>)>> = OnceLock::new();
        let all = ALL.get_or_init(|| {
            let pattern = Pattern::joined(QUERIES.iter().map(|(_, text)| *text)).ok()?;
            Some((pattern, QUERIES.iter().map(|(_, text)| Says::of(text)).collect()))
        });
        let Some((pattern, says)) = all else { return HashMap::new() };
        let captures = pattern.captures(&Searched::new(parsed, source, range));
        let mut parts: Vec<Vec<&Capture<'_>>> = vec![Vec::new(); says.len()];
        for capture in &captures {
            parts[capture.part].push(capture);
        }
        let counted = QUERIES.iter().zip(says).zip(&parts);
        counted.map(|(((name, _), says), captures)| (*name, says.presence(captures))).collect()
    }
}

impl Says {
    fn of(text: &str) -> Self {
        let code = || text.lines().filter(|line| !line.trim_start().starts_with(';'));
        let has = |name| code().any(|line| line.contains(name));
        Self { applicable: has("@applicable"), needed: has("@needed") }
    }

    fn presence(self, captures: &[&Capture<'_>]) -> Presence {
        let nodes = |name: &str, own: bool| -> BTreeSet<usize> {
            let wanted = captures.iter().filter(|one| one.name == name && (one.own || !own));
            wanted.map(|one| one.node).collect()
        };
        let applicable = self.applicable.then(|| {
            let excluded = nodes("excluded", false);
            let count = |name: &str, own: bool| nodes(name, own).difference(&excluded).count();
            let possible = count("blocked", true) == 0 && (!self.needed || count("needed", true) > 0);
            if possible { count("applicable", false) } else { 0 }
        });
        Presence { present: nodes("present", false).len(), applicable }
    }
}

impl Presence {
    /// Whether the concept could be added (`remove`: taken out); unknown counts as yes.
    pub fn allows(self, remove: bool) -> bool {
        if remove { self.present > 0 } else { self.applicable.is_none_or(|places| places > 0) }
    }

    /// How far an edit moved the concept in the asked direction: 1 fully, 0 not at all.
    pub fn gain(self, after: Self, remove: bool) -> f32 {
        let (from, to) = if remove { (after, self) } else { (self, after) };
        let appeared = to.present > from.present;
        let used_up = matches!((from.applicable, to.applicable), (Some(a), Some(b)) if a > b);
        if appeared || used_up { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_compiles() {
        for (name, text) in QUERIES {
            if let Err(error) = Pattern::new(text) {
                panic!("grammars/python/concepts/{name}.scm: {error}");
            }
        }
    }
}
