//! Functions on the line between two functions.
//!
//! Three things make one, and `docs/blend.md` says the same to users: an *alignment* of the two token sequences says what
//! may stand at each place; the *latents* of the aligned sequences, interpolated and un-pooled, say where on the way
//! each stretch turns over; a *search* under the grammar finds the sequence that agrees best with both and is a function.
//! Names that would be bound nowhere are taken out of the alphabet, and the search is repeated.

mod line;
mod place;
mod search;

use super::SynthesisError;
use super::api::Cancel;
use super::engine::{Engine, find};
use crate::codec::{Alphabet, ConceptTable, Encoded, FunctionError, Lexed, SlotTable, encode};
use crate::syntax::{Function, Parsed, parse};
use line::Line;
use place::{Placed, Scope};

/// What a blend is for, as it is shown with every one.
pub const CAPTION: &str =
    "for exploring: what lies between two functions nearly always parses, but nobody says that it means anything";

/// At most so many names are taken out of the alphabet, one search each.
const RETRIES: usize = 5;

/// Two functions and how finely the line between them is cut.
#[derive(Debug, Clone)]
pub struct BlendRequest<'a> {
    /// The text with the function that the line begins at; the blends are put in its place.
    pub source: &'a str,
    /// Its qualified name; `None` when the text has only one.
    pub function: Option<&'a str>,
    /// The text with the function that the line ends at; it may be the same text.
    pub other_source: &'a str,
    /// Its qualified name; `None` when the text has only one.
    pub other_function: Option<&'a str>,
    /// Functions on the line, both ends among them; at least 2.
    pub steps: usize,
}

/// A function on the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Blend {
    /// Share of the way, 0 to 1.
    pub t: f32,
    /// The whole text with the function in the place of the first one.
    pub source: String,
    /// The function's own text.
    pub function: String,
    /// Its tokens that are the first function's, both functions', and the second's.
    pub tokens: Tokens,
    /// Names that nothing in the text binds, and that the first function did not use either. At the end of the line
    /// these are the second function's own; between the ends there are seldom any.
    pub unbound: Vec<String>,
}

/// Where the tokens of a blend come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// The first function alone.
    pub first: usize,
    /// Both.
    pub both: usize,
    /// The second function alone.
    pub second: usize,
    /// Names that were put in for their counterparts, because nothing would bind those.
    pub stand_ins: usize,
}

/// A function that is read for a blend.
struct End<'s> {
    source: &'s str,
    parsed: Parsed,
    function: Function,
    encoded: Encoded,
}

impl<'s> End<'s> {
    fn read(source: &'s str, name: Option<&str>, slots: &mut SlotTable) -> Result<Self, SynthesisError> {
        let parsed = parse(source);
        let function = find(&parsed, source, name)?;
        let failed = |error: FunctionError| SynthesisError::Function { name: function.qualname.clone(), error };
        let lexed = Lexed::at(&parsed, source, function.range.clone()).map_err(failed)?;
        let encoded = encode(source, lexed.start, &lexed.lexemes, &ConceptTable::default(), slots);
        let encoded = encoded.map_err(|error| failed(error.into()))?;
        Ok(Self { source, parsed, function, encoded })
    }
}

/// The functions on the line between two functions, in order. The first is the first function and the last is the second,
/// to the letter. `heard` is told each when it is there.
pub fn blend(
    engine: &Engine,
    request: &BlendRequest<'_>,
    cancel: &Cancel,
    heard: &dyn Fn(&Blend),
) -> Result<Vec<Blend>, SynthesisError> {
    let mut slots = SlotTable::default();
    let a = End::read(request.source, request.function, &mut slots)?;
    let b = End::read(request.other_source, request.other_function, &mut slots)?;
    let alphabet = Alphabet::new(&slots, &ConceptTable::default());
    let line = Line::new(engine, &alphabet, &a.encoded.ids, &b.encoded.ids, cancel)?;
    let scope = Scope::new(&a, &slots);
    let count = request.steps.max(2);
    let mut blends = Vec::with_capacity(count);
    for step in 0..count {
        if cancel.is_cancelled() {
            return Err(SynthesisError::Cancelled);
        }
        let t = step as f32 / (count - 1) as f32;
        let blend = match step {
            0 => scope.first(),
            step if step + 1 == count => scope.last(&b),
            _ => between(&scope, &line, &alphabet, t),
        };
        heard(&blend);
        blends.push(blend);
    }
    Ok(blends)
}

/// One function on the line. Where the search finds none whose text reads as was meant, the first function stands there.
fn between(scope: &Scope<'_>, line: &Line, alphabet: &Alphabet, t: f32) -> Blend {
    let mut alphabet = alphabet.clone();
    let mut best: Option<Placed> = None;
    for _ in 0..=RETRIES {
        let found = line.search(&alphabet, t);
        let placed: Vec<Placed> = found.iter().filter_map(|found| scope.place(found, t)).collect();
        let fewest = placed.iter().map(|placed| placed.blend.unbound.len()).min();
        let Some(first) = placed.into_iter().find(|placed| Some(placed.blend.unbound.len()) == fewest) else { break };
        let unbound = first.unbound_ids.clone();
        if best.as_ref().is_none_or(|best| first.blend.unbound.len() < best.blend.unbound.len()) {
            best = Some(first);
        }
        if unbound.is_empty() {
            break;
        }
        alphabet.forget(&unbound);
    }
    best.map_or_else(|| Blend { t, ..scope.first() }, |placed| placed.blend)
}
