//! What happened to a file, and how it is told: diffs and a summary line, or JSON.

use crate::cli::count;
use crate::cli::json::{EditJson, FileJson, FunctionJson};
use crate::cli::referee::{Status, Verdict};
use crate::synthesis::{Candidate, Places};
use crate::text::{LineIndex, TextEdit, unified};
use crate::verify::Differential;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What happened to a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is edited.
    Changed,
    /// The concepts do not apply, or the model leaves it as it is.
    DoesNotApply,
    /// The model wrote edits, and none got through the filters.
    NoSafeEdit,
    /// There is an edit that no test reaches, and the model is not sure enough of it to show it unasked.
    NotSure,
    /// No candidate passed the tests.
    TestsFailed,
    /// Tests let candidates through, or there are none; each is known to do something else than the original.
    Differs,
    /// The model can not edit it: it is too long, for example.
    NotEditable,
    /// It is not valid Python.
    Broken,
}

/// One function of a file.
#[derive(Debug, Clone)]
pub struct FunctionReport {
    /// Qualified name.
    pub name: String,
    /// Line of its `def`, from 1, before any edit.
    pub line: usize,
    /// What happened.
    pub fate: Fate,
    /// Why, unless it is edited.
    pub message: Option<String>,
    /// Concepts that were added, of those asked for.
    pub add: Vec<String>,
    /// Concepts that were removed.
    pub remove: Vec<String>,
    /// How the edit did in its tests.
    pub verdict: Option<Status>,
    /// The tests that reached it; `None` when that can not be known.
    pub tests: Option<Vec<String>>,
    /// Of the candidate: mean log-probability.
    pub score: f32,
    /// Of the candidate: how far the concept moved.
    pub concept_gain: f32,
    /// Of the candidate: how sure the model is of it.
    pub confidence: f32,
    /// Of the candidate: where it acts.
    pub places: Places,
    /// Concepts that stand in each other's way here.
    pub conflicts: Vec<String>,
    /// Candidates that were dropped because tests failed on them.
    pub candidates_failed: usize,
    /// Whether the edit does the same as the original, where the concepts promise it.
    pub differential: Option<Differential>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub before: String,
    /// Its text with the edits.
    pub after: String,
    /// What leads from one to the other.
    pub edits: Vec<TextEdit>,
    /// How the edited text did, as a whole.
    pub verdict: Option<Verdict>,
    /// Line and column, from 1, of the first thing that is not Python.
    pub problem: Option<(usize, usize)>,
    /// The strength that was asked for.
    pub strength: f32,
    /// Functions that were looked at.
    pub functions: Vec<FunctionReport>,
    /// Whether the edits were written.
    pub applied: bool,
    /// Time in the model.
    pub model_millis: f64,
    /// Time in tests.
    pub test_millis: f64,
}

impl FunctionReport {
    /// Nothing happened yet.
    pub fn new(name: &str, line: usize) -> Self {
        Self {
            name: name.to_owned(),
            line,
            fate: Fate::DoesNotApply,
            message: None,
            add: Vec::new(),
            remove: Vec::new(),
            verdict: None,
            tests: None,
            score: 0.0,
            concept_gain: 0.0,
            confidence: 0.0,
            places: Places::default(),
            conflicts: Vec::new(),
            candidates_failed: 0,
            differential: None,
        }
    }

    /// It stays as it is.
    pub fn settle(&mut self, fate: Fate, message: String) {
        (self.fate, self.message) = (fate, Some(message));
    }

    /// It takes the candidate, whose tests had this verdict; it is not tested when none of them reached it.
    pub fn accept(&mut self, candidate: &Candidate, verdict: Status, tests: Option<Vec<String>>) {
        let reached = tests.as_ref().is_none_or(|tests| !tests.is_empty());
        self.verdict = Some(if reached { verdict } else { Status::Untested });
        self.tests = tests;
        (self.fate, self.message) = (Fate::Changed, None);
        (self.score, self.concept_gain) = (candidate.score, candidate.concept_gain);
        (self.confidence, self.places) = (candidate.confidence, candidate.places);
    }

    fn to_json(&self) -> FunctionJson<'_> {
        let changed = self.fate == Fate::Changed;
        FunctionJson {
            name: &self.name,
            line: self.line,
            outcome: self.fate,
            message: self.message.as_deref(),
            add: &self.add,
            remove: &self.remove,
            verdict: self.verdict,
            tests_run: self.tests.as_ref().map(Vec::len),
            score: changed.then_some(self.score),
            concept_gain: changed.then_some(self.concept_gain),
            confidence: (changed || self.fate == Fate::NotSure).then_some(self.confidence),
            strength: changed.then(|| self.places.strength()),
            places: changed.then_some(self.places.of),
            places_changed: changed.then_some(self.places.changed),
            conflicts: &self.conflicts,
            candidates_failed: self.candidates_failed,
            differential: self.differential.as_ref(),
        }
    }
}

impl FileReport {
    /// Nothing happened yet.
    pub fn new(path: PathBuf, text: &str) -> Self {
        Self {
            path,
            before: text.to_owned(),
            after: text.to_owned(),
            edits: Vec::new(),
            verdict: None,
            problem: None,
            strength: 1.0,
            functions: Vec::new(),
            applied: false,
            model_millis: 0.0,
            test_millis: 0.0,
        }
    }

    /// The tests that passed on the edited text and reached an edited function; when they are not known by name, their
    /// number.
    pub(super) fn passed(&self) -> Result<BTreeSet<&str>, usize> {
        let Some(verdict) = self.verdict.as_ref().filter(|verdict| verdict.status == Status::Passed) else {
            return Ok(BTreeSet::new());
        };
        let mut tests = BTreeSet::new();
        for one in self.functions.iter().filter(|one| one.fate == Fate::Changed) {
            let reaching = one.tests.as_ref().ok_or(verdict.tests_run)?;
            tests.extend(reaching.iter().map(String::as_str));
        }
        Ok(tests)
    }

    /// Whether there is something to show.
    pub fn changed(&self) -> bool {
        self.before != self.after
    }

    /// The unified diff, with labels that `git apply` and `patch -p1` take when the path is relative.
    pub fn diff(&self) -> String {
        let path = self.path.display().to_string();
        let path = path.trim_start_matches("./").trim_start_matches('/');
        let labels = (format!("a/{path}"), format!("b/{path}"));
        unified(&self.before, &self.after, (&labels.0, &labels.1))
    }

    /// What a reader should know besides the diff: one line each.
    pub fn notes(&self) -> Vec<String> {
        let place = |one: &FunctionReport| format!("{}:{}: {}", self.path.display(), one.line, one.name);
        let mut notes = Vec::new();
        if let Some((line, column)) = self.problem
            && !self.functions.iter().any(|one| one.fate == Fate::Broken)
        {
            notes.push(format!("{}:{line}:{column}: syntax error", self.path.display()));
        }
        for one in &self.functions {
            let why = first_line(one.message.as_deref().unwrap_or_default());
            match one.fate {
                Fate::TestsFailed => notes.push(format!(
                    "{}: not edited, tests failed on {} ({why})",
                    place(one),
                    count(one.candidates_failed, "candidate")
                )),
                Fate::Differs => notes.push(format!("{}: not edited, what it does changes ({why})", place(one))),
                Fate::Broken => notes.push(format!("{}: not edited, {why}", place(one))),
                Fate::Changed if one.candidates_failed > 0 => notes.push(format!(
                    "{}: tests failed on {} before this one",
                    place(one),
                    count(one.candidates_failed, "candidate")
                )),
                _ => {}
            }
            notes.extend(one.conflicts.iter().map(|conflict| format!("{}: {conflict}", place(one))));
            if one.fate == Fate::Changed && self.strength.abs() < 1.0 {
                notes.push(format!("{}: {}", place(one), at_strength(one.places, self.strength)));
            }
            if let (Fate::Changed, Some(found)) = (one.fate, &one.differential) {
                notes.push(format!("{}: {found}", place(one)));
            }
            let file_passed = self.verdict.as_ref().is_some_and(|verdict| verdict.status == Status::Passed);
            if one.fate == Fate::Changed && one.verdict == Some(Status::Untested) {
                let why = if file_passed { "no test reaches it, " } else { "" };
                notes.push(format!("{}: untested, {why}confidence {:.2}", place(one), one.confidence));
            }
        }
        if let Some(Verdict { status: Status::Untested, reason: Some(why), .. }) = &self.verdict {
            notes.push(format!("{}: untested: {}", self.path.display(), first_line(why)));
        }
        notes
    }

    /// As JSON; the format is described in the README.
    pub fn to_json(&self) -> FileJson<'_> {
        let lines = LineIndex::new(&self.before);
        let touched = |one: &&FunctionReport| one.fate != Fate::DoesNotApply;
        FileJson {
            path: self.path.display().to_string(),
            applied: self.applied,
            verdict: self.verdict.as_ref().map(|verdict| verdict.status),
            tests_run: self.passed().map_or_else(|number| number, |tests| tests.len()),
            message: self.verdict.as_ref().and_then(|v| v.reason.as_deref()),
            diff: self.diff(),
            edits: self.edits.iter().map(|edit| EditJson::new(edit, &lines)).collect(),
            functions: self.functions.iter().filter(touched).map(FunctionReport::to_json).collect(),
        }
    }
}

/// What less strength did: some of the places, or nothing where the edit is a switch.
pub(super) fn at_strength(places: Places, strength: f32) -> String {
    match places {
        Places { of: 0 | 1, .. } => format!("one place: here strength is a switch, and {strength} is on"),
        Places { of, changed } => format!("{changed} of {of} places (strength {strength})"),
    }
}

/// A failure's own text can be long; JSON has all of it.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
