//! Edit scripts: what the decoder writes. A script says, hunk by hunk, which source positions go and what comes.
//!
//! `script := hunk* STOP`, `hunk := PTR PTR item* END_HUNK`, `item := word | COPY PTR PTR`, and STOP is a pointer to
//! position 0. Positions count the source with BOS in front: token `k` is at `k + 1`.

use super::align::{Hunk, depth, is_operand, joins};
use super::bound::is_receiver;
use super::vocabulary::{COPY, DE, END_HUNK, IN, Id, Kind, NL, Vocabulary};

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

/// A shorter run is written word by word, but for [`place_of`].
const SHORTEST_COPY: usize = 3;
/// What stands this near to a place is seen with it, as in a window.
const NEAR: usize = 6;
/// What belongs to a name that was just copied stands this near behind it: its annotation.
const BESIDE: usize = 3;

/// The script that turns `source` into `target` by `hunks`.
pub fn script(source: &[Id], target: &[Id], hunks: &[Hunk]) -> Vec<Step> {
    let mut steps = Vec::new();
    for hunk in hunks {
        steps.push(Step::Pointer(hunk.start + 1));
        steps.push(Step::Pointer(hunk.end + 1));
        let (mut at, mut behind) = (hunk.from, None);
        while at < hunk.to {
            match copied(source, target, at, hunk, hunks, behind) {
                Some((start, length)) => {
                    steps.push(Step::Word(COPY));
                    steps.push(Step::Pointer(start + 1));
                    steps.push(Step::Pointer(start + length + 1));
                    at += length;
                    behind = Some(start + length);
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

/// The longest balanced run of `source` that the target goes on with at `at`: (start, length). Among equals the one inside
/// the hunk's own deleted stretch wins, then the nearest, because that is what was moved; it ends where the stretch ends, as
/// what stands behind it is kept. What another hunk takes out may be moved likewise. From outside of that stretch
/// a run is whole statements, or one operand that begins with a name: that `( ) NL` or `[ k ]` stands somewhere in the
/// function too is an accident, and of a list some functions would have a run and others not. `behind` is where the last
/// copy ended.
fn copied(
    source: &[Id],
    target: &[Id],
    at: usize,
    hunk: &Hunk,
    hunks: &[Hunk],
    behind: Option<usize>,
) -> Option<(usize, usize)> {
    let wanted = &target[at..hunk.to];
    let inside = |start: &usize| (hunk.start..hunk.end).contains(start);
    // up to the end of what goes, with the brackets behind it that its own may need
    let going = |start: &usize| {
        let goes = hunks.iter().find(|hunk| (hunk.start..hunk.end).contains(start))?;
        let closing = source[goes.end..].iter().take_while(|id| **id == DE || depth(&[**id]).is_none()).count();
        Some(&source[*start..goes.end + closing])
    };
    let named = is_named(wanted[0]) || is_receiver(wanted[0]);
    let begins = |start: usize| start == 0 || matches!(source[start - 1], NL | IN | DE);
    let is_operator = |id: Id| Vocabulary::built_in().kind(id) == Kind::Operator && joins(id);
    // that of `a - b`, not of `(-b`
    let operator = is_operator(wanted[0])
        && target[..at].last().is_some_and(|before| is_operand(*before) || depth(&[*before]).is_none());
    (0..source.len())
        .filter(|&start| source[start] == wanted[0] && !operator)
        .map(|start| {
            let moved = going(&start).map_or(0, |goes| balanced_run(goes, wanted, true));
            let length = if inside(&start) || wanted[..moved].iter().any(|id| is_named(*id)) {
                moved
            } else {
                let statements = if begins(start) { balanced_run(&source[start..], wanted, true) } else { 0 };
                match statements.checked_sub(1).map(|last| wanted[last]) {
                    Some(NL | DE) if wanted[..statements].iter().any(|id| is_named(*id)) => statements,
                    _ if named => balanced_run(&source[start..], wanted, false),
                    _ => 0,
                }
            };
            (start, length)
        })
        .filter(|(_, length)| *length >= SHORTEST_COPY)
        .min_by_key(|(start, length)| (usize::MAX - length, !inside(start), start.abs_diff(hunk.start)))
        .or_else(|| place_of(source, wanted[0], hunk, behind).map(|start| (start, 1)))
}

/// The token of `source` that a lone `wanted` is copied from: inside the hunk's own deleted stretch the first, else the
/// one beside what was copied before, else the nearest of those just before the hunk, else the first of the function,
/// which is where a parameter or a variable is named.
fn place_of(source: &[Id], wanted: Id, hunk: &Hunk, behind: Option<usize>) -> Option<usize> {
    let moved = Vocabulary::built_in().kind(wanted) == Kind::Number;
    if !is_named(wanted) && !moved {
        return None;
    }
    let rank = |at: &usize| match *at {
        at if (hunk.start..hunk.end).contains(&at) => (0, at),
        at if behind.is_some_and(|behind| (behind..behind + BESIDE).contains(&at)) => (1, at),
        at if (hunk.start.saturating_sub(NEAR)..hunk.start).contains(&at) => (2, hunk.start - at),
        at => (3, at),
    };
    let places = (0..source.len()).filter(|&at| source[at] == wanted);
    places.min_by_key(rank).filter(|at| !moved || rank(at).0 == 0)
}

/// Whether a token says which rather than what: a name or a string of this one function. Such a token is pointed at. A
/// decoder that had to write it as a word did not learn to: 88 of 100 were wrong where 1 of 100 concept tokens was.
///
/// Types and exceptions among the built-in names, too: which one an edit writes is what the function says (`except OSError`),
/// and one that is the same in all pairs is a concept token. Those say themselves, and `self` and syntax are the same words in
/// every function. Frequent numbers are pointed at where they are moved.
fn is_named(id: Id) -> bool {
    match Vocabulary::built_in().kind(id) {
        Kind::Id | Kind::Str | Kind::Num | Kind::String => true,
        Kind::Name => !is_receiver(id),
        _ => false,
    }
}

/// The longest common beginning that closes what it opens and does not end in an operator: operands are copied, what ties them
/// together is written, or else one function would have `[, a .] [b]` where others have `, [a . b]`. Without a comma between its operands unless they are `several`.
fn balanced_run(source: &[Id], wanted: &[Id], several: bool) -> usize {
    let vocabulary = Vocabulary::built_in();
    let (mut depth, mut lines, mut good) = (0, false, 0);
    for (at, (a, b)) in source.iter().zip(wanted).enumerate() {
        if a != b || depth == 0 && !several && (*a == NL || vocabulary.text(*a) == ",") {
            break;
        }
        depth += vocabulary.nesting(*a).map_or(0, |(_, by)| by);
        if depth < 0 {
            break;
        }
        lines |= *a == NL;
        let ends = vocabulary.kind(*a) != Kind::Operator || !joins(*a);
        if depth == 0 && ends && (!lines || matches!(*a, NL | DE)) {
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

#[cfg(test)]
mod tests {
    use super::super::{ConceptTable, Lexed, Pair, Vocabulary, lesson};
    use super::Step;

    /// The script from one text to another, pointers as `@position`.
    fn check(before: &str, after: &str, expect: &str) {
        let pair = Pair { before: Lexed::new(before).unwrap(), after: Lexed::new(after).unwrap() };
        let question = lesson(&pair, &ConceptTable::default()).unwrap().forward.unwrap();
        let words: Vec<String> = question
            .script
            .iter()
            .map(|step| match step {
                Step::Pointer(at) => format!("@{at}"),
                Step::Word(id) => Vocabulary::built_in().text(*id).to_owned(),
            })
            .collect();
        assert_eq!(words.join(" "), expect, "{before}");
    }

    #[test]
    fn a_name_of_the_function_is_pointed_at_where_it_first_stands() {
        // def f ( a_thing ) IN ...
        check(
            "def f(a_thing):\n    return g(a_thing)\n",
            "def f(a_thing):\n    if a_thing is None:\n        return None\n    return g(a_thing)\n",
            "@7 @7 if COPY @4 @5 is None IN return None NL DE END_HUNK @0",
        );
        // a frequent name is a name of the function too
        check(
            "def f(x):\n    return g(x)\n",
            "def f(x):\n    if x is None:\n        return None\n    return g(x)\n",
            "@7 @7 if COPY @4 @5 is None IN return None NL DE END_HUNK @0",
        );
    }

    #[test]
    fn a_name_that_moves_is_pointed_at_where_it_was_deleted() {
        check(
            "def f(x):\n    g(x)\n    h = (x, 1)\n",
            "def f(x):\n    g(x)\n    k((1, x))\n",
            "@12 @17 k ( ( COPY @16 @17 , COPY @14 @15 ) ) END_HUNK @0",
        );
    }

    #[test]
    fn what_is_put_together_anew_is_one_hunk_however_long_its_operands_are() {
        check(
            "def f(a, b):\n    return min(a, b)\n",
            "def f(a, b):\n    return a if a < b else b\n",
            "@10 @16 COPY @12 @13 if COPY @12 @13 < COPY @14 @15 else COPY @14 @15 END_HUNK @0",
        );
        check(
            "def f(a, b):\n    return min(a.x, b)\n",
            "def f(a, b):\n    return a.x if a.x < b else b\n",
            "@10 @18 COPY @12 @15 if COPY @12 @15 < COPY @16 @17 else COPY @16 @17 END_HUNK @0",
        );
        check(
            "def f(a):\n    return 'no %s' % a\n",
            "def f(a):\n    return f'no {a}'\n",
            "@8 @14 <F COPY @9 @10 <{ COPY @13 @14 }> F> END_HUNK @0",
        );
    }

    #[test]
    fn the_end_of_a_block_belongs_to_what_opens_it() {
        check(
            "def f(a):\n    assert a < 2\n",
            "def f(a):\n    if not a < 2:\n        raise AssertionError\n",
            "@7 @12 if not COPY @8 @11 IN raise AssertionError NL DE END_HUNK @0",
        );
        check(
            "def f(a, b):\n    assert a\n    assert b\n",
            "def f(a, b):\n    if not a:\n        raise AssertionError\n    if not b:\n        raise AssertionError\n",
            "@9 @12 if not COPY @10 @11 IN raise AssertionError NL DE END_HUNK \
             @12 @15 if not COPY @13 @14 IN raise AssertionError NL DE END_HUNK @0",
        );
    }

    #[test]
    fn a_type_is_pointed_at_beside_the_name_that_it_belongs_to() {
        check(
            "def f(a: str, b: str, c: str):\n    pass\n",
            "def f(a: str, b: str, c: str):\n    if not g(b, str):\n        return\n    pass\n",
            "@17 @17 if not g ( COPY @8 @9 , COPY @10 @11 ) IN return NL DE END_HUNK @0",
        );
    }

    #[test]
    fn words_that_mean_the_same_everywhere_are_written() {
        check(
            "def f(self):\n    return len(self.x)\n",
            "def f(self):\n    print(self)\n    return len(self.x)\n",
            "@7 @7 print ( self ) NL END_HUNK @0",
        );
    }
}
