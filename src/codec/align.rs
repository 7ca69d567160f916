//! Lining up two token sequences: which stretches of the source an edit replaces by what.

use super::vocabulary::{DE, IN, Id, NL};

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
/// that a model can learn it: long common runs first, accidental matches inside a replacement dropped, and a change
/// that could stand in several places put where a statement begins.
pub fn align(source: &[Id], target: &[Id]) -> Vec<Hunk> {
    let mut equal = Vec::new();
    match_runs(source, target, 0, 0, &mut equal);
    let mut hunks = between(&equal, source.len(), target.len());
    merge_accidental(&mut hunks);
    for i in 0..hunks.len() {
        let floor = if i == 0 { 0 } else { hunks[i - 1].end };
        let ceiling = hunks.get(i + 1).map_or(source.len(), |next| next.start);
        slide(source, target, &mut hunks[i], floor, ceiling);
    }
    hunks.retain(|hunk| hunk.start < hunk.end || hunk.from < hunk.to);
    merge_restructured(source, target, hunks)
}

/// Where statements are taken apart and put together anew (a loop becomes a comprehension), which tokens happen to
/// line up depends on their lengths. Such a stretch becomes one hunk, so that the same rewrite always looks the same.
fn merge_restructured(source: &[Id], target: &[Id], hunks: Vec<Hunk>) -> Vec<Hunk> {
    let structural = |ids: &[Id]| ids.iter().any(|id| matches!(*id, NL | IN | DE));
    let whole_statements = |ids: &[Id], text: &[Id], start: usize| {
        ids.last().is_some_and(|id| matches!(*id, NL | DE)) && (start == 0 || matches!(text[start - 1], NL | IN | DE))
    };
    let clean = |hunk: &Hunk| {
        hunk.start == hunk.end && whole_statements(&target[hunk.from..hunk.to], target, hunk.from)
            || hunk.from == hunk.to && whole_statements(&source[hunk.start..hunk.end], source, hunk.start)
    };
    let touching = |a: &Hunk, b: &Hunk| !clean(a) && !clean(b) && !structural(&source[a.end..b.start]);
    let mut merged = Vec::with_capacity(hunks.len());
    for group in hunks.chunk_by(touching) {
        let deletes = group.iter().any(|hunk| hunk.start < hunk.end);
        let inserts = group.iter().any(|hunk| hunk.from < hunk.to);
        let restructures = group
            .iter()
            .any(|hunk| structural(&source[hunk.start..hunk.end]) || structural(&target[hunk.from..hunk.to]));
        match (group.first(), group.last()) {
            (Some(first), Some(last)) if deletes && inserts && restructures => {
                merged.push(Hunk { start: first.start, end: last.end, from: first.from, to: last.to });
            }
            _ => merged.extend_from_slice(group),
        }
    }
    merged
}

/// (source start, target start, length) of the common runs, by repeatedly taking the longest.
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
    let (i, j, length) = longest_run(middle_source, middle_target);
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

fn longest_run(source: &[Id], target: &[Id]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut above = vec![0usize; target.len() + 1];
    for (i, a) in source.iter().enumerate() {
        let mut diagonal = 0;
        for (j, b) in target.iter().enumerate() {
            let length = if a == b { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(&mut above[j + 1], length);
            if length > best.2 {
                best = (i + 1 - length, j + 1 - length, length);
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

/// One or two equal tokens between two replacements are an accident, not something that was kept.
fn merge_accidental(hunks: &mut Vec<Hunk>) {
    const ACCIDENT: usize = 2;
    let replaces = |hunk: &Hunk| hunk.start < hunk.end && hunk.from < hunk.to;
    let mut merged: Vec<Hunk> = Vec::with_capacity(hunks.len());
    for hunk in hunks.drain(..) {
        match merged.last_mut() {
            Some(last) if hunk.start - last.end <= ACCIDENT && replaces(last) && replaces(&hunk) => {
                last.end = hunk.end;
                last.to = hunk.to;
            }
            _ => merged.push(hunk),
        }
    }
    *hunks = merged;
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
    let score = |shift: isize| {
        let (lo, hi) = (lo.saturating_add_signed(shift), hi.saturating_add_signed(shift));
        let begins_statement = lo == 0 || matches!(text[lo - 1], NL | IN | DE);
        let ends_statement = matches!(text[hi - 1], NL | DE);
        let balanced =
            text[lo..hi].iter().filter(|id| **id == IN).count() == text[lo..hi].iter().filter(|id| **id == DE).count();
        4 * usize::from(begins_statement && ends_statement) + 2 * usize::from(begins_statement) + usize::from(balanced)
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
