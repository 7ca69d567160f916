//! The lexemes of one function: what the codec turns into tokens.
//!
//! Everything that means something to Python is a lexeme. Comments, blanks, line breaks, semicolons, trailing commas
//! and parentheses that change nothing lie in the gaps between lexemes, and the codec keeps them as layout.

use super::strings::lex_string;
use super::{Parsed, Problem};
use std::ops::Range;
use tree_sitter::Node;

/// What a lexeme is; its text is the source at [`Lexeme::range`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexemeKind {
    /// A keyword, operator or delimiter, spelled as it stands.
    Word,
    /// An identifier (soft keywords too).
    Name,
    /// A number.
    Number,
    /// A whole string literal without pieces, quotes included.
    String,
    /// The opening quote of a string that is split into pieces; `formatted`: an f-string.
    StringOpen {
        /// Whether it is an f-string.
        formatted: bool,
    },
    /// A stretch of text inside a split string.
    Piece,
    /// `%s`, `{}` and their like inside a split string.
    Placeholder,
    /// The closing quote of a split string.
    StringClose {
        /// Whether it is an f-string.
        formatted: bool,
    },
    /// `{` of an interpolation.
    InterpolationOpen,
    /// `}` of an interpolation.
    InterpolationClose,
    /// `:` before a format specification.
    FormatColon,
    /// `=` that makes an interpolation document itself.
    SelfDocumenting,
    /// `!r`, `!s`, `!a`.
    Conversion,
    /// End of a simple statement; no text, but its gap may hold `;` and the line's comment.
    NewLine,
    /// The colon that opens a block.
    Indent,
    /// End of a block; no text.
    Dedent,
}

/// One lexeme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// Its bytes in the source.
    pub range: Range<usize>,
}

/// Why a function has no lexemes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexError {
    /// There is a syntax error in the function.
    #[error("line {}, column {}: this is not valid Python; mend it first", .0.line, .0.column)]
    Syntax(Problem),
    /// No function stands at the range that was given.
    #[error("no function stands at bytes {}..{}", .0.start, .0.end)]
    NotAFunction(Range<usize>),
    /// The tree has text that is neither a lexeme nor layout.
    #[error("line {line}: {text:?} can not be told from layout, so the function is left alone")]
    Unexplained {
        /// One-based line.
        line: usize,
        /// The text.
        text: String,
    },
    /// Nesting is so deep that walking the tree is refused.
    #[error("nested more than {0} levels deep; lerp edits functions up to that depth")]
    TooDeep(usize),
}

/// Deeper trees are refused: the walk is recursive, and a function of that depth does not fit the model either.
const DEEPEST: usize = 400;

/// The lexemes of the definition at `range` (as [`super::Function::range`] gives it).
pub fn lex(parsed: &Parsed, source: &str, range: Range<usize>) -> Result<Vec<Lexeme>, LexError> {
    let node = parsed
        .root()
        .descendant_for_byte_range(range.start, range.end)
        .and_then(|node| definition(node, &range))
        .ok_or_else(|| LexError::NotAFunction(range.clone()))?;
    if let Some(problem) = super::first_problem(node) {
        return Err(LexError::Syntax(problem));
    }
    let mut lexer = Lexer { source, lexemes: Vec::new(), depth: 0 };
    lexer.node(node)?;
    check_gaps(source, range.start, &lexer.lexemes)?;
    Ok(lexer.lexemes)
}

fn definition<'t>(node: Node<'t>, range: &Range<usize>) -> Option<Node<'t>> {
    let is_definition = matches!(node.kind(), "function_definition" | "decorated_definition");
    if is_definition && node.byte_range() == *range {
        return Some(node);
    }
    // a module that is one function has the same range as the function
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| child.byte_range() == *range).find_map(|child| definition(child, range))
}

pub(super) struct Lexer<'s> {
    pub(super) source: &'s str,
    pub(super) lexemes: Vec<Lexeme>,
    depth: usize,
}

impl Lexer<'_> {
    pub(super) fn push(&mut self, kind: LexemeKind, range: Range<usize>) {
        self.lexemes.push(Lexeme { kind, range });
    }

    pub(super) fn node(&mut self, node: Node<'_>) -> Result<(), LexError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(LexError::TooDeep(DEEPEST));
        }
        match node.kind() {
            "comment" | "line_continuation" => {}
            "string" => lex_string(self, node)?,
            "identifier" => self.push(LexemeKind::Name, node.byte_range()),
            "integer" | "float" => self.push(LexemeKind::Number, node.byte_range()),
            "block" => self.block(node)?,
            "decorator" => {
                self.children(node)?;
                self.new_line(node.end_byte());
            }
            _ if node.child_count() == 0 => {
                if !node.byte_range().is_empty() {
                    self.push(self.leaf_kind(node), node.byte_range());
                }
            }
            _ => self.children(node)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn leaf_kind(&self, node: Node<'_>) -> LexemeKind {
        let text = &self.source[node.byte_range()];
        if node.is_named() || !matches!(text, "match" | "case" | "type" | "_" | "print" | "exec") {
            LexemeKind::Word
        } else {
            LexemeKind::Name
        }
    }

    fn children(&mut self, node: Node<'_>) -> Result<(), LexError> {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let redundant = redundant_delimiters(node, &children);
        for (i, child) in children.iter().enumerate() {
            if redundant.contains(&i) {
                continue;
            }
            let next = children[i + 1..].iter().find(|next| next.kind() != "comment");
            if child.kind() == ":" && next.is_some_and(|next| next.kind() == "block") {
                self.push(LexemeKind::Indent, child.byte_range());
            } else {
                self.node(*child)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, block: Node<'_>) -> Result<(), LexError> {
        let mut cursor = block.walk();
        for child in block.children(&mut cursor) {
            if matches!(child.kind(), "comment" | ";" | "line_continuation") {
                continue;
            }
            self.node(child)?;
            if !ends_with_block(child) {
                self.new_line(child.end_byte());
            }
        }
        let end = self.lexemes.last().map_or(block.end_byte(), |last| last.range.end);
        self.push(LexemeKind::Dedent, end..end);
        Ok(())
    }

    /// A new line stands behind the statement's semicolon and comment, so that both stay with their statement.
    fn new_line(&mut self, statement_end: usize) {
        let rest = &self.source.as_bytes()[statement_end..];
        let blank = |from: usize| from + rest[from..].iter().take_while(|b| matches!(b, b' ' | b'\t' | 0x0c)).count();
        let mut at = 0;
        let semicolon = blank(at);
        if rest.get(semicolon) == Some(&b';') {
            at = semicolon + 1;
        }
        let comment = blank(at);
        if rest.get(comment) == Some(&b'#') {
            at = comment + rest[comment..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count();
        }
        let at = statement_end + at;
        self.push(LexemeKind::NewLine, at..at);
    }
}

fn ends_with_block(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "if_statement"
            | "for_statement"
            | "while_statement"
            | "try_statement"
            | "with_statement"
            | "function_definition"
            | "class_definition"
            | "decorated_definition"
            | "match_statement"
            | "case_clause"
    )
}

/// Indices of the children that change nothing: trailing commas and parentheses that Python does not need.
fn redundant_delimiters(node: Node<'_>, children: &[Node<'_>]) -> Vec<usize> {
    let mut redundant = Vec::new();
    let significant: Vec<usize> = (0..children.len()).filter(|&i| children[i].kind() != "comment").collect();
    let kind_at = |position: usize| significant.get(position).map_or("", |&i| children[i].kind());
    let elements = children.iter().filter(|child| child.is_named() && child.kind() != "comment").count();
    let takes_trailing_comma = match node.kind() {
        "argument_list" | "parameters" | "list" | "dictionary" | "set" | "import_from_statement" | "list_pattern" => {
            true
        }
        "tuple" | "tuple_pattern" | "with_clause" => elements > 1,
        _ => false,
    };
    if takes_trailing_comma && significant.len() > 2 {
        let comma = significant.len() - 2;
        if kind_at(comma) == "," && matches!(kind_at(comma + 1), ")" | "]" | "}") {
            redundant.push(significant[comma]);
        }
    }
    if parentheses_are_redundant(node, elements) {
        let parentheses = children.iter().enumerate().filter(|(_, child)| matches!(child.kind(), "(" | ")"));
        redundant.extend(parentheses.map(|(i, _)| i));
    }
    redundant
}

fn parentheses_are_redundant(node: Node<'_>, elements: usize) -> bool {
    let Some(parent) = node.parent() else {
        return false;
    };
    let field = |name: &str| parent.child_by_field_name(name).is_some_and(|child| child.id() == node.id());
    let mut cursor = node.walk();
    let needs_them = node.named_children(&mut cursor).any(|child| {
        matches!(
            child.kind(),
            "named_expression" | "yield" | "list_splat" | "dictionary_splat" | "generator_expression"
        )
    });
    if needs_them || elements == 0 {
        return false;
    }
    match node.kind() {
        "parenthesized_expression" => match parent.kind() {
            "assignment" | "augmented_assignment" => field("right"),
            "default_parameter" | "typed_default_parameter" | "keyword_argument" => field("value"),
            "if_statement" | "elif_clause" | "while_statement" => field("condition"),
            "return_statement"
            | "assert_statement"
            | "argument_list"
            | "list"
            | "tuple"
            | "parenthesized_expression" => true,
            _ => false,
        },
        "tuple" => match parent.kind() {
            "assignment" => field("right"),
            "return_statement" => true,
            _ => false,
        },
        "tuple_pattern" => match parent.kind() {
            "assignment" | "for_statement" | "for_in_clause" => field("left"),
            _ => false,
        },
        "import_from_statement" => true,
        _ => false,
    }
}

/// Gaps may hold layout only; anything else would be lost to the model and still come back, which hides faults.
fn check_gaps(source: &str, start: usize, lexemes: &[Lexeme]) -> Result<(), LexError> {
    let mut at = start;
    for lexeme in lexemes {
        let gap = source.get(at..lexeme.range.start).unwrap_or("\u{0}");
        if let Some(text) = unexplained(gap) {
            let line = source[..at].matches('\n').count() + 1;
            return Err(LexError::Unexplained { line, text });
        }
        at = lexeme.range.end;
    }
    Ok(())
}

fn unexplained(gap: &str) -> Option<String> {
    let mut characters = gap.chars();
    while let Some(c) = characters.next() {
        match c {
            '#' => {
                // up to the end of the line; both line endings end it
                for rest in characters.by_ref() {
                    if matches!(rest, '\n' | '\r') {
                        break;
                    }
                }
            }
            c if c.is_whitespace() => {}
            '\\' | '(' | ')' | ',' | ';' | '\u{feff}' => {}
            _ => return Some(gap.chars().take(40).collect()),
        }
    }
    None
}
