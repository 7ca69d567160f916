//! Python source as a syntax tree: parsing, finding functions, and the lexemes of one function.
//!
//! The only module that names `tree_sitter`. It never fails on broken code: a tree always comes back, and what is
//! broken in it is said by [`Problem`]s. No names are looked up here and nothing is read from disk.

mod continued;
mod functions;
mod lex;
mod mend;
mod pattern;
mod scopes;
mod strings;
mod within;

pub use continued::continued_lines;
pub use functions::{Function, enclosing_function, find_functions, first_function};
pub use lex::{LexError, Lexeme, LexemeKind, lex};
pub use mend::Mended;
pub use pattern::{Capture, Pattern, PatternError, Searched};
pub use scopes::{NameCounts, bound_names, builtin_names, import_of, import_position, name_counts, unbound_names};

use std::cell::RefCell;
use tree_sitter::{InputEdit, Node, Parser, Point, Range, Tree};

/// A parsed source text; a copy costs nothing.
#[derive(Clone)]
pub struct Parsed {
    tree: Tree,
}

/// A place in a text; all three numbers start at 0, and columns are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Bytes before it.
    pub offset: usize,
    /// `\n` before it.
    pub line: usize,
    /// Bytes since the last `\n`.
    pub column: usize,
}

/// A replacement: from `start` to `old_end` before it, from `start` to `new_end` after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// Where it begins.
    pub start: Spot,
    /// Where the replaced text ended.
    pub old_end: Spot,
    /// Where the new text ends.
    pub new_end: Spot,
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

    /// Hears of a replacement in the text; [`parse_again`] makes the tree fit the new text.
    pub fn replaced(&mut self, by: &Replacement) {
        self.tree.edit(&InputEdit {
            start_byte: by.start.offset,
            old_end_byte: by.old_end.offset,
            new_end_byte: by.new_end.offset,
            start_position: point(by.start),
            old_end_position: point(by.old_end),
            new_end_position: point(by.new_end),
        });
    }

    /// The first syntax problem, if there is any.
    pub fn first_problem(&self) -> Option<Problem> {
        first_problem(self.root())
    }
}

fn point(spot: Spot) -> Point {
    Point { row: spot.line, column: spot.column }
}

/// Parses a source text; broken code gives a tree with problems in it.
pub fn parse(source: &str) -> Parsed {
    parse_with(source, None, &[])
}

/// Parses a text of which an earlier version was parsed, and all [replacements](Parsed::replaced) since were told: only
/// what changed is looked at.
pub fn parse_again(source: &str, before: &Parsed) -> Parsed {
    parse_with(source, Some(&before.tree), &[])
}

/// Parses a stretch of a text as if it were a module, up to the text's end when no other is given. Places are those in the text.
fn parse_within(source: &str, start: Spot, end: Option<Spot>) -> Parsed {
    let (end_byte, end_point) =
        end.map_or((usize::MAX, Point::new(usize::MAX, usize::MAX)), |end| (end.offset, point(end)));
    let range = Range { start_byte: start.offset, end_byte, start_point: point(start), end_point };
    parse_with(source, None, &[range])
}

/// No ranges: the whole text.
fn parse_with(source: &str, before: Option<&Tree>, within: &[Range]) -> Parsed {
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new(python_parser());
    }
    let tree = PARSER.with_borrow_mut(|parser| {
        // fails for ranges that overlap: here is at most one
        let is_set = parser.set_included_ranges(within).is_ok();
        debug_assert!(is_set);
        parser.parse(source, before)
    });
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
