//! One line of `lerp batch`: from the request to its result.

use super::contract::{
    CandidateLine, DescribedLine, Direction, ExampleLine, RequestLine, ResultLine, TaughtLine, TestsLine, TimingsLine,
};
use crate::cli::engine::{Editor, brought, keeps_behaviour};
use crate::cli::files;
use crate::cli::json::EditJson;
use crate::cli::referee::{Attempt, Referee, Status, Trial, Verdict};
use crate::config::TestChoice;
use crate::synthesis::{Cancel, Candidate, Example, Request};
use crate::text::{LineIndex, unified};
use crate::verify::Differential;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long the vector of examples is searched for, when a request does not say. Most searches are done in a third of it.
const SEARCH_MS: u64 = 6_000;
/// The most that a request may ask for.
const LONGEST_SEARCH_MS: u64 = 600_000;

/// Answers requests.
pub struct Server {
    /// The model.
    pub editor: Arc<dyn Editor>,
    /// The test runner.
    pub referee: Arc<dyn Referee>,
    /// Candidates, when a request does not say.
    pub candidates: usize,
    /// Strength, when a request does not say.
    pub strength: f32,
    /// Seed, when a request does not say.
    pub seed: u64,
}

impl Server {
    /// The result line for a request line; `number` is the line's, from 1.
    pub fn answer(&self, number: usize, line: &[u8]) -> String {
        let value: Value = match serde_json::from_slice(line) {
            Ok(value) => value,
            Err(error) => {
                let mut result = ResultLine::new(Value::Null);
                result.error = Some(format!("line {number} is not JSON: {error}"));
                return result.to_line();
            }
        };
        let id = value.get("id").cloned().unwrap_or(Value::Null);
        let mut result = ResultLine::new(id);
        // a panic is a bug, but not one that the other requests should pay for
        let served = catch_unwind(AssertUnwindSafe(|| {
            let request = RequestLine::deserialize(value).with_context(|| format!("line {number} is not a request"))?;
            self.serve(request, &mut result)
        }));
        result.error = match served {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("{error:#}")),
            Err(_) => Some(format!("line {number}: internal error, please report it")),
        };
        if result.error.is_some() {
            result.candidates.clear();
        }
        result.to_line()
    }

    fn serve(&self, line: RequestLine, result: &mut ResultLine) -> Result<()> {
        if line.source.contains('\0') {
            bail!("the source has a NUL character; this is not Python source");
        }
        let strength = line.strength.unwrap_or(self.strength);
        let candidates = line.candidates.unwrap_or(self.candidates);
        if !strength.is_finite() || strength.abs() > 10.0 {
            bail!("strength must be a number from -10 to 10");
        }
        if !(1..=64).contains(&candidates) {
            bail!("candidates must be from 1 to 64");
        }
        let search = line.search_ms.unwrap_or(SEARCH_MS);
        if search > LONGEST_SEARCH_MS {
            bail!("search_ms must be from 0 to {LONGEST_SEARCH_MS}");
        }
        let tests = line.tests.map(|tests| tests.find(&line.source)).transpose()?;
        let pair = |example: ExampleLine| Example { before: example.before, after: example.after };
        let request = Request {
            source: &line.source,
            function: line.function.as_deref(),
            add: line.add.unwrap_or_default(),
            remove: line.remove.unwrap_or_default(),
            examples: line.examples.unwrap_or_default().into_iter().map(pair).collect(),
            reverse_examples: line.direction == Some(Direction::Reverse),
            search: Duration::from_millis(search),
            strength,
            candidates,
            seed: line.seed.unwrap_or(self.seed),
        };
        let cancel = Cancel::default();
        let outcome = self.editor.run(&request, &cancel)?;
        result.unchanged = outcome.unchanged;
        (result.confidence, result.threshold) = (outcome.confidence, outcome.threshold);
        result.conflicts.clone_from(&outcome.conflicts);
        let described = outcome.features.iter();
        result.features = described
            .map(|(source, values)| DescribedLine { source: source.clone(), values: values.iter().copied().collect() })
            .collect();
        let verdicts = match &tests {
            Some(tests) => self.judge(tests, &request, &outcome.candidates, &cancel),
            None => Vec::new(),
        };
        result.taught = outcome.search.as_ref().map(TaughtLine::new);
        result.timings_ms = TimingsLine {
            encode: rounded(outcome.timings.encode),
            decode: rounded(outcome.timings.decode),
            filter: rounded(outcome.timings.filter),
            verify: rounded(verdicts.iter().fold(0.0, |sum, verdict| sum + verdict.millis)),
        };
        let mut verdicts = verdicts.into_iter();
        let label = tests.as_ref().map_or("source.py".into(), TestRun::label);
        let labels = (format!("a/{label}"), format!("b/{label}"));
        let lines = LineIndex::new(&line.source);
        let candidate_line = |candidate: &Candidate| {
            let verdict = verdicts.next();
            CandidateLine {
                source: candidate.source.clone(),
                diff: unified(&line.source, &candidate.source, (&labels.0, &labels.1)),
                edits: candidate.edits.iter().map(|edit| EditJson::new(edit, &lines)).collect(),
                score: candidate.score,
                concept_gain: candidate.concept_gain,
                confidence: candidate.confidence,
                strength: candidate.places.strength(),
                places: candidate.places.of,
                places_changed: candidate.places.changed,
                verdict: verdict.as_ref().map_or(Status::Untested, |v| v.status),
                tests_run: verdict.as_ref().map_or(0, |v| v.tests_run),
                differential: verdict.and_then(|v| v.differential),
                millis: rounded(candidate.millis),
            }
        };
        result.candidates = outcome.candidates.iter().map(candidate_line).collect();
        // stable: among equal verdicts the model's order stands
        let differs = |line: &CandidateLine| line.differential.as_ref().is_some_and(Differential::differs);
        result.candidates.sort_by_key(|candidate| (differs(candidate), candidate.verdict));
        Ok(())
    }

    fn judge(&self, tests: &TestRun, request: &Request<'_>, candidates: &[Candidate], cancel: &Cancel) -> Vec<Verdict> {
        if candidates.is_empty() {
            return Vec::new();
        }
        let function = request.function.map(str::to_owned);
        let attempt = |candidate: &Candidate| Attempt { text: candidate.source.clone(), function: function.clone() };
        let attempts: Vec<Attempt> = candidates.iter().map(attempt).collect();
        let trial = Trial {
            root: Some(&tests.root),
            file: &tests.file,
            original: request.source,
            candidates: &attempts,
            tests: &tests.choice,
            allowed: &brought(&self.editor.concepts(), &request.add, &request.remove),
            // what examples teach promises nothing
            keeps_behaviour: request.examples.is_empty()
                && keeps_behaviour(&self.editor.concepts(), &request.add, &request.remove),
        };
        self.referee.judge(&trial, cancel)
    }
}

/// To a hundredth: more digits are noise, and lines stay readable.
fn rounded(millis: f64) -> f64 {
    (millis * 100.0).round() / 100.0
}

/// Which tests decide about which file.
struct TestRun {
    root: PathBuf,
    file: PathBuf,
    choice: TestChoice,
}

impl TestRun {
    fn label(&self) -> String {
        let path = self.file.strip_prefix(&self.root).unwrap_or(&self.file);
        path.display().to_string().replace('\\', "/")
    }
}

impl TestsLine {
    /// Finds the file that the source stands for.
    fn find(self, source: &str) -> Result<TestRun> {
        let root = std::fs::canonicalize(&self.root).with_context(|| format!("tests.root: {}", self.root.display()))?;
        let file = match self.file {
            Some(file) => {
                let path = root.join(&file);
                if !path.is_file() {
                    bail!("tests.file: there is no {} in the root", file.display());
                }
                path
            }
            None => same_text(&root, source)?,
        };
        let choice = self.command.map_or(TestChoice::Auto, TestChoice::from);
        Ok(TestRun { root, file, choice })
    }
}

/// The file under `root` whose text is the source's.
fn same_text(root: &Path, source: &str) -> Result<PathBuf> {
    let sources = files::find(&[root.display().to_string()], &[])?;
    let same = sources.into_iter().map(|found| found.path).find(|path| {
        // the length first: latin-1 files are shorter than their text, a byte order mark is three bytes more
        let near = std::fs::metadata(path).is_ok_and(|m| m.len() <= source.len() as u64 + 3);
        near && files::read(path).is_ok_and(|(text, _)| text.text == source)
    });
    same.with_context(|| {
        format!(
            "no file under tests.root ({}) has the text of the source; say which one with tests.file",
            root.display()
        )
    })
}
