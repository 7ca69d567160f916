//! Tree-sitter queries as countable patterns.

use super::Parsed;
use super::within::Within;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use tree_sitter::{InputEdit, Node, Query, QueryCursor, StreamingIterator, Tree};

/// Compiled queries, searched for in one walk over the tree.
pub struct Pattern {
    query: Query,
    /// What has to stand below a capture, for each of the query's patterns.
    within: Vec<Vec<Within>>,
    /// Where the text of each part begins.
    parts: Vec<usize>,
}

/// One node that a query captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture<'p> {
    /// The part of the pattern, from 0.
    pub part: usize,
    /// The capture's name, without `@`.
    pub name: &'p str,
    /// Tells the nodes of one tree apart.
    pub node: usize,
    /// Whether it is run by the function itself, not by a function, lambda or class inside it.
    pub own: bool,
    /// First byte of the node.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

/// A function as patterns see it: without comments, and with what is its own marked. Made once for any number of patterns.
pub struct Searched<'s> {
    tree: Tree,
    source: Cow<'s, str>,
    start: usize,
    own: HashSet<usize>,
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
        Self::joined([text])
    }

    /// Compiles several queries into one pattern, a part each. One walk for all is several times quicker than one each;
    /// a line of an error counts from the first part.
    pub fn joined<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, PatternError> {
        let (mut all, mut parts) = (String::new(), Vec::new());
        for text in texts {
            parts.push(all.len());
            all += text;
            all.push('\n');
        }
        let language = tree_sitter_python::LANGUAGE.into();
        let query = Query::new(&language, &all);
        let query = query.map_err(|error| PatternError { line: error.row + 1, message: error.message })?;
        let within = (0..query.pattern_count()).map(|pattern| {
            let line = || 1 + all[..query.start_byte_for_pattern(pattern)].matches('\n').count();
            Within::of(&query, pattern, &language).map_err(|message| PatternError { line: line(), message })
        });
        let within = within.collect::<Result<_, _>>()?;
        Ok(Self { query, within, parts })
    }

    /// The names of its captures.
    pub fn names(&self) -> &[&str] {
        self.query.capture_names()
    }

    /// What the pattern captures in a function. A captured definition counts only when it is that function: what is said
    /// of a function as a whole is not said of those inside it.
    pub fn captures(&self, searched: &Searched<'_>) -> Vec<Capture<'_>> {
        let Some(function) = definition_at(&searched.tree, searched.start) else { return Vec::new() };
        let mut cursor = QueryCursor::new();
        let mut found = Vec::new();
        let mut matches = cursor.matches(&self.query, function, searched.source.as_bytes());
        while let Some(one) = matches.next() {
            if !self.within[one.pattern_index].iter().all(|within| within.holds(one, searched.source.as_bytes())) {
                continue;
            }
            let begin = self.query.start_byte_for_pattern(one.pattern_index);
            let part = self.parts.partition_point(|part| *part <= begin) - 1;
            for capture in one.captures() {
                let node = capture.node.id();
                let own = searched.own.contains(&node);
                if own || capture.node.kind() != "function_definition" {
                    let name = self.query.capture_names()[capture.index as usize];
                    let (start, end) = (capture.node.start_byte(), capture.node.end_byte());
                    found.push(Capture { part, name, node, own, start, end });
                }
            }
        }
        found
    }
}

impl<'s> Searched<'s> {
    /// The function at `range`.
    pub fn new(parsed: &Parsed, source: &'s str, range: Range<usize>) -> Self {
        let (tree, source) = match without_comments(parsed, source, &range) {
            Some((tree, bare)) => (tree, Cow::Owned(bare)),
            None => (parsed.tree.clone(), Cow::Borrowed(source)),
        };
        let own = definition_at(&tree, range.start).map(own_nodes).unwrap_or_default();
        Self { tree, source, start: range.start, own }
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

/// The nodes that the function runs itself: all but its decorators and what stands in definitions inside it.
fn own_nodes(function: Node<'_>) -> HashSet<usize> {
    let inner = match function.kind() {
        "decorated_definition" => function.child_by_field_name("definition"),
        _ => None,
    };
    let function = inner.unwrap_or(function);
    let mut own = HashSet::new();
    let mut cursor = function.walk();
    loop {
        let node = cursor.node();
        let foreign = matches!(node.kind(), "function_definition" | "lambda" | "class_definition") && node != function;
        if !foreign {
            own.insert(node.id());
        }
        if !foreign && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            // a cursor does not leave the node that it was made of
            if !cursor.goto_parent() {
                return own;
            }
        }
    }
}
