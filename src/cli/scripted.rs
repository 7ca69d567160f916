//! A scripted engine and test runner, for the tests of the subcommands only.
//!
//! A concept `a-b` turns the word `a` of a function into `b`, `bb`, `bbb` …: one candidate each.

use super::engine::{Concept, Editor, Place};
use super::referee::{Attempt, Referee, Status, Trial, Verdict};
use crate::concepts::{ConceptInfo, ExamplePair};
use crate::syntax;
use crate::synthesis::{Cancel, Candidate, Outcome, Places, Request, SynthesisError, Timings};
use crate::text::{TextEdit, apply_edits};
use crate::verify::{Agreement, Difference, Differential};
use std::sync::Mutex;

/// Replaces words.
pub struct Words;

/// A concept of the given name, about which nothing else is remarkable.
pub fn concept(name: &str) -> Concept {
    let info = ConceptInfo {
        name: name.to_owned(),
        title: format!("Title of {name}"),
        description: format!("Description of {name}"),
        family: "idioms".to_owned(),
        reverse: true,
        changes_behaviour: String::new(),
        imports: Vec::new(),
        example: ExamplePair { before: "def f():\n    x\n".to_owned(), after: "def f():\n    y\n".to_owned() },
    };
    Concept { info, accuracy: None, removal_accuracy: None, taught: None }
}

fn words(concept: &str, remove: bool) -> (String, String) {
    let (from, to) = concept.split_once('-').expect("a concept of this engine");
    let (from, to) = (from.to_owned(), to.to_owned());
    if remove { (to, from) } else { (from, to) }
}

fn find(source: &str, function: &str, word: &str) -> Option<usize> {
    let parsed = syntax::parse(source);
    let found = syntax::find_functions(&parsed, source);
    let function = found.into_iter().find(|f| f.qualname == function)?;
    let text = &source[function.range.clone()];
    text.match_indices(word).map(|(at, _)| function.range.start + at).find(|at| {
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        ends(source[..*at].chars().next_back()) && ends(source[at + word.len()..].chars().next())
    })
}

impl Editor for Words {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        if cancel.is_cancelled() {
            return Err(SynthesisError::Cancelled);
        }
        let function = request.function.unwrap_or("f");
        if function == "panics" {
            panic!("scripted");
        }
        let parsed = syntax::parse(request.source);
        let known = syntax::find_functions(&parsed, request.source);
        if !known.iter().any(|f| f.qualname == function) {
            return Err(SynthesisError::NoFunction { name: function.to_owned(), nearest: None });
        }
        let asked = request.add.iter().map(|c| words(c, false));
        let mut asked = asked.chain(request.remove.iter().map(|c| words(c, true)));
        let (Some((from, to)), None) = (asked.next(), asked.next()) else {
            // it composes nothing: the caller goes on one by one
            return Ok(Outcome::default());
        };
        let Some(start) = find(request.source, function, &from) else {
            return Ok(Outcome { unchanged: true, confidence: 0.9, ..Outcome::default() });
        };
        let candidate = |n: usize| {
            let edit = TextEdit { range: start..start + from.len(), new_text: to.repeat(n) };
            Candidate {
                confidence: 1.0,
                threshold: 0.75,
                source: apply_edits(request.source, std::slice::from_ref(&edit)),
                edits: vec![edit],
                score: -(n as f32),
                concept_gain: 1.0,
                places: Places { of: 1, changed: 1 },
                millis: 1.0,
            }
        };
        Ok(Outcome {
            candidates: (1..=request.candidates).map(candidate).collect(),
            unchanged: false,
            confidence: 0.5,
            threshold: 0.75,
            refused: Vec::new(),
            conflicts: Vec::new(),
            search: None,
            features: Vec::new(),
            timings: Timings { encode: 1.0, decode: 2.0, filter: 0.5 },
        })
    }

    fn concepts(&self) -> Vec<Concept> {
        Vec::new()
    }

    fn applies(&self, place: &Place<'_>, concept: &str, remove: bool) -> bool {
        find(place.source, &place.function.qualname, &words(concept, remove).0).is_some()
    }
}

/// Fails texts that have one of the words, or all of `together`; remembers how many texts it saw in each call. A test of the
/// file and one of its own reach each function, unless its name starts with `untested`.
#[derive(Default)]
pub struct WordReferee {
    /// A text with one of these fails.
    pub failing: Vec<&'static str>,
    /// A text with all of these fails.
    pub together: Vec<&'static str>,
    /// A text with one of these does something else in every function.
    pub differing: Vec<&'static str>,
    /// Candidates of each call.
    pub calls: Mutex<Vec<usize>>,
}

impl Referee for WordReferee {
    fn judge(&self, trial: &Trial<'_>, _: &Cancel) -> Vec<Verdict> {
        let mut calls = self.calls.lock().expect("no panic while it is held");
        calls.push(trial.candidates.len());
        let verdict = |attempt: &Attempt| {
            let words: Vec<&str> = attempt.text.split(|c: char| !c.is_alphanumeric()).collect();
            let has = |word: &&'static str| words.contains(word);
            let all = !self.together.is_empty() && self.together.iter().all(&has);
            let failed = all || self.failing.iter().any(has);
            Verdict {
                status: if failed { Status::Failed } else { Status::Passed },
                tests_run: 2,
                reason: failed.then(|| "test_x failed".to_owned()),
                millis: 10.0,
                differential: None,
            }
        };
        trial.candidates.iter().map(verdict).collect()
    }

    fn reaching(&self, _: &Trial<'_>, function: &str, _: &Cancel) -> Option<Vec<String>> {
        let tests = if function.starts_with("untested") { vec![] } else { vec!["test_file", function] };
        Some(tests.into_iter().map(str::to_owned).collect())
    }

    fn compare(&self, trial: &Trial<'_>, function: &str, _: &Cancel) -> Option<Differential> {
        let body = trial.candidates[0].text.split("def ").find(|text| text.starts_with(&format!("{function}(")))?;
        let found = self.differing.iter().find(|word| body.contains(**word));
        let difference = found.map(|word| Difference {
            call: format!("{function}()"),
            now: (*word).to_owned(),
            was: "x".to_owned(),
        });
        let result = if difference.is_some() { Agreement::Differs } else { Agreement::Same };
        Some(Differential { result, difference, calls: 4, reason: None, ..Differential::unknown("") })
    }
}
