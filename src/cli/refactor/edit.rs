//! One file: candidates for its functions. What is kept of them is settled by tests.

use super::report::{Fate, FileReport, FunctionReport};
use super::settle::Choice;
use crate::cli::engine::{Editor, Place};
use crate::cli::files::Source;
use crate::cli::referee::Referee;
use crate::config::TestChoice;
use crate::syntax;
use crate::synthesis::{Cancel, Candidate, Request, SynthesisError};
use crate::text::edits_between;

/// What the user wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Concepts to add.
    pub add: Vec<String>,
    /// Concepts to remove.
    pub remove: Vec<String>,
    /// Share of the places, from 1 on a factor on the concept vectors.
    pub strength: f32,
    /// An edit that no test reaches is shown from this confidence on; `None`: from its own threshold.
    pub confidence: Option<f32>,
    /// Candidates to try for a function.
    pub candidates: usize,
    /// Seed of sampled candidates.
    pub seed: u64,
    /// Which tests decide.
    pub tests: TestChoice,
    /// Names that the concepts bring by definition.
    pub allowed: Vec<String>,
    /// The concepts promise to leave alone what a function does.
    pub keeps_behaviour: bool,
}

/// All that the work on a file needs.
pub struct Bench<'a> {
    /// The model.
    pub editor: &'a dyn Editor,
    /// The test runner.
    pub referee: &'a dyn Referee,
    /// What the user wants.
    pub wish: &'a Wish,
    /// When to stop.
    pub cancel: &'a Cancel,
}

/// It was cancelled, or the model failed.
pub type Stopped = SynthesisError;

impl Bench<'_> {
    /// Edits the functions of `text` that are meant.
    pub fn edit_file(&self, source: &Source, text: &str) -> Result<FileReport, Stopped> {
        let parsed = syntax::parse(text);
        let mut report = FileReport::new(source.path.clone(), text);
        report.strength = self.wish.strength;
        report.problem = parsed.first_problem().map(|problem| (problem.line, problem.column));
        for function in syntax::find_functions(&parsed, text) {
            if source.wants(&function.qualname) {
                let mut one = FunctionReport::new(&function.qualname, function.line + 1);
                if let Some(problem) = function.problem {
                    let place = format!("syntax error at {}:{}", problem.line, problem.column);
                    one.settle(Fate::Broken, place);
                }
                report.functions.push(one);
            }
        }
        let mut pending: Vec<usize> =
            (0..report.functions.len()).filter(|i| report.functions[*i].fate != Fate::Broken).collect();
        // functions whose edits touch those of another (a function inside it) get their turn on the edited text
        while !pending.is_empty() {
            let choices = self.choices(&mut report, &pending)?;
            let before = report.after.clone();
            pending = self.settle(&mut report, choices)?;
            if report.after == before {
                break;
            }
        }
        if report.after != report.before {
            report.edits = edits_between(&report.before, &report.after);
        }
        Ok(report)
    }

    fn choices(&self, report: &mut FileReport, pending: &[usize]) -> Result<Vec<Choice>, Stopped> {
        let mut choices = Vec::new();
        let text = report.after.clone();
        let parsed = syntax::parse(&text);
        let functions = syntax::find_functions(&parsed, &text);
        for &function in pending {
            if self.cancel.is_cancelled() {
                return Err(SynthesisError::Cancelled);
            }
            let name = &report.functions[function].name;
            let Some(found) = functions.iter().find(|found| found.qualname == *name) else { continue };
            let place = Place { parsed: &parsed, source: &text, function: found };
            match self.candidates(report, function, &place) {
                Ok(candidates) => {
                    let mut candidates = candidates.into_iter();
                    if let Some(current) = candidates.next() {
                        choices.push(Choice { function, candidates, current, alone: None });
                    }
                }
                // this function can not be edited; the next one can
                Err(SynthesisError::Function { error, .. }) => {
                    report.functions[function].settle(Fate::NotEditable, error.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(choices)
    }

    /// Candidates for one function: all concepts that apply in one edit or, when the model finds none, one by one.
    fn candidates(
        &self,
        report: &mut FileReport,
        function: usize,
        place: &Place<'_>,
    ) -> Result<Vec<Candidate>, Stopped> {
        let (text, name) = (place.source, place.function.qualname.as_str());
        let applicable = |concepts: &[String], remove| -> Vec<String> {
            let applies = |concept: &&String| self.editor.applies(place, concept, remove);
            concepts.iter().filter(applies).cloned().collect()
        };
        let add = applicable(&self.wish.add, false);
        let remove = applicable(&self.wish.remove, true);
        if add.is_empty() && remove.is_empty() {
            return Ok(Vec::new());
        }
        let (candidates, refused) = self.ask(report, name, text, &add, &remove)?;
        if !candidates.is_empty() || add.len() + remove.len() == 1 {
            let one = &mut report.functions[function];
            if candidates.is_empty() && !refused.is_empty() {
                one.settle(Fate::NoSafeEdit, refused.join("; "));
            }
            (one.add, one.remove) = (add, remove);
            return Ok(candidates);
        }
        let mut chain: Option<Candidate> = None;
        let single = add.iter().map(|c| (c, false)).chain(remove.iter().map(|c| (c, true)));
        for (concept, removed) in single {
            let now = chain.as_ref().map_or(text, |c| c.source.as_str()).to_owned();
            let one = std::slice::from_ref(concept);
            let (add, remove) = if removed { (&[][..], one) } else { (one, &[][..]) };
            let (found, _) = self.ask(report, name, &now, add, remove)?;
            if let Some(next) = found.into_iter().next() {
                let list =
                    if removed { &mut report.functions[function].remove } else { &mut report.functions[function].add };
                list.push(concept.clone());
                let before = chain.take();
                chain = Some(Candidate {
                    edits: edits_between(text, &next.source),
                    score: before.as_ref().map_or(0.0, |c| c.score) + next.score,
                    confidence: before.as_ref().map_or(1.0, |c| c.confidence) * next.confidence,
                    threshold: before.as_ref().map_or(0.0, |c| c.threshold).max(next.threshold),
                    places: before.as_ref().map_or(next.places, |c| c.places.and(next.places)),
                    concept_gain: before.map_or(next.concept_gain, |c| c.concept_gain.min(next.concept_gain)),
                    ..next
                });
            }
        }
        if chain.is_none() && !refused.is_empty() {
            report.functions[function].settle(Fate::NoSafeEdit, refused.join("; "));
        }
        Ok(chain.into_iter().collect())
    }

    fn ask(
        &self,
        report: &mut FileReport,
        function: &str,
        text: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(Vec<Candidate>, Vec<String>), Stopped> {
        let request = Request {
            source: text,
            function: Some(function),
            add: add.to_vec(),
            remove: remove.to_vec(),
            examples: Vec::new(),
            reverse_examples: false,
            search: std::time::Duration::ZERO,
            strength: self.wish.strength,
            candidates: self.wish.candidates,
            seed: self.wish.seed,
        };
        let outcome = self.editor.run(&request, self.cancel)?;
        let timings = outcome.timings;
        report.model_millis += timings.encode + timings.decode + timings.filter;
        if let Some(one) = report.functions.iter_mut().find(|one| one.name == function) {
            one.conflicts = outcome.conflicts;
        }
        Ok((outcome.candidates, outcome.refused))
    }
}
