//! One run of tests, from the request to what was heard.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use super::command::Plan;
use super::observed::Observed;
use super::place::Place;
use super::run::{Cancelled, RunError, run};
use super::sandbox::{Ended, Launch};
use super::{Project, Settings};

/// The runner's files, written to the scratch folder: name, text.
const RUNNER: &[(&str, &str)] = &[
    ("lerp_main.py", include_str!("runner/lerp_main.py")),
    ("lerp_confine.py", include_str!("runner/lerp_confine.py")),
    ("lerp_overlay.py", include_str!("runner/lerp_overlay.py")),
    ("lerp_reach.py", include_str!("runner/lerp_reach.py")),
    ("lerp_report.py", include_str!("runner/lerp_report.py")),
    ("bootstrap/sitecustomize.py", include_str!("runner/sitecustomize.py")),
];

/// What every run shares: where the runner is, how the sandbox is started.
#[derive(Debug)]
pub(super) struct Workshop {
    scratch: TempDir,
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
    /// Tests may start processes.
    pub(super) processes: bool,
    pub(super) limit: Duration,
}

impl Workshop {
    pub(super) fn new(helper: PathBuf, stage: &'static str) -> io::Result<Self> {
        let scratch = tempfile::Builder::new().prefix("lerp-verify-").tempdir()?;
        let folder = scratch.path().join("runner");
        fs::create_dir_all(folder.join("bootstrap"))?;
        for (name, text) in RUNNER {
            fs::write(folder.join(name), text)?;
        }
        Ok(Self { scratch, helper, stage })
    }

    /// Runs a job in a folder of its own, which is gone afterwards.
    pub(super) fn run(
        &self,
        project: &Project,
        settings: &Settings,
        job: &Job,
        cancelled: Cancelled,
    ) -> Result<(Observed, Ended), RunError> {
        let folder =
            tempfile::Builder::new().prefix("run-").tempdir_in(self.scratch.path()).map_err(RunError::Start)?;
        let place =
            Place { project, settings, runner: self.scratch.path().join("runner"), folder: folder.path().to_owned() };
        let token = place.token();
        place.prepare(job).map_err(RunError::Start)?;
        let launch = Launch { scratch: self.scratch.path().to_owned(), ..place.launch(job, &token) };
        let mut observed = Observed::default();
        let ended = run(&self.helper, self.stage, &launch, cancelled, |line| observed.hear(&token, line))?;
        if let Ok(marker) = fs::read_to_string(place.marker()) {
            observed.loaded.extend(marker.lines().map(str::to_owned));
        }
        Ok((observed, ended))
    }
}
