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
//!
//! Beside the predicates of tree-sitter there is `(#within? @node "query" …)`: one of the queries matches somewhere below the node,
//! and what both have captured by one name has the same text, or, named `not.` and that name, another one.

use crate::syntax::{Capture, Parsed, Pattern, PatternError, Searched};
use std::cmp::Reverse;
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

/// A concept's name, and the text of its query.
type Query = (&'static str, &'static str);

/// With more parts than this, walking takes longer than compiling gains.
const MOST_PARTS: usize = 4;

/// Every file under `grammars/python/concepts`.
const QUERIES: &[Query] = include!(concat!(env!("OUT_DIR"), "/queries.rs"));

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
        self.says.presence(&captures)
    }

    /// Where the concept could be added in the function at `range` (`remove`: where it is), in bytes; nothing when the
    /// detector can not tell.
    pub fn places(&self, parsed: &Parsed, source: &str, range: Range<usize>, remove: bool) -> Vec<Range<usize>> {
        let captures = self.pattern.captures(&Searched::new(parsed, source, range));
        let excluded: BTreeSet<usize> =
            captures.iter().filter(|one| one.name == "excluded").map(|one| one.node).collect();
        let wanted = if remove { "present" } else { "applicable" };
        let mut places: Vec<Range<usize>> = captures
            .iter()
            .filter(|one| one.name == wanted && (remove || !excluded.contains(&one.node)))
            .map(|one| one.start..one.end)
            .collect();
        places.sort_by_key(|place| (place.start, place.end));
        places.dedup();
        places
    }

    /// What all detectors count in the function at `range`, by the names of their concepts: for a light bulb, in as few walks
    /// as there are [parts](Part). The first call compiles them, which takes some hundred milliseconds.
    pub fn presences(parsed: &Parsed, source: &str, range: Range<usize>) -> HashMap<&'static str, Presence> {
        static ALL: OnceLock<Vec<Part>> = OnceLock::new();
        let searched = Searched::new(parsed, source, range);
        ALL.get_or_init(Part::all).iter().flat_map(|part| part.presences(&searched)).collect()
    }
}

/// Some of the detectors as one pattern. One walk for many queries is several times quicker than one each, and compiling them
/// is what takes long: so there is one part for each of a few threads.
struct Part {
    pattern: Pattern,
    concepts: Vec<(&'static str, Says)>,
}

impl Part {
    /// All detectors, compiled beside each other.
    fn all() -> Vec<Self> {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(MOST_PARTS));
        // long queries take long; the longest first, each where there is least to do
        let mut queries = QUERIES.to_vec();
        queries.sort_by_key(|(name, text)| (Reverse(text.len()), *name));
        let mut shares: Vec<(usize, Vec<Query>)> = vec![Default::default(); threads];
        for query in queries {
            if let Some((size, share)) = shares.iter_mut().min_by_key(|(size, _)| *size) {
                *size += query.1.len();
                share.push(query);
            }
        }
        std::thread::scope(|scope| {
            let parts: Vec<_> = shares.iter().map(|(_, share)| scope.spawn(|| Self::new(share))).collect();
            parts.into_iter().filter_map(|part| part.join().ok().flatten()).collect()
        })
    }

    /// `None` when a query does not compile; a test holds that all do.
    fn new(queries: &[Query]) -> Option<Self> {
        let pattern = Pattern::joined(queries.iter().map(|(_, text)| *text)).ok()?;
        Some(Self { pattern, concepts: queries.iter().map(|(name, text)| (*name, Says::of(text))).collect() })
    }

    fn presences(&self, searched: &Searched<'_>) -> impl Iterator<Item = (&'static str, Presence)> {
        let mut captures: Vec<Vec<Capture<'_>>> = vec![Vec::new(); self.concepts.len()];
        for capture in self.pattern.captures(searched) {
            captures[capture.part].push(capture);
        }
        let counted = self.concepts.iter().zip(captures);
        counted.map(|((name, says), captures)| (*name, says.presence(&captures)))
    }
}

impl Says {
    fn of(text: &str) -> Self {
        let code = || text.lines().filter(|line| !line.trim_start().starts_with(';'));
        let has = |name| code().any(|line| line.contains(name));
        Self { applicable: has("@applicable"), needed: has("@needed") }
    }

    fn presence(self, captures: &[Capture<'_>]) -> Presence {
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
