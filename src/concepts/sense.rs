//! Whether an edit turns a condition round. Most concepts never do; one whose pairs never add or drop a negation must not do so
//! anywhere else: an edit that does has the right shape and the wrong sense.

use crate::codec::vocabulary::{DE, IN, Id, NL};
use crate::codec::{Kind, Replacement, Tag, Vocabulary, WindowPair};

/// With fewer pairs it is not seen what is the rule.
const ENOUGH: usize = 3;

/// Whether all pairs of a concept leave the number of negations as it is, and there are enough of them to say so.
pub fn keeps_sense(windows: &[WindowPair]) -> bool {
    windows.len() >= ENOUGH && windows.iter().all(|window| statements(window).all(|(gone, come)| gone == come))
}

/// Negations that go and that come in each statement of a window.
fn statements(window: &WindowPair) -> impl Iterator<Item = (usize, usize)> {
    let tagged: Vec<(Id, u8)> = window.ids.iter().copied().zip(window.tags.iter().copied()).collect();
    let ends = |(id, tag): &(Id, u8)| *tag == Tag::Gap as u8 || *tag == Tag::Kept as u8 && is_end(*id);
    let count = |statement: &[(Id, u8)], wanted: Tag| {
        negations(statement.iter().filter(|(_, tag)| *tag == wanted as u8).map(|(id, _)| *id))
    };
    let counts: Vec<(usize, usize)> =
        tagged.split(ends).map(|statement| (count(statement, Tag::Deleted), count(statement, Tag::Inserted))).collect();
    counts.into_iter()
}

/// Whether replacements of source tokens leave each statement's sense alone. Whole statements may come and go with what
/// they say.
pub fn leaves_sense(source: &[Id], replaced: &[Replacement]) -> bool {
    let counts = |one: &Replacement| {
        let gone = &source[one.start..one.end];
        let come: Vec<Id> = one.inserted.iter().map(|inserted| inserted.id).collect();
        let last = |ids: &[Id]| ids.last().is_none_or(|id| is_end(*id));
        let begins = last(&source[..one.start]);
        let whole = begins && (gone.is_empty() && last(&come) || come.is_empty() && last(gone));
        if whole { (0, 0) } else { (negations(gone.iter().copied()), negations(come.into_iter())) }
    };
    replaced.chunk_by(|a, b| !source[a.end..b.start].iter().any(|id| is_end(*id))).all(|statement| {
        let (gone, come): (Vec<usize>, Vec<usize>) = statement.iter().map(counts).unzip();
        gone.iter().sum::<usize>() == come.iter().sum::<usize>()
    })
}

/// Whether a token ends a statement or begins or ends a block.
fn is_end(id: Id) -> bool {
    matches!(id, NL | IN | DE)
}

/// `not` (that of `is not` and `not in` among them) and `!=`.
fn negations(ids: impl Iterator<Item = Id>) -> usize {
    let vocabulary = Vocabulary::built_in();
    let is_word = |id: Id| matches!(vocabulary.kind(id), Kind::Operator | Kind::Keyword);
    ids.filter(|id| is_word(*id) && matches!(vocabulary.text(*id), "not" | "!=")).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{ConceptTable, Lexed, SlotTable, align, replacements, script};
    use crate::concepts::Taught;

    fn function(body: &str) -> String {
        format!("def f(a, b):\n    {}\n", body.replace('\n', "\n    "))
    }

    fn leaves(before: &str, after: &str) -> bool {
        let (before, after) = (function(before), function(after));
        let mut slots = SlotTable::default();
        let mut ids = |text: &str| Lexed::new(text).unwrap().ids(&ConceptTable::default(), &mut slots).unwrap();
        let (before, after) = (ids(&before), ids(&after));
        let steps = script(&before, &after, &align(&before, &after));
        leaves_sense(&before, &replacements(&before, &steps).unwrap())
    }

    #[test]
    fn an_edit_that_turns_a_condition_round_is_seen() {
        let check = |before: &str, after: &str, expect: bool| {
            assert_eq!(leaves(before, after), expect, "{before:?} to {after:?}");
        };
        check("return a == None", "return a is None", true);
        check("return a == None", "return a is not None", false);
        check("return a != None", "return a is not None", true);
        check("return a != None", "return a is None", false);
        check("return not a in b", "return a not in b", true);
        check("if a:\n    return b\nreturn a", "if not a:\n    return b\nreturn a", false);
        // both at once do not make up for each other
        check(
            "x = a == None\ny = g(1, 2, 3, b)\nreturn b != None",
            "x = a is not None\ny = g(1, 2, 3, b)\nreturn b is None",
            false,
        );
        // a statement that comes or goes brings what it says
        check("print(a is not b)\nreturn a", "return a", true);
        check("return a", "if a is not None:\n    g(a)\nreturn a", true);
    }

    #[test]
    fn the_pairs_say_whether_a_concept_may() {
        let keeps = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| (function(a), function(b))).collect();
            keeps_sense(&Taught::new(pairs.iter().map(|(a, b)| (a.as_str(), b.as_str()))).unwrap().windows)
        };
        let is = [("return a == None", "return a is None"), ("return b != None", "return b is not None")];
        assert!(!keeps(&is), "two pairs are too few");
        assert!(keeps(&[is[0], is[1], ("b = a == None\nreturn b", "b = a is None\nreturn b")]));
        assert!(!keeps(&[is[0], is[1], ("if a:\n    return b", "if not a:\n    return b")]));
        assert!(!keeps(&[]));
    }
}
