//! Concepts: the catalogue, their detectors, what is built into a bundle, what examples teach.
//!
//! A concept is a vector of the latent space with the spellings that travel with it. No rewriting here: detectors and
//! tables only say where a concept applies and what it may bring.

mod applicability;
mod built_in;
mod catalogue;
mod collect;
mod detector;
mod hunks;
mod likeness;
mod outline;
mod pairs;
mod sense;
pub mod store;
mod taught;
mod thresholds;
mod trials;
mod unrelated;

pub use applicability::{Applicability, Applies, hunks_together, is_graded};
pub use built_in::{BuiltIn, EXPERIMENTAL_BELOW, Measured, read as read_built_in, read_measured};
pub use catalogue::{ConceptInfo, ExamplePair, catalogue, find, nearest, nearest_of};
pub use collect::{Collected, from_modules, pair_of};
pub use detector::{Detector, Presence};
pub use hunks::Parts;
pub use likeness::{Alike, Likeness};
pub use outline::Outline;
pub use pairs::{Contradiction, PairProblem, Side, check_pair, contradiction, imports_brought, same_function};
pub use sense::{keeps_sense, leaves_sense};
pub use taught::{Taught, WithPractice, changes_signature};
pub use thresholds::Thresholds;
pub use trials::{Trial, Trials};
pub use unrelated::unrelated;
