//! Delexicalise: the lexemes of a function become ids, a slot table and a layout.

use super::slots::{ConceptTable, Numbering, SlotTable, Text};
use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};
use crate::syntax::{Lexeme, LexemeKind};
use std::ops::Range;

/// The longest function that the model reads, in tokens.
pub const LONGEST: usize = 320;

/// Why a function can not be turned into tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Too long.
    #[error("the function has {tokens} tokens; lerp edits functions of up to {LONGEST}")]
    TooLong {
        /// How many tokens it has.
        tokens: usize,
    },
    /// Too many different spellings of one kind.
    #[error("the function has more different {what} than the {most} that fit")]
    TooMany {
        /// names, strings or numbers
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A token that the vocabulary does not have.
    #[error("{text:?} is not in the vocabulary (is it newer than this release?)")]
    Unknown {
        /// Its text.
        text: String,
    },
}

/// A function as tokens. Token `k` is written as `source[layout[k].text]`, after the gap `source[layout[k].gap]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// One id per lexeme.
    pub ids: Vec<Id>,
    /// Where each token stands in the text.
    pub layout: Vec<Placed>,
}

/// Where a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Bytes between the token before and this one: blanks, comments, delimiters that mean nothing.
    pub gap: Range<usize>,
    /// Bytes of the token.
    pub text: Range<usize>,
}

/// Turns lexemes into ids; new spellings are added to `slots`. `start` is where the function's text begins. A function that
/// is longer than the model reads is refused.
pub fn encode(
    source: &str,
    start: usize,
    lexemes: &[Lexeme],
    concept: &ConceptTable,
    slots: &mut SlotTable,
) -> Result<Encoded, EncodeError> {
    if lexemes.len() > LONGEST {
        return Err(EncodeError::TooLong { tokens: lexemes.len() });
    }
    encode_whole(source, start, lexemes, concept, slots)
}

/// The same for a function of any length.
pub fn encode_whole(
    source: &str,
    start: usize,
    lexemes: &[Lexeme],
    concept: &ConceptTable,
    slots: &mut SlotTable,
) -> Result<Encoded, EncodeError> {
    let vocabulary = Vocabulary::built_in();
    let mut numbering = Numbering { vocabulary, concept, slots };
    let mut encoded = Encoded { ids: Vec::with_capacity(lexemes.len()), layout: Vec::with_capacity(lexemes.len()) };
    let mut end = start;
    for lexeme in lexemes {
        let text = &source[lexeme.range.clone()];
        encoded.ids.push(id_of(lexeme.kind, text, &mut numbering)?);
        encoded.layout.push(Placed { gap: end..lexeme.range.start, text: lexeme.range.clone() });
        end = lexeme.range.end;
    }
    Ok(encoded)
}

fn id_of(kind: LexemeKind, text: &str, numbering: &mut Numbering<'_>) -> Result<Id, EncodeError> {
    let vocabulary = numbering.vocabulary;
    let too_many = |what, kind| EncodeError::TooMany { what, most: vocabulary.range(kind).len() };
    let unknown = || EncodeError::Unknown { text: text.to_owned() };
    let string = |numbering: &mut Numbering<'_>, text: Text| {
        numbering.string(&text).ok_or_else(|| too_many("strings", Kind::Str))
    };
    match kind {
        LexemeKind::NewLine => Ok(NL),
        LexemeKind::Indent => Ok(IN),
        LexemeKind::Dedent => Ok(DE),
        LexemeKind::Name => numbering.name(text).ok_or_else(|| too_many("names", Kind::Id)),
        LexemeKind::Number => numbering.number(text).ok_or_else(|| too_many("numbers", Kind::Num)),
        LexemeKind::String => string(numbering, Text::of_literal(text)),
        LexemeKind::Piece => string(numbering, Text::of_piece(text)),
        LexemeKind::StringOpen { formatted } => Ok(vocabulary.special(if formatted { "<F" } else { "<S" })),
        LexemeKind::StringClose { formatted } => Ok(vocabulary.special(if formatted { "F>" } else { "S>" })),
        LexemeKind::InterpolationOpen => Ok(vocabulary.special("<{")),
        LexemeKind::InterpolationClose => Ok(vocabulary.special("}>")),
        LexemeKind::FormatColon => Ok(vocabulary.special("<:")),
        LexemeKind::SelfDocumenting => Ok(vocabulary.special("<=>")),
        LexemeKind::Conversion => vocabulary.id(Kind::Conversion, text).ok_or_else(unknown),
        LexemeKind::Placeholder => vocabulary.id(Kind::Placeholder, text).ok_or_else(unknown),
        LexemeKind::Word => match vocabulary.id(Kind::Operator, text).or_else(|| vocabulary.id(Kind::Keyword, text)) {
            Some(id) => Ok(id),
            // words that only some grammar rules treat as keywords
            None if text.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                numbering.name(text).ok_or_else(|| too_many("names", Kind::Id))
            }
            None => Err(unknown()),
        },
    }
}
