//! Which candidates of a file's functions are kept: tests decide.
//!
//! The first candidates of all functions are merged and tested together: one test run in the usual case. When it fails,
//! each function is tested alone; those that fail move on to their next candidate until one stands or none is left, and
//! the merge is tested again. What is kept at the end was tested as a whole.

use super::edit::{Bench, Stopped};
use super::report::{Fate, FileReport};
use crate::cli::referee::{Attempt, Status, Trial, Verdict};
use crate::config::TestChoice;
use crate::synthesis::{Candidate, SynthesisError};
use crate::text::{TextEdit, apply_edits, merge};
use crate::verify::Differential;

/// A function with candidates, and the one that is tried.
pub(super) struct Choice {
    /// Its number in the report.
    pub function: usize,
    /// What is left to try.
    pub candidates: std::vec::IntoIter<Candidate>,
    /// What is tried.
    pub current: Candidate,
    /// How it did when it was tested alone.
    pub alone: Option<Verdict>,
}

/// The choices that can be made together, and the functions that have to wait for their turn.
struct Merge {
    choices: Vec<usize>,
    text: String,
    deferred: Vec<usize>,
}

impl Merge {
    fn new(text: &str, choices: &[Choice]) -> Self {
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
        Self { choices: merged, text: apply_edits(text, &edits), deferred }
    }
}

impl Bench<'_> {
    /// Finds the candidates that stand together; returns the functions whose turn is still to come.
    pub(super) fn settle(&self, report: &mut FileReport, mut choices: Vec<Choice>) -> Result<Vec<usize>, Stopped> {
        let mut failed_together: Option<String> = None;
        loop {
            let merge = Merge::new(&report.after, &choices);
            let Some(last) = merge.choices.last().copied() else { return Ok(Vec::new()) };
            let unproven: Vec<usize> =
                merge.choices.iter().copied().filter(|at| choices[*at].alone.is_none()).collect();
            if failed_together.is_some() && !unproven.is_empty() {
                self.test_alone(report, &mut choices, &unproven)?;
                continue;
            }
            if failed_together.as_ref() == Some(&merge.text) {
                let reason = "passes its tests alone, but not with the other edits of this file";
                next_candidate(report, &mut choices, last, Fate::TestsFailed, Some(reason.to_owned()));
                continue;
            }
            let only = (merge.choices.len() == 1).then(|| report.functions[choices[last].function].name.clone());
            let tested = choices[last].alone.clone().filter(|_| only.is_some());
            let mut verdict = match tested {
                Some(verdict) => verdict,
                None => {
                    let together = Attempt { text: merge.text.clone(), function: only.clone() };
                    self.judge(report, std::slice::from_ref(&together))?.remove(0)
                }
            };
            if verdict.acceptable() {
                let unsure = self.unsure(report, &choices, &merge.choices, &verdict);
                if !unsure.is_empty() {
                    // from the end: what is taken out does not move what comes before
                    for at in unsure.into_iter().rev() {
                        let choice = choices.remove(at);
                        let (sure, needed) = (choice.current.confidence, self.threshold(&choice.current));
                        let reason = format!(
                            "no test reaches it and the model is not sure: confidence {sure:.2}, {needed:.2} is needed; --all shows it"
                        );
                        let one = &mut report.functions[choice.function];
                        one.settle(Fate::NotSure, reason);
                        one.confidence = sure;
                    }
                    continue;
                }
                let compared = self.compared(report, &choices, &merge, &mut verdict);
                if let Some((at, differs)) = merge.choices.iter().zip(&compared).find(|(_, one)| differ(one)) {
                    let reason = differs.as_ref().map(ToString::to_string);
                    next_candidate(report, &mut choices, *at, Fate::Differs, reason);
                    continue;
                }
                for (at, differential) in merge.choices.into_iter().zip(compared) {
                    let choice = &choices[at];
                    let name = report.functions[choice.function].name.clone();
                    let tests = self.reaching(report, &name, &verdict);
                    let one = &mut report.functions[choice.function];
                    one.accept(&choice.current, verdict.status, tests);
                    one.differential = differential;
                }
                report.after = merge.text;
                report.verdict = Some(verdict);
                return Ok(merge.deferred);
            }
            if only.is_some() {
                next_candidate(report, &mut choices, last, fate(&verdict), verdict.why());
            } else {
                failed_together = Some(merge.text);
            }
        }
    }

    /// Whether each merged choice leaves alone what its function does, where the concepts promise it.
    fn compared(
        &self,
        report: &FileReport,
        choices: &[Choice],
        merge: &Merge,
        verdict: &mut Verdict,
    ) -> Vec<Option<Differential>> {
        let merged = &merge.choices;
        if !self.wish.keeps_behaviour || self.wish.tests == TestChoice::None {
            return vec![None; merged.len()];
        }
        if let ([_], Some(found)) = (merged.as_slice(), verdict.differential.take()) {
            return vec![Some(found)];
        }
        let text = [Attempt { text: merge.text.clone(), function: None }];
        let trial = self.trial(report, &text);
        let name = |at: &usize| report.functions[choices[*at].function].name.as_str();
        merged.iter().map(|at| self.referee.compare(&trial, name(at), self.cancel)).collect()
    }

    /// Of the merged choices, those that no test vouches for and of which the model is not sure either.
    fn unsure(&self, report: &FileReport, choices: &[Choice], merged: &[usize], verdict: &Verdict) -> Vec<usize> {
        let doubtful = |at: &&usize| {
            let choice = &choices[**at];
            choice.current.confidence < self.threshold(&choice.current)
                && self
                    .reaching(report, &report.functions[choice.function].name, verdict)
                    .is_some_and(|tests| tests.is_empty())
        };
        merged.iter().filter(doubtful).copied().collect()
    }

    fn threshold(&self, candidate: &Candidate) -> f32 {
        self.wish.confidence.unwrap_or(candidate.threshold)
    }

    /// Tests some choices by themselves; those that fail move on.
    fn test_alone(&self, report: &mut FileReport, choices: &mut Vec<Choice>, which: &[usize]) -> Result<(), Stopped> {
        let alone = |at: &usize| Attempt {
            text: apply_edits(&report.after, &choices[*at].current.edits),
            function: Some(report.functions[choices[*at].function].name.clone()),
        };
        let attempts: Vec<Attempt> = which.iter().map(alone).collect();
        let verdicts = self.judge(report, &attempts)?;
        // from the end: a choice without further candidates is taken out
        for (at, verdict) in which.iter().zip(verdicts).rev() {
            if verdict.acceptable() {
                choices[*at].alone = Some(verdict);
            } else {
                next_candidate(report, choices, *at, fate(&verdict), verdict.why());
            }
        }
        Ok(())
    }

    /// One verdict for each.
    fn judge(&self, report: &mut FileReport, candidates: &[Attempt]) -> Result<Vec<Verdict>, Stopped> {
        if self.wish.tests == TestChoice::None {
            // the user knows why
            let none = Verdict { reason: None, ..Verdict::untested("") };
            return Ok(vec![none; candidates.len()]);
        }
        let mut verdicts = self.referee.judge(&self.trial(report, candidates), self.cancel);
        if self.cancel.is_cancelled() {
            return Err(SynthesisError::Cancelled);
        }
        report.test_millis += verdicts.iter().map(|verdict| verdict.millis).sum::<f64>();
        verdicts.resize_with(candidates.len(), || Verdict::untested("the test runner said nothing"));
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
        Trial {
            root: None,
            file: &report.path,
            original: &report.before,
            candidates,
            tests: &self.wish.tests,
            allowed: &self.wish.allowed,
            keeps_behaviour: self.wish.keeps_behaviour,
        }
    }
}

fn differ(found: &Option<Differential>) -> bool {
    found.as_ref().is_some_and(Differential::differs)
}

/// What becomes of a function whose last candidate had this verdict.
fn fate(verdict: &Verdict) -> Fate {
    if verdict.differs() { Fate::Differs } else { Fate::TestsFailed }
}

/// The function's current candidate is out, for a reason; its fate when it was the last one.
fn next_candidate(report: &mut FileReport, choices: &mut Vec<Choice>, at: usize, last: Fate, reason: Option<String>) {
    let choice = &mut choices[at];
    let one = &mut report.functions[choice.function];
    one.candidates_failed += 1;
    match choice.candidates.next() {
        Some(next) => (choice.current, choice.alone) = (next, None),
        None => {
            one.settle(last, reason.unwrap_or_else(|| "a test failed".to_owned()));
            choices.remove(at);
        }
    }
}
