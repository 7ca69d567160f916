//! The blanks between tokens that an edit puts in, in the usual style of Python code.

use super::spell::Context;
use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};

/// Follows a token sequence and says what belongs between two tokens of a line.
#[derive(Debug, Clone, Default)]
pub struct Spacing {
    context: Context,
    brackets: Vec<Bracket>,
    previous: Option<Id>,
    /// Whether the token before stands where a value is still due, so that a sign is a prefix.
    value_due: bool,
    /// Whether the token before was a sign in front of its value.
    prefix: bool,
    lambdas: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bracket {
    open: char,
    /// `x[…]` or `f(…)` rather than a display.
    attached: bool,
    /// A colon was seen since the last comma: an annotation, in parameters.
    annotated: bool,
}

impl Spacing {
    /// Whether a blank stands between the token before and `next`.
    pub fn blank_before(&self, next: Id) -> bool {
        let vocabulary = Vocabulary::built_in();
        let Some(previous) = self.previous else {
            return false;
        };
        if self.context.in_text() || matches!(previous, NL | IN | DE) || matches!(next, NL | IN | DE) || self.prefix {
            return false;
        }
        let (before, after) = (vocabulary.text(previous), vocabulary.text(next));
        let (kind_before, kind_after) = (vocabulary.kind(previous), vocabulary.kind(next));
        if kind_before == Kind::Special && matches!(before, "<{" | "<=>" | "<:") {
            return false;
        }
        if kind_after == Kind::Special && matches!(after, "}>" | "<:" | "<=>") || kind_after == Kind::Conversion {
            return false;
        }
        let operator_before = kind_before == Kind::Operator;
        let operator_after = kind_after == Kind::Operator;
        match (operator_before.then_some(before), operator_after.then_some(after)) {
            (_, Some(")" | "]" | "}" | "," | ";")) => false,
            (Some("(" | "[" | "{"), _) => false,
            (_, Some(":")) => false,
            (Some(":"), _) => !self.in_slice(),
            (Some(","), _) => true,
            (Some("."), _) => kind_after == Kind::Keyword,
            (_, Some(".")) => kind_before == Kind::Keyword && before != "None" && before != "True" && before != "False",
            (_, Some("(" | "[")) => !Self::ends_value(previous),
            (_, Some("=")) | (Some("="), _) => !self.is_keyword_argument(),
            (Some("@"), _) if self.value_due => false,
            _ => true,
        }
    }

    /// Steps over a token.
    pub fn advance(&mut self, id: Id) {
        let vocabulary = Vocabulary::built_in();
        let in_text = self.context.in_text();
        self.context.advance(id);
        let text = vocabulary.text(id);
        let is_operator = vocabulary.kind(id) == Kind::Operator;
        let attached = self.previous.is_some_and(Self::ends_value);
        let at_start = self.previous.is_none_or(|previous| matches!(previous, NL | IN | DE));
        self.prefix = !in_text
            && is_operator
            && (matches!(text, "+" | "-" | "~" | "*" | "**") && (self.value_due || at_start)
                || text == "@" && at_start);
        match (is_operator.then_some(text), vocabulary.kind(id)) {
            (Some("(" | "[" | "{"), _) => {
                let open = text.chars().next().unwrap_or('(');
                self.brackets.push(Bracket { open, attached, annotated: false });
            }
            (Some(")" | "]" | "}"), _) => {
                self.brackets.pop();
            }
            (Some(":"), _) if self.lambdas > 0 => self.lambdas -= 1,
            (Some(":"), _) => {
                if let Some(bracket) = self.brackets.last_mut() {
                    bracket.annotated = true;
                }
            }
            (Some(","), _) => {
                if let Some(bracket) = self.brackets.last_mut() {
                    bracket.annotated = false;
                }
            }
            (_, Kind::Keyword) if text == "lambda" => self.lambdas += 1,
            _ => {}
        }
        self.value_due = !Self::ends_value(id);
        self.previous = Some(id);
        if matches!(id, NL | IN | DE) {
            self.brackets.clear();
            self.lambdas = 0;
        }
    }

    /// The open strings and interpolations, to spell by.
    pub fn context(&self) -> &Context {
        &self.context
    }

    fn in_slice(&self) -> bool {
        self.lambdas == 0 && self.brackets.last().is_some_and(|bracket| bracket.open == '[' && bracket.attached)
    }

    fn is_keyword_argument(&self) -> bool {
        self.lambdas > 0 || self.brackets.last().is_some_and(|bracket| bracket.open == '(' && !bracket.annotated)
    }

    /// Whether a value may end with this token, so that a bracket behind it is a call or an index.
    pub fn ends_value(id: Id) -> bool {
        let vocabulary = Vocabulary::built_in();
        let text = vocabulary.text(id);
        match vocabulary.kind(id) {
            Kind::Operator => matches!(text, ")" | "]" | "}" | "..."),
            Kind::Keyword => matches!(text, "None" | "True" | "False"),
            Kind::Special => matches!(text, "S>" | "F>"),
            Kind::Conversion | Kind::Placeholder => false,
            _ => true,
        }
    }
}
