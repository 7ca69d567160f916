//! Hunks that belong together become one.
//!
//! Which tokens of a rewrite happen to line up depends on how long its operands are. Where they are taken apart and put
//! together anew, that is left to no chance: such a stretch is one hunk, in which what was kept is copied, and so the same
//! rewrite always has the same script.

use super::align::{Hunk, depth, is_layout, is_operand};
use super::bound::is_receiver;
use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};

/// Hunks in order -> hunks in order, fewer or as many. The same from both sides.
pub(super) fn regroup(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let hunks = merge_moved(source, target, merge_restructured(source, target, put_before(source, target, hunks)));
    let mut hunks = merge_ends(source, target, hunks);
    for hunk in &mut hunks {
        trim(source, target, hunk);
    }
    hunks
}

fn has_layout(ids: &[Id]) -> bool {
    ids.iter().any(|id| is_layout(*id))
}

/// Whether a hunk only puts in or only takes out, and that whole statements.
fn is_clean(source: &[Id], target: &[Id], hunk: &Hunk) -> bool {
    let whole_statements = |ids: &[Id], text: &[Id], start: usize| {
        ids.last().is_some_and(|id| matches!(*id, NL | DE)) && (start == 0 || is_layout(text[start - 1]))
    };
    hunk.start == hunk.end && whole_statements(&target[hunk.from..hunk.to], target, hunk.from)
        || hunk.from == hunk.to && whole_statements(&source[hunk.start..hunk.end], source, hunk.start)
}

/// Whether two hunks in a row may be parts of one rewrite: neither stands by itself, and they are in one statement.
fn are_together(source: &[Id], target: &[Id], a: &Hunk, b: &Hunk) -> bool {
    ![a, b].into_iter().any(|hunk| is_clean(source, target, hunk)) && !has_layout(&source[a.end..b.start])
}

/// One hunk from the first of these to the last.
fn whole(group: &[Hunk]) -> Option<Hunk> {
    let (first, last) = (group.first()?, group.last()?);
    Some(Hunk { start: first.start, end: last.end, from: first.from, to: last.to })
}

/// Whether something goes and something comes.
fn replaces(group: &[Hunk]) -> bool {
    group.iter().any(|hunk| hunk.start < hunk.end) && group.iter().any(|hunk| hunk.from < hunk.to)
}

/// A part of a statement that gets a name in a statement of its own before it, or the other way round: the new statement is one
/// hunk and the name in place of the part another, whichever is longer, the part or what stands around it.
fn put_before(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut apart = Vec::with_capacity(hunks.len());
    for group in hunks.chunk_by(|a, b| are_together(source, target, a, b)) {
        let one = whole(group);
        let forward = one.and_then(|one| named_before(source, target, one));
        let both = forward
            .or_else(|| named_before(target, source, one?.opposite()).map(|both| both.map(Hunk::opposite)))
            .filter(|both| apart.last().is_none_or(|last: &Hunk| last.end <= both[0].start && last.to <= both[0].from));
        match both {
            Some(both) => apart.extend(both),
            None => apart.extend_from_slice(group),
        }
    }
    apart
}

/// Of a hunk whose target has whole statements before the rest of the source's only one: these statements, and the name that
/// the first of them binds, in place of a part of the rest.
fn named_before(source: &[Id], target: &[Id], one: Hunk) -> Option<[Hunk; 2]> {
    let before = source[..one.start].iter().rev().take_while(|id| !is_layout(**id)).count();
    let (start, from) = (one.start - before, one.from.checked_sub(before)?);
    if source[start..one.start] != target[from..one.from] || has_layout(&source[start..one.end]) {
        return None;
    }
    let last = target[from..one.to].iter().rposition(|id| is_layout(*id))?;
    let rest = from + last + 1;
    if target[from..rest].iter().any(|id| matches!(*id, IN | DE)) || rest == one.to {
        return None;
    }
    let behind = source[one.end..].iter().take_while(|id| !is_layout(**id)).count();
    let mut part = Hunk { start, end: one.end + behind, from: rest, to: one.to + behind };
    if target.get(one.to..part.to) != Some(&source[one.end..part.end]) {
        return None;
    }
    trim(source, target, &mut part);
    // the name stands for what was a part: with nothing but `if` or `return` before it, the part is what is kept
    let name = &target[part.from..part.to];
    let apart = source[start..part.start].iter().any(|id| is_operand(*id));
    let named = apart && part.start < part.end && !name.is_empty() && target[from..rest].starts_with(name);
    named.then_some([Hunk { start, end: start, from, to: rest }, part])
}

/// Statements that are taken apart and put together anew: a loop becomes a comprehension.
fn merge_restructured(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut merged = Vec::with_capacity(hunks.len());
    for group in hunks.chunk_by(|a, b| are_together(source, target, a, b)) {
        let restructures = group
            .iter()
            .any(|hunk| has_layout(&source[hunk.start..hunk.end]) || has_layout(&target[hunk.from..hunk.to]));
        match whole(group) {
            Some(one) if restructures && replaces(group) => merged.push(one),
            _ => merged.extend_from_slice(group),
        }
    }
    merged
}

/// Expressions that are: a bracket that opens in one hunk and closes in another, a name that goes here and comes there.
fn merge_moved(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut merged: Vec<Hunk> = Vec::with_capacity(hunks.len());
    for group in hunks.chunk_by(|a, b| are_together(source, target, a, b)) {
        let mut joined = vec![false; group.len()]; // to the hunk before
        let opposite: Vec<Hunk> = group.iter().map(|hunk| hunk.opposite()).collect();
        let related = brackets(source, group).into_iter().chain(brackets(target, &opposite));
        for (i, j) in related.chain(moves(source, target, group)) {
            if replaces(&group[i..=j]) {
                joined[i + 1..=j].fill(true);
            }
        }
        for (hunk, joined) in group.iter().zip(joined) {
            match merged.last_mut() {
                Some(last) if joined => (last.end, last.to) = (hunk.end, hunk.to),
                _ => merged.push(*hunk),
            }
        }
    }
    merged
}

/// Pairs of hunks of which the first takes out a bracket and the second the one that closes it.
fn brackets(source: &[Id], group: &[Hunk]) -> Vec<(usize, usize)> {
    let vocabulary = Vocabulary::built_in();
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (number, hunk) in group.iter().enumerate() {
        let kept = number.checked_sub(1).map_or(hunk.start, |before| group[before].end)..hunk.start;
        let tokens = source[kept].iter().map(|id| (id, None));
        for (id, owner) in tokens.chain(source[hunk.start..hunk.end].iter().map(|id| (id, Some(number)))) {
            match vocabulary.nesting(*id) {
                Some((kind, 1)) if !is_layout(*id) => open.push((kind, owner)),
                Some((kind, _)) if !is_layout(*id) && open.last().is_some_and(|(other, _)| *other == kind) => {
                    if let (Some((_, Some(i))), Some(j)) = (open.pop(), owner)
                        && i < j
                    {
                        found.push((i, j));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Pairs of hunks of which one takes out an operand and the other puts it in.
fn moves(source: &[Id], target: &[Id], group: &[Hunk]) -> Vec<(usize, usize)> {
    let vocabulary = Vocabulary::built_in();
    let says_which = |id: &Id| {
        is_operand(*id) && !matches!(vocabulary.kind(*id), Kind::Number | Kind::ConceptNum) && !is_receiver(*id)
    };
    let goes = |hunk: &Hunk| &source[hunk.start..hunk.end];
    let comes = |hunk: &Hunk| &target[hunk.from..hunk.to];
    let operands = |ids: &[Id]| ids.iter().copied().filter(|id| is_operand(*id)).collect::<Vec<_>>();
    let mut found = Vec::new();
    // `2 < x` for `x > 2`: numbers and `self` stand everywhere, but where these are all that goes and comes they were moved
    for (i, pair) in group.windows(2).enumerate() {
        let (one, two) = (&pair[0], &pair[1]);
        let (out, back) = (operands(goes(one)), operands(goes(two)));
        let near = depth(&source[one.end..two.start]) == Some(0);
        if near && !(out.is_empty() && back.is_empty()) && out == operands(comes(two)) && back == operands(comes(one)) {
            found.push((i, i + 1));
        }
    }
    for (i, from) in group.iter().enumerate() {
        for (j, to) in group.iter().enumerate().filter(|(j, _)| *j != i) {
            let moved = |id: &&Id| says_which(id) && comes(to).contains(id);
            if goes(from).iter().filter(moved).any(|id| !comes(from).contains(id) && !goes(to).contains(id)) {
                found.push((i.min(j), i.max(j)));
            }
        }
    }
    found
}

/// A block that a hunk opens and that ends with the statement: the end belongs to the hunk, also where another hunk
/// follows at once.
fn merge_ends(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    // with the colon last, what is kept is the block's first statement, not the rest of one of the hunk's own
    let opened = |ids: &[Id]| {
        let count = |wanted: Id| ids.iter().filter(|id| **id == wanted).count();
        if ids.last() == Some(&IN) { 0 } else { count(IN).saturating_sub(count(DE)) }
    };
    let ends = |ids: &[Id]| ids.iter().take_while(|id| **id == DE).count();
    let to_the_end = |kept: &[Id]| kept.iter().position(|id| is_layout(*id)) == kept.len().checked_sub(1);
    let mut merged: Vec<Hunk> = Vec::with_capacity(hunks.len());
    for mut hunk in hunks {
        let (gone, come) = (ends(&source[hunk.start..hunk.end]), ends(&target[hunk.from..hunk.to]));
        match merged.last_mut() {
            Some(last)
                if to_the_end(&source[last.end..hunk.start])
                    && replaces(&[*last])
                    && gone.min(come) == 0
                    && gone + come > 0
                    && (gone == 0 || gone == opened(&source[last.start..last.end]))
                    && (come == 0 || come == opened(&target[last.from..last.to])) =>
            {
                (hunk.start, hunk.from) = (hunk.start + gone, hunk.from + come);
                (last.end, last.to) = (hunk.start, hunk.from);
                if hunk.start < hunk.end || hunk.from < hunk.to {
                    merged.push(hunk);
                }
            }
            _ => merged.push(hunk),
        }
    }
    merged
}

/// What a hunk has in common on both sides at its ends is kept.
fn trim(source: &[Id], target: &[Id], hunk: &mut Hunk) {
    while hunk.start < hunk.end && hunk.from < hunk.to && source[hunk.start] == target[hunk.from] {
        (hunk.start, hunk.from) = (hunk.start + 1, hunk.from + 1);
    }
    while hunk.start < hunk.end && hunk.from < hunk.to && source[hunk.end - 1] == target[hunk.to - 1] {
        (hunk.end, hunk.to) = (hunk.end - 1, hunk.to - 1);
    }
}
