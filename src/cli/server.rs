//! `lerp server`: the language server on standard input and output.

use super::doctor;
use super::engine::{Concept, brought, imported, keeps_behaviour};
use super::referee::{Attempt, Referee, Status, Trial as RefereeTrial, referee};
use crate::concepts::store::Store;
use crate::concepts::{self, Measured};
use crate::config::Settings;
use crate::latent::{Bundle, LatentError, ModelSettings};
use crate::lsp::{self, Check, Editor, Heard, Judged, Ruling, Tools, Trial};
use crate::synthesis::{Cancel, Engine};
use crate::verify::Agreement;
use anyhow::{Context, Result};
use clap::Args;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Takes no settings: they come from the environment and from the editor.
#[derive(Debug, Args)]
pub struct Server {
    /// Speak over standard input and output; there is no other way, but editors say it
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Server {
    /// Serves until the editor says `exit`: 0, or 1 when it did not ask for the shutdown first.
    pub fn run(self) -> Result<ExitCode> {
        let clean = lsp::serve_stdio(Arc::new(Own::default())).context("the language server did not start")?;
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// The engine and the test runner of this process.
#[derive(Default)]
struct Own {
    /// The test runner, and what it was made for: it remembers projects, so it is kept.
    referee: Mutex<Option<(Runner, Arc<dyn Referee>)>>,
}

/// The settings that make a test runner another one.
#[derive(PartialEq)]
struct Runner {
    python: Option<PathBuf>,
    timeout: f64,
}

impl Own {
    fn referee(&self, settings: &Settings) -> Arc<dyn Referee> {
        let wanted = Runner { python: settings.python.clone(), timeout: settings.test_timeout };
        let mut known = self.referee.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((runner, referee)) if *runner == wanted => Arc::clone(referee),
            _ => Arc::clone(&known.insert((wanted, referee(settings))).1),
        }
    }
}

impl Tools for Own {
    fn load(&self, settings: &ModelSettings) -> Result<Arc<dyn Editor>, LatentError> {
        Ok(Arc::new(Engine::load(settings)?))
    }

    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel, heard: Option<&Heard<'_>>) -> Vec<Judged> {
        let function = Some(trial.function.to_owned());
        let attempt = |text: &&str| Attempt { text: (*text).to_owned(), function: function.clone() };
        let attempts: Vec<Attempt> = trial.candidates.iter().map(attempt).collect();
        let asked: Vec<String> = trial.concepts.iter().map(|name| (*name).to_owned()).collect();
        let known = asked.iter().filter_map(|name| concepts::find(name));
        let known =
            known.map(|info| Concept { info: info.clone(), accuracy: None, removal_accuracy: None, taught: None });
        let known: Vec<Concept> = known.collect();
        let mut allowed = brought(&known, &asked, &[]);
        allowed.extend(imported(trial.imports.iter().copied()));
        let keeps_behaviour = keeps_behaviour(&known, &asked, &[]);
        let referee = self.referee(trial.settings);
        let judge = |candidates: &[Attempt]| -> Vec<Judged> {
            let (file, original, tests) = (trial.file, trial.original, &trial.settings.tests);
            let trial =
                RefereeTrial { root: None, file, original, candidates, tests, allowed: &allowed, keeps_behaviour };
            referee.judge(&trial, cancel).into_iter().map(Judged::from).collect()
        };
        let Some(heard) = heard else {
            return judge(&attempts);
        };
        // one by one, so that each is heard when it is known; the first of them measures the original for all
        let one = |(at, attempt): (usize, &Attempt)| {
            let judged = judge(std::slice::from_ref(attempt)).pop().unwrap_or_else(|| Judged::untested(None));
            heard(at, &judged);
            judged
        };
        attempts.iter().enumerate().map(one).collect()
    }

    fn measured(&self, settings: &ModelSettings) -> HashMap<String, Measured> {
        let folder = Bundle::folder(settings.bundle.as_deref());
        folder.and_then(|folder| concepts::read_measured(&folder)).unwrap_or_default()
    }

    fn stores(&self, starts: &[PathBuf]) -> Vec<Store> {
        let mut stores: Vec<Store> = Vec::new();
        for store in starts.iter().filter_map(|start| Store::of_project(start)).chain(Store::of_user()) {
            if !stores.contains(&store) {
                stores.push(store);
            }
        }
        stores
    }

    fn doctor(&self, settings: &Settings) -> Vec<Check> {
        doctor::parts(settings).into_iter().map(Check::from).collect()
    }
}

impl From<super::referee::Verdict> for Judged {
    fn from(verdict: super::referee::Verdict) -> Self {
        let same = verdict.differential.as_ref().filter(|found| found.result == Agreement::Same);
        let ruling = match verdict.status {
            // tests let it through, but it is known to do something else
            _ if verdict.differs() => Ruling::Failed,
            Status::Passed => Ruling::Passed,
            Status::Untested if same.is_some() => Ruling::Same,
            Status::Untested => Ruling::Untested,
            Status::Timeout => Ruling::Timeout,
            Status::Failed => Ruling::Failed,
        };
        let same_calls = same.map(|found| found.calls);
        let made_up = same.filter(|found| found.made_up).map(|_| "the calls are made up: no test makes one".to_owned());
        Self { ruling, tests_run: verdict.tests_run, same_calls, reason: verdict.why().or(made_up) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::referee::Verdict;
    use crate::verify::Differential;

    #[test]
    fn what_was_compared_is_shown() {
        let check = |status, result, made_up, expect: &str| {
            let differential = Differential { result, calls: 24, made_up, reason: None, ..Differential::unknown("") };
            let verdict = Verdict { status, differential: Some(differential), ..Verdict::untested("x") };
            let judged = Judged::from(Verdict { reason: None, ..verdict });
            assert_eq!(format!("{}; {:?}", judged.words(), judged.reason), expect);
        };
        check(Status::Passed, Agreement::Same, false, "tests: passed (0), same on 24 calls; None");
        check(Status::Untested, Agreement::Same, false, "tests: same on 24 calls; None");
        let made_up = "tests: same on 24 calls; Some(\"the calls are made up: no test makes one\")";
        check(Status::Untested, Agreement::Same, true, made_up);
        check(Status::Untested, Agreement::Unknown, false, "tests: untested; None");
        check(Status::Passed, Agreement::Differs, false, "tests: failed; Some(\"same on 24 calls\")");
    }
}
