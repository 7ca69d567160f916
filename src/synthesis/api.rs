//! What is asked for and what comes back.

use super::ranking::Features;
use crate::codec::FunctionError;
use crate::latent::SearchReport;
use crate::text::TextEdit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Says from outside that a request is no longer wanted.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    asked: Arc<AtomicBool>,
    until: Option<Instant>,
}

impl Cancel {
    /// The same, but it also asks to stop from `end` on.
    pub fn until(&self, end: Instant) -> Self {
        let end = self.until.map_or(end, |before| before.min(end));
        Self { asked: Arc::clone(&self.asked), until: Some(end) }
    }

    /// Asks to stop.
    pub fn cancel(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub fn is_cancelled(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.until.is_some_and(|end| Instant::now() >= end)
    }
}

/// A before/after pair that teaches a concept for one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Example {
    /// A function before the edit.
    pub before: String,
    /// The same function after it.
    pub after: String,
}

/// One function to edit.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The whole text of a module (or of one function).
    pub source: &'a str,
    /// Qualified name of the function; `None` when the text has only one.
    pub function: Option<&'a str>,
    /// Concepts to add, by name.
    pub add: Vec<String>,
    /// Concepts to remove, by name.
    pub remove: Vec<String>,
    /// Pairs that teach one more concept for this request.
    pub examples: Vec<Example>,
    /// Whether the taught concept is removed instead of added.
    pub reverse_examples: bool,
    /// How long the vector of the taught concept may be searched for; zero: it is the mean of the examples' edits.
    pub search: Duration,
    /// 0 gives the text back; below 1 it is the share of the places that are changed, the likeliest first, and above 1 a
    /// factor on every concept vector. Where an edit has one place it is a switch.
    pub strength: f32,
    /// At most this many candidates.
    pub candidates: usize,
    /// Seed of the sampled candidates: the same request gives the same candidates.
    pub seed: u64,
}

/// An edit that may be shown: it parses, its names resolve, and the concept moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The whole new source.
    pub source: String,
    /// Minimal edits of the request's source, sorted; one per hunk, imports included.
    pub edits: Vec<TextEdit>,
    /// Mean log-probability of the script's steps; 0 is certain.
    pub score: f32,
    /// How far the concept's detector moved in the asked direction, 0 to 1.
    pub concept_gain: f32,
    /// How probably it is right, 0 to 1, as the bundle's ranking says; without one, the script's probability times the agreement
    /// of the pairs that teach it. The model card has what came of it on held-out packages.
    pub confidence: f32,
    /// From this confidence on it is shown when nothing else vouches for it. Measured, and different for concepts that are built
    /// in and for those that were taught.
    pub threshold: f32,
    /// At how many places it could change the function, and at how many it does.
    pub places: Places,
    /// Milliseconds to decode it.
    pub millis: f64,
}

/// Where an edit acts. With several concepts the places of all of them are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    /// So many can be changed by themselves.
    pub of: usize,
    /// So many are changed at the strength that was asked for.
    pub changed: usize,
}

impl Places {
    /// What a strength below 1 does: choose `places`, or nothing, where the edit is a `switch`.
    pub fn strength(self) -> &'static str {
        if self.of > 1 { "places" } else { "switch" }
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { of: self.of + other.of, changed: self.changed + other.changed }
    }
}

/// Milliseconds by stage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timings {
    /// Parsing, tokens and the encoder.
    pub encode: f64,
    /// The decoder.
    pub decode: f64,
    /// Merging, filters, ranking.
    pub filter: f64,
}

/// What a request gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Best first; empty when the concept does not apply.
    pub candidates: Vec<Candidate>,
    /// Whether the model's own answer was to change nothing.
    pub unchanged: bool,
    /// How sure the model is of the first candidate, or of changing nothing: 0 to 1.
    pub confidence: f32,
    /// The candidates' threshold.
    pub threshold: f32,
    /// Why there is no candidate although the model wrote some: what the filters refused.
    pub refused: Vec<String>,
    /// Concepts that stand in each other's way, in words: one that does not apply any more behind another, or is undone by it.
    pub conflicts: Vec<String>,
    /// How the examples' vector was searched for; `None` without examples, or when no search was asked for.
    pub search: Option<SearchReport>,
    /// What a ranking is fitted on: of every candidate of the last concept its text and its features, where the engine says it
    /// (see [`super::Engine::describing`]); else empty.
    pub features: Vec<(String, Features)>,
    /// Where the time went.
    pub timings: Timings,
}

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum SynthesisError {
    /// No such function.
    #[error("there is no function {name:?} in this text{}", .nearest.as_ref().map(|n| format!("; did you mean {n:?}?")).unwrap_or_default())]
    NoFunction {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// Several functions and no name.
    #[error("the text has {0} functions: say which one with \"function\"")]
    Ambiguous(usize),
    /// No such concept.
    #[error("there is no concept {name:?}{}", .nearest.as_ref().map(|n| format!("; did you mean {n:?}?")).unwrap_or_default())]
    NoConcept {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// The function can not be edited.
    #[error("{name}: {error}")]
    Function {
        /// Its qualified name.
        name: String,
        /// Why; its text is part of this one's.
        error: FunctionError,
    },
    /// An example can not be learned from.
    #[error("example {number}: {error}")]
    Example {
        /// Which, from 1.
        number: usize,
        /// Why; its text is part of this one's.
        error: FunctionError,
    },
    /// Nothing was asked for.
    #[error("nothing to do: name at least one concept to add or remove, or give examples")]
    NothingAsked,
    /// A concept and its own inverse.
    #[error("{0:?} is asked for twice, to be added and to be removed: that would change nothing")]
    Conflict(String),
    /// The model failed.
    #[error(transparent)]
    Latent(#[from] crate::latent::LatentError),
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
}
