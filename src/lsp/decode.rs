//! One function decoded and judged; all functions of a file, one after the other.

use super::beside::Work;
use super::error::Failure;
use super::taught::Here;
use super::tools::{Editor, Heard, Judged, Ruling, Trial};
use super::wish::Wish;
use crate::codec::Lexed;
use crate::concepts::{Applies, Detector, Outline};
use crate::config::{Layer, Settings, TestChoice};
use crate::syntax::{find_functions, parse};
use crate::synthesis::{Cancel, Candidate, Outcome, Request, SynthesisError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A wish, and all that it takes to fulfil it.
pub struct Job<'a> {
    work: &'a Work,
    wish: &'a Wish,
    settings: Settings,
    file: Option<PathBuf>,
    engine: Arc<dyn Editor>,
    taught: Arc<Here>,
    /// When there is no more time for tests.
    tests_end: Instant,
}

/// A candidate and how it did.
#[derive(Clone)]
pub struct Tried {
    /// Names it among those of its answer.
    pub id: usize,
    /// The edit.
    pub candidate: Candidate,
    /// How it did.
    pub judged: Judged,
    /// Where it is on the line of a blend.
    pub position: Option<f32>,
}

/// What came of a wish for one function.
#[derive(Clone)]
pub struct Answer {
    /// Qualified name of the function.
    pub function: String,
    /// What the engine says, without the candidates.
    pub outcome: Outcome,
    /// The candidates, best first.
    pub tried: Vec<Tried>,
    /// A candidate that no test reached is applied from this confidence on; `None`: from its own threshold.
    pub sure: Option<f32>,
}

impl<'a> Job<'a> {
    /// Looks at the settings and loads the model.
    pub fn new(work: &'a Work, wish: &'a Wish) -> Result<Self, Failure> {
        // a number that does not fit is the request's mistake when the settings alone are right
        let settings = work.settings(wish.tests.as_ref())?;
        let wanted = Layer { strength: wish.strength, candidates: wish.count, ..Layer::default() };
        Settings::resolve(std::slice::from_ref(&wanted)).map_err(|error| Failure::Invalid(error.to_string()))?;
        let taught = work.taught();
        let engine = work.shared.engine(&settings, &taught)?;
        let file = work.snapshot.file();
        let tests_end = Instant::now() + Duration::from_secs_f64(work.editor.test_budget);
        Ok(Self { work, wish, settings, file, engine, taught, tests_end })
    }

    /// Candidates for a function of the text, best first. `heard` is told what is known on the way.
    pub fn one(&self, text: &str, function: &str, heard: &(dyn Fn(&Answer) + Sync)) -> Result<Answer, Failure> {
        let request = Request {
            source: text,
            function: Some(function),
            add: self.wish.add.clone(),
            remove: self.wish.remove.clone(),
            examples: Vec::new(),
            reverse_examples: false,
            search: Duration::ZERO,
            strength: self.wish.strength.unwrap_or(self.settings.strength),
            candidates: self.wish.count.unwrap_or(self.settings.candidates),
            seed: self.settings.seed,
        };
        let cancel = &self.work.cancel;
        let outcome = self.engine.run(&request, cancel);
        let mut outcome = outcome.map_err(|error| failure(error, cancel))?;
        let is_tested = self.file.is_some() && self.settings.tests != TestChoice::None;
        let judged = if is_tested { Judged::pending() } else { Judged::untested(None) };
        let candidates = std::mem::take(&mut outcome.candidates).into_iter().enumerate();
        let tried = candidates.map(|(id, candidate)| Tried { id, candidate, judged: judged.clone(), position: None });
        let function = function.to_owned();
        let mut answer = Answer { function, outcome, tried: tried.collect(), sure: self.settings.confidence };
        if is_tested && !answer.tried.is_empty() {
            heard(&answer);
            self.judge(text, &mut answer, heard);
        }
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        answer.sort();
        Ok(answer)
    }

    /// What of the wish was taught.
    fn taught_wishes(&self) -> impl Iterator<Item = &Arc<Outline>> {
        self.wish.add.iter().chain(&self.wish.remove).filter_map(|name| self.taught.find(name))
    }

    fn judge(&self, text: &str, answer: &mut Answer, heard: &(dyn Fn(&Answer) + Sync)) {
        let Some(file) = &self.file else { return };
        let trial = Trial {
            settings: &self.settings,
            file,
            original: text,
            candidates: answer.tried.iter().map(|one| one.candidate.source.as_str()).collect(),
            function: &answer.function,
            concepts: self.wish.add.iter().chain(&self.wish.remove).map(String::as_str).collect(),
            imports: self.taught_wishes().flat_map(|outline| outline.imports()).collect(),
        };
        let known = Mutex::new(answer.clone());
        let hear = |at: usize, judged: &Judged| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(tried) = known.tried.iter_mut().find(|tried| tried.id == at) {
                tried.judged = judged.clone();
            }
            known.sort();
            heard(&known);
        };
        let cancel = self.work.cancel.until(self.tests_end);
        let hear: Option<&Heard<'_>> = if self.work.is_heard() { Some(&hear) } else { None };
        let verdicts = self.work.shared.tools.judge(&trial, &cancel, hear);
        let is_late = cancel.is_cancelled();
        for (tried, judged) in answer.tried.iter_mut().zip(verdicts) {
            tried.judged = match judged.ruling {
                Ruling::Untested | Ruling::Pending if is_late => {
                    let seconds = self.work.editor.test_budget;
                    Judged::untested(Some(format!("there was no time for its tests (testBudget is {seconds} s)")))
                }
                _ => judged,
            };
        }
    }

    /// Edits all functions of the text, one after the other, where a detector says that the wish applies. The new text, the
    /// functions that were edited with their verdicts, and why others were not.
    pub fn all(&self, text: &str) -> Result<Whole, Failure> {
        let mut whole = Whole { text: text.to_owned(), edited: Vec::new(), refused: Vec::new() };
        let names: Vec<String> = find_functions(&parse(text), text).into_iter().map(|one| one.qualname).collect();
        for name in names {
            if !self.may_apply(&whole.text, &name) {
                continue;
            }
            let answer = self.one(&whole.text, &name, &|_| {})?;
            match answer.best() {
                Ok(best) => {
                    whole.text.clone_from(&best.candidate.source);
                    whole.edited.push((name, best.judged.clone()));
                }
                Err(reason) if answer.outcome.unchanged => drop(reason),
                Err(reason) => whole.refused.push(reason),
            }
        }
        Ok(whole)
    }

    /// Whether the detectors allow it; what has no detector is left to the model. An edit may have taken the function out.
    fn may_apply(&self, text: &str, name: &str) -> bool {
        let parsed = parse(text);
        let found = find_functions(&parsed, text).into_iter().find(|one| one.qualname == name);
        let Some(function) = found.filter(|function| function.problem.is_none()) else { return false };
        let lexed = Lexed::at(&parsed, text, function.range.clone());
        let allows = |(concept, remove): (&String, bool)| {
            if let Some(outline) = self.taught.find(concept) {
                return lexed.as_ref().is_ok_and(|lexed| outline.at(lexed)[usize::from(remove)] != Applies::No);
            }
            let presence = |detector: &Detector| detector.presence(&parsed, text, function.range.clone());
            Detector::of(concept).is_none_or(|detector| presence(detector).allows(remove))
        };
        let add = self.wish.add.iter().map(|concept| (concept, false));
        add.chain(self.wish.remove.iter().map(|concept| (concept, true))).any(allows)
    }
}

/// What came of a wish for a whole file.
pub struct Whole {
    /// The new text.
    pub text: String,
    /// The functions that were edited, and how the edits did.
    pub edited: Vec<(String, Judged)>,
    /// Why others were not.
    pub refused: Vec<String>,
}

/// An error of the engine.
pub fn failure(error: SynthesisError, cancel: &Cancel) -> Failure {
    match error {
        SynthesisError::Cancelled => Failure::Cancelled,
        _ if cancel.is_cancelled() => Failure::Cancelled,
        SynthesisError::NoConcept { .. } | SynthesisError::NothingAsked | SynthesisError::Example { .. } => {
            Failure::Invalid(error.to_string())
        }
        other => Failure::Impossible(other.to_string()),
    }
}

impl Answer {
    /// Stable: among equal verdicts the model's order stands.
    fn sort(&mut self) {
        self.tried.sort_by_key(|tried| (tried.judged.ruling, tried.id));
    }

    /// The best candidate that may be applied; the error says why there is none.
    pub fn best(&self) -> Result<&Tried, String> {
        let suits = |tried: &&Tried| match tried.judged.ruling {
            Ruling::Passed => true,
            Ruling::Same | Ruling::Untested => {
                tried.candidate.confidence >= self.sure.unwrap_or(tried.candidate.threshold)
            }
            Ruling::Pending | Ruling::Timeout | Ruling::Failed => false,
        };
        if let Some(best) = self.tried.iter().find(suits) {
            return Ok(best);
        }
        let function = &self.function;
        Err(match self.tried.first() {
            Some(Tried { candidate, judged: Judged { ruling: Ruling::Untested | Ruling::Same, .. }, .. }) => {
                let (confidence, sure) = (candidate.confidence, self.sure.unwrap_or(candidate.threshold));
                format!(
                    "{function}: there is an edit, but the model is not sure of it (confidence {confidence:.2}, {sure:.2} is \
                     needed without tests)"
                )
            }
            Some(tried) => {
                let reason = tried.judged.reason.as_deref().unwrap_or("no test passed");
                format!("{function}: the tests fail on every candidate ({reason})")
            }
            None if self.outcome.unchanged => format!("{function}: the model would change nothing here"),
            None => match self.outcome.refused.first() {
                Some(reason) => format!("{function}: nothing suitable was found ({reason})"),
                None => format!("{function}: nothing suitable was found"),
            },
        })
    }
}
