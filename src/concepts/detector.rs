//! Detectors: whether a concept is present in a function, and whether it could be added. They label and reject; edits
//! come from the decoder alone.

use crate::syntax::{Parsed, Pattern};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// The queries of one concept: captures `@present` and `@applicable`.
pub struct Detector {
    pattern: Pattern,
    knows_applicable: bool,
}

/// What a detector counts in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presence {
    /// Places where the concept is.
    pub present: usize,
    /// Places where it could be added; `None` when the detector can not tell.
    pub applicable: Option<usize>,
}

/// (name, query) of every file under `grammars/python/concepts`.
const QUERIES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/queries.rs"));

impl Detector {
    /// The detector of a named concept.
    pub fn of(name: &str) -> Option<&'static Self> {
        static DETECTORS: OnceLock<HashMap<&'static str, Detector>> = OnceLock::new();
        let detectors = DETECTORS.get_or_init(|| {
            let compiled = QUERIES.iter().filter_map(|(name, text)| Some((*name, Self::new(text)?)));
            compiled.collect()
        });
        detectors.get(name)
    }

    fn new(text: &str) -> Option<Self> {
        let pattern = Pattern::new(text).ok()?;
        Some(Self { pattern, knows_applicable: text.contains("@applicable") })
    }

    /// Counts in the function at `range`.
    pub fn presence(&self, parsed: &Parsed, source: &str, range: Range<usize>) -> Presence {
        let present = self.pattern.count(parsed, source, range.clone(), "present");
        let applicable = self.knows_applicable.then(|| self.pattern.count(parsed, source, range, "applicable"));
        Presence { present, applicable }
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
