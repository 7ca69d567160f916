//! What stays outside the model: the spellings of names, strings and numbers.

use super::vocabulary::{Id, Kind, Vocabulary};
use serde::{Deserialize, Serialize};

/// A string literal without its quotes, or a piece of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text {
    /// Lower-case prefix letters that change the meaning (`b`, `r`, `rb`); `u` does not.
    pub prefix: String,
    /// The text between the quotes, as it is written.
    pub content: String,
}

impl Text {
    /// Reads a literal with its prefix and quotes.
    pub fn of_literal(literal: &str) -> Self {
        let quote = literal.find(['"', '\'']).unwrap_or(0);
        let (prefix, quoted) = literal.split_at(quote);
        let triple = quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
        let width = if triple { 3 } else { 1 };
        let content = quoted.get(width..quoted.len().saturating_sub(width)).unwrap_or("");
        let mut letters: Vec<char> = prefix.to_ascii_lowercase().chars().filter(|c| *c != 'u').collect();
        letters.sort_unstable_by(|a, b| b.cmp(a)); // rb and br are the same
        Self { prefix: letters.into_iter().collect(), content: content.to_owned() }
    }

    /// Reads a stretch of text inside a string.
    pub fn of_piece(piece: &str) -> Self {
        Self { prefix: String::new(), content: piece.to_owned() }
    }

    /// Writes the literal with quotes that need no escaping.
    pub fn literal(&self) -> String {
        let Self { prefix, content } = self;
        let ends_badly = content.ends_with('"') || content.ends_with('\\') && !content.ends_with("\\\\");
        let quote = match (content.contains('\n'), content.contains('\''), content.contains('"')) {
            (true, _, _) if !content.contains("\"\"\"") && !ends_badly => "\"\"\"",
            (true, _, _) => "'''",
            (false, _, false) => "\"",
            (false, false, true) => "'",
            // both kinds inside: one of them is escaped already, so it may stand in its own quotes
            (false, true, true) if unescaped(content, '"') => "'",
            (false, true, true) => "\"",
        };
        format!("{prefix}{quote}{content}{quote}")
    }
}

fn unescaped(content: &str, quote: char) -> bool {
    let mut escaped = false;
    content.chars().any(|c| {
        let hit = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        hit
    })
}

/// Spellings by slot number, each kind by first appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spellings {
    /// Names.
    pub names: Vec<String>,
    /// Strings and pieces of strings.
    pub strings: Vec<Text>,
    /// Numbers.
    pub numbers: Vec<String>,
}

/// The slot table of a function (or of a pair, which shares one).
pub type SlotTable = Spellings;

/// The spellings that travel with a concept: what its edit introduces or takes away, the same in all its pairs.
pub type ConceptTable = Spellings;

impl Spellings {
    /// No spellings at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.strings.is_empty() && self.numbers.is_empty()
    }

    /// Appends another table's spellings that are not there yet, so that two concepts can stand together.
    pub fn extend(&mut self, other: &Self) {
        fn add<T: Clone + PartialEq>(to: &mut Vec<T>, from: &[T]) {
            for spelling in from {
                if !to.contains(spelling) {
                    to.push(spelling.clone());
                }
            }
        }
        add(&mut self.names, &other.names);
        add(&mut self.strings, &other.strings);
        add(&mut self.numbers, &other.numbers);
    }

    /// Whether the slots of the vocabulary suffice, as concept slots.
    pub fn fits_concept(&self, vocabulary: &Vocabulary) -> bool {
        self.names.len() <= vocabulary.range(Kind::ConceptName).len()
            && self.strings.len() <= vocabulary.range(Kind::ConceptStr).len()
            && self.numbers.len() <= vocabulary.range(Kind::ConceptNum).len()
    }
}

/// A look-up of spellings in order: the concept's, the closed vocabulary, the slot table (which grows).
pub(super) struct Numbering<'a> {
    pub vocabulary: &'static Vocabulary,
    pub concept: &'a ConceptTable,
    pub slots: &'a mut SlotTable,
}

impl Numbering<'_> {
    pub fn name(&mut self, name: &str) -> Option<Id> {
        let vocabulary = self.vocabulary;
        if let Some(k) = self.concept.names.iter().position(|other| other == name) {
            return vocabulary.slot(Kind::ConceptName, k);
        }
        vocabulary
            .id(Kind::Name, name)
            .or_else(|| vocabulary.slot(Kind::Id, number(&mut self.slots.names, name, str::to_owned)))
    }

    pub fn number(&mut self, text: &str) -> Option<Id> {
        let vocabulary = self.vocabulary;
        if let Some(k) = self.concept.numbers.iter().position(|other| other == text) {
            return vocabulary.slot(Kind::ConceptNum, k);
        }
        vocabulary
            .id(Kind::Number, text)
            .or_else(|| vocabulary.slot(Kind::Num, number(&mut self.slots.numbers, text, str::to_owned)))
    }

    pub fn string(&mut self, text: &Text) -> Option<Id> {
        let vocabulary = self.vocabulary;
        if let Some(k) = self.concept.strings.iter().position(|other| other == text) {
            return vocabulary.slot(Kind::ConceptStr, k);
        }
        let closed = if text.prefix.is_empty() { vocabulary.id(Kind::String, &text.content) } else { None };
        closed.or_else(|| vocabulary.slot(Kind::Str, number(&mut self.slots.strings, text, Text::clone)))
    }
}

/// The number of a spelling in a table, which is put there if it is new.
fn number<T: PartialEq<Q>, Q: ?Sized>(table: &mut Vec<T>, spelling: &Q, own: impl Fn(&Q) -> T) -> usize {
    table.iter().position(|other| other == spelling).unwrap_or_else(|| {
        table.push(own(spelling));
        table.len() - 1
    })
}
