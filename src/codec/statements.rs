//! The statements of a function, read off its tokens.

use super::vocabulary::{DE, IN, Id, NL, Vocabulary};
use std::ops::Range;

/// A statement, with the blocks in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its tokens, decorators among them.
    pub range: Range<usize>,
    /// `if …:`, `elif …:`, `else:` and their like with their blocks; none where it is a simple statement.
    pub clauses: Vec<Clause>,
}

/// A block and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// Up to the token that opens the block, that one included.
    pub head: Range<usize>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// The token that ends the block.
    pub end: usize,
}

/// The head of a function and the statements of its body; `None` for tokens that are none.
pub(super) fn body_of(ids: &[Id]) -> Option<(Range<usize>, Vec<Statement>)> {
    let open = ids.iter().position(|id| *id == IN)?;
    let (body, end) = block(ids, open + 1)?;
    (end + 1 == ids.len() && !body.is_empty()).then_some((0..open + 1, body))
}

/// The statements from a token on, and the token that ends them.
fn block(ids: &[Id], mut at: usize) -> Option<(Vec<Statement>, usize)> {
    let mut statements = Vec::new();
    loop {
        if *ids.get(at)? == DE {
            return Some((statements, at));
        }
        let statement = statement(ids, at)?;
        at = statement.range.end;
        statements.push(statement);
    }
}

fn statement(ids: &[Id], start: usize) -> Option<Statement> {
    let text = |at: usize| match *ids.get(at)? {
        NL | IN | DE => None,
        id => Some(Vocabulary::built_in().text(id)),
    };
    let ending = |from: usize| (from..ids.len()).find(|at| matches!(ids[*at], NL | IN | DE));
    let mut at = ending(start)?;
    while ids[at] == NL && text(start) == Some("@") && text(at + 1).is_some() {
        // decorators belong to what they stand before
        let decorator = text(at + 1) == Some("@");
        at = ending(at + 1)?;
        if !decorator {
            break;
        }
    }
    match ids[at] {
        NL => return Some(Statement { range: start..at + 1, clauses: Vec::new() }),
        IN => {}
        _ => return None,
    }
    let mut clauses = Vec::new();
    let mut head = start;
    loop {
        let (body, end) = block(ids, at + 1)?;
        clauses.push(Clause { head: head..at + 1, body, end });
        head = end + 1;
        if !matches!(text(head), Some("else" | "elif" | "except" | "finally")) {
            return Some(Statement { range: start..head, clauses });
        }
        at = ending(head).filter(|at| ids[*at] == IN)?;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConceptTable, Lexed, SlotTable};
    use super::*;

    fn shape(statements: &[Statement]) -> String {
        let one = |statement: &Statement| match statement.clauses.len() {
            0 => "s".to_owned(),
            _ => statement.clauses.iter().map(|clause| format!("[{}]", shape(&clause.body))).collect(),
        };
        statements.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn statements_and_their_blocks() {
        let cases = [
            ("def f():\n    pass\n", "s"),
            ("@a\n@b(1)\ndef f(x: int = 1) -> {}:\n    x = {1: 2}; y = lambda: 3\n    return x\n", "s s s"),
            (
                "def f():\n    if a: return\n    elif b:\n        c\n        d\n    else:\n        e\n    g\n",
                "[s][s s][s] s",
            ),
            ("def f():\n    try:\n        a\n    except E as e:\n        b\n    finally:\n        c\n", "[s][s][s]"),
            (
                "def f():\n    for a in b:\n        while c:\n            d\n        else:\n            e\n    g\n",
                "[[s][s]] s",
            ),
            (
                "def f():\n    @a\n    @b\n    def g():\n        c\n    @a\n    class C:\n        d\n    return g\n",
                "[s] [s] s",
            ),
            (
                "def f():\n    match a:\n        case 1:\n            b\n        case _:\n            c\n    d\n",
                "[[s] [s]] s",
            ),
        ];
        for (source, expected) in cases {
            let ids = Lexed::new(source).unwrap().ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap();
            let (head, body) = body_of(&ids).unwrap();
            assert_eq!(shape(&body), expected, "{source}");
            // statements follow one another without a gap, up to the end of the function
            let mut at = head.end;
            for statement in &body {
                assert_eq!(statement.range.start, at, "{source}");
                at = statement.range.end;
            }
            assert_eq!(at + 1, ids.len(), "{source}");
        }
    }
}
