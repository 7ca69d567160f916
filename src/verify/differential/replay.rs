//! Confined runs that record calls, make them up, or answer them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::command::Plan;
use super::super::job::{Aside, Job, Workshop};
use super::super::run::Cancelled;
use super::super::sandbox::Kill;
use super::super::{Project, Settings};
use super::call::{Call, Outcome};

/// Calls that a recording ends at, over all tests …
const RECORDED: usize = 160;
/// … and in one test.
const RECORDED_HERE: usize = 24;
/// A call of the original that takes longer is left out; the candidate has four times as long.
const CALL_SECONDS: f64 = 0.5;
/// For the start of Python and the import of the module.
const START: Duration = Duration::from_secs(20);
/// For all calls of one run together.
const CALLS: Duration = Duration::from_secs(10);

/// What is needed to run anything of one file.
#[derive(Clone, Copy)]
pub(in super::super) struct Runs<'a> {
    pub(in super::super) project: &'a Project,
    pub(in super::super) settings: &'a Settings,
    pub(in super::super) workshop: &'a Workshop,
    /// The edited file, absolute.
    pub(in super::super) file: &'a Path,
    pub(in super::super) function: &'a str,
    pub(in super::super) cancelled: Cancelled<'a>,
}

/// The tests that are run to record calls.
pub(in super::super) struct Tests<'a> {
    pub(in super::super) plan: &'a Plan,
    pub(in super::super) arguments: &'a [String],
    pub(in super::super) selected: &'a [&'a str],
    pub(in super::super) processes: bool,
    pub(in super::super) limit: Duration,
}

/// Calls, and how the module was imported when they were made.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// With the number of the test that made it.
    pub(super) calls: Vec<(usize, Call)>,
    /// Calls whose arguments can not be made again elsewhere, by the type that stood in the way.
    pub(super) skipped: BTreeMap<String, usize>,
    pub(super) module: Option<String>,
    pub(super) path: Vec<String>,
    /// Why there are none.
    pub(super) unusable: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Module { name: String, path: Vec<String> },
    Call { test: usize, call: Call },
    Skipped { kinds: BTreeMap<String, usize> },
    Answer { number: usize, outcome: Outcome },
    Unusable { reason: String },
    Refused { reason: String },
    End,
}

#[derive(Deserialize)]
struct Line {
    token: String,
    #[serde(flatten)]
    event: Event,
}

impl Recording {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Module { name, path } => (self.module, self.path) = (Some(name), path),
            Event::Call { test, call } => self.calls.push((test, call)),
            Event::Skipped { kinds } => self.skipped = kinds,
            Event::Unusable { reason } | Event::Refused { reason } => self.unusable = Some(reason),
            Event::Answer { .. } | Event::End => {}
        }
    }
}

impl Runs<'_> {
    /// Runs tests on the original and takes down the function's arguments.
    pub(super) fn record(&self, overlay: &BTreeMap<PathBuf, String>, tests: &Tests<'_>) -> Result<Recording, String> {
        let wish = json!({
            "file": self.file, "function": self.function, "limit": RECORDED, "limit_here": RECORDED_HERE,
        });
        let aside = Aside { script: "lerp_main.py", payload: wish, env: Vec::new() };
        let job = Job {
            arguments: tests.arguments,
            select: Some(tests.selected),
            processes: tests.processes,
            aside: Some(&aside),
            ..Job::new(tests.plan, overlay, tests.limit)
        };
        let mut recording = Recording::default();
        // that a test fails in the midst of it, or that time is up, takes nothing from what was heard
        self.run(&job, |event| recording.hear(event))?;
        Ok(recording)
    }

    /// Makes calls up, by trying simple values on the original.
    pub(super) fn invent(&self, overlay: &BTreeMap<PathBuf, String>, limit: usize) -> Result<Recording, String> {
        let mut recording = Recording::default();
        let wish = self.wish(None, None, &[], CALL_SECONDS, limit);
        self.script(overlay, wish, None, |event| recording.hear(event))?;
        Ok(recording)
    }

    /// What came of each call; a call without an outcome was not made. `order` are numbers of the calls.
    pub(super) fn answers(
        &self,
        overlay: &BTreeMap<PathBuf, String>,
        recording: &Recording,
        calls: &[Call],
        order: &[usize],
        run: Run,
    ) -> Result<HashMap<usize, Outcome>, String> {
        let (mut answers, mut rest, mut unusable) = (HashMap::new(), order.to_vec(), None);
        // a call that ends the process is told by the silence after it; the others are made in a new one
        for _ in 0..3 {
            let chosen: Vec<&Call> = rest.iter().filter_map(|&at| calls.get(at)).collect();
            let wish = self.wish(Some(recording), Some((&chosen, &rest)), &recording.path, run.seconds(), 0);
            let mut ended = false;
            let kill = self.script(overlay, wish, run.hash_seed(), |event| match event {
                Event::Answer { number, outcome } if rest.contains(&number) => drop(answers.insert(number, outcome)),
                Event::Unusable { reason } | Event::Refused { reason } => unusable = Some(reason),
                Event::End => ended = true,
                _ => {}
            })?;
            if let Some(reason) = unusable {
                return Err(reason);
            }
            rest.retain(|at| !answers.contains_key(at));
            if ended || rest.is_empty() {
                break;
            }
            let outcome = if kill == Some(Kill::Time) { Outcome::Slow } else { Outcome::Died };
            answers.insert(rest.remove(0), outcome);
        }
        Ok(answers)
    }

    fn wish(
        &self,
        recording: Option<&Recording>,
        calls: Option<(&[&Call], &[usize])>,
        path: &[String],
        seconds: f64,
        limit: usize,
    ) -> Json {
        json!({
            "file": self.file,
            "function": self.function,
            "module": recording.and_then(|recording| recording.module.as_deref()),
            "path": path,
            "calls": calls.map(|(calls, _)| calls),
            "numbers": calls.map(|(_, numbers)| numbers),
            "seconds": seconds,
            "limit": limit,
        })
    }

    fn script(
        &self,
        overlay: &BTreeMap<PathBuf, String>,
        wish: Json,
        hash_seed: Option<&str>,
        heard: impl FnMut(Event),
    ) -> Result<Option<Kill>, String> {
        let env = hash_seed.map(|seed| ("PYTHONHASHSEED".to_owned(), seed.to_owned())).into_iter().collect();
        let aside = Aside { script: "lerp_replay.py", payload: wish, env };
        let plan = Plan::Pytest { arguments: Vec::new(), env: Vec::new() };
        let job = Job { aside: Some(&aside), ..Job::new(&plan, overlay, START + CALLS) };
        self.run(&job, heard)
    }

    fn run(&self, job: &Job<'_>, mut heard: impl FnMut(Event)) -> Result<Option<Kill>, String> {
        let ended = self
            .workshop
            .hear(self.project, self.settings, job, self.cancelled, |token, line| {
                // anything else on the descriptor was not written by the runner
                if let Some(line) = serde_json::from_str::<Line>(line).ok().filter(|line| line.token == token) {
                    heard(line.event);
                }
            })
            .map_err(|error| error.to_string())?;
        match ended.kill {
            Some(Kill::Cancelled) => Err("cancelled".to_owned()),
            kill => Ok(kill),
        }
    }
}

/// Which run it is: the original's first, its second under other circumstances, or a candidate's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Original,
    Again,
    Candidate,
}

impl Run {
    fn seconds(self) -> f64 {
        if self == Self::Candidate { CALL_SECONDS * 4.0 } else { CALL_SECONDS }
    }

    /// Another order of sets of texts, so that an answer which hangs on it is left out.
    fn hash_seed(self) -> Option<&'static str> {
        (self == Self::Again).then_some("71")
    }
}
