//! The concepts of a request, ready to be applied: by name, or taught by its examples.

use super::api::{Cancel, Example, Outcome, Request, SynthesisError};
use super::engine::Engine;
use super::learn::{LearnOptions, Learned};
use super::ranking::Shown;
use crate::codec::ConceptTable;
use crate::concepts::{self, Applicability, Detector, Taught, hunks_together, keeps_sense};
use crate::latent::EditVector;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

/// What so many sets of examples teach is remembered.
const REMEMBERED: usize = 64;
/// What examples taught.
pub(super) type Remembered = HashMap<(Vec<Example>, LearnOptions), Arc<Learned>>;

/// One concept of a request, ready to be applied.
pub(super) struct Asked {
    /// What it is called in messages.
    pub name: String,
    pub table: ConceptTable,
    pub vector: Arc<EditVector>,
    /// The pairs that show it.
    pub shown: Arc<Shown>,
    pub remove: bool,
    pub imports: Vec<String>,
    /// Names that may stay unbound, because the user's examples bring them.
    pub brings: Vec<String>,
    pub changes_signature: bool,
    /// So many hunks belong together, as its pairs show.
    pub together: usize,
    /// Whether it may turn no condition round, because none of its pairs does.
    pub keeps_sense: bool,
    pub detector: Option<&'static Detector>,
    /// What the pairs of a taught one need to be there.
    pub applies: Option<Arc<Applicability>>,
    /// Agreement of the pairs.
    pub agreement: f32,
}

impl Engine {
    /// What the examples of a request teach. The same examples are often asked with one function after the other.
    fn learned(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Arc<Learned>, SynthesisError> {
        let options = LearnOptions { remove: request.reverse_examples, budget: request.search };
        let key = (request.examples.clone(), options);
        let known = self.learned.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let learned = Arc::new(self.learn(&request.examples, options, &|_| {}, cancel)?);
        let mut all = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(key, Arc::clone(&learned));
        Ok(learned)
    }

    /// The concepts of a request, in an order that does not depend on the request's: additions, removals, each by name, and
    /// the examples.
    pub(super) fn asked(
        &self,
        request: &Request<'_>,
        cancel: &Cancel,
        outcome: &mut Outcome,
    ) -> Result<Vec<Asked>, SynthesisError> {
        if let Some(name) = request.add.iter().find(|name| request.remove.contains(name)) {
            return Err(SynthesisError::Conflict(name.clone()));
        }
        let mut asked = Vec::new();
        for (names, remove) in [(&request.add, false), (&request.remove, true)] {
            for name in names.iter().collect::<BTreeSet<_>>() {
                asked.push(self.named(name, remove)?);
            }
        }
        if !request.examples.is_empty() {
            let learned = self.learned(request, cancel)?;
            let encoded = (Arc::new(learned.vector.clone()), Arc::clone(&learned.shown));
            let taught = Asked::taught("the examples", &learned.taught, encoded, &learned.applies, learned.agreement);
            asked.push(taught.with(&[], request.reverse_examples));
            outcome.search.clone_from(&learned.search);
        }
        Ok(asked)
    }

    fn named(&self, name: &str, remove: bool) -> Result<Asked, SynthesisError> {
        if let Some(known) = self.taught_concept(name) {
            return Ok(known.asked(remove));
        }
        let unknown = || SynthesisError::NoConcept { name: name.to_owned(), nearest: self.nearest_concept(name) };
        let info = concepts::find(name).ok_or_else(unknown)?;
        let built_in = self.built_in.get(name).ok_or_else(unknown)?;
        let (vector, shown) = self.built_in_vector(name)?.ok_or_else(unknown)?;
        Ok(Asked {
            name: name.to_owned(),
            table: built_in.taught.concept.clone(),
            vector,
            shown,
            remove,
            imports: info.imports.clone(),
            brings: Vec::new(),
            changes_signature: built_in.taught.changes_signature,
            together: hunks_together(&built_in.taught.windows),
            keeps_sense: keeps_sense(&built_in.taught.windows),
            detector: Detector::of(name),
            applies: None,
            agreement: 1.0,
        })
    }
}

impl Asked {
    /// One that pairs taught, to be added.
    pub(super) fn taught(
        name: &str,
        taught: &Taught,
        (vector, shown): (Arc<EditVector>, Arc<Shown>),
        applies: &Arc<Applicability>,
        agreement: f32,
    ) -> Self {
        Self {
            name: name.to_owned(),
            table: taught.concept.clone(),
            vector,
            shown,
            remove: false,
            imports: Vec::new(),
            brings: taught.concept.names.clone(),
            changes_signature: taught.changes_signature,
            together: hunks_together(&taught.windows),
            keeps_sense: keeps_sense(&taught.windows),
            detector: None,
            applies: Some(Arc::clone(applies)),
            agreement,
        }
    }

    /// The same with imports that may come along, added or removed.
    pub(super) fn with(self, imports: &[String], remove: bool) -> Self {
        Self { imports: imports.to_vec(), remove, ..self }
    }
}
