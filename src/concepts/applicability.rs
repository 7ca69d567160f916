//! Whether a taught concept can apply to a function, as its pairs show it: what the edit takes away or stands beside in every
//! pair must be in the function. No model is asked. Like detectors, it only rejects.
//!
//! What must be there are single tokens and pairs of neighbours, with any name in the place of a name. How far that can be trusted depends on how many pairs agree on it (measured on held-out packages, named
//! concepts: share of functions to which the concept applies that are let through, share of others that are refused):
//!
//! | pairs | tokens | neighbours |
//! |---|---|---|
//! | 2 | 94 %, 29 % | 85 %, 45 % |
//! | 3 | 97 %, 28 % | 93 %, 42 % |
//! | 5 | 98 %, 24 % | 96 %, 36 % |
//!
//! 412 to 434 functions of the one kind, 437 of the other, near misses among them.

use crate::codec::vocabulary::{BOS, EOS, GAP};
use crate::codec::{ConceptTable, Id, Kind, Lexed, SlotTable, Tag, Vocabulary, WindowPair};
use crate::syntax::Parsed;
use std::collections::BTreeSet;
use std::ops::Range;

/// With fewer pairs nothing is refused: what they share by chance is not told from what is needed.
const ENOUGH: usize = 3;

/// What the test says about a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// All that the pairs have in common is there.
    Likely,
    /// Something is missing that the pairs have in common, but they are too few to be sure.
    Doubtful,
    /// Something is missing that every pair needs.
    No,
}

/// What every pair of a concept has where it is edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applicability {
    needed: BTreeSet<Gram>,
    pairs: usize,
}

/// One token or two neighbours. Slots are negative numbers by their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gram {
    One(i32),
    Two(i32, i32),
}

impl Applicability {
    /// From the windows of a concept's pairs; `remove`: for taking it out.
    pub fn new(windows: &[WindowPair], remove: bool) -> Self {
        let sides = windows.iter().map(|window| match remove {
            false => beside_the_change(&window.ids, &window.tags),
            true => beside_the_change(&window.opposite_ids, &window.opposite_tags),
        });
        let needed = sides.reduce(|a, b| a.intersection(&b).copied().collect());
        Self { needed: needed.unwrap_or_default(), pairs: windows.len() }
    }

    /// Looks at the function at `range`. What can not be read can not be edited either.
    pub fn at(&self, parsed: &Parsed, source: &str, range: Range<usize>, concept: &ConceptTable) -> Applies {
        let ids = Lexed::at(parsed, source, range).and_then(|lexed| lexed.ids(concept, &mut SlotTable::default()));
        ids.map_or(Applies::No, |ids| self.of(&ids))
    }

    /// Looks at a function's tokens, read under the concept's table.
    pub fn of(&self, ids: &[Id]) -> Applies {
        let there = grams(ids, |_| true);
        let mut missing = self.needed.difference(&there).peekable();
        if missing.peek().is_none() {
            return Applies::Likely;
        }
        let token = missing.any(|gram| matches!(gram, Gram::One(_)));
        match self.pairs {
            ENOUGH.. if token => Applies::No,
            ENOUGH.. => Applies::Doubtful,
            2 if token => Applies::Doubtful,
            _ => Applies::Likely,
        }
    }
}

/// The grams of the before side that are deleted, or are neighbours of what is inserted.
pub(super) fn beside_the_change(ids: &[Id], tags: &[u8]) -> BTreeSet<Gram> {
    let is = |tag: u8, wanted: Tag| tag == wanted as u8;
    let tagged: Vec<(Id, u8)> = ids.iter().copied().zip(tags.iter().copied()).collect();
    let mut all = BTreeSet::new();
    for run in tagged.split(|(_, tag)| is(*tag, Tag::Gap)) {
        let (mut before, mut touched): (Vec<Id>, Vec<bool>) = (Vec::new(), Vec::new());
        let mut inserted = false;
        for (id, tag) in run {
            if is(*tag, Tag::Inserted) {
                if let Some(last) = touched.last_mut() {
                    *last = true;
                }
                inserted = true;
                continue;
            }
            before.push(*id);
            touched.push(inserted || is(*tag, Tag::Deleted));
            inserted = false;
        }
        all.extend(grams(&before, |at| touched[at]));
    }
    all
}

/// The grams of a token sequence whose tokens are all wanted.
fn grams(ids: &[Id], wanted: impl Fn(usize) -> bool) -> BTreeSet<Gram> {
    let vocabulary = Vocabulary::built_in();
    let frame = |id: Id| matches!(id, BOS | EOS | GAP);
    let read: Vec<Option<i32>> =
        (0..).zip(ids).map(|(at, id)| (wanted(at) && !frame(*id)).then(|| shape(vocabulary, *id))).collect();
    let ones = read.iter().flatten().map(|one| Gram::One(*one));
    let twos = read.windows(2).filter_map(|two| Some(Gram::Two(two[0]?, two[1]?)));
    ones.chain(twos).collect()
}

/// A token, or what it is of when it is a spelling: which names pairs share by chance says nothing. Those that belong to the
/// edit are concept tokens, and stand for themselves.
fn shape(vocabulary: &Vocabulary, id: Id) -> i32 {
    match vocabulary.kind(id) {
        Kind::Id | Kind::Name => -1,
        Kind::Str | Kind::String => -2,
        Kind::Num | Kind::Number => -3,
        _ => i32::from(id),
    }
}

/// Whether the pairs make the same change at several places of one function: then less strength means fewer places. Otherwise
/// the concept is there or it is not.
pub fn is_graded(windows: &[WindowPair]) -> bool {
    let repeats = windows.iter().filter(|window| {
        let hunks = hunks(window);
        hunks.iter().collect::<BTreeSet<_>>().len() < hunks.len()
    });
    let repeats = repeats.count();
    // one pair in five: a chance likeness of two hunks is rarer
    repeats > 0 && 5 * repeats >= windows.len()
}

/// How many hunks of an edit belong together: 1, unless every pair shows unlike ones, such as a line in front of something and
/// one behind it. Then none of them is to be made without the others, and the simplest pair says how many they are.
pub fn hunks_together(windows: &[WindowPair]) -> usize {
    let simplest = windows.iter().map(hunks).min_by_key(Vec::len).map_or(1, |hunks| hunks.len());
    let unlike = |window: &WindowPair| hunks(window).into_iter().collect::<BTreeSet<_>>().len() > 1;
    if windows.iter().all(unlike) { simplest.max(1) } else { 1 }
}

/// What is changed at each place of a window, whatever names it is about.
fn hunks(window: &WindowPair) -> Vec<Vec<(i32, u8)>> {
    let vocabulary = Vocabulary::built_in();
    let tagged: Vec<(Id, u8)> = window.ids.iter().copied().zip(window.tags.iter().copied()).collect();
    let changed = |tag: u8| tag == Tag::Deleted as u8 || tag == Tag::Inserted as u8;
    let runs = tagged.chunk_by(|a, b| changed(a.1) == changed(b.1)).filter(|run| changed(run[0].1));
    runs.map(|run| run.iter().map(|(id, tag)| (shape(vocabulary, *id), *tag)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::Taught;

    fn print(name: &str) -> (String, String) {
        let before = format!("def {name}(a):\n    print('{name}', a)\n    return a\n");
        (before, format!("def {name}(a):\n    return a\n"))
    }

    fn taught(pairs: &[(String, String)]) -> Taught {
        Taught::new(pairs.iter().map(|(before, after)| (before.as_str(), after.as_str()))).unwrap()
    }

    fn of(taught: &Taught, remove: bool, source: &str) -> Applies {
        let ids = Lexed::new(source).unwrap().ids(&taught.concept, &mut SlotTable::default()).unwrap();
        Applicability::new(&taught.windows, remove).of(&ids)
    }

    #[test]
    fn what_every_pair_needs_must_be_there() {
        let names = ["load", "save", "open_it", "fetch", "store"];
        let with = "def f(x, y):\n    z = x + y\n    print('f', z)\n    return z\n";
        let without = "def f(x, y):\n    z = x + y\n    return z\n";
        for (pairs, expect) in [(1, Applies::Likely), (2, Applies::Doubtful), (3, Applies::No), (5, Applies::No)] {
            let pairs: Vec<_> = names[..pairs].iter().map(|name| print(name)).collect();
            let taught = taught(&pairs);
            assert_eq!(of(&taught, false, with), Applies::Likely, "{} pairs", pairs.len());
            assert_eq!(of(&taught, false, without), expect, "{} pairs", pairs.len());
            // to put it back, a `return` is needed, and that is there; a neighbour that all pairs share by chance (it is the
            // first statement of each) may raise a doubt, and no more
            assert_ne!(of(&taught, true, without), Applies::No, "{} pairs", pairs.len());
        }
    }

    #[test]
    fn nothing_is_needed_of_no_pairs() {
        let ids = Lexed::new("def f(): pass").unwrap();
        let ids = ids.ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap();
        assert_eq!(Applicability::new(&[], false).of(&ids), Applies::Likely);
    }

    #[test]
    fn a_change_at_several_places_is_graded() {
        let once = taught(&[print("load")]);
        assert!(!is_graded(&once.windows));
        let twice = taught(&[(
            "def f(a):\n    if a == None:\n        return 1\n    b = g(a)\n    if b == None:\n        return 2\n"
                .to_owned(),
            "def f(a):\n    if a is None:\n        return 1\n    b = g(a)\n    if b is None:\n        return 2\n"
                .to_owned(),
        )]);
        assert!(is_graded(&twice.windows));
        assert_eq!(hunks_together(&twice.windows), 1);
        let around = taught(&[(
            "def f(a):\n    b = g(a)\n    h(b)\n    i(b)\n    return b\n".to_owned(),
            "def f(a):\n    lock.acquire()\n    b = g(a)\n    h(b)\n    i(b)\n    lock.release(b)\n    return b\n"
                .to_owned(),
        )]);
        assert!(!is_graded(&around.windows));
        assert_eq!([&around.windows[..], &[], &once.windows].map(hunks_together), [2, 1, 1]);
    }
}
