//! One candidate on the fastest tier on which the original did what it does in a process of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::super::Tier;
use super::super::baseline::{Baseline, Original};
use super::super::command::Plan;
use super::super::job::Job;
use super::super::observed::Observed;
use super::super::run::{Cancelled, RunError};
use super::super::sandbox::{Ended, Kill};
use super::super::verdict::{PASSED, Run};
use super::Ground;
use super::engine::{Engine, Task};
use super::zygote::Zygote;

/// What is known of one baseline's tests in forks, and of their second run.
#[derive(Debug, Default)]
pub(in super::super) struct Fast {
    swapped: Mutex<Proof>,
    fresh: Mutex<Proof>,
    again: Mutex<Again>,
    zygote: Mutex<Weak<Zygote>>,
}

/// How the original did on a tier.
#[derive(Debug, Default)]
struct Proof {
    /// Tests that pass.
    passed: BTreeSet<String>,
    /// Tests that do not, though they do in a process of their own.
    barred: BTreeSet<String>,
    /// Nothing runs on it.
    off: bool,
}

/// The tests that were run twice on the original.
#[derive(Debug, Default)]
struct Again {
    agreed: BTreeSet<String>,
    flaky: BTreeSet<String>,
}

/// A candidate and what it is measured by.
#[derive(Clone, Copy)]
pub(in super::super) struct Trial<'a> {
    pub(in super::super) ground: Ground<'a>,
    pub(in super::super) original: Original<'a>,
    pub(in super::super) baseline: &'a Baseline,
    pub(in super::super) fast: &'a Fast,
    /// Overlay of the candidate.
    pub(in super::super) changed: &'a BTreeMap<PathBuf, String>,
    /// Most time for a run.
    pub(in super::super) limit: Duration,
    pub(in super::super) cancelled: Cancelled<'a>,
}

impl Fast {
    /// Tests that passed once on the original and then did not.
    pub(in super::super) fn flaky(&self) -> Vec<String> {
        lock(&self.again).flaky.iter().cloned().collect()
    }
}

impl<'a> Trial<'a> {
    /// Runs the candidate; `selected` are the tests that it has to pass, of which flaky ones are left out.
    pub(in super::super) fn run(self, mut selected: Vec<&'a str>) -> Result<Run<'a>, RunError> {
        for tier in [Tier::T1, Tier::T2].into_iter().filter(|tier| self.can_fork(*tier)) {
            let proven = self.prove(tier, &selected)?;
            self.drop_flaky(&mut selected);
            if selected.is_empty() {
                break;
            }
            if !proven {
                continue;
            }
            match self.fork(tier, self.job(self.changed, &selected, true)) {
                Ok((observed, ended)) if observed.unfit.is_none() && observed.refused.is_none() => {
                    return Ok(Run { tier, selected, observed, ended });
                }
                Err(RunError::Cancelled) => return Err(RunError::Cancelled),
                // not what the candidate did: the process was not to be had
                Ok(_) | Err(_) => {}
            }
        }
        if self.ground.settings.repeat_baseline {
            let (agreed, flaky) = self.repeat(&selected)?;
            let mut again = lock(&self.fast.again);
            again.agreed.extend(agreed);
            again.flaky.extend(flaky);
        }
        self.drop_flaky(&mut selected);
        if selected.is_empty() {
            return Err(RunError::Flaky);
        }
        let Ground { project, settings, workshop, .. } = self.ground;
        let job = self.job(self.changed, &selected, true);
        let (observed, ended) = workshop.run(project, settings, &job, self.cancelled)?;
        Ok(Run { tier: Tier::T3, selected, observed, ended })
    }

    fn can_fork(self, tier: Tier) -> bool {
        let settings = self.ground.settings;
        // a command that sets variables wants them from the start of Python
        let plain = matches!(self.original.plan, Plan::Pytest { env, .. } if env.is_empty());
        plain && tier >= settings.fastest && !settings.unsandboxed && !self.baseline.processes
    }

    fn drop_flaky(self, selected: &mut Vec<&str>) {
        let again = lock(&self.fast.again);
        selected.retain(|id| !again.flaky.contains(*id));
    }

    fn job<'b>(self, overlay: &'b BTreeMap<PathBuf, String>, select: &'b [&'b str], stop: bool) -> Job<'b>
    where
        'a: 'b,
    {
        Job {
            arguments: &self.baseline.arguments,
            select: Some(select),
            stop,
            imported: &self.baseline.imported,
            processes: self.baseline.processes,
            ..Job::new(self.original.plan, overlay, self.limit)
        }
    }

    /// Whether the tests pass on the tier with the original; those not yet known are run.
    fn prove(self, tier: Tier, wanted: &[&str]) -> Result<bool, RunError> {
        let mut proof = lock(if tier == Tier::T1 { &self.fast.swapped } else { &self.fast.fresh });
        if proof.off {
            return Ok(false);
        }
        let flaky = lock(&self.fast.again).flaky.clone();
        let known = |proof: &Proof, id: &str| proof.passed.contains(id) || proof.barred.contains(id);
        let need: Vec<&str> = wanted.iter().copied().filter(|id| !known(&proof, id) && !flaky.contains(*id)).collect();
        if !need.is_empty() {
            let (observed, ended) = match self.fork(tier, self.job(self.original.overlay, &need, false)) {
                Ok(ran) => ran,
                Err(RunError::Cancelled) => return Err(RunError::Cancelled),
                Err(_) => {
                    proof.off = true;
                    return Ok(false);
                }
            };
            if ended.kill == Some(Kill::Cancelled) {
                return Err(RunError::Cancelled);
            }
            let whole = ended.code.is_some() && observed.end == ended.code && !observed.loaded.is_empty();
            if observed.unfit.is_some() || observed.refused.is_some() || !whole {
                proof.off = true;
                return Ok(false);
            }
            let passed = observed.tests.into_iter().filter(|test| test.outcome == PASSED).map(|test| test.id);
            let passed: BTreeSet<String> = passed.collect();
            let doubtful: Vec<&str> = need.into_iter().filter(|id| !passed.contains(*id)).collect();
            let (agreed, wavering) = self.repeat(&doubtful)?;
            proof.barred.extend(agreed.iter().cloned());
            let mut again = lock(&self.fast.again);
            again.agreed.extend(passed.iter().cloned().chain(agreed));
            again.flaky.extend(wavering);
            proof.passed.extend(passed);
        }
        Ok(wanted.iter().all(|id| !proof.barred.contains(*id)))
    }

    /// Runs tests of the original a second time, in a process of its own, unless that was done: those that pass again, and
    /// those that do not.
    fn repeat(self, wanted: &[&str]) -> Result<(BTreeSet<String>, BTreeSet<String>), RunError> {
        let agreed = lock(&self.fast.again).agreed.clone();
        let need: Vec<&str> = wanted.iter().copied().filter(|id| !agreed.contains(*id)).collect();
        if need.is_empty() {
            return Ok(Default::default());
        }
        let passed = self.original.again(self.baseline, &need, self.cancelled)?;
        let (again, wavering): (Vec<_>, Vec<_>) =
            need.into_iter().map(str::to_owned).partition(|id| passed.contains(id));
        Ok((again.into_iter().collect(), wavering.into_iter().collect()))
    }

    /// Runs a job in a fork. A warm process that turns out to be gone, perhaps while it was asked, is replaced once.
    fn fork(self, tier: Tier, job: Job) -> Result<(Observed, Ended), RunError> {
        let once = || if tier == Tier::T1 { self.fork_collected(&job) } else { self.fork_fresh(&job) };
        match once() {
            Err(RunError::Lost) => once(),
            result => result,
        }
    }

    fn fork_collected(self, job: &Job) -> Result<(Observed, Ended), RunError> {
        let zygote = self.zygote()?;
        let result = zygote.fork(self.ground, job).and_then(|task| self.listen(zygote.engine(), &task));
        if result.is_err() {
            self.ground.pool.drop(&zygote);
            *lock(&self.fast.zygote) = Weak::new();
        }
        result
    }

    fn fork_fresh(self, job: &Job) -> Result<(Observed, Ended), RunError> {
        let engine = self.ground.pool.engine(self.ground, &self.baseline.modules, self.cancelled)?;
        let task = engine.fork(self.ground, job, 0, false)?;
        self.listen(&engine, &task)
    }

    fn listen(self, engine: &Engine, task: &Task) -> Result<(Observed, Ended), RunError> {
        let mut observed = Observed::default();
        match task.follow(engine, &mut observed, self.cancelled, |_| false) {
            Ok(ended) => Ok((observed, ended.ok_or(RunError::Lost)?)),
            // a process that was there does not fork any more
            Err(RunError::Refused(_)) => Err(RunError::Lost),
            Err(error) => Err(error),
        }
    }

    /// The process that has this baseline's tests collected.
    fn zygote(self) -> Result<Arc<Zygote>, RunError> {
        let mut slot = lock(&self.fast.zygote);
        if let Some(zygote) = slot.upgrade().filter(|zygote| zygote.alive()) {
            self.ground.pool.keep(&zygote);
            return Ok(zygote);
        }
        let engine = self.ground.pool.engine(self.ground, &self.baseline.modules, self.cancelled)?;
        let limit = self.ground.settings.baseline_limit;
        let job =
            Job { arguments: &self.baseline.arguments, ..Job::new(self.original.plan, self.original.overlay, limit) };
        let zygote = Zygote::start(self.ground, engine, &job, self.original.file, self.cancelled)?;
        let zygote = Arc::new(zygote);
        self.ground.pool.keep(&zygote);
        *slot = Arc::downgrade(&zygote);
        Ok(zygote)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
