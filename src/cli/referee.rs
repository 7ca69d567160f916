//! What the subcommands need of the test runner. The trait stands between them so that tests can put a scripted one in
//! its place.

use crate::config::{Settings, TestChoice};
use crate::synthesis::Cancel;
use crate::verify::{self, Differential, Project, TestsSetting, Verifier};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Runs tests on candidates; many threads may ask at the same time.
pub trait Referee: Send + Sync {
    /// One verdict for each candidate, in their order.
    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel) -> Vec<Verdict>;

    /// The tests that reach a function of the file, of those that a trial of this kind runs; `None` when that can not be
    /// known (a command that is not pytest).
    fn reaching(&self, trial: &Trial<'_>, function: &str, cancel: &Cancel) -> Option<Vec<String>>;

    /// Whether the trial's first candidate does the same as the original in one of its functions; `None` from a referee that
    /// does not look.
    fn compare(&self, trial: &Trial<'_>, function: &str, cancel: &Cancel) -> Option<Differential> {
        let _ = (trial, function, cancel);
        None
    }
}

/// Texts that may take the place of one file.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Folder of the project, where the tests are run; found from the file when not given.
    pub root: Option<&'a Path>,
    /// The file.
    pub file: &'a Path,
    /// Its text.
    pub original: &'a str,
    /// What may take its place.
    pub candidates: &'a [Attempt],
    /// Which tests.
    pub tests: &'a TestChoice,
    /// Names that the concepts bring by definition, and that are no reason not to run a candidate.
    pub allowed: &'a [String],
    /// The concepts promise to leave alone what a function does: that is looked at beside the tests.
    pub keeps_behaviour: bool,
}

/// A text that may take the place of a file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The whole text.
    pub text: String,
    /// The function that was edited: only tests that reach it are run. All that reach the file when there are several.
    pub function: Option<String>,
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The word for it.
    pub status: Status,
    /// Tests that ran to their end.
    pub tests_run: usize,
    /// Why it failed, or why it is untested.
    pub reason: Option<String>,
    /// Milliseconds.
    pub millis: f64,
    /// Whether it does the same as the original, where the concepts promise that. Never a pass.
    pub differential: Option<Differential>,
}

/// The word for a verdict; best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// At least one test ran, and all ended as they do on the original.
    Passed,
    /// No test ran.
    Untested,
    /// The tests hung.
    Timeout,
    /// A test failed.
    Failed,
}

impl Verdict {
    /// No test ran, and why.
    pub fn untested(reason: impl Into<String>) -> Self {
        Self { status: Status::Untested, tests_run: 0, reason: Some(reason.into()), millis: 0.0, differential: None }
    }

    /// Whether the candidate may be shown as an edit.
    pub fn acceptable(&self) -> bool {
        matches!(self.status, Status::Passed | Status::Untested) && !self.differs()
    }

    /// Whether it promised to do what the original does, and is known not to.
    pub fn differs(&self) -> bool {
        self.differential.as_ref().is_some_and(Differential::differs)
    }

    /// Why it is not acceptable, when it is not.
    pub fn why(&self) -> Option<String> {
        match &self.differential {
            Some(found) if found.differs() => Some(found.to_string()),
            _ => self.reason.clone(),
        }
    }
}

/// The test runner, one verifier for each project that is met.
struct Tests {
    settings: verify::Settings,
    verifiers: Mutex<HashMap<PathBuf, Arc<Verifier>>>,
}

impl Tests {
    /// The verifier of a trial's project, and the trial's file inside of it.
    fn verifier(&self, trial: &Trial<'_>) -> Result<(Arc<Verifier>, PathBuf), String> {
        let file = trial.root.map_or_else(|| trial.file.to_path_buf(), |root| root.join(trial.file));
        let file = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
        let project = match trial.root {
            Some(root) => Project::at(root, &self.settings),
            None => Project::discover(&file, &self.settings),
        };
        let project = project.map_err(|error| error.to_string())?;
        let root = project.root.clone();
        let inside = file.strip_prefix(&root).map(Path::to_path_buf);
        let inside = inside.map_err(|_| format!("{} is not inside {}", file.display(), root.display()))?;
        let mut verifiers = self.verifiers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verifier) = verifiers.get(&root) {
            return Ok((Arc::clone(verifier), inside));
        }
        project.warning().into_iter().for_each(|warning| eprintln!("lerp: warning: {warning}"));
        let verifier = Verifier::new(project, self.settings.clone()).map_err(|error| error.to_string())?;
        verifier.note().into_iter().for_each(|note| eprintln!("lerp: warning: {note}"));
        let verifier = Arc::new(verifier);
        verifiers.insert(root, Arc::clone(&verifier));
        Ok((verifier, inside))
    }

    fn candidate(trial: &Trial<'_>, file: &Path, text: &str, function: Option<&str>) -> verify::Candidate {
        verify::Candidate {
            file: file.to_path_buf(),
            function: function.map(str::to_owned),
            new_source: text.to_owned(),
            unsaved: BTreeMap::from([(file.to_path_buf(), trial.original.to_owned())]),
            allowed: trial.allowed.to_vec(),
            keeps_behaviour: trial.keeps_behaviour,
        }
    }
}

/// As the verifier has it.
pub fn setting(tests: &TestChoice) -> TestsSetting {
    match tests {
        TestChoice::Auto => TestsSetting::Auto,
        TestChoice::None => TestsSetting::None,
        TestChoice::Command(command) => TestsSetting::Command(command.clone()),
    }
}

impl Referee for Tests {
    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel) -> Vec<Verdict> {
        if super::files::is_test(trial.file) {
            // with its assertions taken out, every test passes
            return trial.candidates.iter().map(|_| Verdict::untested("a test can not vouch for itself")).collect();
        }
        let (verifier, file) = match self.verifier(trial) {
            Ok(found) => found,
            Err(reason) => return trial.candidates.iter().map(|_| Verdict::untested(reason.clone())).collect(),
        };
        let candidate = |attempt: &Attempt| Self::candidate(trial, &file, &attempt.text, attempt.function.as_deref());
        let candidates: Vec<verify::Candidate> = trial.candidates.iter().map(candidate).collect();
        let verdicts = verifier.verify_many(&candidates, &setting(trial.tests), &|| cancel.is_cancelled());
        verdicts.into_iter().map(Verdict::from).collect()
    }

    fn reaching(&self, trial: &Trial<'_>, function: &str, cancel: &Cancel) -> Option<Vec<String>> {
        let (verifier, file) = self.verifier(trial).ok()?;
        let candidate = Self::candidate(trial, &file, trial.original, Some(function));
        verifier.reaching(&candidate, &setting(trial.tests), &|| cancel.is_cancelled())
    }

    fn compare(&self, trial: &Trial<'_>, function: &str, cancel: &Cancel) -> Option<Differential> {
        let (verifier, file) = self.verifier(trial).ok()?;
        let candidate = Self::candidate(trial, &file, &trial.candidates.first()?.text, Some(function));
        Some(verifier.differential(&candidate, &setting(trial.tests), &|| cancel.is_cancelled()))
    }
}

impl From<verify::Verdict> for Verdict {
    fn from(verdict: verify::Verdict) -> Self {
        let status = match verdict.status {
            verify::Status::Passed => Status::Passed,
            verify::Status::Untested => Status::Untested,
            verify::Status::Timeout => Status::Timeout,
            verify::Status::Failed => Status::Failed,
        };
        let reason = verdict.first_failure.or(verdict.reason);
        Self {
            status,
            tests_run: verdict.tests_run,
            reason,
            millis: verdict.duration.as_secs_f64() * 1000.0,
            differential: verdict.differential,
        }
    }
}

/// The test runner of this process.
pub fn referee(settings: &Settings) -> Arc<dyn Referee> {
    Arc::new(Tests { settings: verify_settings(settings), verifiers: Mutex::default() })
}

/// What the settings mean for the verifier.
pub fn verify_settings(settings: &Settings) -> verify::Settings {
    let limit = Duration::from_secs_f64(settings.test_timeout.clamp(0.1, 86_400.0));
    verify::Settings {
        interpreter: settings.python.clone(),
        baseline_limit: limit,
        unsandboxed: settings.unsandboxed,
        cache: settings.cache.clone().or_else(|| Some(dirs::cache_dir()?.join("lerp"))),
        ..verify::Settings::default()
    }
}
