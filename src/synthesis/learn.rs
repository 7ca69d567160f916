//! A concept from pairs: its windows and spellings, its vector, and the search that makes the vector write the pairs.

use super::api::{Cancel, Example, SynthesisError};
use super::engine::Engine;
use super::ranking::{Own, Shown};
use crate::concepts::{Applicability, Taught, unrelated};
use crate::latent::{EditVector, Ended, Search, SearchReport};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LearnOptions {
    /// Whether the concept is to be removed: then the pairs are practised backwards.
    pub remove: bool,
    /// How long the vector may be searched for; zero leaves it at the pairs' mean. The steps are limited besides, so that on
    /// an idle machine the same pairs give the same vector.
    pub budget: Duration,
}

/// What pairs teach.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Windows and spellings.
    pub taught: Taught,
    /// The same for comparing a candidate with them.
    pub(super) shown: Arc<Shown>,
    /// The concept's vector, to be added with a strength of 1.
    pub vector: EditVector,
    /// What a function must have for it to apply.
    pub applies: Arc<Applicability>,
    /// Mean cosine between the pairs' own edits, -1 to 1.
    pub agreement: f32,
    /// What the search did; `None` when none was asked for.
    pub search: Option<SearchReport>,
}

impl Engine {
    /// Learns from pairs. `progress` hears of every step; a search that is cancelled is an error, one that runs out of its
    /// budget keeps the best vector that it found.
    pub fn learn(
        &self,
        examples: &[Example],
        options: LearnOptions,
        progress: &dyn Fn(&SearchReport),
        cancel: &Cancel,
    ) -> Result<Learned, SynthesisError> {
        let pairs = || examples.iter().map(|example| (example.before.as_str(), example.after.as_str()));
        let (taught, practice) = Taught::with_practice(pairs(), options.remove)
            .map_err(|(number, error)| SynthesisError::Example { number, error })?;
        let worker = self.worker();
        let applies = Arc::new(Applicability::new(&taught.windows, options.remove));
        let shown = Arc::new(Shown::new(&taught.windows).with(Own::new(pairs(), &taught.concept)));
        if options.budget.is_zero() {
            let (vector, agreement) = self.vector(&taught.windows)?;
            return Ok(Learned { taught, shown, vector, applies, agreement, search: None });
        }
        let edits = self.edits(taught.windows.clone())?;
        let agreement = EditVector::agreement(&edits);
        let started = Instant::now();
        let others = unrelated(&taught.concept);
        let mut search = worker.run(move |model| Search::new(model, &edits, &practice, &others))?;
        let mut last = Duration::ZERO;
        while search.report().ended.is_none() && started.elapsed() + last < options.budget {
            if cancel.is_cancelled() {
                return Err(SynthesisError::Cancelled);
            }
            let step = Instant::now();
            search = worker.run(move |model| {
                search.step(model)?;
                Ok(search)
            })?;
            last = step.elapsed();
            progress(search.report());
        }
        let (vector, search) = (search.vector(), Some(search.report().clone()));
        Ok(Learned { taught, shown, vector, applies, agreement, search })
    }
}

impl Learned {
    /// In a few words, for people: `searched 5 steps: writes 3 of 3 pairs, 1 before`.
    pub fn summary(&self) -> String {
        let Some(report) = &self.search else { return "not searched".to_owned() };
        let SearchReport { pairs, reproduced_before, reproduced_after, steps, ended, .. } = report;
        match ended {
            Some(Ended::NotNeeded) => format!("not searched: writes {reproduced_before} of {pairs} pairs as it is"),
            Some(Ended::NotPossible) => "not searched: these pairs or this bundle do not allow it".to_owned(),
            _ => format!(
                "searched {steps} steps: writes {reproduced_after} of {pairs} pairs, {reproduced_before} before"
            ),
        }
    }
}
