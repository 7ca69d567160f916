//! Tree-sitter queries as countable patterns.

use super::Parsed;
use std::ops::Range;
use tree_sitter::{InputEdit, Node, Query, QueryCursor, StreamingIterator, Tree};

/// A compiled query whose captures are counted.
pub struct Pattern {
    query: Query,
}

/// One node that a query captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture<'p> {
    /// The capture's name, without `@`.
    pub name: &'p str,
    /// Tells the nodes of one tree apart.
    pub node: usize,
    /// Whether it is run by the function itself, not by a function, lambda or class inside it.
    pub own: bool,
}

/// A query that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PatternError {
    /// One-based line of the query's text.
    pub line: usize,
    /// What tree-sitter says.
    pub message: String,
}

impl Pattern {
    /// Compiles a query.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let query = Query::new(&tree_sitter_python::LANGUAGE.into(), text);
        query.map(|query| Self { query }).map_err(|error| PatternError { line: error.row + 1, message: error.message })
    }

    /// The names of its captures.
    pub fn names(&self) -> &[&str] {
        self.query.capture_names()
    }

    /// What the query captures in the function at `range`, as if it had no comments. A captured definition counts only
    /// when it is that function: what is said of a function as a whole is not said of those inside it.
    pub fn captures(&self, parsed: &Parsed, source: &str, range: Range<usize>) -> Vec<Capture<'_>> {
        let bare = without_comments(parsed, source, &range);
        let (tree, source) = bare.as_ref().map_or((&parsed.tree, source), |(tree, source)| (tree, source));
        let Some(function) = definition_at(tree, range.start) else { return Vec::new() };
        let mut cursor = QueryCursor::new();
        let mut found = Vec::new();
        let mut matches = cursor.matches(&self.query, function, source.as_bytes());
        while let Some(one) = matches.next() {
            for capture in one.captures() {
                let own = belongs(capture.node, function);
                if own || capture.node.kind() != "function_definition" {
                    let name = self.query.capture_names()[capture.index as usize];
                    found.push(Capture { name, node: capture.node.id(), own });
                }
            }
        }
        found
    }
}

/// The definition that begins at a byte, decorators included.
fn definition_at(tree: &Tree, start: usize) -> Option<Node<'_>> {
    let first = tree.root_node().descendant_for_byte_range(start, start + 1)?;
    let around = std::iter::successors(Some(first), Node::parent).take_while(|node| node.start_byte() == start);
    around.filter(|node| matches!(node.kind(), "function_definition" | "decorated_definition")).last()
}

/// The function with blanks in place of its comments, when it has any: a comment is a node like any other to a query,
/// and would have to be allowed for between any two.
fn without_comments(parsed: &Parsed, source: &str, range: &Range<usize>) -> Option<(Tree, String)> {
    if !source.get(range.clone())?.contains('#') {
        return None;
    }
    let mut tree = parsed.tree.clone();
    let mut bare = source.as_bytes().to_vec();
    let mut todo = vec![parsed.root()];
    while let Some(node) = todo.pop() {
        if node.kind() == "comment" {
            bare[node.byte_range()].fill(b' ');
            tree.edit(&InputEdit {
                start_byte: node.start_byte(),
                old_end_byte: node.end_byte(),
                new_end_byte: node.end_byte(),
                start_position: node.start_position(),
                old_end_position: node.end_position(),
                new_end_position: node.end_position(),
            });
        }
        let children = node.children(&mut node.walk()).collect::<Vec<_>>();
        todo.extend(
            children.into_iter().filter(|child| child.start_byte() < range.end && range.start < child.end_byte()),
        );
    }
    let bare = String::from_utf8(bare).ok()?;
    let tree = super::python_parser().parse(&bare, Some(&tree))?;
    Some((tree, bare))
}

/// Whether the innermost definition around a node is the function.
fn belongs(node: Node<'_>, function: Node<'_>) -> bool {
    let mut around = std::iter::successors(Some(node), Node::parent);
    let inner = around.find(|node| matches!(node.kind(), "function_definition" | "lambda" | "class_definition"));
    inner.is_some_and(|inner| inner == function || inner.parent() == Some(function))
}
