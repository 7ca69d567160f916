//! Python source as a syntax tree: parsing, finding functions, and the lexemes of one function.
//!
//! The only module that names `tree_sitter`. It never fails on broken code: a tree always comes back, and what is
//! broken in it is said by [`Problem`]s. No names are looked up here and nothing is read from disk.

mod functions;
mod lex;
mod pattern;
mod scopes;
mod strings;

pub use functions::{Function, find_functions};
pub use lex::{LexError, Lexeme, LexemeKind, lex};
pub use pattern::{Pattern, PatternError};
pub use scopes::{bound_names, import_position, unbound_names};

use std::cell::RefCell;
use tree_sitter::{Node, Parser, Tree};

/// A parsed source text.
pub struct Parsed {
    tree: Tree,
}

/// Something in the source that is not Python, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset of the first character that does not fit.
    pub offset: usize,
    /// One-based line.
    pub line: usize,
    /// One-based column, in bytes.
    pub column: usize,
}

impl Parsed {
    /// The root of the tree.
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The first syntax problem, if there is any.
    pub fn first_problem(&self) -> Option<Problem> {
        first_problem(self.root())
    }
}

/// Parses a source text; broken code gives a tree with problems in it.
pub fn parse(source: &str) -> Parsed {
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new(python_parser());
    }
    let tree = PARSER.with_borrow_mut(|parser| parser.parse(source, None));
    // `None` is only returned for a parser without language, with a time-out, or cancelled: none of them here
    let tree = tree.unwrap_or_else(|| unreachable!("a parser with a language and no time-out returns a tree"));
    Parsed { tree }
}

fn python_parser() -> Parser {
    let mut parser = Parser::new();
    let compatible = parser.set_language(&tree_sitter_python::LANGUAGE.into());
    assert!(compatible.is_ok(), "the grammar and the tree-sitter library are pinned together");
    parser
}

/// The first error or missing token below `node`.
pub fn first_problem(node: Node<'_>) -> Option<Problem> {
    if !node.has_error() {
        return None;
    }
    if node.is_error() || node.is_missing() {
        let at = node.start_position();
        return Some(Problem { offset: node.start_byte(), line: at.row + 1, column: at.column + 1 });
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).find_map(first_problem)
}
