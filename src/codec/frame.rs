//! What a place belongs to, where that is too far off to be seen beside it: the block, the statement, the call.
//!
//! An argument is put in behind six others, a statement at the end of an `except`: the tokens beside such a place do not say
//! which one it is, and no number of pairs would.

use super::align::is_layout;
use super::vocabulary::{DE, IN, Id, Kind, Vocabulary};
use super::window::CONTEXT;

/// Tokens of the begin of a statement.
const BEGIN: usize = 2;
/// Tokens up to the bracket that a place stands in: `self.get(` is five.
const CALLEE: usize = 3;

/// Stretches of kept tokens to be read before those beside the place `at`.
///
/// First the keyword of the statement whose block this is and, where a block has just ended, of the statement whose block
/// that was (`for IN`, `if DE`), with the begin of the place's own statement; then what the innermost open bracket belongs to.
/// Of the last two only what is not seen beside the place anyway.
pub(super) fn frame(source: &[Id], at: usize) -> Vec<Vec<Id>> {
    let seen = at.saturating_sub(CONTEXT);
    let begin = begin_of(source, at);
    let mut first = Vec::new();
    if let Some(opener) = opener(source, begin, is_layout_pair) {
        first.extend(keyword(source, opener).map(|id| [id, IN]).into_iter().flatten());
    }
    if begin > 0
        && source[begin - 1] == DE
        && let Some(opener) = opener(source, begin - 1, is_layout_pair)
    {
        first.extend(keyword(source, opener).map(|id| [id, DE]).into_iter().flatten());
    }
    first.extend(&source[begin..(begin + BEGIN).min(seen).max(begin)]);
    let bracket = opener(&source[begin..], at - begin, |id| !is_layout_pair(id)).map(|bracket| begin + bracket);
    let callee = bracket
        .filter(|bracket| *bracket < seen)
        .map_or_else(Vec::new, |bracket| source[begin.max((bracket + 1).saturating_sub(CALLEE))..=bracket].to_vec());
    [first, callee].into_iter().filter(|stretch| !stretch.is_empty()).collect()
}

fn is_layout_pair(id: Id) -> bool {
    matches!(id, IN | DE)
}

/// Where the statement of the token at `at` begins.
fn begin_of(source: &[Id], at: usize) -> usize {
    source[..at].iter().rposition(|id| is_layout(*id)).map_or(0, |end| end + 1)
}

/// The last of the `of` brackets before `at` that is still open there.
fn opener(source: &[Id], at: usize, of: impl Fn(Id) -> bool) -> Option<usize> {
    let vocabulary = Vocabulary::built_in();
    let mut depth = 0isize;
    (0..at).rev().filter(|k| of(source[*k])).find(|k| {
        depth += vocabulary.nesting(source[*k]).map_or(0, |(_, by)| by);
        depth > 0
    })
}

/// The first word of the statement that opens a block at `opener`.
fn keyword(source: &[Id], opener: usize) -> Option<Id> {
    let word = source[begin_of(source, opener)];
    (Vocabulary::built_in().kind(word) == Kind::Keyword).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::super::{ConceptTable, Lexed, SlotTable};
    use super::*;

    /// The frame of the first token that reads `at`, stretches parted by `|`.
    fn of(source: &str, at: &str) -> String {
        let vocabulary = Vocabulary::built_in();
        let ids = Lexed::new(source).unwrap().ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap();
        let at = ids.iter().position(|id| vocabulary.text(*id) == at).unwrap();
        let text = |stretch: Vec<Id>| stretch.iter().map(|id| vocabulary.text(*id)).collect::<Vec<_>>().join(" ");
        frame(&ids, at).into_iter().map(text).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn a_place_is_read_with_its_block_statement_and_call() {
        assert_eq!(of("def f(a):\n    for b in a:\n        pass\n", "pass"), "for IN");
        assert_eq!(of("def f(a):\n    if a:\n        g()\n    return a\n", "return"), "def IN if DE");
        let call = "def f(a):\n    a = print(a, a, a, a, a, None)\n";
        assert_eq!(of(call, "None"), "def IN a = | = print (");
    }
}
