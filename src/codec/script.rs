//! Edit scripts: what the decoder writes. A script says, hunk by hunk, which source positions go and what comes.
//!
//! `script := hunk* STOP`, `hunk := PTR PTR item* END_HUNK`, `item := word | COPY PTR PTR`, and STOP is a pointer to
//! position 0. Positions count the source with BOS in front: token `k` is at `k + 1`.

use super::align::Hunk;
use super::vocabulary::{COPY, DE, END_HUNK, IN, Id, NL, Vocabulary};

/// A step of a script: a pointer to a source position, or a word of the vocabulary (COPY and END_HUNK among them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A source position, BOS being 0.
    Pointer(usize),
    /// A token.
    Word(Id),
}

/// In numbers, pointers start here (see [`Step::to_number`]).
pub const POINTER_BASE: u32 = 100_000;

impl Step {
    /// One number for both kinds, as training files have them.
    pub fn to_number(self) -> u32 {
        match self {
            Self::Pointer(position) => POINTER_BASE + u32::try_from(position).unwrap_or(0),
            Self::Word(id) => u32::from(id),
        }
    }
}

/// A shorter run is written word by word.
const SHORTEST_COPY: usize = 3;

/// The script that turns `source` into `target` by `hunks`.
pub fn script(source: &[Id], target: &[Id], hunks: &[Hunk]) -> Vec<Step> {
    let mut steps = Vec::new();
    for hunk in hunks {
        steps.push(Step::Pointer(hunk.start + 1));
        steps.push(Step::Pointer(hunk.end + 1));
        let mut at = hunk.from;
        while at < hunk.to {
            match copied(source, &target[at..hunk.to], hunk) {
                Some((start, length)) => {
                    steps.push(Step::Word(COPY));
                    steps.push(Step::Pointer(start + 1));
                    steps.push(Step::Pointer(start + length + 1));
                    at += length;
                }
                None => {
                    steps.push(Step::Word(target[at]));
                    at += 1;
                }
            }
        }
        steps.push(Step::Word(END_HUNK));
    }
    steps.push(Step::Pointer(0));
    steps
}

/// The longest balanced run of `source` that `wanted` begins with: (start, length). Among equals the one inside
/// the hunk's own deleted stretch wins, then the nearest, because that is what was moved.
fn copied(source: &[Id], wanted: &[Id], hunk: &Hunk) -> Option<(usize, usize)> {
    let distance = |start: usize| {
        let inside = (hunk.start..hunk.end).contains(&start);
        (!inside, start.abs_diff(hunk.start))
    };
    (0..source.len())
        .filter(|&start| source[start] == wanted[0])
        .map(|start| (start, balanced_run(&source[start..], wanted)))
        .filter(|(_, length)| *length >= SHORTEST_COPY)
        .min_by_key(|(start, length)| (usize::MAX - length, distance(*start)))
}

fn balanced_run(source: &[Id], wanted: &[Id]) -> usize {
    let vocabulary = Vocabulary::built_in();
    let (mut depth, mut lines, mut good) = (0i32, false, 0);
    for (at, (a, b)) in source.iter().zip(wanted).enumerate() {
        if a != b {
            break;
        }
        depth += match (*a, vocabulary.text(*a)) {
            (IN, _) | (_, "(" | "[" | "{" | "<S" | "<F" | "<{") => 1,
            (DE, _) | (_, ")" | "]" | "}" | "S>" | "F>" | "}>") => -1,
            _ => 0,
        };
        if depth < 0 {
            break;
        }
        lines |= *a == NL;
        if depth == 0 && (!lines || matches!(*a, NL | DE)) {
            good = at + 1;
        }
    }
    good
}

/// Why a script can not be applied. A decoder may write anything; what is not a script is dropped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// A step of another kind was due.
    #[error("step {0} of the script is not what its place asks for")]
    Malformed(usize),
    /// A pointer leaves the source, or runs backwards.
    #[error("step {0} of the script points outside of what it may")]
    OutOfRange(usize),
}

/// A replacement of source tokens: `source[start..end]` by `inserted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// First source token that goes.
    pub start: usize,
    /// Behind the last one that goes.
    pub end: usize,
    /// What comes.
    pub inserted: Vec<Inserted>,
}

/// A token that an edit puts in, and where it was copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inserted {
    /// The token.
    pub id: Id,
    /// The source token that it copies, so that its spelling and layout come along.
    pub origin: Option<usize>,
}

/// Reads a script over a source of these tokens.
pub fn replacements(source: &[Id], steps: &[Step]) -> Result<Vec<Replacement>, ScriptError> {
    let mut out: Vec<Replacement> = Vec::new();
    let mut at = 0;
    let mut next = || {
        at += 1;
        (at - 1, steps.get(at - 1).copied())
    };
    let last = source.len() + 1; // EOS
    loop {
        let start = match next() {
            (_, Some(Step::Pointer(0))) => return Ok(out),
            (_, Some(Step::Pointer(start))) if start <= last && out.last().is_none_or(|r| start > r.end) => start,
            (i, Some(Step::Pointer(_))) => return Err(ScriptError::OutOfRange(i)),
            (i, _) => return Err(ScriptError::Malformed(i)),
        };
        let end = match next() {
            (_, Some(Step::Pointer(end))) if (start..=last).contains(&end) => end,
            (i, Some(Step::Pointer(_))) => return Err(ScriptError::OutOfRange(i)),
            (i, _) => return Err(ScriptError::Malformed(i)),
        };
        let mut inserted = Vec::new();
        loop {
            match next() {
                (_, Some(Step::Word(END_HUNK))) => break,
                (_, Some(Step::Word(COPY))) => {
                    let ((i, from), (_, to)) = (next(), next());
                    let (Some(Step::Pointer(from)), Some(Step::Pointer(to))) = (from, to) else {
                        return Err(ScriptError::Malformed(i));
                    };
                    if from == 0 || from >= to || to > last {
                        return Err(ScriptError::OutOfRange(i));
                    }
                    inserted.extend((from - 1..to - 1).map(|k| Inserted { id: source[k], origin: Some(k) }));
                }
                (_, Some(Step::Word(id))) => inserted.push(Inserted { id, origin: None }),
                (i, _) => return Err(ScriptError::Malformed(i)),
            }
        }
        out.push(Replacement { start: start - 1, end: end - 1, inserted });
    }
}

/// The target tokens of a script.
pub fn apply(source: &[Id], replacements: &[Replacement]) -> Vec<Id> {
    let mut target = Vec::with_capacity(source.len());
    let mut at = 0;
    for replacement in replacements {
        target.extend_from_slice(&source[at..replacement.start]);
        target.extend(replacement.inserted.iter().map(|inserted| inserted.id));
        at = replacement.end;
    }
    target.extend_from_slice(&source[at..]);
    target
}
