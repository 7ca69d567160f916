//! Tree-sitter queries as countable patterns.

use super::Parsed;
use std::ops::Range;
use tree_sitter::{Query, QueryCursor, StreamingIterator};

/// A compiled query whose captures are counted.
pub struct Pattern {
    query: Query,
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

    /// How many different nodes a capture of this name has inside a range.
    pub fn count(&self, parsed: &Parsed, source: &str, range: Range<usize>, capture: &str) -> usize {
        let Some(index) = self.query.capture_index_for_name(capture) else {
            return 0;
        };
        let mut cursor = QueryCursor::new();
        cursor.set_byte_range(range.clone());
        let mut found = std::collections::BTreeSet::new();
        let mut matches = cursor.matches(&self.query, parsed.root(), source.as_bytes());
        while let Some(one) = matches.next() {
            for node in one.captures().iter().filter(|one| one.index == index).map(|one| one.node) {
                // a byte range also brings nodes that only touch it
                if range.start <= node.start_byte() && node.end_byte() <= range.end {
                    found.insert(node.id());
                }
            }
        }
        found.len()
    }
}
