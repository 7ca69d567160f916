//! Which hunks of a script need each other.

use super::Hunk;
use crate::codec::Vocabulary;
use crate::codec::vocabulary::{Id, NESTINGS};
use crate::syntax::NameCounts;
use std::collections::BTreeSet;

/// Numbers of the hunks of one place, ascending.
pub(super) type Place = Vec<usize>;

/// By how much a hunk opens more than it closes, of each kind.
fn balance(source: &[Id], hunk: &Hunk) -> [isize; NESTINGS] {
    let mut balance = [0; NESTINGS];
    let mut count = |id: Id, sign: isize| {
        if let Some((kind, by)) = Vocabulary::built_in().nesting(id) {
            balance[kind] += sign * by;
        }
    };
    source[hunk.replacement.start..hunk.replacement.end].iter().for_each(|id| count(*id, -1));
    hunk.replacement.inserted.iter().for_each(|inserted| count(inserted.id, 1));
    balance
}

/// What is opened here is closed there.
pub(super) fn tie_unbalanced(source: &[Id], hunks: &[Hunk], groups: &mut Groups) {
    let mut open: Option<(usize, [isize; NESTINGS])> = None;
    for (at, hunk) in hunks.iter().enumerate() {
        let own = balance(source, hunk);
        if own == [0; NESTINGS] {
            continue;
        }
        let (first, before) = open.unwrap_or((at, [0; NESTINGS]));
        groups.join(first, at);
        let sum = std::array::from_fn(|kind| before[kind] + own[kind]);
        open = Some((first, sum)).filter(|(_, sum)| *sum != [0; NESTINGS]);
    }
}

/// What is copied here is taken away there.
pub(super) fn tie_moved(hunks: &[Hunk], groups: &mut Groups) {
    for (at, hunk) in hunks.iter().enumerate() {
        for origin in hunk.replacement.inserted.iter().filter_map(|inserted| inserted.origin) {
            let from = hunks.iter().position(|other| other.deletes(origin));
            if let Some(from) = from {
                groups.join(at, from);
            }
        }
    }
}

/// Names that are bound more or less often than before.
pub(super) fn bound_otherwise(before: &NameCounts, after: &NameCounts) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Which hunks belong together: for each the first of its group.
pub(super) struct Groups(Vec<usize>);

impl Groups {
    pub fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.0[a], self.0[b]);
        self.0.iter_mut().filter(|first| **first == a.max(b)).for_each(|first| *first = a.min(b));
    }

    pub fn join_all(&mut self) {
        self.0.fill(0);
    }

    pub fn count(&self) -> usize {
        self.0.iter().enumerate().filter(|(at, first)| at == *first).count()
    }

    pub fn all(&self) -> Vec<Place> {
        let members = |first: usize| (0..self.0.len()).filter(|at| self.0[*at] == first).collect();
        (0..self.0.len()).filter(|at| self.0[*at] == *at).map(members).collect()
    }
}
