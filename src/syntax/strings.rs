//! String literals: whole, or split into pieces where the pieces mean something.
//!
//! An f-string is always split. A plain string is split when it holds placeholders of `%` or `.format`, so that
//! an edit can turn one kind of formatting into another without spelling the text.

use super::lex::{LexError, LexemeKind, Lexer};
use std::ops::Range;
use tree_sitter::Node;

const LONGEST_SPLIT: usize = 240;
const MOST_PIECES: usize = 20;

/// `%s`, `{}` and their like, as the vocabulary has them.
const PLACEHOLDERS: [&str; 15] =
    ["%%", "%s", "%r", "%d", "%i", "%f", "%x", "{}", "{0}", "{1}", "{2}", "{3}", "{!r}", "{{", "}}"];

pub(super) fn lex_string(lexer: &mut Lexer<'_>, node: Node<'_>) -> Result<(), LexError> {
    let mut cursor = node.walk();
    let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
    let (Some(open), Some(close)) = (children.first(), children.last()) else {
        return Ok(());
    };
    let prefix = lexer.source[open.byte_range()].trim_end_matches(['"', '\'']).to_ascii_lowercase();
    let inner = open.end_byte()..close.start_byte();
    if prefix.contains(['f', 't']) {
        return formatted(lexer, &children, open.byte_range(), inner, close.byte_range());
    }
    // a string that is a statement is documentation: its text is one thing, and long
    let is_statement = node.parent().is_some_and(|parent| parent.kind() == "expression_statement");
    let pieces = if matches!(prefix.as_str(), "" | "u") && !is_statement { pieces(lexer.source, inner) } else { None };
    match pieces {
        Some(pieces) => {
            lexer.push(LexemeKind::StringOpen { formatted: false }, open.byte_range());
            for (kind, range) in pieces {
                lexer.push(kind, range);
            }
            lexer.push(LexemeKind::StringClose { formatted: false }, close.byte_range());
        }
        None => lexer.push(LexemeKind::String, node.byte_range()),
    }
    Ok(())
}

fn formatted(
    lexer: &mut Lexer<'_>,
    children: &[Node<'_>],
    open: Range<usize>,
    inner: Range<usize>,
    close: Range<usize>,
) -> Result<(), LexError> {
    lexer.push(LexemeKind::StringOpen { formatted: true }, open);
    let mut at = inner.start;
    for child in children.iter().filter(|child| child.kind() == "interpolation") {
        piece(lexer, at..child.start_byte());
        interpolation(lexer, *child)?;
        at = child.end_byte();
    }
    piece(lexer, at..inner.end);
    lexer.push(LexemeKind::StringClose { formatted: true }, close);
    Ok(())
}

fn piece(lexer: &mut Lexer<'_>, range: Range<usize>) {
    if !range.is_empty() {
        lexer.push(LexemeKind::Piece, range);
    }
}

fn interpolation(lexer: &mut Lexer<'_>, node: Node<'_>) -> Result<(), LexError> {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "{" => lexer.push(LexemeKind::InterpolationOpen, child.byte_range()),
            "}" => lexer.push(LexemeKind::InterpolationClose, child.byte_range()),
            "=" => lexer.push(LexemeKind::SelfDocumenting, child.byte_range()),
            "type_conversion" => lexer.push(LexemeKind::Conversion, child.byte_range()),
            "format_specifier" => format_specifier(lexer, child)?,
            _ => lexer.node(child)?,
        }
    }
    Ok(())
}

fn format_specifier(lexer: &mut Lexer<'_>, node: Node<'_>) -> Result<(), LexError> {
    let colon = node.start_byte();
    lexer.push(LexemeKind::FormatColon, colon..colon + 1);
    let mut at = colon + 1;
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if matches!(child.kind(), "format_expression" | "interpolation") {
            piece(lexer, at..child.start_byte());
            interpolation(lexer, child)?;
            at = child.end_byte();
        }
    }
    piece(lexer, at..node.end_byte());
    Ok(())
}

/// The pieces of a plain string with placeholders; `None` when it has none, or is too long to be worth splitting.
fn pieces(source: &str, inner: Range<usize>) -> Option<Vec<(LexemeKind, Range<usize>)>> {
    let text = &source[inner.clone()];
    if text.len() > LONGEST_SPLIT || !text.contains(['%', '{']) {
        return None;
    }
    let mut pieces = Vec::new();
    let mut has_placeholder = false;
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if let Some(placeholder) = PLACEHOLDERS.iter().find(|p| rest.starts_with(**p)) {
            // doubled signs are text of the piece around them
            if !matches!(*placeholder, "%%" | "{{" | "}}") {
                if start < at {
                    pieces.push((LexemeKind::Piece, inner.start + start..inner.start + at));
                }
                let range = inner.start + at..inner.start + at + placeholder.len();
                pieces.push((LexemeKind::Placeholder, range));
                has_placeholder = true;
                start = at + placeholder.len();
            }
            at += placeholder.len();
        } else {
            let mut characters = rest.chars();
            let first = characters.next().map_or(1, char::len_utf8);
            // an escape is two characters or more; the second can not begin a placeholder
            let second = if rest.starts_with('\\') { characters.next().map_or(0, char::len_utf8) } else { 0 };
            at += first + second;
        }
    }
    if start < text.len() {
        pieces.push((LexemeKind::Piece, inner.start + start..inner.end));
    }
    (has_placeholder && pieces.len() <= MOST_PIECES).then_some(pieces)
}
