//! The merge: a script's replacements are applied to the user's own text, token by token.
//!
//! What a script does not name keeps its bytes. Blanks, comments and quotes around a change are carried over; what is put in
//! gets the usual style and the indentation of its place; what ends up in another block is moved with its lines.

use super::indentation::{Indentation, reindent};
use super::trivia::{Trivia, has_layout};
use crate::codec::vocabulary::{DE, IN, Id, NL};
use crate::codec::{
    ConceptTable, Context, Encoded, Inserted, Kind, Replacement, SlotTable, Spacing, Vocabulary, spell,
};
use crate::text::TextEdit;
use std::collections::HashMap;

/// A function of a text, with all that is needed to write in it.
pub struct Target<'a> {
    /// The whole text.
    pub source: &'a str,
    /// The function's tokens, placed in `source`.
    pub encoded: &'a Encoded,
    /// The function's slot table.
    pub slots: &'a SlotTable,
    /// The spellings that the edit brings.
    pub concept: &'a ConceptTable,
}

/// A token of the edited function.
#[derive(Debug, Clone, Copy)]
struct Out {
    id: Id,
    /// The token of the source that stays here.
    kept: Option<usize>,
    /// The token of the source that is copied here.
    copied: Option<usize>,
    /// Number of the replacement that puts it in.
    replacement: Option<usize>,
}

/// The edits that replacements make on the text; `None` when a token has no spelling here.
pub fn merge(target: &Target<'_>, replacements: &[Replacement]) -> Option<Vec<TextEdit>> {
    let out = sequence(&target.encoded.ids, replacements);
    let ids: Vec<Id> = out.iter().map(|token| token.id).collect();
    let kept: Vec<Option<usize>> = out.iter().map(|token| token.kept).collect();
    let indentation = Indentation::new(target.source, target.encoded, &ids, &kept);
    let trivia = Trivia::new(target, replacements);
    let newline = newline(target);

    let mut writer = Writer { target, edits: Vec::new(), pending: String::new(), end: start_of(target) };
    let saved = saved_comments(&trivia, &out);
    let quotes = quotes(target, &out)?;
    let mut spacing = Spacing::default();
    for (at, token) in out.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| out[before]);
        let gap = gap(target, &trivia, &indentation, &spacing, replacements, previous, *token, at, newline);
        let tail = tail(target, previous, *token);
        let lines: String =
            saved.get(&at).into_iter().flatten().map(|c| format!("{newline}{}{c}", indentation.at(at))).collect();
        let gap = format!("{tail}{lines}{}", gap.strip_prefix(tail).unwrap_or(&gap));
        match token.kept {
            Some(k) => match quotes.get(&at) {
                Some(quote) => writer.rewritten(&gap, k, quote),
                None if changes_role(target, &spacing, *token, k) => {
                    writer.rewritten(&gap, k, &spelling(target, &spacing, Out { kept: None, ..*token })?);
                }
                None => writer.kept(&gap, k),
            },
            None => {
                let text = match quotes.get(&at) {
                    Some(quote) => quote.clone(),
                    None => spelling(target, &spacing, *token)?,
                };
                writer.put(&gap);
                writer.put(&text);
            }
        }
        spacing.advance(token.id);
    }
    Some(writer.finish())
}

fn sequence(source: &[Id], replacements: &[Replacement]) -> Vec<Out> {
    let keep = |range: std::ops::Range<usize>| {
        range.map(|k| Out { id: source[k], kept: Some(k), copied: None, replacement: None })
    };
    let mut out = Vec::new();
    let mut at = 0;
    for (number, replacement) in replacements.iter().enumerate() {
        out.extend(keep(at..replacement.start));
        out.extend(replacement.inserted.iter().map(|Inserted { id, origin }| Out {
            id: *id,
            kept: None,
            copied: *origin,
            replacement: Some(number),
        }));
        at = replacement.end;
    }
    out.extend(keep(at..source.len()));
    out
}

fn is_string(id: Id) -> bool {
    matches!(Vocabulary::built_in().kind(id), Kind::Str | Kind::String | Kind::ConceptStr)
}

fn is_literal(text: &str) -> bool {
    text.ends_with(['"', '\'']) && text.len() > 1
}

/// Whether a string that was a literal is now a piece of one, or the other way round.
fn changes_role(target: &Target<'_>, spacing: &Spacing, token: Out, k: usize) -> bool {
    let text = &target.source[target.encoded.layout[k].text.clone()];
    is_string(token.id) && spacing.context().in_text() == is_literal(text)
}

fn spelling(target: &Target<'_>, spacing: &Spacing, token: Out) -> Option<String> {
    let context = spacing.context();
    let default = spell(token.id, context, target.slots, target.concept);
    let copied = token.copied.map(|k| &target.source[target.encoded.layout[k].text.clone()]);
    // a literal may be copied into the text of a string, and the other way round
    let copied = copied.filter(|text| !is_string(token.id) || !context.in_text() && is_literal(text));
    let Some(text) = copied else {
        // in front of Python 3.12 an f-string's own quotes can not be used inside of it
        return default.map(|text| if context.in_interpolation() { requote(text) } else { text });
    };
    // inside of an interpolation quotes must differ from the f-string's
    if context.in_interpolation() && text.starts_with('"') {
        Some(requote(text.to_owned()))
    } else {
        Some(text.to_owned())
    }
}

/// How the delimiters of split strings are written: both ends alike, with a quote that the text does not hold.
/// By index in the edited sequence; delimiters that stay as they are have no entry.
fn quotes(target: &Target<'_>, out: &[Out]) -> Option<HashMap<usize, String>> {
    let vocabulary = Vocabulary::built_in();
    let source_text = |k: usize| &target.source[target.encoded.layout[k].text.clone()];
    let mut quotes = HashMap::new();
    let mut open: Vec<usize> = Vec::new();
    let mut context = Context::default();
    let mut texts: Vec<String> = vec![String::new(); out.len()];
    for (at, token) in out.iter().enumerate() {
        let delimiter = vocabulary.kind(token.id) == Kind::Special;
        match vocabulary.text(token.id) {
            "<S" | "<F" if delimiter => open.push(at),
            "S>" | "F>" if delimiter => {
                let start = open.pop()?;
                let (first, last) = (out[start], *token);
                let same_string = match (first.kept, last.kept) {
                    (Some(a), Some(b)) => quote_of(source_text(a)) == quote_of(source_text(b)),
                    _ => false,
                };
                let text = std::mem::take(&mut texts[start]);
                let nested = !open.is_empty();
                let fits = first.kept.is_some_and(|k| quote_fits(&text, quote_of(source_text(k))));
                // all of it stays: nothing to decide
                let untouched = matches!((first.kept, last.kept), (Some(a), Some(b)) if b - a == at - start);
                if !untouched && (!same_string || !fits) {
                    let wanted = first.kept.or(last.kept).map(|k| quote_of(source_text(k)));
                    let quote = quote_for(&text, wanted, nested)?;
                    let prefix = match first.kept {
                        Some(k) => source_text(k).trim_end_matches(['"', '\'']),
                        None if vocabulary.text(first.id) == "<F" => "f",
                        None => "",
                    };
                    quotes.insert(start, format!("{prefix}{quote}"));
                    quotes.insert(at, quote.to_owned());
                }
            }
            _ => {
                if context.in_text()
                    && let Some(start) = open.last()
                {
                    let piece = token.kept.map(|k| source_text(k).to_owned());
                    texts[*start].push_str(&piece.or_else(|| spell(token.id, &context, target.slots, target.concept))?);
                }
            }
        }
        context.advance(token.id);
    }
    Some(quotes)
}

fn quote_of(delimiter: &str) -> &str {
    delimiter.trim_start_matches(|c| !matches!(c, '"' | '\''))
}

fn quote_for(text: &str, wanted: Option<&str>, nested: bool) -> Option<&'static str> {
    let order: [&str; 4] = match (wanted, nested) {
        (Some("'"), _) | (None, true) => ["'", "\"", "\"\"\"", "'''"],
        (Some("\"\"\""), _) => ["\"\"\"", "'''", "\"", "'"],
        (Some("'''"), _) => ["'''", "\"\"\"", "'", "\""],
        _ => ["\"", "'", "\"\"\"", "'''"],
    };
    order.into_iter().find(|quote| quote_fits(text, quote))
}

fn quote_fits(text: &str, quote: &str) -> bool {
    let unescaped = text.replace("\\\\", "").replace(&format!("\\{}", &quote[..1]), "");
    !unescaped.contains(quote) && (quote.len() == 3 || !text.contains('\n')) && !unescaped.ends_with(&quote[..1])
}

fn requote(text: String) -> String {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(content) if !content.contains(['\'', '"', '\n']) => format!("'{content}'"),
        _ => text,
    }
}

/// What stands in front of a token of the edited function.
#[expect(
    clippy::too_many_arguments,
    reason = "one decision that looks at all of these; a struct would only rename them"
)]
fn gap(
    target: &Target<'_>,
    trivia: &Trivia,
    indentation: &Indentation,
    spacing: &Spacing,
    replacements: &[Replacement],
    previous: Option<Out>,
    token: Out,
    at: usize,
    newline: &str,
) -> String {
    let original = |k: usize| trivia.gap(target, k);
    let follows = |k: usize| previous.map_or(k == 0, |p| p.kept.is_some_and(|p| p + 1 == k));
    let rule = || {
        if spacing.blank_before(token.id) { " ".to_owned() } else { String::new() }
    };
    let after_statement = previous.is_some_and(|p| matches!(p.id, NL | IN | DE));
    let starts_line = after_statement && !matches!(token.id, NL | IN | DE);

    if let Some(k) = token.kept {
        let own = &*original(k);
        let own = if follows(k) { own } else { own.strip_prefix(tail_behind(target, k)).unwrap_or(own) };
        if follows(k) {
            return reindent(own, indentation.shift(at), indentation.unit());
        }
        let before = trivia.saved_before(k, &indentation.at(at), newline);
        if matches!(token.id, NL | DE) {
            return format!("{before}{own}");
        }
        if starts_line {
            let moved = reindent(own, indentation.shift(at), indentation.unit());
            // a line of its own, also where the statement stood behind a colon or a semicolon
            let line = if own.contains('\n') { moved } else { format!("{newline}{}", indentation.at(at)) };
            return format!("{before}{line}");
        }
        let parentheses = trivia.closing_before(k);
        let taken = trivia.gap_goes_to_insertion(k, replacements);
        let own = if previous.is_some_and(|p| is_opening(p.id)) { own.replacen(',', "", 1) } else { own.to_owned() };
        let layout = if has_layout(&own) && !taken { own } else { rule() };
        return format!("{parentheses}{before}{layout}");
    }
    if matches!(token.id, NL | IN | DE) {
        return String::new();
    }
    let first = token.replacement.is_some() && previous.is_none_or(|p| p.replacement != token.replacement);
    if starts_line {
        return format!("{newline}{}", indentation.at(at));
    }
    if first && let Some(gap) = trivia.gap_for_insertion(token.replacement, replacements, spacing, token.id) {
        return gap;
    }
    // a copied run keeps its own blanks where they are plain
    if let (Some(k), Some(Out { copied: Some(p), .. })) = (token.copied, previous)
        && p + 1 == k
        && original(k).chars().all(|c| c == ' ')
    {
        return original(k).into_owned();
    }
    rule()
}

/// Comments that replacements drop, by the token whose line they are put above: the beginning of the statement.
fn saved_comments(trivia: &Trivia, out: &[Out]) -> HashMap<usize, Vec<String>> {
    let mut saved: HashMap<usize, Vec<String>> = HashMap::new();
    let firsts = (0..out.len())
        .filter(|&at| out[at].replacement.is_some() && (at == 0 || out[at - 1].replacement != out[at].replacement));
    for first in firsts {
        let Some(number) = out[first].replacement else { continue };
        let start = (0..=first).rev().find(|&at| at == 0 || matches!(out[at - 1].id, NL | IN | DE)).unwrap_or(0);
        saved.entry(start).or_default().extend(trivia.saved(number).iter().cloned());
    }
    saved
}

/// The comment behind a block's colon stays there, whatever the first statement becomes.
fn tail<'t>(target: &Target<'t>, previous: Option<Out>, token: Out) -> &'t str {
    match previous {
        Some(Out { id: IN, kept: Some(k), .. }) if token.id != DE => tail_behind(target, k + 1),
        _ => "",
    }
}

/// What stands on the colon's own line in front of the first token `k` of a block.
fn tail_behind<'t>(target: &Target<'t>, k: usize) -> &'t str {
    let opens = k > 0 && target.encoded.ids.get(k - 1) == Some(&IN);
    let gap = target.encoded.layout.get(k).map_or("", |placed| &target.source[placed.gap.clone()]);
    let end = gap.find('\n').filter(|_| opens).unwrap_or(0);
    gap[..end].trim_end_matches('\r')
}

fn is_opening(id: Id) -> bool {
    matches!(Vocabulary::built_in().text(id), "(" | "[" | "{")
}

fn start_of(target: &Target<'_>) -> usize {
    target.encoded.layout.first().map_or(0, |placed| placed.gap.start)
}

fn newline(target: &Target<'_>) -> &'static str {
    let gaps = target.encoded.layout.iter().map(|placed| &target.source[placed.gap.clone()]);
    gaps.filter(|gap| gap.contains('\n'))
        .map(|gap| if gap.contains("\r\n") { "\r\n" } else { "\n" })
        .next()
        .unwrap_or("\n")
}

/// Collects what stands between kept tokens and turns differences into edits.
struct Writer<'a> {
    target: &'a Target<'a>,
    edits: Vec<TextEdit>,
    /// What was written since the last kept token.
    pending: String,
    /// Where the last kept token ends in the source.
    end: usize,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.pending.push_str(text);
    }

    fn kept(&mut self, gap: &str, k: usize) {
        self.put(gap);
        let text = self.target.encoded.layout[k].text.clone();
        self.edit_up_to(text.start);
        self.end = text.end;
    }

    /// A kept token that is written in another way.
    fn rewritten(&mut self, gap: &str, k: usize, text: &str) {
        self.put(gap);
        self.put(text);
        self.edit_up_to(self.target.encoded.layout[k].text.end);
        self.end = self.target.encoded.layout[k].text.end;
    }

    fn edit_up_to(&mut self, to: usize) {
        let range = self.end..to;
        let new_text = std::mem::take(&mut self.pending);
        if self.target.source[range.clone()] != new_text {
            self.edits.push(trimmed(self.target.source, range, new_text));
        }
    }

    fn finish(mut self) -> Vec<TextEdit> {
        let last = self.target.encoded.layout.last().map_or(0, |placed| placed.text.end);
        if !self.pending.is_empty() || self.end < last {
            self.edit_up_to(last.max(self.end));
        }
        self.edits
    }
}

/// An edit without the text that both sides share at its ends.
pub(super) fn trimmed(source: &str, range: std::ops::Range<usize>, new_text: String) -> TextEdit {
    let old = &source[range.clone()];
    let head: usize = old.chars().zip(new_text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[head..], &new_text[head..]);
    let tail: usize =
        old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let new_text = new_rest[..new_rest.len() - tail].to_owned();
    TextEdit { range: range.start + head..range.end - tail, new_text }
}
