//! Between text and tokens. Delexicalise: a function becomes ids of a closed vocabulary and a slot table that keeps every
//! name, string and number outside the model. Pairs become windows (what an edit is) and scripts (what to write).
//!
//! The only tokeniser: training reads what `lerp tokenize` writes. No model is run here and nothing is read from disk.

mod align;
mod bound;
mod columns;
mod encode;
mod focus;
mod frame;
mod grammar;
mod mask;
mod regroup;
mod rule;
mod script;
mod slots;
mod spacing;
mod spell;
mod statements;
mod viable;
pub mod vocabulary;
mod window;

pub use align::{Hunk, align};
pub use columns::{Column, columns};
pub use encode::{EncodeError, Encoded, LONGEST, Placed, encode, encode_whole};
pub use focus::Focus;
pub use grammar::{Alphabet, Grammar};
pub use mask::{Edited, Mask, Starts, Words};
pub use rule::{FunctionError, Lesson, Lexed, Pair, Question, concept_of, lesson};
pub use script::{Inserted, POINTER_BASE, Replacement, ScriptError, Step, apply, replacements, script};
pub use slots::{ConceptTable, SlotTable, Spellings, Text};
pub use spacing::Spacing;
pub use spell::{Context, Layout, relexicalise, spell};
pub use viable::{Terminals, Viable, is_function};
pub use vocabulary::{Id, Kind, Vocabulary};
pub use window::{LONGEST_WINDOW, Tag, Window, WindowPair, windows};
