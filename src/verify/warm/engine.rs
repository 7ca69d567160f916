//! The connection to the stage that keeps warm processes, and to the first of them.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::super::command::Plan;
use super::super::job::Job;
use super::super::observed::Observed;
use super::super::place::Place;
use super::super::run::{Cancelled, GRACE, RunError, TICK, start};
use super::super::sandbox::{CONTROL_FD, Ended, Fork, Message, Order, Policy, REPORT_FD, Word, warm_rights};
use super::Ground;

/// Who hears of each task; `None` once the stage is gone.
type Listeners = Arc<Mutex<Option<HashMap<u64, Sender<Message>>>>>;

/// A running stage with its first warm process.
#[derive(Debug)]
pub(super) struct Engine {
    stage: Mutex<Child>,
    control: Mutex<ChildStdin>,
    listeners: Listeners,
    next: AtomicU64,
    /// Holds the folders of all forks: the warm processes may write nowhere else.
    folder: TempDir,
}

/// A fork that was ordered.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) id: u64,
    token: String,
    messages: Receiver<Message>,
    limit: Duration,
    _folder: TempDir,
}

impl Engine {
    /// Starts the stage and waits for the first process to have imported the modules.
    pub(super) fn start(ground: Ground, modules: &[String], cancelled: Cancelled) -> Result<Self, RunError> {
        let Ground { project, settings, workshop, abi, .. } = ground;
        let folder = workshop.folder().map_err(RunError::Start)?;
        let place = Place { project, settings, runner: workshop.runner(), folder: folder.path().to_owned() };
        let plan = Plan::Pytest { arguments: Vec::new(), env: Vec::new() };
        let nothing = Default::default();
        let job = Job::new(&plan, &nothing, settings.baseline_limit);
        place.prepare(&job).map_err(RunError::Start)?;
        let token = place.token();
        let mut launch = place.launch(&job, &token);
        let read = launch.policy.read.iter().filter(|path| *path != folder.path()).cloned().collect();
        let rights = warm_rights(&Policy { read, ..Policy::default() }, abi)
            .ok_or_else(|| RunError::Refused("no rights to give up".to_owned()))?;
        let mut payload = json!({ "modules": modules });
        if let (Some(payload), Ok(serde_json::Value::Object(rights))) =
            (payload.as_object_mut(), serde_json::to_value(rights))
        {
            payload.extend(rights);
        }
        std::fs::write(place.payload(), payload.to_string()).map_err(RunError::Start)?;
        let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
        launch.argv = vec![
            text(project.interpreter.executable.clone()),
            "-B".to_owned(),
            text(place.runner.join("lerp_warm.py")),
            text(place.payload()),
            CONTROL_FD.to_owned(),
            REPORT_FD.to_owned(),
        ];
        launch.scratch = workshop.scratch().to_owned();
        launch.policy.write = vec![folder.path().to_owned()];
        // each fork reads what is said of itself; a candidate's layer leaves it no other's
        launch.policy.read.push("/proc".into());
        launch.limits.wall_ms = u64::try_from(settings.idle.as_millis()).unwrap_or(u64::MAX);
        let stage = if workshop.stage == "supervise" { "supervise-warm" } else { "warm" };
        let (child, mut control, stdout) = start(&workshop.helper, stage)?;
        let (sender, messages) = channel();
        let listeners: Listeners = Arc::new(Mutex::new(Some(HashMap::from([(0, sender)]))));
        let heard = Arc::clone(&listeners);
        std::thread::spawn(move || pass_on(stdout, &heard));
        // one that died already is seen by its silence
        let _ = launch.write_to(&mut control);
        let engine =
            Self { stage: Mutex::new(child), control: Mutex::new(control), listeners, next: AtomicU64::new(1), folder };
        let mut observed = Observed::default();
        let _folder = workshop.folder().map_err(RunError::Start)?;
        let first = Task { id: 0, token, messages, limit: settings.baseline_limit, _folder };
        let enough = |observed: &Observed| observed.ready.is_some() || observed.refused.is_some() || cancelled();
        first.follow(&engine, &mut observed, &|| false, enough)?;
        if cancelled() {
            return Err(RunError::Cancelled);
        }
        match (observed.refused, observed.ready.flatten()) {
            (Some(reason), _) | (None, Some(reason)) => Err(RunError::Refused(reason)),
            (None, None) => {
                engine.order(&Order::Keep { id: 0 });
                Ok(engine)
            }
        }
    }

    /// The stage still takes orders.
    pub(super) fn alive(&self) -> bool {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Orders a fork of the process `from`; a warm one will be forked in turn.
    pub(super) fn fork(&self, ground: Ground, job: &Job, from: u64, warm: bool) -> Result<Task, RunError> {
        let folder =
            tempfile::Builder::new().prefix("fork-").tempdir_in(self.folder.path()).map_err(RunError::Start)?;
        let Ground { project, settings, workshop, .. } = ground;
        let place = Place { project, settings, runner: workshop.runner(), folder: folder.path().to_owned() };
        place.prepare(job).map_err(RunError::Start)?;
        let (id, token) = (self.next.fetch_add(1, Ordering::Relaxed), place.token());
        let (sender, messages) = channel();
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.as_mut().ok_or(RunError::Lost)?.insert(id, sender);
        drop(listeners);
        self.order(&Order::Fork(Fork {
            id,
            from,
            warm,
            payload: place.payload(),
            folder: folder.path().to_owned(),
            token: token.clone(),
            limits: place.limits(job),
        }));
        Ok(Task { id, token, messages, limit: job.limit, _folder: folder })
    }

    /// Sends an order; that a stage is gone is seen by its silence.
    pub(super) fn order(&self, order: &Order) {
        if let Ok(mut line) = serde_json::to_string(order) {
            line.push('\n');
            let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = control.write_all(line.as_bytes());
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.order(&Order::Quit);
        // it kills all that it keeps before it ends
        let _ = self.stage.lock().unwrap_or_else(PoisonError::into_inner).wait();
    }
}

impl Task {
    /// Listens until `enough` was heard (then `None`), or to the end.
    pub(super) fn follow(
        &self,
        engine: &Engine,
        observed: &mut Observed,
        cancelled: Cancelled,
        enough: impl Fn(&Observed) -> bool,
    ) -> Result<Option<Ended>, RunError> {
        let deadline = Instant::now() + self.limit + GRACE;
        let mut asked = false;
        loop {
            match self.messages.recv_timeout(TICK) {
                Ok(Message::Report { line }) => observed.hear(&self.token, &line),
                Ok(Message::Refused { reason }) => return Err(RunError::Refused(reason)),
                Ok(Message::Ended(ended)) => return Ok(Some(ended)),
                Err(RecvTimeoutError::Disconnected) => return Err(RunError::Lost),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if enough(observed) {
                return Ok(None);
            }
            if !asked && (cancelled() || Instant::now() > deadline) {
                asked = true;
                engine.order(&Order::End { id: self.id });
            }
            if Instant::now() > deadline + GRACE {
                return Err(RunError::Lost);
            }
        }
    }

    /// Everything that was said and not yet heard; whether the process has ended.
    pub(super) fn over(&self) -> bool {
        self.messages.try_iter().any(|message| !matches!(message, Message::Report { .. }))
    }
}

/// Reads the stage's messages to their end, each to whom it is for.
fn pass_on(stdout: ChildStdout, listeners: &Listeners) {
    let lines = BufReader::new(stdout).lines().map_while(Result::ok);
    for Word { id, message } in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
        let last = !matches!(message, Message::Report { .. });
        let mut listeners = listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listeners) = listeners.as_mut() {
            // one that no longer listens has what it wanted
            let _ = listeners.get(&id).map(|listener| listener.send(message));
            if last {
                listeners.remove(&id);
            }
        }
    }
    *listeners.lock().unwrap_or_else(PoisonError::into_inner) = None;
}
