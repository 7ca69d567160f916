//! What the tests do on the original, in the same sandbox: the measure of every candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::command::Plan;
use super::ini::configuration_above;
use super::job::{Job, Workshop};
use super::observed::Observed;
use super::run::{Cancelled, RunError};
use super::sandbox::{Ended, Kill};
use super::verdict::{PASSED, over, tail};
use super::watched::Watched;
use super::{Project, Settings};

/// The original's run, or why nothing can be measured by it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// Tests that passed, each time, and what of the edited file each reached.
    pub(super) tests: Vec<(String, BTreeSet<String>)>,
    /// What of the file ran before the first test; every test counts as having reached it.
    pub(super) imported: BTreeSet<String>,
    /// The files that this depends on.
    pub(super) watched: Watched,
    /// Installed modules that the tests import, in that order.
    pub(super) modules: Vec<String>,
    /// Tests that did not pass.
    pub(super) left_out: Vec<String>,
    /// pytest's arguments for the candidates.
    pub(super) arguments: Vec<String>,
    /// Tests need processes.
    pub(super) processes: bool,
    /// Wall-clock time.
    pub(super) time: Duration,
    /// Why no candidate can be judged by this.
    pub(super) unusable: Option<String>,
}

impl Baseline {
    fn unusable(reason: impl Into<String>) -> Self {
        Self { unusable: Some(reason.into()), ..Self::default() }
    }

    /// The tests that a candidate for the function must pass; without a function, all.
    pub(super) fn selected(&self, function: Option<&str>) -> Vec<&str> {
        let reached =
            |names: &BTreeSet<String>, function: &str| names.contains(function) || self.imported.contains(function);
        // the interpreter and some tools write nested functions with a mark between
        let function = function.map(|name| name.replace(".<locals>", ""));
        let wanted = |(_, names): &&(String, BTreeSet<String>)| {
            function.as_deref().is_none_or(|function| reached(names, function))
        };
        self.tests.iter().filter(wanted).map(|(id, _)| id.as_str()).collect()
    }
}

/// What a baseline is made from.
#[derive(Clone, Copy)]
pub(super) struct Original<'a> {
    pub(super) project: &'a Project,
    pub(super) settings: &'a Settings,
    pub(super) workshop: &'a Workshop,
    pub(super) plan: &'a Plan,
    /// pytest's arguments: the files selected, or the user's own.
    pub(super) arguments: &'a [String],
    /// The arguments are test files that lerp chose: those that can not be collected are dropped.
    pub(super) chosen: bool,
    /// The original text of the edited file, and of every unsaved one.
    pub(super) overlay: &'a BTreeMap<PathBuf, String>,
    /// The edited file, absolute.
    pub(super) file: &'a Path,
}

impl Original<'_> {
    /// Runs the original: once strictly, once more with processes allowed when tests failed for want of them. Whether tests
    /// agree with themselves is found out when they are wanted, see [`super::warm`].
    pub(super) fn baseline(self, cancelled: Cancelled) -> Baseline {
        self.measure(cancelled).unwrap_or_else(|error| Baseline::unusable(error.to_string()))
    }

    fn measure(self, cancelled: Cancelled) -> Result<Baseline, RunError> {
        let mut baseline = self.first(false, cancelled)?;
        if baseline.processes {
            let second = self.first(true, cancelled)?;
            if second.tests.len() > baseline.tests.len() {
                baseline = Baseline { processes: true, ..second };
            } else {
                baseline.processes = false;
            }
        }
        if baseline.unusable.is_none() && baseline.tests.is_empty() {
            let shown = baseline.left_out.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            baseline.unusable = Some(format!("no test passes on the original in the sandbox (left out: {shown})"));
        }
        Ok(baseline)
    }

    /// `processes` of the result says that tests failed and that one had tried to start a process.
    fn first(self, processes: bool, cancelled: Cancelled) -> Result<Baseline, RunError> {
        let started = SystemTime::now();
        let (observed, ended) = self.run(self.arguments, None, processes, cancelled)?;
        let passed: Vec<_> = observed.tests.iter().filter(|test| test.outcome == PASSED).collect();
        let mut baseline = Baseline {
            tests: passed.iter().map(|test| (test.id.clone(), test.reached.iter().cloned().collect())).collect(),
            imported: observed.imported.iter().cloned().collect(),
            left_out: observed.tests.iter().filter(|test| test.outcome != PASSED).map(|test| test.id.clone()).collect(),
            arguments: self.arguments.to_vec(),
            processes: observed.process && !processes && passed.len() < observed.tests.len(),
            time: Duration::from_millis(ended.millis),
            watched: Watched::look(self.sources(&observed), started),
            modules: observed.modules.clone(),
            ..Baseline::default()
        };
        baseline.unusable = self.unusable(&observed, &ended, &baseline);
        if !observed.collect_errors.is_empty() && self.chosen && baseline.unusable.is_none() {
            let broken = |file: &String| observed.collect_errors.iter().any(|(id, _)| same_file(id, file));
            baseline.left_out.extend(observed.collect_errors.iter().map(|(id, _)| id.clone()));
            baseline.arguments.retain(|file| !broken(file));
        }
        Ok(baseline)
    }

    fn unusable(self, observed: &Observed, ended: &Ended, baseline: &Baseline) -> Option<String> {
        if let Some(reason) = &observed.refused {
            return Some(reason.clone());
        }
        match ended.kill {
            Some(Kill::Time) => {
                let at =
                    observed.tests.last().map_or("while importing".to_owned(), |test| format!("after {}", test.id));
                return Some(format!(
                    "the tests do not end within {} s on the original ({at})",
                    self.settings.baseline_limit.as_secs()
                ));
            }
            Some(kill) => return Some(format!("on the original: {}", over(kill))),
            None => {}
        }
        let error = observed.collect_errors.first().filter(|_| !self.chosen || baseline.tests.is_empty());
        if let Some((id, text)) = error {
            return Some(format!("{id} can not be imported on the original: {}", last_line(text)));
        }
        if observed.end.is_none_or(|code| code > 1 && code != 5) {
            let said = tail(ended).unwrap_or_default();
            let how = observed
                .end
                .or(ended.code)
                .map_or_else(|| format!("signal {:?}", ended.signal), |code| format!("status {code}"));
            return Some(format!("pytest does not run on the original ({how}): {said}"));
        }
        if observed.tests.is_empty() {
            return Some("pytest found no test".to_owned());
        }
        let file = self.file.to_string_lossy();
        (!observed.loaded.iter().any(|path| same_path(path, &file))).then(|| format!("no selected test imports {file}"))
    }

    /// What the run said that it read, and what configures it, also where that is not there yet.
    fn sources(self, observed: &Observed) -> BTreeSet<PathBuf> {
        let root = &self.project.root;
        let mut files: BTreeSet<PathBuf> = observed.sources.clone();
        files.extend(configuration_above(root));
        let tests =
            self.arguments.iter().filter_map(|argument| argument.split("::").next()).map(|file| root.join(file));
        for test in tests.filter(|file| self.chosen || file.exists()) {
            let folders = test.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            files.extend(folders.map(|folder| folder.join("conftest.py")));
            files.insert(test);
        }
        // its text is given, whatever the disk holds
        files.retain(|path| !self.overlay.contains_key(path));
        files
    }

    /// Runs some tests again, in a process of its own: those that pass.
    pub(super) fn again(
        self,
        baseline: &Baseline,
        select: &[&str],
        cancelled: Cancelled,
    ) -> Result<BTreeSet<String>, RunError> {
        let (observed, ended) = self.run(&baseline.arguments, Some(select), baseline.processes, cancelled)?;
        if ended.kill == Some(Kill::Cancelled) {
            return Err(RunError::Cancelled);
        }
        Ok(observed.tests.into_iter().filter(|test| test.outcome == PASSED).map(|test| test.id).collect())
    }

    fn run(
        self,
        arguments: &[String],
        select: Option<&[&str]>,
        processes: bool,
        cancelled: Cancelled,
    ) -> Result<(Observed, Ended), RunError> {
        let mut arguments = arguments.to_vec();
        if self.chosen {
            arguments.push("--continue-on-collection-errors".to_owned());
        }
        let all = Job::new(self.plan, self.overlay, self.settings.baseline_limit);
        let job = Job { arguments: &arguments, select, reach: true, watch: true, processes, ..all };
        self.workshop.run(self.project, self.settings, &job, cancelled)
    }
}

/// Whether a test's file, as pytest names it from its own root, is the file that was asked for.
fn same_file(id: &str, file: &str) -> bool {
    let named = id.split("::").next().unwrap_or(id);
    named == file || Path::new(named).ends_with(file) || Path::new(file).ends_with(named)
}

fn same_path(a: &str, b: &str) -> bool {
    a == b || matches!((Path::new(a).canonicalize(), Path::new(b).canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn last_line(text: &str) -> &str {
    text.trim().lines().last().unwrap_or_default()
}
