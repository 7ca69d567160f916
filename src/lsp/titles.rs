//! Which concepts apply to a function, as its detectors say: no model is asked, and only the function itself is looked
//! at, so the length of the file does not matter.

use crate::concepts::{ConceptInfo, Detector, catalogue};
use crate::syntax::{Function, Parsed, enclosing_function, find_functions, first_function, parse};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A concept that could be added to a function, or removed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Which concept.
    pub concept: &'static ConceptInfo,
    /// Removed, not added.
    pub remove: bool,
}

/// Functions whose offers are remembered, at least; twice as many at most.
const REMEMBERED: usize = 1024;

/// Says what applies, and remembers it by the function's text.
#[derive(Default)]
pub struct Titles(Mutex<Memory>);

/// The functions that were asked about lately, and those before them.
#[derive(Default)]
struct Memory {
    young: HashMap<String, Arc<Vec<Offer>>>,
    old: HashMap<String, Arc<Vec<Offer>>>,
}

impl Memory {
    fn get(&mut self, alone: &str) -> Option<Arc<Vec<Offer>>> {
        if let Some(offers) = self.young.get(alone) {
            return Some(Arc::clone(offers));
        }
        let (text, offers) = self.old.remove_entry(alone)?;
        self.put(text, Arc::clone(&offers));
        Some(offers)
    }

    fn put(&mut self, alone: String, offers: Arc<Vec<Offer>>) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(alone, offers);
    }
}

impl Titles {
    /// What applies to a function, in the catalogue's order, additions first; nothing when it is broken.
    pub fn of(&self, source: &str, function: &Function) -> Arc<Vec<Offer>> {
        if function.problem.is_some() {
            return Arc::default();
        }
        let alone = standing_alone(source, function);
        if let Some(offers) = self.lock().get(&alone) {
            return offers;
        }
        // not while it is locked: other requests go on
        let offers = Arc::new(detect(&alone));
        self.lock().put(alone, Arc::clone(&offers));
        offers
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compiles the detectors' queries, so that the first request does not wait for it.
    pub fn warm_up() {
        detect("if 1:\n    def f(a):\n        return a\n");
    }
}

/// The function a user means by a range: the innermost around all of it, else around its start, else around the first word
/// of its line (so that a margin and a line's end belong to it), else the first that it touches.
pub fn function_at(parsed: &Parsed, source: &str, range: Range<usize>) -> Option<Function> {
    let at = |range| enclosing_function(parsed, source, range);
    let word = first_word(source, range.start);
    let start = range.start.max(word);
    let innermost = at(start..range.end.max(start)).or_else(|| at(start..start)).or_else(|| at(word..word));
    innermost.or_else(|| first_function(parsed, source, &range))
}

/// The first byte of a line that is no blank.
fn first_word(source: &str, offset: usize) -> usize {
    let line = source[..offset].rfind('\n').map_or(0, |at| at + 1);
    let text = source[line..].split('\n').next().unwrap_or("");
    line + (text.len() - text.trim_start().len())
}

/// The function in a text of its own: its lines as they stand, in a class or a block when they are indented.
fn standing_alone(source: &str, function: &Function) -> String {
    let line = source[..function.range.start].rfind('\n').map_or(0, |at| at + 1);
    let margin = &source[line..function.range.start];
    let text = &source[function.range.clone()];
    if margin.is_empty() || !margin.trim().is_empty() {
        return format!("{text}\n");
    }
    let head = if function.is_method { "class _:" } else { "if 1:" };
    format!("{head}\n{margin}{text}\n")
}

fn detect(alone: &str) -> Vec<Offer> {
    let parsed = parse(alone);
    let Some(function) = find_functions(&parsed, alone).into_iter().next() else {
        return Vec::new();
    };
    let presences = Detector::presences(&parsed, alone, function.range);
    let seen = catalogue().iter().filter_map(|concept| Some((concept, *presences.get(concept.name.as_str())?)));
    let seen: Vec<_> = seen.collect();
    let side = |remove: bool| {
        let applies = seen.iter().filter(move |(concept, presence)| {
            // a light bulb says what is known; a detector that can not tell offers nothing
            let known = if remove { concept.reverse } else { presence.applicable.is_some() };
            known && presence.allows(remove)
        });
        applies.map(move |(concept, _)| Offer { concept, remove })
    };
    side(false).chain(side(true)).collect()
}

impl Offer {
    /// `add.guard-clause`, the end of its kinds.
    pub fn kind(&self) -> String {
        let way = if self.remove { "remove" } else { "add" };
        format!("{way}.{}", self.concept.name)
    }

    /// `Add: guard clause`.
    pub fn title(&self) -> String {
        let way = if self.remove { "Remove" } else { "Add" };
        format!("{way}: {}", in_a_sentence(&self.concept.title))
    }

    /// Whether somebody may want it everywhere in a file: what is better for one place of the code, and what is taken out.
    pub fn suits_a_file(&self) -> bool {
        self.is_specific() || (self.remove && self.concept.family == "cross-cutting")
    }

    /// Whether it is about one place of the code, and not something that nearly any function could have.
    pub fn is_specific(&self) -> bool {
        matches!(self.concept.family.as_str(), "idioms" | "structure")
    }
}

/// A title with a small first letter, unless it is a name.
pub fn in_a_sentence(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            let rest = &title[first.len_utf8()..];
            format!("{}{rest}", first.to_lowercase())
        }
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "import os\n\nclass A:\n    @property\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n\n\ndef h():\n    if True:\n        def i():\n            return 3\n    return i\n";

    #[test]
    fn a_range_means_a_function() {
        let parsed = parse(TEXT);
        let check = |from: &str, to: &str, expect: &str| {
            let start = TEXT.find(from).unwrap();
            let range = start..TEXT.find(to).unwrap().max(start);
            let found = function_at(&parsed, TEXT, range);
            assert_eq!(found.map_or("none".to_owned(), |f| f.qualname), expect, "from {from:?} to {to:?}");
        };
        check("import", "import", "none");
        check("\n    @property", "\n    @property", "none");
        check("    @property", "    @property", "A.f");
        check("        return 1", "        return 1", "A.f");
        check("\n    def g", "\n    def g", "none");
        check("return 1", "return 2", "A.f");
        check("import", "return 2", "A.f");
        check("        def i", "        def i", "h.i");
        check("if True", "return 3", "h");
        check("    return i", "    return i", "h");
    }

    #[test]
    fn functions_stand_alone_without_problems() {
        let parsed = parse(TEXT);
        for function in find_functions(&parsed, TEXT) {
            let alone = standing_alone(TEXT, &function);
            assert_eq!(parse(&alone).first_problem(), None, "{alone}");
        }
    }

    #[test]
    fn what_is_asked_for_again_is_remembered_longest() {
        let mut memory = Memory::default();
        for n in 0..3 * REMEMBERED {
            memory.put(n.to_string(), Arc::default());
            assert!(memory.get("0").is_some(), "after {n}");
        }
        assert!(memory.get("1").is_none());
        assert!(memory.young.len() + memory.old.len() <= 2 * REMEMBERED);
    }

    #[test]
    fn titles_are_sentences() {
        assert_eq!(in_a_sentence("Guard clause"), "guard clause");
        assert_eq!(in_a_sentence("f-strings"), "f-strings");
        assert_eq!(in_a_sentence(""), "");
    }
}
