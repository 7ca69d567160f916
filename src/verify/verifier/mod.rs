//! Candidates in, verdicts out.

mod original;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use thiserror::Error;

use super::baseline::{Baseline, Progress};
use super::baselines::{Baselines, Key};
use super::command::Plan;
use super::differential::{Differential, Measures, Runs, Tests};
use super::impact::Map;
use super::job::{Job, Workshop};
use super::run::Cancelled;
use super::sandbox::{self, SandboxReport};
use super::verdict::Status;
use super::verdict::{judge, judge_command, tail};
use super::warm::{Ground, Pool, Trial};
use super::{Candidate, Project, Settings, TestsSetting, Verdict, select};
use original::{Asked, Chosen};

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
    baselines: Baselines,
    measures: Measures,
    progress: Progress,
}

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
            baselines: Baselines::default(),
            measures: Measures::default(),
            progress: Progress::default(),
        })
    }

    /// While tests run on the original, which the first verdict waits for: how many have ended, and of how many. It may be called
    /// from several threads.
    pub fn on_progress(&mut self, told: impl Fn(usize, usize) + Send + Sync + 'static) {
        self.progress = Progress::new(told);
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
        let asked = self.asked(candidate, tests).ok()?;
        let Plan::Pytest { arguments, .. } = &asked.plan else { return None };
        let chosen = self.chosen(&asked, arguments, cancelled).ok()?;
        let selected = chosen.baseline().ok()?.selected(candidate.function.as_deref());
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
        let function = candidate.function.as_deref().ok_or("it is one function's calls that are compared")?;
        let asked = self.asked(candidate, tests)?;
        let edit = &asked.edit;
        let runs = Runs {
            project: &self.project,
            settings: &self.settings,
            workshop: &self.workshop,
            file: &edit.file,
            function,
            cancelled,
        };
        let check = |tests| self.measures.check(&runs, &edit.original, &edit.changed, tests);
        let chosen = match &asked.plan {
            Plan::Pytest { arguments, .. } if self.project.interpreter.pytest => {
                self.chosen(&asked, arguments, cancelled)
            }
            Plan::Pytest { .. } => Err("there is no pytest".to_owned()),
            Plan::Shell(_) => Err("the tests are not pytest's".to_owned()),
        };
        // calls are made up where no test makes any
        let (baseline, selected) = match chosen.as_ref().map_err(Clone::clone).and_then(Chosen::selected) {
            Ok(found) => found,
            Err(reason) => return Ok(check(Err(reason))),
        };
        Ok(check(Ok(Tests {
            plan: &asked.plan,
            arguments: &baseline.arguments,
            selected: &selected,
            processes: baseline.processes,
            limit: self.limit(baseline.time),
        })))
    }

    /// The error is the reason for `untested`.
    fn attempt(&self, candidate: &Candidate, tests: &TestsSetting, cancelled: Cancelled) -> Result<Verdict, String> {
        let mut asked = self.asked(candidate, tests)?;
        let python = &self.project.interpreter;
        if *tests == TestsSetting::Auto && !python.pytest {
            let function = candidate.function.as_deref();
            asked.plan = Plan::Shell(select::unittest_command(&self.project, &candidate.file, function)?);
        }
        match &asked.plan {
            Plan::Shell(_) => self.command(&asked, cancelled),
            Plan::Pytest { .. } if !python.pytest => {
                let path = python.executable.display();
                Err(format!("{path} has no pytest: `{path} -m pip install pytest`, or name the project's Python"))
            }
            Plan::Pytest { arguments, .. } => self.pytest(&asked, arguments, cancelled),
        }
    }

    fn pytest(&self, asked: &Asked, given: &[String], cancelled: Cancelled) -> Result<Verdict, String> {
        let chosen = self.chosen(asked, given, cancelled)?;
        let (baseline, selected) = chosen.selected()?;
        let fast = &chosen.measured.fast;
        let trial = Trial {
            ground: Ground {
                project: &self.project,
                settings: &self.settings,
                workshop: &self.workshop,
                pool: &self.pool,
                abi: self.sandbox.landlock_abi,
            },
            original: self.original(asked, &chosen.arguments),
            baseline,
            fast,
            changed: &asked.edit.changed,
            limit: self.limit(baseline.time),
            cancelled,
        };
        let run = trial.run(selected).map_err(|error| error.to_string())?;
        let flaky = fast.flaky();
        if let Some(map) = &self.map {
            map.remember_flaky(&flaky);
        }
        Ok(judge(&run, &baseline.left_out, flaky))
    }

    /// A command that is not pytest: whole, by its exit status, on the original and then on the candidate.
    fn command(&self, asked: &Asked, cancelled: Cancelled) -> Result<Verdict, String> {
        let (plan, edit) = (&asked.plan, &asked.edit);
        let run = |overlay, limit| {
            let job = Job { processes: true, ..Job::new(plan, overlay, limit) };
            self.workshop.run(&self.project, &self.settings, &job, cancelled).map_err(|error| error.to_string())
        };
        let tests = TestsSetting::Command(format!("{plan:?}"));
        let key = Key { tests: &tests, arguments: &[], file: &edit.file, overlay: &edit.original };
        let measured = self.baselines.get(&key, || match run(&edit.original, self.settings.baseline_limit) {
            Err(reason) => Baseline { unusable: Some(reason), ..Baseline::default() },
            Ok((_, ended)) => {
                let why = || format!("the command does not pass on the original: {}", tail(&ended).unwrap_or_default());
                let unusable = (ended.kill.is_some() || ended.code != Some(0)).then(why);
                Baseline { time: Duration::from_millis(ended.millis), unusable, ..Baseline::default() }
            }
        });
        let baseline = measured.usable()?;
        let (observed, ended) = run(&edit.changed, self.limit(baseline.time))?;
        let loaded = observed.loaded.iter().any(|path| Path::new(path).ends_with(&asked.candidate.file));
        Ok(judge_command(&ended, loaded))
    }

    fn limit(&self, baseline: Duration) -> Duration {
        baseline.mul_f64(self.settings.time_factor.max(1.0)) + self.settings.time_floor
    }
}
