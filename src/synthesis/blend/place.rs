//! A blend in the place of the first function: its text, and which of its names nothing binds.

use super::search::{Found, Side};
use super::{Blend, End, Tokens};
use crate::codec::vocabulary::Id;
use crate::codec::{ConceptTable, Inserted, Kind, Replacement, SlotTable, Vocabulary, encode};
use crate::syntax::{LexemeKind, find_functions, lex, parse, unbound_names};
use crate::synthesis::merge::{Target, merge};
use crate::text::apply_edits;
use std::collections::BTreeSet;

/// Where blends are put.
pub struct Scope<'a> {
    end: &'a End<'a>,
    slots: &'a SlotTable,
    /// Names that the first function uses unbound; they are not the blend's fault.
    had: BTreeSet<String>,
}

/// A blend that parses, where it was put.
pub struct Placed {
    /// The blend.
    pub blend: Blend,
    /// Its unbound names, as tokens.
    pub unbound_ids: Vec<Id>,
}

impl<'a> Scope<'a> {
    /// The place of a function.
    pub fn new(end: &'a End<'a>, slots: &'a SlotTable) -> Self {
        let had = unbound_names(&end.parsed, end.source, end.function.range.clone());
        Self { end, slots, had }
    }

    /// The first function, as it is.
    pub fn first(&self) -> Blend {
        let End { source, function, encoded, .. } = self.end;
        let tokens = Tokens { first: encoded.ids.len(), ..Tokens::default() };
        let text = source[function.range.clone()].to_owned();
        Blend { t: 0.0, source: (*source).to_owned(), function: text, tokens, unbound: Vec::new() }
    }

    /// The second function, as it is; in the first one's place with that one's indentation.
    pub fn last(&self, other: &End<'_>) -> Blend {
        let End { source, function, .. } = self.end;
        let text = other.source[other.function.range.clone()].to_owned();
        let moved = moved(other, indentation(source, function.range.start));
        let edited = format!("{}{moved}{}", &source[..function.range.start], &source[function.range.end..]);
        let parsed = parse(&edited);
        let range = function.range.start..function.range.start + moved.len();
        let has = unbound_names(&parsed, &edited, range);
        let unbound = has.difference(&self.had).cloned().collect();
        let tokens = Tokens { second: other.encoded.ids.len(), ..Tokens::default() };
        Blend { t: 1.0, source: edited, function: text, tokens, unbound }
    }

    /// Puts a token sequence in the first function's place. `None` when its text does not read as these tokens: then
    /// it is not what was meant.
    pub fn place(&self, found: &Found, t: f32) -> Option<Placed> {
        let End { source, function, encoded, parsed } = self.end;
        let concept = ConceptTable::default();
        let target = Target { source, encoded, slots: self.slots, concept: &concept };
        let edited = apply_edits(source, &merge(&target, &replacements(found, encoded.ids.len()))?);
        let now = parse(&edited);
        if now.first_problem().is_some() && parsed.first_problem().is_none() {
            return None;
        }
        let functions = find_functions(&now, &edited);
        let placed = functions.into_iter().find(|one| one.range.start == function.range.start)?;
        let lexemes = lex(&now, &edited, placed.range.clone()).ok()?;
        let mut slots = self.slots.clone();
        let read = encode(&edited, placed.range.start, &lexemes, &concept, &mut slots).ok()?;
        if !read.ids.iter().eq(found.tokens.iter().map(|(id, _)| id)) {
            return None;
        }
        let has = unbound_names(&now, &edited, placed.range.clone());
        let unbound: Vec<String> = has.difference(&self.had).cloned().collect();
        let unbound_ids = unbound.iter().filter_map(|name| self.id(name)).collect();
        let text = edited[placed.range].to_owned();
        let blend = Blend { t, source: edited, function: text, tokens: count(found), unbound };
        Some(Placed { blend, unbound_ids })
    }

    fn id(&self, name: &str) -> Option<Id> {
        let vocabulary = Vocabulary::built_in();
        let slot = self.slots.names.iter().position(|other| other == name);
        slot.and_then(|k| vocabulary.slot(Kind::Id, k)).or_else(|| vocabulary.id(Kind::Name, name))
    }
}

/// The differences to the first function, which has so many tokens.
fn replacements(found: &Found, length: usize) -> Vec<Replacement> {
    let mut replacements = Vec::new();
    let (mut at, mut inserted) = (0, Vec::new());
    let kept = found.tokens.iter().map(|(id, choice)| (Some(*id), choice.kept));
    for (id, kept) in kept.chain([(None, Some(length))]) {
        match (kept, id) {
            (Some(k), _) => {
                if at < k || !inserted.is_empty() {
                    replacements.push(Replacement { start: at, end: k, inserted: std::mem::take(&mut inserted) });
                }
                at = k + 1;
            }
            (None, Some(id)) => inserted.push(Inserted { id, origin: None }),
            (None, None) => {}
        }
    }
    replacements
}

fn count(found: &Found) -> Tokens {
    let mut tokens = Tokens::default();
    for (_, choice) in &found.tokens {
        let count = match choice.side {
            _ if choice.stands_in => &mut tokens.stand_ins,
            Side::First => &mut tokens.first,
            Side::Both => &mut tokens.both,
            Side::Second => &mut tokens.second,
        };
        *count += 1;
    }
    tokens
}

/// The blanks in front of the first token of a line.
fn indentation(source: &str, at: usize) -> &str {
    let line = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let blank = source[line..at].find(|c: char| c != ' ' && c != '\t').unwrap_or(at - line);
    &source[line..line + blank]
}

/// A function's text under another indentation. Lines that begin inside of a string stay as they are.
fn moved(end: &End<'_>, to: &str) -> String {
    let range = end.function.range.clone();
    let own = indentation(end.source, range.start);
    let lexemes = lex(&end.parsed, end.source, range.clone()).unwrap_or_default();
    let is_text = |kind| matches!(kind, LexemeKind::String | LexemeKind::Piece);
    let in_string = |at: usize| {
        lexemes.iter().any(|lexeme| is_text(lexeme.kind) && lexeme.range.start < at && at <= lexeme.range.end)
    };
    let mut text = String::new();
    let mut at = range.start;
    for line in end.source[range.clone()].split_inclusive('\n') {
        let begins = at > range.start && !in_string(at);
        match line.strip_prefix(own).filter(|_| begins) {
            Some(rest) if !rest.trim().is_empty() => text = text + to + rest,
            _ => text += line,
        }
        at += line.len();
    }
    text
}
