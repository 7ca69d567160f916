//! From a request to candidates: edit the latent, decode, merge into the text, filter, rank. Synchronous; it stops
//! at the next decoding step when its [`Cancel`] says so.

mod api;
mod asked;
mod blend;
mod choose;
mod conflicts;
mod engine;
mod filter;
mod imports;
mod indentation;
mod known;
mod learn;
mod lesson;
mod merge;
mod places;
mod ranking;
mod reading;
mod step;
mod teach;
mod trivia;

pub use api::{Cancel, Candidate, Example, Outcome, Places, Request, SynthesisError, Timings};
pub use blend::{Blend, BlendRequest, CAPTION as BLEND_CAPTION, Tokens, blend};
pub use choose::{Aside, alike, cluster_with_parts, usable};
pub use engine::Engine;
pub use known::TaughtConcept;
pub use learn::{LearnOptions, Learned};
pub use lesson::{Lesson, LessonError, SEARCH_PER_PAIR, Teacher};
pub use merge::{Target, merge};
pub use ranking::{Features, NAMES as FEATURES};
pub use teach::{Assessment, Cluster, LIKE, SortedOut};
