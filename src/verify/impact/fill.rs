//! Running test files to find out what they reach.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use thiserror::Error;

use super::Map;
use super::contents::Contents;
use super::unit::Unit;
use crate::verify::baseline::Ran;
use crate::verify::command::Plan;
use crate::verify::job::{Job, Workshop};
use crate::verify::run::Cancelled;
use crate::verify::sandbox::{self, Kill};

/// Why test files can not be run.
#[derive(Debug, Error)]
pub enum FillError {
    /// No sandbox.
    #[error("{0}; `lerp doctor` says more, `--unsandboxed` runs the tests without one")]
    Sandbox(String),
    /// The project's Python has no pytest.
    #[error("{0} has no pytest: `{0} -m pip install pytest`, or name the project's Python")]
    Pytest(String),
    /// The runs can not be started.
    #[error("the tests can not be run: {0}")]
    Run(String),
}

impl Map {
    /// Runs test files (as [`Survey::missing`](super::Survey) names them), `jobs` at a time, each in a confined process of its own,
    /// and remembers what each reached as soon as it ends; `done` is called after each, with its name. When it is cancelled, what is known by then is
    /// kept. Tests run on the files as they are on disk.
    pub fn fill(
        &self,
        missing: &[String],
        cancelled: Cancelled,
        done: &(dyn Fn(&str) + Sync),
    ) -> Result<(), FillError> {
        let python = &self.project.interpreter;
        let helper = match &self.settings.helper {
            Some(path) => path.clone(),
            None => std::env::current_exe().map_err(|error| FillError::Run(error.to_string()))?,
        };
        let report = sandbox::probe(Some(&helper));
        if let (Some(reason), false) = (report.refusal(), self.settings.unsandboxed) {
            return Err(FillError::Sandbox(reason));
        }
        if let Some(reason) = python.too_old() {
            return Err(FillError::Run(reason));
        }
        if !python.pytest {
            return Err(FillError::Pytest(python.executable.display().to_string()));
        }
        let stage = if report.namespaces && self.settings.namespaces && !self.settings.unsandboxed {
            "supervise"
        } else {
            "init"
        };
        let workshop = Workshop::new(helper, stage).map_err(|error| FillError::Run(error.to_string()))?;
        let next = AtomicUsize::new(0);
        let trouble: Mutex<Option<String>> = Mutex::default();
        let stop = || cancelled() || trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        std::thread::scope(|scope| {
            for _ in 0..self.settings.jobs.clamp(1, missing.len().max(1)) {
                scope.spawn(|| {
                    while let Some(test_file) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if stop() {
                            break;
                        }
                        match self.run(&workshop, test_file, &stop) {
                            Ok(true) => done(test_file),
                            Ok(false) => break,
                            Err(reason) => {
                                trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
                            }
                        }
                    }
                });
            }
        });
        match trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(reason) => Err(FillError::Run(reason)),
            None => Ok(()),
        }
    }

    /// Runs one test file and remembers it; `false` when it was cancelled.
    fn run(&self, workshop: &Workshop, test_file: &str, cancelled: Cancelled) -> Result<bool, String> {
        let started = SystemTime::now();
        let (plan, nothing) = (Plan::Pytest { arguments: Vec::new(), env: Vec::new() }, BTreeMap::new());
        let arguments = [test_file.to_owned()];
        let limit = self.settings.baseline_limit;
        let all = Job::new(&plan, &nothing, limit);
        let mut job = Job { arguments: &arguments, reach: true, everywhere: true, ..all };
        let attempt = |job: &Job| {
            let ran = workshop.run(&self.project, &self.settings, job, cancelled);
            let (observed, ended) = ran.map_err(|error| error.to_string())?;
            if let Some(reason) = &observed.refused {
                return Err(reason.clone());
            }
            let unit = Unit::alone(&self.project.root, test_file, &observed, &ended, limit);
            Ok((unit, observed.process, ended.kill == Some(Kill::Cancelled)))
        };
        let (mut unit, process, mut stopped) = attempt(&job)?;
        if process && !stopped && unit.passed() < unit.tests.len() {
            job.processes = true;
            let (second, _, stopped_again) = attempt(&job)?;
            stopped = stopped_again;
            if second.passed() > unit.passed() {
                unit = second;
            }
        }
        if !stopped {
            self.remember(&unit, &nothing, started);
        }
        Ok(!stopped)
    }

    /// Takes what a baseline's run showed of the test files that are not known as they are. Files of a run that was cut short count when their
    /// tests had all ended.
    pub(in crate::verify) fn learn(&self, test_files: &[String], unsaved: &BTreeMap<PathBuf, String>, ran: &Ran) {
        let Ok(survey) = self.known(unsaved) else { return };
        for unit in Unit::several(&self.project.root, test_files, &ran.observed) {
            // what a file does by itself is known better already
            if survey.missing.contains(&unit.test_file) {
                self.remember(&unit, unsaved, ran.started);
            }
        }
    }

    fn remember(&self, unit: &Unit, unsaved: &BTreeMap<PathBuf, String>, started: SystemTime) {
        let root = &self.project.root;
        let changed = |file: &String| {
            let path = root.join(file);
            // a text that was given is what was given
            let modified = path.metadata().and_then(|metadata| metadata.modified());
            !unsaved.contains_key(&path) && modified.is_ok_and(|modified| modified > started)
        };
        // written while the tests ran: which text they saw is not known
        if unit.loaded.iter().any(changed) {
            return;
        }
        let contents = Contents::new(root, unsaved);
        let hashes: Vec<(&str, Vec<u8>)> =
            unit.loaded.iter().map(|file| (file.as_str(), contents.hash(file))).collect();
        let put = self.store().put(&self.context, unit, &hashes);
        if let Err(error) = put {
            self.degrade(&error);
        }
    }
}
