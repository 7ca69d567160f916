//! One run of tests, from the request to what was heard.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::command::Plan;
use super::observed::Observed;
use super::place::Place;
use super::run::{Cancelled, RunError, run};
use super::sandbox::{Ended, Launch};
use super::scratch::Scratch;
use super::{Project, Settings};

/// The runner's files, written to the scratch folder: name, text.
const RUNNER: &[(&str, &str)] = &[
    ("lerp_main.py", include_str!("runner/lerp_main.py")),
    ("lerp_confine.py", include_str!("runner/lerp_confine.py")),
    ("lerp_edit.py", include_str!("runner/lerp_edit.py")),
    ("lerp_overlay.py", include_str!("runner/lerp_overlay.py")),
    ("lerp_reach.py", include_str!("runner/lerp_reach.py")),
    ("lerp_report.py", include_str!("runner/lerp_report.py")),
    ("lerp_start.py", include_str!("runner/lerp_start.py")),
    ("lerp_swap.py", include_str!("runner/lerp_swap.py")),
    ("lerp_warm.py", include_str!("runner/lerp_warm.py")),
    ("lerp_watch.py", include_str!("runner/lerp_watch.py")),
    ("lerp_decode.py", include_str!("runner/lerp_decode.py")),
    ("lerp_values.py", include_str!("runner/lerp_values.py")),
    ("lerp_target.py", include_str!("runner/lerp_target.py")),
    ("lerp_record.py", include_str!("runner/lerp_record.py")),
    ("lerp_replay.py", include_str!("runner/lerp_replay.py")),
    ("lerp_invent.py", include_str!("runner/lerp_invent.py")),
    ("bootstrap/sitecustomize.py", include_str!("runner/sitecustomize.py")),
];

/// What every run shares: where the runner is, how the sandbox is started.
#[derive(Debug)]
pub(super) struct Workshop {
    scratch: Scratch,
    pub(super) helper: PathBuf,
    pub(super) stage: &'static str,
}

/// One run.
#[derive(Debug, Clone)]
pub(super) struct Job<'a> {
    pub(super) plan: &'a Plan,
    /// pytest's arguments; of a command that is not pytest, nothing.
    pub(super) arguments: &'a [String],
    /// Absolute path → text.
    pub(super) overlay: &'a BTreeMap<PathBuf, String>,
    /// Run these tests alone.
    pub(super) select: Option<&'a [&'a str]>,
    /// Report which functions of the overlay each test reached.
    pub(super) reach: bool,
    /// Put a probe also into every file of the project that is not in the overlay; functions are then named `PATH::NAME`.
    pub(super) everywhere: bool,
    /// Report which files the run depends on.
    pub(super) watch: bool,
    /// Stop at the first failure.
    pub(super) stop: bool,
    /// Functions that ran before the first test on the original: a fork can not change what they have done.
    pub(super) imported: &'a BTreeSet<String>,
    /// Tests may start processes.
    pub(super) processes: bool,
    pub(super) limit: Duration,
    /// Something else than a verdict is wanted.
    pub(super) aside: Option<&'a Aside>,
}

/// What the differential check runs.
#[derive(Debug, Clone)]
pub(super) struct Aside {
    /// Of the runner's files, the one to start.
    pub(super) script: &'static str,
    /// Its part of the payload.
    pub(super) payload: serde_json::Value,
    /// Variables, besides those of every run.
    pub(super) env: Vec<(String, String)>,
}

impl<'a> Job<'a> {
    /// A whole run, told in every detail, of nothing yet.
    pub(super) fn new(plan: &'a Plan, overlay: &'a BTreeMap<PathBuf, String>, limit: Duration) -> Self {
        const NONE: &BTreeSet<String> = &BTreeSet::new();
        Self {
            plan,
            arguments: &[],
            overlay,
            select: None,
            reach: false,
            everywhere: false,
            watch: false,
            stop: false,
            imported: NONE,
            processes: false,
            limit,
            aside: None,
        }
    }
}

impl Workshop {
    pub(super) fn new(helper: PathBuf, stage: &'static str) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let folder = scratch.path().join("runner");
        fs::create_dir_all(folder.join("bootstrap"))?;
        for (name, text) in RUNNER {
            fs::write(folder.join(name), text)?;
        }
        Ok(Self { scratch, helper, stage })
    }

    /// A new folder in the scratch folder.
    pub(super) fn folder(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix("run-").tempdir_in(self.scratch.path())
    }

    /// Where the runner's files are.
    pub(super) fn runner(&self) -> PathBuf {
        self.scratch.path().join("runner")
    }

    /// The scratch folder.
    pub(super) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Runs a job in a folder of its own, which is gone afterwards.
    pub(super) fn run(
        &self,
        project: &Project,
        settings: &Settings,
        job: &Job,
        cancelled: Cancelled,
    ) -> Result<(Observed, Ended), RunError> {
        self.run_told(project, settings, job, cancelled, |_| ())
    }

    /// The same, and tells after each line what was observed so far.
    pub(super) fn run_told(
        &self,
        project: &Project,
        settings: &Settings,
        job: &Job,
        cancelled: Cancelled,
        told: impl Fn(&Observed),
    ) -> Result<(Observed, Ended), RunError> {
        let (mut observed, mut marked) = (Observed::default(), Vec::new());
        let heard = |token: &str, line: &str| {
            observed.hear(token, line);
            told(&observed);
        };
        let ended = self.run_in(project, settings, job, cancelled, heard, &mut marked)?;
        observed.loaded.extend(marked);
        Ok((observed, ended))
    }

    /// Runs a job and passes on what the runner says, token and line: whoever listens takes no line without the token.
    pub(super) fn hear(
        &self,
        project: &Project,
        settings: &Settings,
        job: &Job,
        cancelled: Cancelled,
        heard: impl FnMut(&str, &str),
    ) -> Result<Ended, RunError> {
        self.run_in(project, settings, job, cancelled, heard, &mut Vec::new())
    }

    fn run_in(
        &self,
        project: &Project,
        settings: &Settings,
        job: &Job,
        cancelled: Cancelled,
        mut heard: impl FnMut(&str, &str),
        marked: &mut Vec<String>,
    ) -> Result<Ended, RunError> {
        let folder = self.folder().map_err(RunError::Start)?;
        let place = Place { project, settings, runner: self.runner(), folder: folder.path().to_owned() };
        let token = place.token();
        place.prepare(job).map_err(RunError::Start)?;
        let launch = Launch { scratch: self.scratch.path().to_owned(), ..place.launch(job, &token) };
        let ended = run(&self.helper, self.stage, &launch, cancelled, |line| heard(&token, line))?;
        if let Ok(marker) = fs::read_to_string(place.marker()) {
            marked.extend(marker.lines().map(str::to_owned));
        }
        Ok(ended)
    }
}
