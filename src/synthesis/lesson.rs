//! A lesson: from pairs to a stored concept, step by step. The command line and the language server teach by it.

use super::api::{Cancel, SynthesisError};
use super::choose::Aside;
use super::engine::Engine;
use super::known::TaughtConcept;
use super::teach::{Assessment, SortedOut};
use crate::concepts::store::{About, Store, StoreError, StoreProblem, Stored, StoredPair, StoredVector};
use crate::concepts::{Contradiction, contradiction};
use std::time::Duration;

/// How long the vector is searched for, at least, if that is needed.
const SEARCH: Duration = Duration::from_secs(6);
/// How long it is searched for at most, for each pair; and when one is left out, to see what the others teach.
pub const SEARCH_PER_PAIR: Duration = Duration::from_secs(2);

/// What a lesson needs of the engine. A trait, so that tests can put a scripted engine in place of the model.
pub trait Teacher {
    /// See [`Engine::sort_out`].
    fn sort_out(&self, base: &[StoredPair], new: &[StoredPair]) -> Result<SortedOut, SynthesisError>;

    /// See [`Engine::encode_pairs`].
    fn encode_pairs(
        &self,
        pairs: &[StoredPair],
        budget: Duration,
        step: &dyn Fn(),
        cancel: &Cancel,
    ) -> Result<StoredVector, SynthesisError>;

    /// See [`Engine::assess`].
    fn assess(
        &self,
        stored: &Stored,
        budget: Duration,
        cancel: &Cancel,
        step: &mut dyn FnMut(),
    ) -> Result<(TaughtConcept, Assessment), SynthesisError>;
}

impl Teacher for Engine {
    fn sort_out(&self, base: &[StoredPair], new: &[StoredPair]) -> Result<SortedOut, SynthesisError> {
        Engine::sort_out(self, base, new)
    }

    fn encode_pairs(
        &self,
        pairs: &[StoredPair],
        budget: Duration,
        step: &dyn Fn(),
        cancel: &Cancel,
    ) -> Result<StoredVector, SynthesisError> {
        Engine::encode_pairs(self, pairs, budget, step, cancel)
    }

    fn assess(
        &self,
        stored: &Stored,
        budget: Duration,
        cancel: &Cancel,
        step: &mut dyn FnMut(),
    ) -> Result<(TaughtConcept, Assessment), SynthesisError> {
        Engine::assess(self, stored, budget, cancel, step)
    }
}

/// Why nothing was learned. Nothing was stored then.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// No pair will do.
    #[error("there is no pair that can be learned from{}", listed(.0))]
    NoPair(Vec<Aside>),
    /// The pairs show different edits.
    #[error("the pairs do not show one and the same edit; teach them one by one{}", listed(.0))]
    Unlike(Vec<Aside>),
    /// Two pairs say the opposite of each other.
    #[error("the pairs {a} and {b} contradict each other: {what}; nothing was stored")]
    Contradiction {
        /// Where the one comes from.
        a: String,
        /// Where the other comes from.
        b: String,
        /// In which way.
        what: &'static str,
    },
    /// The engine can not learn from one of them.
    #[error("{origin}: {error}; nothing was stored")]
    Pair {
        /// Where it comes from.
        origin: String,
        /// Why.
        error: crate::codec::FunctionError,
    },
    /// The engine failed, or was cancelled.
    #[error(transparent)]
    Synthesis(SynthesisError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn listed(aside: &[Aside]) -> String {
    aside.iter().map(|one| format!("\n  {}: {}", one.origin, one.reason)).collect()
}

impl LessonError {
    /// An error of the engine about these pairs, with the place where the pair in question comes from.
    pub fn about(error: SynthesisError, pairs: &[StoredPair]) -> Self {
        match error {
            SynthesisError::Example { number, error } if (1..=pairs.len()).contains(&number) => {
                Self::Pair { origin: pairs[number - 1].origin.clone(), error }
            }
            other => Self::Synthesis(other),
        }
    }
}

/// A concept that is made or extended.
#[derive(Debug)]
pub struct Lesson<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is said of it.
    pub about: About,
    /// Where it is kept.
    pub store: &'a Store,
    /// The pairs take the place of those there are.
    pub replace: bool,
    /// Takes the mean of the pairs, without a search for a vector that writes them.
    pub fast: bool,
}

impl Lesson<'_> {
    /// The pairs that there are, and stay.
    pub fn base(&self, problems: &mut Vec<StoreProblem>) -> Vec<StoredPair> {
        let old = self.store.read(self.name, problems).filter(|_| !self.replace);
        old.map(|old| old.pairs).unwrap_or_default()
    }

    /// Learns these pairs beside those of [`Lesson::base`], and stores the concept. `step` is told of each step of the search.
    pub fn store(
        &self,
        teacher: &(impl Teacher + ?Sized),
        base: &[StoredPair],
        pairs: &[StoredPair],
        step: &dyn Fn(),
        cancel: &Cancel,
    ) -> Result<(Stored, Vec<StoreProblem>), LessonError> {
        refuse_contradictions(&[base, pairs].concat())?;
        let encode = |all: &[StoredPair]| {
            let search = SEARCH.max(SEARCH_PER_PAIR * u32::try_from(all.len()).unwrap_or(u32::MAX));
            let budget = if self.fast { Duration::ZERO } else { search };
            let vector = teacher.encode_pairs(all, budget, step, cancel);
            vector.map(Some).map_err(|error| LessonError::about(error, all))
        };
        self.store.add(self.name, &self.about, pairs, self.replace, encode)
    }
}

fn refuse_contradictions(pairs: &[StoredPair]) -> Result<(), LessonError> {
    let Some((a, b, kind)) = contradiction(pairs) else { return Ok(()) };
    let what = match kind {
        Contradiction::Different => "they turn the same function into different ones",
        Contradiction::Opposite => "one undoes the other",
    };
    Err(LessonError::Contradiction { a: pairs[a].origin.clone(), b: pairs[b].origin.clone(), what })
}
