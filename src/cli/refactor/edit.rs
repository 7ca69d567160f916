//! One file: candidates for its functions, tests on them, and what is kept.
//!
//! The first candidates of all functions are merged and tested together: one test run in the usual case. When it fails,
//! each function is tested alone, those that fail move on to their next candidate, and the merge is tested again. What
//! is kept at the end was tested as a whole.

use super::report::{Fate, FileReport, FunctionReport};
use crate::cli::engine::{Editor, Place};
use crate::cli::files::Source;
use crate::cli::referee::{Attempt, Referee, Status, Trial, Verdict};
use crate::config::TestChoice;
use crate::syntax;
use crate::synthesis::{Cancel, Candidate, Request, SynthesisError};
use crate::text::{TextEdit, apply_edits, edits_between, merge};

/// What the user wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Concepts to add.
    pub add: Vec<String>,
    /// Concepts to remove.
    pub remove: Vec<String>,
    /// Factor on the concept vectors.
    pub strength: f32,
    /// Candidates to try for a function.
    pub candidates: usize,
    /// Seed of sampled candidates.
    pub seed: u64,
    /// Which tests decide.
    pub tests: TestChoice,
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

/// A function with candidates, and the one that is tried.
struct Choice {
    function: usize,
    candidates: std::vec::IntoIter<Candidate>,
    current: Candidate,
}

impl Bench<'_> {
    /// Edits the functions of `text` that are meant.
    pub fn edit_file(&self, source: &Source, text: &str) -> Result<FileReport, Stopped> {
        let parsed = syntax::parse(text);
        let mut report = FileReport::new(source.path.clone(), text);
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
                        choices.push(Choice { function, candidates, current });
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
            strength: self.wish.strength,
            candidates: self.wish.candidates,
            seed: self.wish.seed,
        };
        let outcome = self.editor.run(&request, self.cancel)?;
        let timings = outcome.timings;
        report.model_millis += timings.encode + timings.decode + timings.filter;
        Ok((outcome.candidates, outcome.refused))
    }

    /// Finds the candidates that stand together; returns the functions whose turn is still to come.
    fn settle(&self, report: &mut FileReport, mut choices: Vec<Choice>) -> Result<Vec<usize>, Stopped> {
        let text = report.after.clone();
        loop {
            let mut edits: Vec<TextEdit> = Vec::new();
            let (mut merged, mut deferred) = (Vec::new(), Vec::new());
            for (at, choice) in choices.iter().enumerate() {
                match merge(&edits, &choice.current.edits) {
                    Some(all) => {
                        edits = all;
                        merged.push(at);
                    }
                    None => deferred.push(choice.function),
                }
            }
            if merged.is_empty() {
                return Ok(Vec::new());
            }
            let name = |at: &usize| report.functions[choices[*at].function].name.clone();
            let names: Vec<String> = merged.iter().map(name).collect();
            let only = if names.len() == 1 { names.first().cloned() } else { None };
            let together = Attempt { text: apply_edits(&text, &edits), function: only };
            let verdict = self.judge(report, std::slice::from_ref(&together))?;
            let Some(verdict) = verdict.into_iter().next() else {
                return Ok(Vec::new());
            };
            if verdict.acceptable() {
                for (at, name) in merged.iter().zip(&names) {
                    let choice = &choices[*at];
                    let tests = self.reaching(report, name, &verdict);
                    report.functions[choice.function].accept(&choice.current, verdict.status, tests);
                }
                report.after = together.text;
                report.verdict = Some(verdict);
                return Ok(deferred);
            }
            let failed = if merged.len() == 1 {
                vec![(merged[0], verdict.reason)]
            } else {
                self.failing(report, &choices, &merged, &text)?
            };
            for (at, reason) in failed.into_iter().rev() {
                let choice = &mut choices[at];
                let one = &mut report.functions[choice.function];
                one.candidates_failed += 1;
                match choice.candidates.next() {
                    Some(next) => choice.current = next,
                    None => {
                        let reason = reason.unwrap_or_else(|| "its tests failed".to_owned());
                        one.settle(Fate::TestsFailed, reason);
                        choices.remove(at);
                    }
                }
            }
        }
    }

    /// Which of the merged choices fail by themselves. When none does, they fail together: the last one gives way.
    fn failing(
        &self,
        report: &mut FileReport,
        choices: &[Choice],
        merged: &[usize],
        text: &str,
    ) -> Result<Vec<(usize, Option<String>)>, Stopped> {
        let alone = |at: &usize| Attempt {
            text: apply_edits(text, &choices[*at].current.edits),
            function: Some(report.functions[choices[*at].function].name.clone()),
        };
        let alone: Vec<Attempt> = merged.iter().map(alone).collect();
        let verdicts = self.judge(report, &alone)?;
        let failed: Vec<(usize, Option<String>)> = merged
            .iter()
            .zip(verdicts)
            .filter(|(_, verdict)| !verdict.acceptable())
            .map(|(at, verdict)| (*at, verdict.reason))
            .collect();
        Ok(match (failed.is_empty(), merged.last()) {
            (true, Some(last)) => {
                let reason = "passes its tests alone, but not with the other edits of this file";
                vec![(*last, Some(reason.to_owned()))]
            }
            _ => failed,
        })
    }

    fn judge(&self, report: &mut FileReport, candidates: &[Attempt]) -> Result<Vec<Verdict>, Stopped> {
        if self.wish.tests == TestChoice::None {
            let none = |_| Verdict::untested("no tests were asked for");
            return Ok(candidates.iter().map(none).collect());
        }
        let verdicts = self.referee.judge(&self.trial(report, candidates), self.cancel);
        if self.cancel.is_cancelled() {
            return Err(SynthesisError::Cancelled);
        }
        report.test_millis += verdicts.iter().map(|verdict| verdict.millis).sum::<f64>();
        Ok(verdicts)
    }

    /// The tests that reached a function in a run that gave this verdict.
    fn reaching(&self, report: &FileReport, function: &str, verdict: &Verdict) -> Option<Vec<String>> {
        match verdict.status {
            Status::Passed => self.referee.reaching(&self.trial(report, &[]), function, self.cancel),
            _ => Some(Vec::new()),
        }
    }

    fn trial<'a>(&'a self, report: &'a FileReport, candidates: &'a [Attempt]) -> Trial<'a> {
        Trial { root: None, file: &report.path, original: &report.before, candidates, tests: &self.wish.tests }
    }
}
