//! The closed vocabulary: which text has a token of its own, and which tokens are slots.

use serde::Deserialize;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// A token id. Ids are positions in `grammars/python/vocabulary.json`.
pub type Id = u16;

/// Padding.
pub const PAD: Id = 0;
/// Stands in front of a function.
pub const BOS: Id = 1;
/// Stands behind a function.
pub const EOS: Id = 2;
/// Parts two runs of a window.
pub const GAP: Id = 3;
/// In a script: two pointers follow, and the source between them is copied.
pub const COPY: Id = 4;
/// In a script: ends a hunk.
pub const END_HUNK: Id = 5;
/// End of a simple statement.
pub const NL: Id = 6;
/// The colon, line break and indentation that open a block.
pub const IN: Id = 7;
/// The end of a block.
pub const DE: Id = 8;

/// How many kinds there are of [`Vocabulary::nesting`].
pub const NESTINGS: usize = OPENING.len() + 1;
const OPENING: [&str; 6] = ["(", "[", "{", "<S", "<F", "<{"];
const CLOSING: [&str; 6] = [")", "]", "}", "S>", "F>", "}>"];

/// What kind of thing a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Layout, padding, string delimiters.
    Special,
    /// `!r` and its like.
    Conversion,
    /// `%s`, `{}` and their like.
    Placeholder,
    /// A hard keyword.
    Keyword,
    /// An operator or delimiter.
    Operator,
    /// Slot of a name.
    Id,
    /// Slot of a string.
    Str,
    /// Slot of a number.
    Num,
    /// Slot of a name that travels with a concept.
    ConceptName,
    /// Slot of a string that travels with a concept.
    ConceptStr,
    /// Slot of a number that travels with a concept.
    ConceptNum,
    /// A frequent number.
    Number,
    /// A frequent string.
    String,
    /// A frequent name.
    Name,
}

#[derive(Debug, Deserialize)]
struct Entry {
    kind: Kind,
    text: String,
}

#[derive(Debug, Deserialize)]
struct File {
    version: u32,
    tokens: Vec<Entry>,
}

/// The vocabulary, with look-ups both ways.
#[derive(Debug)]
pub struct Vocabulary {
    /// Version of the file's format.
    pub version: u32,
    tokens: Vec<Entry>,
    ids: HashMap<(Kind, String), Id>,
    slots: HashMap<Kind, Range<Id>>,
}

const SOURCE: &str = include_str!("../../grammars/python/vocabulary.json");

impl Vocabulary {
    /// The vocabulary that was built in; the model bundle must have been made with the same.
    pub fn built_in() -> &'static Self {
        static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
        VOCABULARY.get_or_init(|| match serde_json::from_str::<File>(SOURCE) {
            Ok(file) => Self::new(file),
            Err(error) => {
                unreachable!("grammars/python/vocabulary.json is built in and tested: {error}")
            }
        })
    }

    /// The text that [`Vocabulary::built_in`] was read from, to compare with a bundle's.
    pub fn source() -> &'static str {
        SOURCE
    }

    fn new(file: File) -> Self {
        let mut ids = HashMap::new();
        let mut slots: HashMap<Kind, Range<Id>> = HashMap::new();
        for (id, entry) in (0..).zip(&file.tokens) {
            ids.entry((entry.kind, entry.text.clone())).or_insert(id);
            slots.entry(entry.kind).and_modify(|range| range.end = id + 1).or_insert(id..id + 1);
        }
        Self { version: file.version, tokens: file.tokens, ids, slots }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token at all.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The kind of a token.
    pub fn kind(&self, id: Id) -> Kind {
        self.tokens.get(usize::from(id)).map_or(Kind::Special, |entry| entry.kind)
    }

    /// The text of a token that is no slot.
    pub fn text(&self, id: Id) -> &str {
        self.tokens.get(usize::from(id)).map_or("", |entry| entry.text.as_str())
    }

    /// The token of a text.
    pub fn id(&self, kind: Kind, text: &str) -> Option<Id> {
        // a tuple of a kind and a &str can not be looked up without owning it; texts are short
        self.ids.get(&(kind, text.to_owned())).copied()
    }

    /// The ids of a kind, which stand together.
    pub fn range(&self, kind: Kind) -> Range<Id> {
        self.slots.get(&kind).cloned().unwrap_or(0..0)
    }

    /// The `k`-th slot of a kind.
    pub fn slot(&self, kind: Kind, k: usize) -> Option<Id> {
        let range = self.range(kind);
        Id::try_from(k).ok().map(|k| range.start + k).filter(|id| *id < range.end)
    }

    /// Which slot of its kind an id is.
    pub fn slot_number(&self, id: Id) -> usize {
        usize::from(id - self.range(self.kind(id)).start)
    }

    /// What a token opens (1) or closes (-1): which of [`NESTINGS`] kinds of blocks, brackets and strings.
    pub fn nesting(&self, id: Id) -> Option<(usize, isize)> {
        let of = |texts: &[&str]| texts.iter().position(|text| *text == self.text(id));
        match id {
            IN => Some((OPENING.len(), 1)),
            DE => Some((OPENING.len(), -1)),
            _ => of(&OPENING).map(|kind| (kind, 1)).or_else(|| of(&CLOSING).map(|kind| (kind, -1))),
        }
    }

    /// The special token or string delimiter of this text.
    pub fn special(&self, text: &str) -> Id {
        self.id(Kind::Special, text).unwrap_or(GAP)
    }
}
