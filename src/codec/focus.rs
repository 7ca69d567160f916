//! A long function, cut to what matters for an edit: its head, the statements around some places, and the heads of the
//! blocks that these stand in. The model reads and edits that; its script is then carried over to the whole function.
//!
//! Statements are left out whole, so what is left is a function; a script that reaches across a cut is refused.

use super::script::Step;
use super::slots::SlotTable;
use super::statements::{Clause, Statement, body_of};
use super::vocabulary::{Id, Kind, Vocabulary};
use std::collections::HashMap;
use std::ops::Range;

/// Neighbours further away than this many statements are left out.
const FURTHEST: usize = 8;

/// The part of a function that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// Its tokens, slots numbered by first appearance.
    pub ids: Vec<Id>,
    /// Spellings of these slots.
    pub slots: SlotTable,
    /// The token of the whole function that each of them is.
    kept: Vec<usize>,
    /// Whether it belongs to a statement that a place stands in.
    core: Vec<bool>,
    /// The whole function's id of each slot.
    whole: HashMap<Id, Id>,
}

impl Focus {
    /// What to read of a function to edit it at `places` (token ranges), about `budget` tokens. `None` where nothing can be
    /// left out.
    pub fn new(ids: &[Id], slots: &SlotTable, places: &[Range<usize>], budget: usize) -> Option<Self> {
        let (head, statements) = body_of(ids)?;
        let mut chosen = Chosen { keep: vec![false; ids.len()], core: vec![false; ids.len()], places };
        chosen.mark(head.clone());
        chosen.mark(ids.len() - 1..ids.len());
        chosen.block(&statements, budget.saturating_sub(head.len() + 1));
        let kept: Vec<usize> = (0..ids.len()).filter(|at| chosen.keep[*at]).collect();
        if kept.len() == ids.len() {
            return None;
        }
        let mut focus = Self {
            ids: Vec::with_capacity(kept.len()),
            slots: SlotTable::default(),
            core: kept.iter().map(|at| chosen.core[*at]).collect(),
            whole: HashMap::new(),
            kept,
        };
        let mut renumbered = HashMap::new();
        for at in 0..focus.kept.len() {
            let id = ids[focus.kept[at]];
            let new = match renumbered.get(&id) {
                Some(new) => *new,
                None => focus.slot(id, slots)?,
            };
            renumbered.insert(id, new);
            focus.whole.insert(new, id);
            focus.ids.push(new);
        }
        Some(focus)
    }

    /// The id of a token that was not seen before.
    fn slot(&mut self, id: Id, slots: &SlotTable) -> Option<Id> {
        let vocabulary = Vocabulary::built_in();
        let kind = vocabulary.kind(id);
        let number = |kind| usize::from(id) - usize::from(vocabulary.range(kind).start);
        let next = match kind {
            Kind::Id => push(&mut self.slots.names, slots.names.get(number(kind))?),
            Kind::Str => push(&mut self.slots.strings, slots.strings.get(number(kind))?),
            Kind::Num => push(&mut self.slots.numbers, slots.numbers.get(number(kind))?),
            _ => return Some(id),
        };
        vocabulary.slot(kind, next)
    }

    /// A script over what was read as one over the whole function. `None` where it takes away or copies what stands on both
    /// sides of a cut.
    pub fn script(&self, steps: &[Step]) -> Option<Vec<Step>> {
        let mut whole = Vec::with_capacity(steps.len());
        let mut at = 0;
        while at < steps.len() {
            match (steps[at], steps.get(at + 1)) {
                (Step::Pointer(0), None) => {
                    whole.push(Step::Pointer(0));
                    at += 1;
                }
                (Step::Pointer(from), Some(Step::Pointer(to))) => {
                    let (from, to) = self.stretch(from, *to)?;
                    whole.extend([Step::Pointer(from), Step::Pointer(to)]);
                    at += 2;
                }
                (Step::Word(id), _) => {
                    whole.push(Step::Word(self.whole.get(&id).copied().unwrap_or(id)));
                    at += 1;
                }
                _ => return None,
            }
        }
        Some(whole)
    }

    /// Two pointers as they count in the whole function.
    fn stretch(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let (start, end) = (from.checked_sub(1)?, to.checked_sub(1)?);
        if start > end || end > self.kept.len() {
            return None;
        }
        if start < end {
            let (first, last) = (self.kept[start], self.kept[end - 1]);
            return (last - first == end - 1 - start).then_some((first + 1, last + 2));
        }
        // between two tokens, of which the whole function may have others in between: beside what the edit is about
        let before = start.checked_sub(1).map(|at| (self.kept[at] + 1, self.core[at]));
        let behind = self.kept.get(start).map(|at| (*at, self.core[start]));
        let here = match (before, behind) {
            (Some((_, false)), Some((at, true))) | (None, Some((at, _))) => at,
            (Some((at, _)), _) => at,
            (None, None) => return None,
        };
        Some((here + 1, here + 1))
    }
}

fn push<T: Clone>(table: &mut Vec<T>, spelling: &T) -> usize {
    table.push(spelling.clone());
    table.len() - 1
}

/// Which tokens are kept so far.
struct Chosen<'p> {
    keep: Vec<bool>,
    core: Vec<bool>,
    places: &'p [Range<usize>],
}

impl Chosen<'_> {
    fn mark(&mut self, range: Range<usize>) {
        self.keep[range].fill(true);
    }

    /// What makes a block one, without its statements.
    fn frame(&mut self, clause: &Clause) {
        self.mark(clause.head.clone());
        self.mark(clause.end..clause.end + 1);
    }

    fn touches(&self, range: &Range<usize>) -> bool {
        self.places.iter().any(|place| place.start < range.end && range.start < place.end)
    }

    /// Keeps what a block has of the places, and as many neighbours as there is room for.
    fn block(&mut self, statements: &[Statement], budget: usize) {
        let mut wanted: Vec<usize> = (0..statements.len()).filter(|at| self.touches(&statements[*at].range)).collect();
        if let [only] = wanted.as_slice() {
            let only = &statements[*only];
            let inside = !only.clauses.iter().any(|clause| self.touches(&clause.head));
            if only.range.len() > budget && inside && !only.clauses.is_empty() {
                return self.inside(only, budget);
            }
        }
        if wanted.is_empty() {
            wanted.push(0); // a block is never empty
        }
        let mut room = budget;
        for at in &wanted {
            let range = statements[*at].range.clone();
            room = room.saturating_sub(range.len());
            self.core[range.clone()].fill(true);
            self.mark(range);
        }
        let distance = |at: usize| wanted.iter().map(|one| (one.abs_diff(at), at > *one)).min().unwrap_or_default();
        let mut others: Vec<usize> = (0..statements.len()).filter(|at| !wanted.contains(at)).collect();
        others.retain(|at| distance(*at).0 <= FURTHEST);
        others.sort_by_key(|at| distance(*at)); // what stands before comes first
        for at in others {
            let range = statements[at].range.clone();
            if range.len() <= room {
                room -= range.len();
                self.mark(range);
            }
        }
    }

    /// Keeps the heads of a compound statement, and goes on in its blocks.
    fn inside(&mut self, statement: &Statement, budget: usize) {
        let heads: usize = statement.clauses.iter().map(|clause| clause.head.len() + 1).sum();
        for clause in &statement.clauses {
            self.frame(clause);
            if self.touches(&(clause.head.start..clause.end)) {
                self.block(&clause.body, budget.saturating_sub(heads));
            } else if let Some(first) = clause.body.first() {
                self.shortest(first);
            }
        }
    }

    /// Keeps of a statement what makes it one.
    fn shortest(&mut self, statement: &Statement) {
        if statement.clauses.is_empty() {
            self.mark(statement.range.clone());
        }
        for clause in &statement.clauses {
            self.frame(clause);
            if let Some(first) = clause.body.first() {
                self.shortest(first);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Alphabet, ConceptTable, Inserted, Lexed, Replacement, apply, encode_whole, is_function, replacements,
    };
    use super::*;
    use crate::codec::vocabulary::{END_HUNK, NL};

    /// Tokens, slots, and the tokens of each of the texts that are looked for.
    fn read(source: &str, places: &[&str]) -> (Vec<Id>, SlotTable, Vec<Range<usize>>) {
        let lexed = Lexed::new(source).unwrap();
        let mut slots = SlotTable::default();
        let encoded = encode_whole(source, lexed.start, &lexed.lexemes, &ConceptTable::default(), &mut slots).unwrap();
        let place = |text: &&str| {
            let start = source.find(*text).unwrap();
            let inside = |at: &usize| {
                let token = &encoded.layout[*at].text;
                start <= token.start && token.end <= start + text.len() && !token.is_empty()
            };
            let tokens: Vec<usize> = (0..encoded.ids.len()).filter(inside).collect();
            tokens[0]..tokens[tokens.len() - 1] + 1
        };
        let places = places.iter().map(place).collect();
        (encoded.ids, slots, places)
    }

    /// The same few names, so that they fit; no two statements alike.
    fn statement(k: usize) -> String {
        let (a, b) = (k / 7, k % 7);
        format!("name_{a} = call_{b}(name_{b}, 'some text')")
    }

    fn long(middle: &str) -> String {
        let lines =
            |from: usize, to: usize| -> String { (from..to).map(|k| format!("    {}\n", statement(k))).collect() };
        format!("@decorated(1)\ndef long(a, b):\n{}{middle}{}    return b\n", lines(0, 20), lines(20, 40))
    }

    const LOOP: &str = "    if a:\n        before(a)\n        for one in a:\n            b.append(one)\n        after(b)\n    elif b:\n        return None\n    else:\n        with a:\n            g()\n            h()\n";

    fn is_python(focus: &Focus) -> bool {
        is_function(&Alphabet::new(&focus.slots, &ConceptTable::default()), &focus.ids)
    }

    #[test]
    fn what_is_left_is_a_function_around_the_places() {
        let source = long(LOOP);
        for (budget, tokens) in [(120, 80..=120), (60, 40..=75), (20, 20..=60)] {
            let (ids, slots, places) = read(&source, &["for one in a:\n            b.append(one)"]);
            let focus = Focus::new(&ids, &slots, &places, budget).unwrap();
            assert!(is_python(&focus), "{budget}");
            assert!(tokens.contains(&focus.ids.len()), "{budget}: {}", focus.ids.len());
            let kept: Vec<usize> = places[0].clone().filter(|at| focus.kept.contains(at)).collect();
            assert_eq!(kept, places[0].clone().collect::<Vec<_>>(), "{budget}");
            // numbered anew, the same spellings
            assert_eq!(focus.slots.names.first().map(String::as_str), Some("decorated"));
            assert!(focus.slots.names.len() < slots.names.len() || budget > 20);
        }
    }

    #[test]
    fn several_places_and_one_that_is_a_head() {
        let source = long(LOOP);
        let apart = [statement(3), statement(33)];
        let apart: Vec<&str> = apart.iter().map(String::as_str).collect();
        for places in [&apart[..], &["if a:"], &["with a"], &["g()", "before(a)"]] {
            let (ids, slots, places) = read(&source, places);
            let focus = Focus::new(&ids, &slots, &places, 60).unwrap();
            assert!(is_python(&focus), "{places:?}");
            assert!(places.iter().flat_map(Clone::clone).all(|at| focus.kept.contains(&at)), "{places:?}");
        }
    }

    #[test]
    fn nothing_is_left_out_of_a_short_function() {
        let (ids, slots, places) = read("def f(a):\n    b = a\n    return b\n", &["b = a"]);
        assert_eq!(Focus::new(&ids, &slots, &places, 50), None);
    }

    /// Each statement that was kept, taken away by a script over what is read: the same goes from the whole function.
    #[test]
    fn scripts_mean_the_same_in_the_whole_function() {
        let source = long(LOOP);
        let (ids, slots, places) = read(&source, &[&statement(19)]);
        let focus = Focus::new(&ids, &slots, &places, 60).unwrap();
        let mut seen = (0, 0);
        for start in 1..focus.ids.len() {
            for end in start..focus.ids.len() {
                let steps = [
                    Step::Pointer(start + 1),
                    Step::Pointer(end + 1),
                    Step::Word(focus.ids[start]),
                    Step::Word(NL),
                    Step::Word(END_HUNK),
                    Step::Pointer(0),
                ];
                let contiguous = start == end || focus.kept[end - 1] - focus.kept[start] == end - 1 - start;
                let Some(whole) = focus.script(&steps) else {
                    assert!(!contiguous);
                    seen.1 += 1;
                    continue;
                };
                assert!(contiguous);
                seen.0 += 1;
                let there = &replacements(&ids, &whole).unwrap()[0];
                let id = ids[focus.kept[start]];
                let inserted = [id, NL].map(|id| Inserted { id, origin: None }).to_vec();
                let gone: Vec<usize> = (there.start..there.end).collect();
                assert_eq!(gone, focus.kept[start..end]);
                let expected = Replacement { start: there.start, end: there.end, inserted };
                assert_eq!(apply(&ids, &[expected]), apply(&ids, std::slice::from_ref(there)));
            }
        }
        assert!(seen.0 > 100 && seen.1 > 100, "{seen:?}");
    }

    #[test]
    fn what_is_put_in_stands_beside_the_place() {
        let source = long(LOOP);
        let (ids, slots, places) = read(&source, &[&statement(19)]);
        // room for the statement alone: there is a cut on either side
        let focus = Focus::new(&ids, &slots, &places, 20).unwrap();
        let put = |at: usize| match focus.script(&[Step::Pointer(at + 1), Step::Pointer(at + 1)]).unwrap()[0] {
            Step::Pointer(whole) => whole - 1,
            Step::Word(_) => unreachable!(),
        };
        let first = focus.kept.iter().position(|at| *at == places[0].start).unwrap();
        assert_eq!(put(first), places[0].start);
        let behind = first + places[0].len() + 1; // its NL
        assert_eq!(put(behind), places[0].end + 1);
    }
}
