//! Lining up two token sequences: which stretches of the source an edit replaces by what.

use super::regroup::regroup;
use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};

/// Replaces `source[start..end]` by `target[from..to]` (token indices, without BOS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hunk {
    /// First source token that goes.
    pub start: usize,
    /// Behind the last source token that goes; equal to `start` for a pure insertion.
    pub end: usize,
    /// First target token that comes.
    pub from: usize,
    /// Behind the last target token that comes.
    pub to: usize,
}

impl Hunk {
    /// The same change seen from the other side.
    pub fn opposite(self) -> Self {
        Self { start: self.from, end: self.to, from: self.start, to: self.end }
    }
}

/// The hunks between two sequences, in order. The choice among equal diffs is fixed, and the same from both sides, so
/// that a model can learn it: heavy common runs first, accidental matches inside a replacement dropped, a change that
/// could stand in several places put where a statement begins, and what belongs together made one hunk.
pub fn align(source: &[Id], target: &[Id]) -> Vec<Hunk> {
    let mut equal = Vec::new();
    match_runs(source, target, 0, 0, &mut equal);
    let mut hunks = between(&equal, source.len(), target.len());
    merge_accidental(source, target, &mut hunks);
    for i in 0..hunks.len() {
        let floor = if i == 0 { 0 } else { hunks[i - 1].end };
        let ceiling = hunks.get(i + 1).map_or(source.len(), |next| next.start);
        slide(source, target, &mut hunks[i], floor, ceiling);
    }
    hunks.retain(|hunk| hunk.start < hunk.end || hunk.from < hunk.to);
    regroup(source, target, hunks)
}

/// Whether a token is a name or a literal: what an edit is about, where the rest is its form.
pub(super) fn is_operand(id: Id) -> bool {
    let vocabulary = Vocabulary::built_in();
    match vocabulary.kind(id) {
        Kind::Special | Kind::Conversion | Kind::Placeholder | Kind::Operator => false,
        Kind::Keyword => matches!(vocabulary.text(id), "None" | "True" | "False"),
        _ => true,
    }
}

/// What a kept token says for an alignment inside a statement: a name more than a keyword, and that more than a bracket, of
/// which there are others everywhere. Between statements, length alone decides.
fn weight(id: Id) -> usize {
    match Vocabulary::built_in().kind(id) {
        _ if is_operand(id) => 4,
        Kind::Keyword => 2,
        _ => 1,
    }
}

/// (source start, target start, length) of the common runs, by repeatedly taking the heaviest.
fn match_runs(source: &[Id], target: &[Id], at: usize, bt: usize, runs: &mut Vec<(usize, usize, usize)>) {
    // common ends are always kept: they are where an edit is not
    let head = source.iter().zip(target).take_while(|(a, b)| a == b).count();
    let (source_rest, target_rest) = (&source[head..], &target[head..]);
    let tail = source_rest.iter().rev().zip(target_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    if head > 0 {
        runs.push((at, bt, head));
    }
    let middle_source = &source_rest[..source_rest.len() - tail];
    let middle_target = &target_rest[..target_rest.len() - tail];
    let (i, j, length) = heaviest_run(middle_source, middle_target);
    if length > 0 {
        let (at, bt) = (at + head, bt + head);
        match_runs(&middle_source[..i], &middle_target[..j], at, bt, runs);
        runs.push((at + i, bt + j, length));
        match_runs(&middle_source[i + length..], &middle_target[j + length..], at + i + length, bt + j + length, runs);
    }
    if tail > 0 {
        runs.push((at + source.len() - tail, bt + target.len() - tail, tail));
    }
}

fn heaviest_run(source: &[Id], target: &[Id]) -> (usize, usize, usize) {
    let (mut best, mut heaviest) = ((0, 0, 0), 0);
    let mut above = vec![(0usize, 0usize); target.len() + 1]; // length and weight of the run that ends here
    let statements = source.iter().chain(target).any(|id| is_layout(*id));
    for (i, a) in source.iter().enumerate() {
        let mut diagonal = (0, 0);
        let heavy = if statements { 1 } else { weight(*a) };
        for (j, b) in target.iter().enumerate() {
            let run = if a == b { (diagonal.0 + 1, diagonal.1 + heavy) } else { (0, 0) };
            diagonal = std::mem::replace(&mut above[j + 1], run);
            if run.1 > heaviest {
                (best, heaviest) = ((i + 1 - run.0, j + 1 - run.0, run.0), run.1);
            }
        }
    }
    best
}

fn between(equal: &[(usize, usize, usize)], source_len: usize, target_len: usize) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    for &(start, from, length) in equal.iter().chain([&(source_len, target_len, 0)]) {
        if i < start || j < from {
            hunks.push(Hunk { start: i, end: start, from: j, to: from });
        }
        (i, j) = (start + length, from + length);
    }
    hunks
}

/// A bracket or a word of syntax between a token that goes and one that comes is an accident, not something that was
/// kept. An operand was kept, however short it is.
fn merge_accidental(source: &[Id], target: &[Id], hunks: &mut Vec<Hunk>) {
    const ACCIDENT: usize = 2;
    let replaces = |a: &Hunk, b: &Hunk| (a.start < a.end || b.start < b.end) && (a.from < a.to || b.from < b.to);
    let accident = |kept: &[Id]| kept.len() <= ACCIDENT && !kept.iter().any(|id| is_operand(*id) || is_layout(*id));
    // the same replacement twice, as in `[], []`, is two edits
    let again = |a: &Hunk, b: &Hunk| {
        a.start < a.end
            && a.from < a.to
            && source[a.start..a.end] == source[b.start..b.end]
            && target[a.from..a.to] == target[b.from..b.to]
    };
    let mut merged: Vec<Hunk> = Vec::with_capacity(hunks.len());
    for hunk in hunks.drain(..) {
        match merged.last_mut() {
            Some(last) if accident(&source[last.end..hunk.start]) && replaces(last, &hunk) && !again(last, &hunk) => {
                last.end = hunk.end;
                last.to = hunk.to;
            }
            _ => merged.push(hunk),
        }
    }
    *hunks = merged;
}

/// Whether a token is the end of a statement, or the beginning or end of a block.
pub(super) fn is_layout(id: Id) -> bool {
    matches!(id, NL | IN | DE)
}

/// How many brackets are open at the end; `None` when one is closed that was not opened here: `+ f(0)` is to be told from
/// `) + f(0`.
pub(super) fn depth(ids: &[Id]) -> Option<usize> {
    let brackets = ids.iter().filter(|id| !is_layout(**id)).filter_map(|id| Vocabulary::built_in().nesting(*id));
    brackets.map(|(_, by)| by).try_fold(0usize, |depth, by| depth.checked_add_signed(by))
}

/// Whether a token ties what stands behind it to what stands before it: a word of syntax, or an operator that is no bracket.
pub(super) fn joins(id: Id) -> bool {
    let vocabulary = Vocabulary::built_in();
    match vocabulary.kind(id) {
        Kind::Keyword => !is_operand(id),
        Kind::Operator => vocabulary.nesting(id).is_none(),
        _ => false,
    }
}

/// Moves a pure insertion or deletion to the best of its equal places.
fn slide(source: &[Id], target: &[Id], hunk: &mut Hunk, floor: usize, ceiling: usize) {
    let inserts = hunk.start == hunk.end;
    if !inserts && hunk.from < hunk.to {
        return;
    }
    // in terms of the longer side: a segment [lo, hi) that may be shifted while its end tokens agree
    let (text, lo, hi) = if inserts { (target, hunk.from, hunk.to) } else { (source, hunk.start, hunk.end) };
    let room_left = hunk.start - floor;
    let room_right = ceiling - hunk.end;
    let left = (1..=room_left.min(lo)).take_while(|k| text[lo - k] == text[hi - k]).count();
    let right = (1..=room_right.min(text.len() - hi)).take_while(|k| text[lo + k - 1] == text[hi + k - 1]).count();
    let vocabulary = Vocabulary::built_in();
    let comma = vocabulary.id(Kind::Operator, ",").unwrap_or(NL);
    let score = |shift: isize| {
        let (lo, hi) = (lo.saturating_add_signed(shift), hi.saturating_add_signed(shift));
        let begins_statement = lo == 0 || is_layout(text[lo - 1]);
        let ends_statement = matches!(text[hi - 1], NL | DE);
        let count = |wanted: Id| text[lo..hi].iter().filter(|id| **id == wanted).count();
        let depth = depth(&text[lo..hi]);
        let balanced = count(IN) == count(DE) && depth == Some(0);
        // `and x` and `, x` rather than `x and`, `. x ( )` rather than `( ) . x`, `// x )` rather than `) // x`: what comes is then
        // read off what stands before it, whatever that ends with
        let closes = self::depth(&text[hi - 1..hi]).is_none();
        let ties = joins(text[lo]) && (closes || text[lo] == comma || vocabulary.kind(text[lo]) == Kind::Keyword);
        let joins = !begins_statement && depth.is_none_or(|depth| depth == 0) && ties;
        // `DE except X IN ... NL DE`, however many blocks end before it
        let one_end = text[lo] == DE && count(IN) > 0 && text[lo + 1] != DE;
        8 * usize::from(begins_statement && ends_statement)
            + 4 * usize::from(begins_statement)
            + 2 * usize::from(balanced)
            + usize::from(joins || one_end)
    };
    let (left, right) = (left as isize, right as isize);
    // the first of the best: shifts are tried from the left
    let mut best = (score(-left), -left);
    for shift in -left + 1..=right {
        let candidate = (score(shift), shift);
        if candidate.0 > best.0 {
            best = candidate;
        }
    }
    for edge in [&mut hunk.start, &mut hunk.end, &mut hunk.from, &mut hunk.to] {
        *edge = edge.saturating_add_signed(best.1);
    }
}
