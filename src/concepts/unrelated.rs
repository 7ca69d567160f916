//! Functions to which a taught edit should do nothing: with them in view, a search for an edit does not learn to edit
//! everything. Two are enough: with four, fewer functions are edited that should be.

use crate::codec::vocabulary::Id;
use crate::codec::{ConceptTable, Lexed, SlotTable};

const FUNCTIONS: [&str; 2] = [
    "def find(node, key):\n    while node is not None and node.key != key:\n        node = node.left if key < node.key else node.right\n    return node\n",
    "def close(self):\n    try:\n        self.stream.close()\n    finally:\n        self.closed = True\n",
];

/// Their tokens under a concept's table.
pub fn unrelated(concept: &ConceptTable) -> Vec<Vec<Id>> {
    let lexed = FUNCTIONS.iter().filter_map(|text| Lexed::new(text).ok());
    lexed.filter_map(|function| function.ids(concept, &mut SlotTable::default()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_have_tokens() {
        let tokens = unrelated(&ConceptTable::default());
        assert_eq!(tokens.len(), FUNCTIONS.len());
        assert!(tokens.iter().all(|ids| (10..60).contains(&ids.len())), "short: each is a row of every step");
    }
}
