//! Relexicalise: tokens, slot table and layout become text again, byte for byte.

use super::encode::Encoded;
use super::slots::{ConceptTable, SlotTable};
use super::vocabulary::{DE, IN, Id, Kind, NL, Vocabulary};

/// How a token is written where its place decides: a string slot is a literal, or a piece inside a split string.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The string delimiters and interpolations that are open.
    open: Vec<Id>,
}

impl Context {
    /// Whether the next token stands in the text of a string.
    pub fn in_text(&self) -> bool {
        let vocabulary = Vocabulary::built_in();
        self.open.last().is_some_and(|id| matches!(vocabulary.text(*id), "<S" | "<F" | "<:"))
    }

    /// Whether the next token stands in an expression inside of an f-string.
    pub fn in_interpolation(&self) -> bool {
        !self.open.is_empty() && !self.in_text()
    }

    /// Steps over a token.
    pub fn advance(&mut self, id: Id) {
        let vocabulary = Vocabulary::built_in();
        if vocabulary.kind(id) != Kind::Special {
            return;
        }
        match vocabulary.text(id) {
            "<S" | "<F" | "<{" | "<:" => self.open.push(id),
            "S>" | "F>" => {
                self.open.pop();
            }
            "}>" => {
                // a format specification has no end of its own
                if self.open.last().is_some_and(|id| vocabulary.text(*id) == "<:") {
                    self.open.pop();
                }
                self.open.pop();
            }
            _ => {}
        }
    }
}

/// The default spelling of a token; `None` for a slot that the tables do not have.
pub fn spell(id: Id, context: &Context, slots: &SlotTable, concept: &ConceptTable) -> Option<String> {
    let vocabulary = Vocabulary::built_in();
    let kind = vocabulary.kind(id);
    let k = || vocabulary.slot_number(id);
    let text = |text: &super::Text| {
        if context.in_text() { text.content.clone() } else { text.literal() }
    };
    Some(match kind {
        Kind::Special => match (id, vocabulary.text(id)) {
            (NL | DE, _) => String::new(),
            (IN, _) => ":".to_owned(),
            (_, "<S" | "S>" | "F>") => "\"".to_owned(),
            (_, "<F") => "f\"".to_owned(),
            (_, "<{") => "{".to_owned(),
            (_, "}>") => "}".to_owned(),
            (_, "<:") => ":".to_owned(),
            (_, "<=>") => "=".to_owned(),
            _ => return None,
        },
        Kind::Id => slots.names.get(k())?.clone(),
        Kind::Num => slots.numbers.get(k())?.clone(),
        Kind::Str => text(slots.strings.get(k())?),
        Kind::ConceptName => concept.names.get(k())?.clone(),
        Kind::ConceptNum => concept.numbers.get(k())?.clone(),
        Kind::ConceptStr => text(concept.strings.get(k())?),
        Kind::String => text(&super::Text::of_piece(vocabulary.text(id))),
        Kind::Conversion | Kind::Placeholder | Kind::Keyword | Kind::Operator | Kind::Number | Kind::Name => {
            vocabulary.text(id).to_owned()
        }
    })
}

/// What a token's text has beside its default spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Blanks, comments and delimiters in front of the token.
    pub gap: String,
    /// How it is written where that is not the default (quotes, prefixes).
    pub written: Option<String>,
}

impl Encoded {
    /// The layout, on its own: together with the ids and the tables it gives the text back.
    pub fn layout_of(&self, source: &str, slots: &SlotTable, concept: &ConceptTable) -> Vec<Layout> {
        let mut context = Context::default();
        let entries = self.ids.iter().zip(&self.layout).map(|(id, placed)| {
            let text = &source[placed.text.clone()];
            let default = spell(*id, &context, slots, concept);
            context.advance(*id);
            let written = (default.as_deref() != Some(text)).then(|| text.to_owned());
            Layout { gap: source[placed.gap.clone()].to_owned(), written }
        });
        entries.collect()
    }
}

/// The text of ids under a layout; `None` when a slot has no spelling.
pub fn relexicalise(ids: &[Id], layout: &[Layout], slots: &SlotTable, concept: &ConceptTable) -> Option<String> {
    let mut text = String::new();
    let mut context = Context::default();
    for (id, layout) in ids.iter().zip(layout) {
        text.push_str(&layout.gap);
        match &layout.written {
            Some(written) => text.push_str(written),
            None => text.push_str(&spell(*id, &context, slots, concept)?),
        }
        context.advance(*id);
    }
    Some(text)
}
