//! Pairs of one rule, seen together: which spellings belong to the concept, and what each pair teaches.

use super::align::{Hunk, align};
use super::encode::{EncodeError, encode};
use super::script::{Step, script};
use super::slots::{ConceptTable, SlotTable, Text};
use super::vocabulary::{Id, Kind, Vocabulary};
use super::window::{Window, windows};
use crate::syntax::{LexError, Lexeme, LexemeKind, find_functions, lex, parse};
use std::collections::HashMap;
use std::hash::Hash;

/// Why a source text is not one function that fits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// There is none.
    #[error("there is no function in this text")]
    None,
    /// It has no lexemes.
    #[error(transparent)]
    Lex(#[from] LexError),
    /// It has no tokens.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An edit brings more spellings of its own than a concept can carry.
    #[error("the example brings more names of its own than a concept can carry (16 names, 6 strings, 4 numbers)")]
    TooMuch,
    /// Before and after say the same.
    #[error("before and after are the same but for layout")]
    NoChange,
}

/// The first function of a text, as lexemes.
pub struct Lexed<'s> {
    /// The text.
    pub source: &'s str,
    /// Where the function starts in it.
    pub start: usize,
    /// Its lexemes.
    pub lexemes: Vec<Lexeme>,
}

impl<'s> Lexed<'s> {
    /// Lexes the first function of a text.
    pub fn new(source: &'s str) -> Result<Self, FunctionError> {
        let parsed = parse(source);
        let function = find_functions(&parsed, source).into_iter().next().ok_or(FunctionError::None)?;
        Self::at(&parsed, source, function.range)
    }

    /// Lexes the function at a range.
    pub fn at(
        parsed: &crate::syntax::Parsed,
        source: &'s str,
        range: std::ops::Range<usize>,
    ) -> Result<Self, FunctionError> {
        let start = range.start;
        Ok(Self { source, start, lexemes: lex(parsed, source, range)? })
    }

    /// Its ids.
    pub fn ids(&self, concept: &ConceptTable, slots: &mut SlotTable) -> Result<Vec<Id>, FunctionError> {
        Ok(encode(self.source, self.start, &self.lexemes, concept, slots)?.ids)
    }

    fn spellings(&self) -> impl Iterator<Item = Spelling<'_>> {
        self.lexemes.iter().filter_map(|lexeme| {
            let text = &self.source[lexeme.range.clone()];
            match lexeme.kind {
                LexemeKind::Name => Some(Spelling::Name(text)),
                LexemeKind::Number => Some(Spelling::Number(text)),
                LexemeKind::String => Some(Spelling::String(Text::of_literal(text))),
                LexemeKind::Piece => Some(Spelling::String(Text::of_piece(text))),
                _ => None,
            }
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Spelling<'s> {
    Name(&'s str),
    Number(&'s str),
    String(Text),
}

/// A function before an edit and after it.
pub struct Pair<'s> {
    /// Before.
    pub before: Lexed<'s>,
    /// After.
    pub after: Lexed<'s>,
}

/// Share of the pairs in which a spelling must stand on one side only to belong to the concept.
const CONSTANT: f64 = 0.6;

/// The spellings that the pairs bring or take away, the same in most of them.
///
/// From a single pair it can not be seen what is constant: all that comes is taken, and of what goes the names that
/// are frequent in general (an API, not a local variable).
pub fn concept_of(pairs: &[Pair<'_>]) -> ConceptTable {
    let vocabulary = Vocabulary::built_in();
    let mut counts: Vec<(Spelling<'_>, usize)> = Vec::new();
    let mut index: HashMap<Spelling<'_>, usize> = HashMap::new();
    for pair in pairs {
        let before = unique(pair.before.spellings());
        let after = unique(pair.after.spellings());
        let comes = after.iter().filter(|spelling| !before.contains(spelling));
        let goes = before.iter().filter(|spelling| !after.contains(spelling)).filter(|spelling| {
            pairs.len() > 1 || matches!(spelling, Spelling::Name(name) if vocabulary.id(Kind::Name, name).is_some())
        });
        for spelling in comes.chain(goes) {
            let at = *index.entry(spelling.clone()).or_insert_with(|| {
                counts.push((spelling.clone(), 0));
                counts.len() - 1
            });
            counts[at].1 += 1;
        }
    }
    let least = (CONSTANT * pairs.len() as f64).ceil().max(1.0) as usize;
    let mut constant: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
    constant.sort_by_key(|(_, count)| std::cmp::Reverse(*count)); // stable: first appearance among equals
    let mut table = ConceptTable::default();
    for (spelling, _) in constant {
        match spelling {
            Spelling::Name(name) => table.names.push(name.to_owned()),
            Spelling::Number(number) => table.numbers.push(number.to_owned()),
            Spelling::String(text) => table.strings.push(text),
        }
    }
    table
}

fn unique<T: Eq + Hash + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}

/// One direction of a pair: read this, write that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Tokens of the function to edit.
    pub source: Vec<Id>,
    /// Tokens of the edited function, in the source's slot table.
    pub target: Vec<Id>,
    /// The script between them.
    pub script: Vec<Step>,
}

/// All that a pair teaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Forward; `None` when the after side has spellings that nobody could know.
    pub forward: Option<Question>,
    /// Backward; `None` likewise.
    pub backward: Option<Question>,
    /// The edit as the edit encoder reads it.
    pub window: Window,
    /// The opposite edit.
    pub opposite: Window,
}

/// Tokenises a pair under a concept's table.
pub fn lesson(pair: &Pair<'_>, concept: &ConceptTable) -> Result<Lesson, FunctionError> {
    if !concept.fits_concept(Vocabulary::built_in()) {
        return Err(FunctionError::TooMuch);
    }
    let mut slots = SlotTable::default();
    let before = pair.before.ids(concept, &mut slots)?;
    let after = pair.after.ids(concept, &mut slots)?;
    let hunks = align(&before, &after);
    if hunks.is_empty() {
        return Err(FunctionError::NoChange);
    }
    let (window, opposite) = windows(&before, &after, &hunks);
    let forward = question(before, after, &hunks);

    let mut slots = SlotTable::default();
    let after = pair.after.ids(concept, &mut slots)?;
    let before = pair.before.ids(concept, &mut slots)?;
    let hunks: Vec<Hunk> = hunks.into_iter().map(Hunk::opposite).collect();
    let backward = question(after, before, &hunks);
    Ok(Lesson { forward, backward, window, opposite })
}

fn question(source: Vec<Id>, target: Vec<Id>, hunks: &[Hunk]) -> Option<Question> {
    let vocabulary = Vocabulary::built_in();
    let is_slot = |id: Id| matches!(vocabulary.kind(id), Kind::Id | Kind::Str | Kind::Num);
    let known = target.iter().all(|id| !is_slot(*id) || source.contains(id));
    known.then(|| Question { script: script(&source, &target, hunks), source, target })
}
