//! What the tests do on the original, in the same sandbox: the measure of every candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::command::Plan;
use super::impact::Map;
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
    /// pytest's arguments for the original: also test files that can not be collected.
    pub(super) asked: Vec<String>,
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

    /// Whether it says what the tests of these files do.
    pub(super) fn covers(&self, files: &[String]) -> bool {
        self.unusable.is_none() && files.iter().all(|file| self.asked.contains(file))
    }

    /// What it says of some of its test files.
    pub(super) fn narrowed(mut self, files: &[String]) -> Self {
        let inside = |id: &str| files.iter().any(|file| file == file_of(id));
        self.tests.retain(|(id, _)| inside(id));
        self.left_out.retain(|id| inside(id));
        self.arguments.retain(|file| files.contains(file));
        self.asked.retain(|file| files.contains(file));
        self
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

/// Who hears how far the original's run is: tests that ended, and how many there are.
#[derive(Default)]
pub(super) struct Progress(Option<Box<dyn Fn(usize, usize) + Send + Sync>>);

impl Progress {
    pub(super) fn new(told: impl Fn(usize, usize) + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(told)))
    }

    fn tell(&self, observed: &Observed) {
        if let (Some(told), Some(collected)) = (&self.0, &observed.collected) {
            told(observed.tests.len(), collected.values().sum());
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}

/// What a baseline is made from.
#[derive(Clone, Copy)]
pub(super) struct Original<'a> {
    pub(super) project: &'a Project,
    pub(super) settings: &'a Settings,
    pub(super) workshop: &'a Workshop,
    /// Where what the run shows of test files that lerp chose is remembered.
    pub(super) map: Option<&'a Map>,
    pub(super) progress: &'a Progress,
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
        let (mut baseline, mut ran) = self.first(false, cancelled)?;
        if baseline.processes {
            let (second, again) = self.first(true, cancelled)?;
            if second.tests.len() > baseline.tests.len() {
                baseline = Baseline { processes: true, ..second };
                ran = again;
            } else {
                baseline.processes = false;
            }
        }
        if let Some(map) = self.map.filter(|_| self.chosen) {
            // also of a run that was cut short: test files that ran to their end are known
            map.learn(self.arguments, self.overlay, &ran);
        }
        if baseline.unusable.is_none() && baseline.tests.is_empty() {
            let shown = baseline.left_out.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            let said = ran.observed.tests.iter().find_map(|test| test.text.as_deref());
            let said = said.map(last_line).filter(|line| !line.is_empty());
            let said = said.map_or_else(String::new, |line| format!("; the first says: {line}"));
            baseline.unusable =
                Some(format!("no test passes on the original in the sandbox (left out: {shown}{said})"));
        }
        Ok(baseline)
    }

    /// `processes` of the result says that tests failed and that one had tried to start a process.
    fn first(self, processes: bool, cancelled: Cancelled) -> Result<(Baseline, Ran), RunError> {
        let started = SystemTime::now();
        let mut arguments = self.arguments.to_vec();
        if self.chosen {
            arguments.push("--continue-on-collection-errors".to_owned());
        }
        let all = Job::new(self.plan, self.overlay, self.settings.baseline_limit);
        let everywhere = self.chosen && self.map.is_some();
        let job = Job { arguments: &arguments, reach: true, everywhere, watch: true, processes, ..all };
        let heard = |observed: &Observed| self.progress.tell(observed);
        let (observed, ended) = self.workshop.run_told(self.project, self.settings, &job, cancelled, heard)?;
        let passed: Vec<_> = observed.tests.iter().filter(|test| test.outcome == PASSED).collect();
        let mut names = Names { everywhere, file: self.file, known: BTreeMap::new() };
        let mut baseline = Baseline {
            tests: passed
                .iter()
                .map(|test| (test.id.clone(), names.of_file(observed.functions(&test.reached))))
                .collect(),
            imported: names.of_file(observed.functions(&observed.imported)),
            left_out: observed.tests.iter().filter(|test| test.outcome != PASSED).map(|test| test.id.clone()).collect(),
            arguments: self.arguments.to_vec(),
            asked: self.arguments.to_vec(),
            processes: observed.process && !processes && passed.len() < observed.tests.len(),
            time: Duration::from_millis(ended.millis),
            watched: Watched::look(self.sources(&observed), started),
            modules: observed.modules.clone(),
            ..Baseline::default()
        };
        baseline.unusable = self.unusable(&observed, &ended, &baseline);
        if !observed.collect_errors.is_empty() && self.chosen && baseline.unusable.is_none() {
            let broken = |file: &String| observed.collect_errors.iter().any(|(id, _)| file_of(id) == file);
            baseline.left_out.extend(observed.collect_errors.iter().map(|(id, _)| id.clone()));
            baseline.arguments.retain(|file| !broken(file));
        }
        Ok((baseline, Ran { observed, started }))
    }

    fn unusable(self, observed: &Observed, ended: &Ended, baseline: &Baseline) -> Option<String> {
        if let Some(reason) = &observed.refused {
            return Some(reason.clone());
        }
        match ended.kill {
            Some(Kill::Time) => {
                let (seconds, place) = (self.settings.baseline_limit.as_secs(), observed.place());
                return Some(format!("the tests do not end within {seconds} s on the original ({place})"));
            }
            Some(Kill::Cancelled) => return Some(format!("on the original: {}", over(Kill::Cancelled))),
            Some(kill) => return Some(format!("on the original, {}: {}", observed.place(), over(kill))),
            None => {}
        }
        let error = observed.collect_errors.first().filter(|_| !self.chosen || baseline.tests.is_empty());
        if let Some((id, text)) = error {
            return Some(format!("{id} can not be imported on the original: {}", last_line(text)));
        }
        if observed.end.is_none_or(|code| code > 1 && code != 5) {
            let said = observed.broken.clone().or_else(|| tail(ended)).unwrap_or_default();
            let place = observed.place();
            return Some(match (observed.end, ended.code, ended.signal) {
                (Some(code), ..) => format!("pytest does not run on the original (status {code}): {said}"),
                (None, Some(code), _) => {
                    format!("on the original, {place}: the process ends with status {code}: {said}")
                }
                // what it said before has nothing to do with that
                (None, None, Some(signal)) => {
                    format!("on the original, {place}: the process is ended by signal {signal}")
                }
                (None, None, None) => format!("on the original, {place}: the process ends"),
            });
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
        let (arguments, processes) = (&baseline.arguments, baseline.processes);
        let all = Job::new(self.plan, self.overlay, self.settings.baseline_limit);
        let job = Job { arguments, select: Some(select), processes, ..all };
        let (observed, ended) = self.workshop.run(self.project, self.settings, &job, cancelled)?;
        if ended.kill == Some(Kill::Cancelled) {
            return Err(RunError::Cancelled);
        }
        Ok(observed.tests.into_iter().filter(|test| test.outcome == PASSED).map(|test| test.id).collect())
    }
}

/// A run of the original.
pub(super) struct Ran {
    pub(super) observed: Observed,
    pub(super) started: SystemTime,
}

/// Takes the functions of the edited file from those that were reached.
struct Names<'a> {
    /// Names are `PATH::NAME`, of all files; else those of the overlay, without their file.
    everywhere: bool,
    file: &'a Path,
    known: BTreeMap<String, bool>,
}

impl Names<'_> {
    fn of_file<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
        if !self.everywhere {
            return names.map(str::to_owned).collect();
        }
        let mut found = BTreeSet::new();
        for (path, name) in names.filter_map(|name| name.split_once("::")) {
            let file = self.file.to_string_lossy();
            let same = *self.known.entry(path.to_owned()).or_insert_with(|| same_path(path, &file));
            found.extend(same.then(|| name.to_owned()));
        }
        found
    }
}

/// The file of a test, relative to the root.
pub(super) fn file_of(id: &str) -> &str {
    id.split("::").next().unwrap_or(id)
}

fn same_path(a: &str, b: &str) -> bool {
    a == b || matches!((Path::new(a).canonicalize(), Path::new(b).canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn last_line(text: &str) -> &str {
    text.trim().lines().last().unwrap_or_default()
}
