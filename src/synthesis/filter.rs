//! Filters: what may be shown. They reject, and bring the imports that an edit needs; they never write an edit.

use super::imports;
use crate::codec::{ConceptTable, Id, SlotTable, encode_whole};
use crate::concepts::Detector;
use crate::syntax::{Function, LexemeKind, Parsed, find_functions, lex, parse, unbound_names};
use crate::text::{TextEdit, apply_edits};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// A source text with the function that is edited.
pub struct Subject<'a> {
    /// The whole text.
    pub source: &'a str,
    /// Its tree.
    pub parsed: &'a Parsed,
    /// The function.
    pub function: &'a Function,
    /// Its number among the functions of the text, once it was asked for: a large text takes its time.
    index: OnceCell<usize>,
    /// The names that it uses unbound, likewise.
    unbound: OnceCell<BTreeSet<String>>,
}

impl<'a> Subject<'a> {
    /// A function of a text.
    pub fn new(source: &'a str, parsed: &'a Parsed, function: &'a Function) -> Self {
        Self { source, parsed, function, index: OnceCell::new(), unbound: OnceCell::new() }
    }

    fn index(&self) -> usize {
        *self.index.get_or_init(|| {
            let functions = find_functions(self.parsed, self.source);
            functions.iter().position(|function| function.range == self.function.range).unwrap_or(0)
        })
    }

    fn unbound(&self) -> &BTreeSet<String> {
        self.unbound.get_or_init(|| unbound_names(self.parsed, self.source, self.function.range.clone()))
    }
}

/// What an edit is allowed and expected to do.
pub struct Expectation<'a> {
    /// Module-level lines that it may bring.
    pub imports: &'a [String],
    /// Names that it brings because the user's own examples do, whether bound or not.
    pub brings: &'a [String],
    /// Whether it may change the signature.
    pub changes_signature: bool,
    /// Whether it may add or drop no negation.
    pub keeps_sense: bool,
    /// The concept's detector.
    pub detector: Option<&'a Detector>,
    /// Whether the concept is taken out.
    pub remove: bool,
    /// Spellings of the concept.
    pub concept: &'a ConceptTable,
    /// Slot table of the function.
    pub slots: &'a SlotTable,
}

/// An edit that passed.
pub struct Passed {
    /// The whole new text.
    pub source: String,
    /// How far the concept moved.
    pub gain: f32,
}

/// Why an edit is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not Python.
    #[error("it does not parse")]
    DoesNotParse,
    /// The text that came out reads otherwise than the tokens that were meant: a block without statements, a statement
    /// outside of the function. The grammar is more lenient than Python; this is not.
    #[error("it is not valid Python where it stands")]
    Misread,
    /// Another function appeared or vanished.
    #[error("it changes more than the function")]
    Spills,
    /// Unknown names.
    #[error("it uses {0}, which nothing in the module binds")]
    Unbound(String),
    /// The signature changed.
    #[error("it changes the signature, which the concept does not")]
    Signature,
    /// A condition says the opposite.
    #[error("it adds or drops a negation, which the concept never does")]
    Sense,
    /// The detector saw no movement.
    #[error("the concept did not move")]
    NotMoved,
    /// Nothing changed.
    #[error("it changes nothing")]
    Nothing,
}

/// Passes an edit of a function, or says why not.
pub fn check(
    subject: &Subject<'_>,
    edits: Vec<TextEdit>,
    meant: &[Id],
    expected: &Expectation<'_>,
) -> Result<Passed, Refusal> {
    if edits.is_empty() {
        return Err(Refusal::Nothing);
    }
    let edited = apply_edits(subject.source, &edits);
    let parsed = parse(&edited);
    let functions = find_functions(&parsed, &edited);
    // the edited function is found by where it begins: its name may be new
    let function = functions
        .iter()
        .filter(|function| function.range.start == subject.function.range.start)
        .find(|function| last_name(&function.qualname) == last_name(&subject.function.qualname))
        .or_else(|| functions.get(subject.index()))
        .ok_or(Refusal::DoesNotParse)?;
    let lexemes = lex(&parsed, &edited, function.range.clone()).map_err(|_| Refusal::DoesNotParse)?;
    let mut slots = expected.slots.clone();
    let read = encode_whole(&edited, function.range.start, &lexemes, expected.concept, &mut slots);
    if read.map_err(|_| Refusal::Misread)?.ids != meant {
        return Err(Refusal::Misread);
    }
    if parsed.first_problem().is_some() && subject.parsed.first_problem().is_none() {
        return Err(Refusal::DoesNotParse);
    }
    let grew = edited.len() as isize - subject.source.len() as isize;
    let end = subject.function.range.end.saturating_add_signed(grew);
    if function.range.end.abs_diff(end) > TRAILING {
        return Err(Refusal::Spills);
    }
    if !expected.changes_signature
        && signature(subject.parsed, subject.source, subject.function) != signature(&parsed, &edited, function)
    {
        return Err(Refusal::Signature);
    }
    let gain = match expected.detector {
        Some(detector) => {
            let before = detector.presence(subject.parsed, subject.source, subject.function.range.clone());
            let after = detector.presence(&parsed, &edited, function.range.clone());
            before.gain(after, expected.remove)
        }
        None => 1.0,
    };
    if gain == 0.0 {
        return Err(Refusal::NotMoved);
    }

    let has = unbound_names(&parsed, &edited, function.range.clone());
    let missing: BTreeSet<String> = has.difference(subject.unbound()).cloned().collect();
    let (statements, left) = imports::statements_for(&missing, expected.imports);
    if let Some(name) = left.iter().find(|name| !expected.brings.contains(name)) {
        return Err(Refusal::Unbound(name.clone()));
    }
    let mut edits = edits;
    if let Some(import) = imports::insert(subject.source, &statements) {
        let at = edits.partition_point(|edit| edit.range.start < import.range.start);
        edits.insert(at, import);
    }
    let source = apply_edits(subject.source, &edits);
    Ok(Passed { source, gain })
}

/// A comment behind a function's last statement may be counted to it or not.
const TRAILING: usize = 200;

fn last_name(qualname: &str) -> &str {
    qualname.rsplit('.').next().unwrap_or(qualname)
}

/// Lexemes from `def` to the colon.
fn signature<'s>(parsed: &Parsed, source: &'s str, function: &Function) -> Vec<&'s str> {
    let lexemes = lex(parsed, source, function.range.clone()).unwrap_or_default();
    let from_def = lexemes.into_iter().skip_while(|lexeme| lexeme.range.start < function.signature.start);
    from_def.take_while(|lexeme| lexeme.kind != LexemeKind::Indent).map(|lexeme| &source[lexeme.range]).collect()
}
