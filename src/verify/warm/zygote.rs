//! L1: the project's modules imported, the tests collected, nothing run yet.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::job::Job;
use super::super::observed::Observed;
use super::super::run::{Cancelled, RunError};
use super::super::sandbox::Order;
use super::Ground;
use super::engine::{Engine, Task};

/// A process that waits after collection. It ends with this.
#[derive(Debug)]
pub(super) struct Zygote {
    engine: Arc<Engine>,
    task: Mutex<Task>,
    id: u64,
}

impl Zygote {
    /// Forks L0 and lets it collect.
    pub(super) fn start(
        ground: Ground,
        engine: Arc<Engine>,
        job: &Job,
        file: &Path,
        cancelled: Cancelled,
    ) -> Result<Self, RunError> {
        let task = engine.fork(ground, job, 0, true)?;
        let mut observed = Observed::default();
        let enough = |observed: &Observed| observed.ready.is_some() || observed.refused.is_some();
        let ended = task.follow(&engine, &mut observed, cancelled, enough)?;
        let zygote = Self { engine, id: task.id, task: Mutex::new(task) };
        if cancelled() {
            return Err(RunError::Cancelled);
        }
        let refuse = |reason: String| Err(RunError::Refused(reason));
        match (observed.refused, observed.ready) {
            (Some(reason), _) | (None, Some(Some(reason))) => refuse(reason),
            (None, None) => refuse(format!("the tests are not collected: {ended:?}")),
            (None, Some(None)) if !observed.loaded.iter().any(|path| Path::new(path) == file) => {
                refuse("the file is not imported by the tests' modules".to_owned())
            }
            (None, Some(None)) => {
                zygote.engine.order(&Order::Keep { id: zygote.id });
                Ok(zygote)
            }
        }
    }

    /// It can still be forked.
    pub(super) fn alive(&self) -> bool {
        self.engine.alive() && !self.task.lock().unwrap_or_else(PoisonError::into_inner).over()
    }

    /// Orders a fork for a candidate.
    pub(super) fn fork(&self, ground: Ground, job: &Job) -> Result<Task, RunError> {
        self.engine.fork(ground, job, self.id, false)
    }

    /// The engine that it lives in.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        self.engine.order(&Order::End { id: self.id });
    }
}
