//! The engine: a request becomes candidates.
//!
//! Concepts of one request are applied one after the other, each to what the one before gave: measured, that is right more
//! often than adding their vectors up in one decoding. The order is always the same, whatever the request's is.

use super::api::{Cancel, Candidate, Outcome, Places, Request, SynthesisError};
use super::asked::{Asked, Remembered};
use super::conflicts::{out_of_place, undone};
use super::known::Known;
use super::ranking::{Ranking, Shown};
use super::step::Way;
use crate::codec::WindowPair;
use crate::concepts::{self, BuiltIn, ConceptInfo, Thresholds, catalogue};
use crate::latent::{EditVector, LatentError, ModelSettings, Worker};
use crate::syntax::{Function, Parsed, find_functions, parse};
use crate::text::{TextEdit, edits_between};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

/// Of each intermediate result, this many go on to the next concept.
const BEAM: usize = 2;

/// Serves requests; shared by all threads.
pub struct Engine {
    pub(super) worker: Arc<Worker>,
    pub(super) built_in: Arc<HashMap<String, BuiltIn>>,
    thresholds: Thresholds,
    pub(super) ranking: Option<Arc<Ranking>>,
    /// Whether outcomes have the features of all candidates.
    pub(super) describes: bool,
    vectors: Arc<Mutex<HashMap<String, Encoded>>>,
    pub(super) learned: Arc<Mutex<Remembered>>,
    /// By name.
    pub(super) taught: RwLock<BTreeMap<String, Arc<Known>>>,
}

/// A built-in concept's vector, and the pairs that show it.
type Encoded = (Arc<EditVector>, Arc<Shown>);

/// A version of the text on the way, and how it came about.
#[derive(Clone)]
pub(super) struct Draft {
    pub source: String,
    /// Logarithm of the probability that the scripts as a whole are right: which draft is the best does not depend on the
    /// strength.
    pub rank: f32,
    /// The same of what is kept of them.
    pub sure: f32,
    /// Log-probability of what is kept of them.
    pub log_probability: f32,
    pub steps: usize,
    pub gain: f32,
    pub places: Places,
    pub changed: bool,
    /// Numbers of the concepts that changed something.
    pub applied: Vec<usize>,
}

impl Draft {
    /// What a concept made of an earlier draft.
    fn after(mut self, concept: usize, before: &Self) -> Self {
        if self.source != before.source {
            self.applied.push(concept);
        }
        self
    }
}

impl Engine {
    /// Loads model and runtime.
    pub fn load(settings: &ModelSettings) -> Result<Self, LatentError> {
        let worker = Arc::new(Worker::start(settings)?);
        let shapes = worker.bundle.shapes;
        let built_in = Arc::new(concepts::read_built_in(&worker.bundle.folder, shapes.vectors * shapes.vector)?);
        let thresholds = Thresholds::read(&worker.bundle.folder)?;
        let ranking = Ranking::read(&worker.bundle.folder)?.map(Arc::new);
        let (vectors, learned, taught) = (Arc::default(), Arc::default(), RwLock::default());
        Ok(Self { worker, built_in, thresholds, ranking, describes: false, vectors, learned, taught })
    }

    /// Makes outcomes say what a ranking is fitted on: the features of all candidates, also where the concept does not apply.
    pub fn describing(self) -> Self {
        Self { describes: true, ..self }
    }

    /// Another engine on the same model, which knows no taught concept yet: for another project.
    pub fn beside(&self) -> Self {
        Self {
            worker: Arc::clone(&self.worker),
            built_in: Arc::clone(&self.built_in),
            thresholds: self.thresholds,
            ranking: self.ranking.clone(),
            describes: self.describes,
            vectors: Arc::clone(&self.vectors),
            learned: Arc::clone(&self.learned),
            taught: RwLock::default(),
        }
    }

    /// The model's thread, for what is not an edit (`lerp doctor`, tests of parity).
    pub fn worker(&self) -> &Worker {
        &self.worker
    }

    /// The concepts that can be asked for, with their measured accuracy (adding, removing).
    pub fn concepts(&self) -> Vec<(&'static ConceptInfo, Option<f32>, Option<f32>)> {
        let known = catalogue().iter().filter_map(|info| Some((info, self.built_in.get(&info.name)?)));
        known.map(|(info, built_in)| (info, built_in.accuracy, built_in.removal_accuracy)).collect()
    }

    /// Serves one request.
    pub fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        let started = Instant::now();
        let mut outcome = Outcome::default();
        let asked = self.asked(request, cancel, &mut outcome)?;
        // the most careful of several
        outcome.threshold = asked.iter().map(|one| self.thresholds.of(one.applies.is_some())).fold(0.0, f32::max);
        if asked.is_empty() {
            return Err(SynthesisError::NothingAsked);
        }
        self.run_with(request, &asked, outcome, started, cancel)
    }

    /// Serves a request with these concepts in the place of those that it names.
    pub(super) fn run_with(
        &self,
        request: &Request<'_>,
        asked: &[Asked],
        mut outcome: Outcome,
        started: Instant,
        cancel: &Cancel,
    ) -> Result<Outcome, SynthesisError> {
        let parsed = parse(request.source);
        let function = find(&parsed, request.source, request.function)?;
        if request.strength == 0.0 {
            outcome.unchanged = true;
            outcome.confidence = 1.0;
            return Ok(outcome);
        }
        let start = Draft {
            source: request.source.to_owned(),
            rank: 0.0,
            sure: 0.0,
            log_probability: 0.0,
            steps: 0,
            gain: 1.0,
            places: Places::default(),
            changed: false,
            applied: Vec::new(),
        };
        outcome.timings.encode = millis(started);
        let mut drafts = vec![start];
        for (number, concept) in asked.iter().enumerate() {
            let now = drafts.first().filter(|draft| draft.changed).map(|draft| draft.source.as_str());
            let conflict = now.and_then(|now| out_of_place(concept, request.source, now, &function.qualname));
            outcome.conflicts.extend(conflict);
            let last = number + 1 == asked.len();
            let count = if last { request.candidates.max(1) } else { BEAM };
            let mut next = Vec::new();
            for (position, draft) in drafts.iter().enumerate() {
                // the best draft is tried at full width; the others are there in case
                let count = if position == 0 { count } else { 1 };
                let way = Way { qualname: &function.qualname, concept, strength: request.strength, count, cancel };
                let steps = self.step(draft, &way, &mut outcome)?;
                next.extend(steps.into_iter().map(|step| step.after(number, draft)));
            }
            if next.is_empty() && asked.len() > 1 {
                // no edit of it got through the filters: the others go on without it
                let name = &concept.name;
                outcome
                    .conflicts
                    .push(format!("there is no safe edit for {name}; the other concepts stand without it"));
                continue;
            }
            next.sort_by(|a, b| b.rank.total_cmp(&a.rank));
            drafts = next;
        }
        if !outcome.conflicts.is_empty() && drafts.first().is_none_or(|best| !best.changed) {
            // of none there is: what was refused says why
            outcome.conflicts.clear();
            drafts.retain(|draft| draft.changed || outcome.refused.is_empty());
        }
        if let Some(best) = drafts.first().filter(|best| best.applied.len() > 1) {
            let applied: Vec<&Asked> = best.applied.iter().map(|number| &asked[*number]).collect();
            outcome.conflicts.extend(undone(&applied, request.source, &best.source, &function.qualname));
        }
        // a regression takes the pairs' agreement into account by itself
        let agreement = asked.iter().map(|concept| concept.agreement).fold(1.0, f32::min).clamp(0.0, 1.0);
        let factor = if self.ranking.is_some() { 1.0 } else { agreement };
        finish(request, drafts, (agreement, factor), &mut outcome);
        Ok(outcome)
    }

    /// The vector of a built-in concept that the bundle has, and the pairs that show it.
    pub(super) fn built_in_vector(&self, name: &str) -> Result<Option<Encoded>, SynthesisError> {
        let Some(built_in) = self.built_in.get(name) else { return Ok(None) };
        let known = self.vectors.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let windows = &built_in.taught.windows;
        let vector = match &built_in.vector {
            Some(learned) => learned.clone(),
            None => self.vector(windows)?.0,
        };
        let encoded = (Arc::new(vector), Arc::new(Shown::new(windows)));
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        vectors.insert(name.to_owned(), encoded.clone());
        Ok(Some(encoded))
    }

    /// The windows of the built-in concepts, by name.
    pub(super) fn built_in_windows(&self) -> impl Iterator<Item = (&str, &[WindowPair])> {
        let known = catalogue().iter().filter_map(|info| self.built_in.get(&info.name));
        known.map(|one| (one.name.as_str(), one.taught.windows.as_slice()))
    }

    /// The edits of windows, one by one.
    pub(super) fn edits(&self, windows: Vec<WindowPair>) -> Result<Vec<EditVector>, SynthesisError> {
        // some at a time: requests of others come in between
        let mut edits = Vec::new();
        for some in windows.chunks(16) {
            let some = some.to_vec();
            edits.extend(self.worker.run(move |model| model.edits(&some))?);
        }
        Ok(edits)
    }

    /// The concept vector of windows, and the pairs' agreement.
    pub(super) fn vector(&self, windows: &[WindowPair]) -> Result<(EditVector, f32), SynthesisError> {
        let windows = windows.to_vec();
        let width = self.worker.bundle.shapes.vector;
        let vector = self.worker.run(move |model| {
            let edits = model.edits(&windows)?;
            Ok((EditVector::mean(&edits).soft_norm(width), EditVector::agreement(&edits)))
        })?;
        Ok(vector)
    }
}

pub(super) fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The function of that name; the only one there is when no name is given.
pub(super) fn find(parsed: &Parsed, source: &str, name: Option<&str>) -> Result<Function, SynthesisError> {
    let mut functions = find_functions(parsed, source);
    match name {
        Some(name) => {
            let nearest = || concepts::nearest_of(name, functions.iter().map(|function| function.qualname.as_str()));
            let position = functions.iter().position(|function| function.qualname == name);
            // a bare method name is enough when there is only one
            let by_last = || {
                let mut same =
                    functions.iter().enumerate().filter(|(_, f)| f.qualname.rsplit('.').next() == Some(name));
                same.next().filter(|_| same.next().is_none()).map(|(at, _)| at)
            };
            match position.or_else(by_last) {
                Some(position) => Ok(functions.swap_remove(position)),
                None => {
                    Err(SynthesisError::NoFunction { name: name.to_owned(), nearest: nearest().map(str::to_owned) })
                }
            }
        }
        None => {
            // nested functions belong to the one around them
            let outer: Vec<&Function> =
                functions.iter().filter(|one| !functions.iter().any(|other| contains(other, one))).collect();
            match outer.as_slice() {
                [only] => Ok((*only).clone()),
                [] => Err(SynthesisError::NoFunction { name: String::new(), nearest: None }),
                several => Err(SynthesisError::Ambiguous(several.len())),
            }
        }
    }
}

fn contains(outer: &Function, inner: &Function) -> bool {
    outer.range.start <= inner.range.start && inner.range.end <= outer.range.end && outer.range != inner.range
}

/// `agreement` of the pairs, and the `factor` on the confidence.
fn finish(request: &Request<'_>, drafts: Vec<Draft>, (agreement, factor): (f32, f32), outcome: &mut Outcome) {
    let best_is_unchanged = drafts.first().is_none_or(|draft| !draft.changed);
    outcome.confidence = drafts.first().map_or(0.0, |draft| draft.sure).exp() * factor;
    let mut seen = HashSet::new();
    for draft in drafts.into_iter().filter(|draft| draft.changed) {
        if !seen.insert(draft.source.clone()) || draft.source == request.source {
            continue;
        }
        outcome.candidates.push(Candidate {
            edits: minimal_edits(request.source, &draft.source),
            score: draft.log_probability / draft.steps.max(1) as f32,
            concept_gain: draft.gain * agreement,
            confidence: draft.sure.exp() * factor,
            threshold: outcome.threshold,
            places: draft.places,
            millis: outcome.timings.decode,
            source: draft.source,
        });
    }
    outcome.candidates.truncate(request.candidates.max(1));
    outcome.unchanged = best_is_unchanged;
    if best_is_unchanged {
        outcome.candidates.clear();
    }
}

/// Minimal edits between two texts: by lines first, then without the ends that changed lines share.
fn minimal_edits(before: &str, after: &str) -> Vec<TextEdit> {
    let by_lines = edits_between(before, after).into_iter();
    by_lines.map(|edit| super::merge::trimmed(before, edit.range, edit.new_text)).collect()
}
