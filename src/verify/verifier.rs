//! Candidates in, verdicts out.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::baseline::{Baseline, Original};
use super::candidate::Edit;
use super::command::{Plan, plan};
use super::differential::{Differential, Measures, Runs, Tests};
use super::impact::Map;
use super::job::{Job, Workshop};
use super::run::Cancelled;
use super::sandbox::{self, SandboxReport};
use super::verdict::Status;
use super::verdict::{judge, judge_command, tail};
use super::warm::{Fast, Ground, Pool, Trial};
use super::{Candidate, Project, Settings, TestsSetting, Verdict, gate, select};

/// Why verification can not be set up at all.
#[derive(Debug, Error)]
pub enum VerifierError {
    /// No place to work in.
    #[error("no scratch folder in {0}: {1}")]
    Scratch(PathBuf, std::io::Error),
    /// The running binary has no path.
    #[error("lerp can not find its own binary: {0}")]
    Helper(std::io::Error),
}

/// Verifies candidates of one project. Baselines are kept for its life.
#[derive(Debug)]
pub struct Verifier {
    project: Project,
    settings: Settings,
    /// Before the workshop, so that nothing runs any more when its folders go.
    pool: Pool,
    workshop: Workshop,
    sandbox: SandboxReport,
    /// Which tests reach what, as far as earlier runs found out.
    map: Option<Map>,
    baselines: Mutex<HashMap<u64, Arc<Measured>>>,
    measures: Measures,
}

/// An original, measured, and what its tests do in forks.
#[derive(Debug, Default)]
struct Measured {
    baseline: OnceLock<Baseline>,
    fast: Fast,
}

/// Most originals that are remembered: each edit of a file makes another.
const MOST_BASELINES: usize = 64;

impl Verifier {
    /// Probes the sandbox (some milliseconds) and makes the scratch folder, which is removed with the verifier.
    pub fn new(project: Project, settings: Settings) -> Result<Self, VerifierError> {
        let helper = match &settings.helper {
            Some(path) => path.clone(),
            None => std::env::current_exe().map_err(VerifierError::Helper)?,
        };
        let sandbox = sandbox::probe(Some(&helper));
        let stage =
            if sandbox.namespaces && settings.namespaces && !settings.unsandboxed { "supervise" } else { "init" };
        let workshop =
            Workshop::new(helper, stage).map_err(|error| VerifierError::Scratch(std::env::temp_dir(), error))?;
        let map = settings.cache.is_some().then(|| Map::open(&project, &settings).ok()).flatten();
        let pool = Pool::default();
        Ok(Self {
            project,
            settings,
            pool,
            workshop,
            sandbox,
            map,
            baselines: Mutex::default(),
            measures: Measures::default(),
        })
    }

    /// What the sandbox can do here.
    pub fn sandbox(&self) -> &SandboxReport {
        &self.sandbox
    }

    /// What the user should know about what is remembered between runs, once.
    pub fn note(&self) -> Option<String> {
        self.map.as_ref()?.note()
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// One candidate; see [`Verifier::verify_many`].
    pub fn verify(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Verdict {
        self.one(candidate, tests, cancelled)
    }

    /// Verdicts in the order of the candidates. The original is run once (twice to find flaky tests) for all candidates of a
    /// file; then each candidate in its own confined process, `jobs` at a time. Never fails: what goes wrong is a verdict's reason.
    pub fn verify_many(&self, candidates: &[Candidate], tests: &TestsSetting, cancelled: Cancelled) -> Vec<Verdict> {
        let verdicts: Vec<OnceLock<Verdict>> = candidates.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.settings.jobs.clamp(1, candidates.len().max(1)) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(candidate), Some(verdict)) = (candidates.get(at), verdicts.get(at)) else {
                            break;
                        };
                        let _ = verdict.set(self.one(candidate, tests, cancelled));
                    }
                });
            }
        });
        verdicts
            .into_iter()
            .map(|verdict| verdict.into_inner().unwrap_or_else(|| Verdict::untested("its worker stopped")))
            .collect()
    }

    /// The tests that reach the candidate's function on the original, by their pytest ids; `None` where that is not known: a
    /// command that is not pytest, or tests that can not be run.
    pub fn reaching(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Option<Vec<String>> {
        let plan = self.plan(tests).ok()?;
        let Plan::Pytest { arguments, .. } = &plan else { return None };
        let edit = Edit::new(&self.project.root, candidate).ok()?;
        let (measured, _) = self.measured(candidate, tests, &plan, arguments, &edit, cancelled).ok()?;
        let baseline = measured.baseline.get().filter(|baseline| baseline.unusable.is_none())?;
        let selected = baseline.selected(candidate.function.as_deref());
        Some(selected.into_iter().map(str::to_owned).collect())
    }

    fn one(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Verdict {
        let mut verdict = self.attempt(candidate, tests, cancelled).unwrap_or_else(Verdict::untested);
        // what failed is out anyway
        let open = matches!(verdict.status, Status::Passed | Status::Untested);
        if candidate.keeps_behaviour && candidate.function.is_some() && open && *tests != TestsSetting::None {
            verdict.differential = Some(self.differential(candidate, tests, cancelled));
        }
        verdict
    }

    /// Whether candidate and original do the same on calls of the candidate's function: those that its tests make, and small
    /// changes of them. Knows nothing where nothing can be run; never fails.
    pub fn differential(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Differential {
        self.compared(candidate, tests, cancelled).unwrap_or_else(Differential::unknown)
    }

    fn compared(
        &self,
        candidate: &Candidate,
        tests: &TestsSetting,
        cancelled: Cancelled,
    ) -> Result<Differential, String> {
        self.may_run()?;
        let function = candidate.function.as_deref().ok_or("it is one function's calls that are compared")?;
        let edit = Edit::new(&self.project.root, candidate)?;
        self.gate(candidate, &edit)?;
        let runs = Runs {
            project: &self.project,
            settings: &self.settings,
            workshop: &self.workshop,
            file: &edit.file,
            function,
            cancelled,
        };
        let check = |tests| self.measures.check(&runs, &edit.original, &edit.changed, tests);
        let plan = self.plan(tests)?;
        let Plan::Pytest { arguments, .. } = &plan else {
            return Ok(check(Err("the tests are not pytest's".to_owned())));
        };
        if !self.project.interpreter.pytest {
            return Ok(check(Err("there is no pytest".to_owned())));
        }
        let measured = match self.measured(candidate, tests, &plan, arguments, &edit, cancelled) {
            Ok((measured, _)) => measured,
            Err(reason) => return Ok(check(Err(reason))),
        };
        let baseline = measured.baseline.get().ok_or("the baseline is missing")?;
        if let Some(reason) = &baseline.unusable {
            return Ok(check(Err(reason.clone())));
        }
        let selected = baseline.selected(Some(function));
        if selected.is_empty() {
            return Ok(check(Err(format!("no test reaches {function}"))));
        }
        Ok(check(Ok(Tests {
            plan: &plan,
            arguments: &baseline.arguments,
            selected: &selected,
            processes: baseline.processes,
            limit: self.limit(baseline.time),
        })))
    }

    /// Generated code runs in a sandbox, or on request without.
    fn may_run(&self) -> Result<(), String> {
        if let (Some(reason), false) = (self.sandbox.refusal(), self.settings.unsandboxed) {
            return Err(format!("{reason}; `lerp doctor` says more, `--unsandboxed` runs candidates without one"));
        }
        if cfg!(not(target_os = "linux")) {
            return Err(format!("candidates are not run on {} yet", std::env::consts::OS));
        }
        Ok(())
    }

    fn plan(&self, tests: &TestsSetting) -> Result<Plan, String> {
        match tests {
            TestsSetting::None => Err("tests are switched off".to_owned()),
            TestsSetting::Auto => Ok(Plan::Pytest { arguments: Vec::new(), env: Vec::new() }),
            TestsSetting::Command(command) => Ok(plan(command)),
        }
    }

    fn gate(&self, candidate: &Candidate, edit: &Edit) -> Result<(), String> {
        if !self.settings.gate {
            return Ok(());
        }
        let allowed: Vec<&str> = candidate.allowed.iter().map(String::as_str).collect();
        gate::check(&edit.before, &candidate.new_source, &allowed).map_err(|refusal| format!("not run: {refusal}"))
    }

    /// The error is the reason for `untested`.
    fn attempt(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Result<Verdict, String> {
        self.may_run()?;
        let plan = self.plan(tests)?;
        let python = &self.project.interpreter;
        let plan = match tests {
            TestsSetting::Auto if !python.pytest => {
                Plan::Shell(select::unittest_command(&self.project, &candidate.file, candidate.function.as_deref())?)
            }
            _ => plan,
        };
        if !python.pytest && matches!(plan, Plan::Pytest { .. }) {
            let path = python.executable.display();
            return Err(format!("{path} has no pytest: `{path} -m pip install pytest`, or name the project's Python"));
        }
        let edit = Edit::new(&self.project.root, candidate)?;
        self.gate(candidate, &edit)?;
        match &plan {
            Plan::Shell(_) => self.command(candidate, &plan, &edit, cancelled),
            Plan::Pytest { arguments, .. } => self.pytest(candidate, tests, &plan, arguments, &edit, cancelled),
        }
    }

    fn pytest(
        &self,
        candidate: &Candidate,
        tests: &TestsSetting,
        plan: &Plan,
        given: &[String],
        edit: &Edit,
        cancelled: Cancelled,
    ) -> Result<Verdict, String> {
        let function = candidate.function.as_deref();
        let (measured, arguments) = self.measured(candidate, tests, plan, given, edit, cancelled)?;
        let baseline = measured.baseline.get().ok_or("the baseline is missing")?;
        if let Some(reason) = &baseline.unusable {
            return Err(reason.clone());
        }
        let selected = baseline.selected(function);
        if selected.is_empty() {
            return Err(format!("no test reaches {}", function.unwrap_or("the file")));
        }
        let trial = Trial {
            ground: Ground {
                project: &self.project,
                settings: &self.settings,
                workshop: &self.workshop,
                pool: &self.pool,
                abi: self.sandbox.landlock_abi,
            },
            original: self.original(tests, plan, &arguments, edit),
            baseline,
            fast: &measured.fast,
            changed: &edit.changed,
            limit: self.limit(baseline.time),
            cancelled,
        };
        let run = trial.run(selected).map_err(|error| error.to_string())?;
        let flaky = measured.fast.flaky();
        if let Some(map) = &self.map {
            map.remember_flaky(&flaky);
        }
        Ok(judge(&run, &baseline.left_out, flaky))
    }

    /// What the tests do on the original.
    fn measured(
        &self,
        candidate: &Candidate,
        tests: &TestsSetting,
        plan: &Plan,
        given: &[String],
        edit: &Edit,
        cancelled: Cancelled,
    ) -> Result<(Arc<Measured>, Vec<String>), String> {
        let function = candidate.function.as_deref();
        let arguments = match &self.map {
            Some(map) if *tests == TestsSetting::Auto => map.choose(&candidate.file, function, &edit.original)?,
            None if *tests == TestsSetting::Auto => select::test_files(&self.project, &candidate.file, function)?,
            _ => given.to_vec(),
        };
        if arguments.iter().any(|argument| Path::new(argument) == candidate.file)
            && select::examples(&edit.before) != select::examples(&candidate.new_source)
        {
            return Err("the examples in its docstrings are its tests, and the candidate changes them".to_owned());
        }
        let original = self.original(tests, plan, &arguments, edit);
        let key = (arguments.as_slice(), tests, edit.file.as_path(), &edit.original);
        let measured = self.remembered(key, || self.baseline(original, tests, cancelled));
        Ok((measured, arguments))
    }

    /// What the tests do on the original: as an earlier process wrote it down, while all that it depends on is as it was; else they
    /// are run.
    fn baseline(&self, original: Original, tests: &TestsSetting, cancelled: Cancelled) -> Baseline {
        let Some(map) = &self.map else { return original.baseline(cancelled) };
        let key = map.key(&(tests, original.arguments, original.file, original.overlay));
        let known = map.recall(&key).filter(|baseline: &Baseline| baseline.watched.changed().is_none());
        known.unwrap_or_else(|| {
            let baseline = original.baseline(cancelled);
            if baseline.unusable.is_none() {
                map.write_down(&key, &baseline);
            }
            baseline
        })
    }

    fn original<'a>(
        &'a self,
        tests: &TestsSetting,
        plan: &'a Plan,
        arguments: &'a [String],
        edit: &'a Edit,
    ) -> Original<'a> {
        Original {
            project: &self.project,
            settings: &self.settings,
            workshop: &self.workshop,
            plan,
            arguments,
            chosen: *tests == TestsSetting::Auto,
            overlay: &edit.original,
            file: &edit.file,
        }
    }

    /// A command that is not pytest: whole, by its exit status, on the original and then on the candidate.
    fn command(
        &self,
        candidate: &Candidate,
        plan: &Plan,
        edit: &Edit,
        cancelled: Cancelled,
    ) -> Result<Verdict, String> {
        let run = |overlay, limit| {
            let job = Job { processes: true, ..Job::new(plan, overlay, limit) };
            self.workshop.run(&self.project, &self.settings, &job, cancelled).map_err(|error| error.to_string())
        };
        let measured = self.remembered(
            (&[], &TestsSetting::Command(format!("{plan:?}")), &edit.file, &edit.original),
            || match run(&edit.original, self.settings.baseline_limit) {
                Err(reason) => Baseline { unusable: Some(reason), ..Baseline::default() },
                Ok((_, ended)) => {
                    let why =
                        || format!("the command does not pass on the original: {}", tail(&ended).unwrap_or_default());
                    let unusable = (ended.kill.is_some() || ended.code != Some(0)).then(why);
                    Baseline { time: Duration::from_millis(ended.millis), unusable, ..Baseline::default() }
                }
            },
        );
        let baseline = measured.baseline.get().ok_or("the baseline is missing")?;
        if let Some(reason) = &baseline.unusable {
            return Err(reason.clone());
        }
        let (observed, ended) = run(&edit.changed, self.limit(baseline.time))?;
        let loaded = observed.loaded.iter().any(|path| Path::new(path).ends_with(&candidate.file));
        Ok(judge_command(&ended, loaded))
    }

    fn limit(&self, baseline: Duration) -> Duration {
        baseline.mul_f64(self.settings.time_factor.max(1.0)) + self.settings.time_floor
    }

    /// The baseline for a key, made by the first that asks; others wait for it. One that was cancelled is not kept, nor one whose
    /// files have changed: its warm processes end with it.
    fn remembered(
        &self,
        key: (&[String], &TestsSetting, &Path, &BTreeMap<PathBuf, String>),
        make: impl FnOnce() -> Baseline,
    ) -> Arc<Measured> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let key = hasher.finish();
        let lock = || self.baselines.lock().unwrap_or_else(PoisonError::into_inner);
        let stale = |measured: &Arc<Measured>| {
            measured.baseline.get().is_some_and(|baseline| baseline.watched.changed().is_some())
        };
        let mut baselines = lock();
        if baselines.get(&key).is_some_and(stale) {
            baselines.remove(&key);
        }
        if baselines.len() >= MOST_BASELINES && !baselines.contains_key(&key) {
            baselines.clear();
        }
        let measured = Arc::clone(baselines.entry(key).or_default());
        drop(baselines);
        let baseline = measured.baseline.get_or_init(make);
        if baseline.unusable.as_deref().is_some_and(|reason| reason.contains("cancelled")) {
            lock().remove(&key);
        }
        measured
    }
}
