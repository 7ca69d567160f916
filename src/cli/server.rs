//! `lerp server`: the language server on standard input and output.

use super::engine::{Concept, brought, keeps_behaviour};
use super::referee::{Attempt, Referee, Status, Trial as RefereeTrial, Verdict, referee};
use crate::concepts;
use crate::config::Settings;
use crate::latent::{LatentError, ModelSettings};
use crate::lsp::{self, Editor, Judged, Ruling, Tools, Trial};
use crate::synthesis::{Cancel, Engine};
use anyhow::{Context, Result};
use clap::Args;
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

    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel) -> Vec<Judged> {
        let function = Some(trial.function.to_owned());
        let attempt = |text: &&str| Attempt { text: (*text).to_owned(), function: function.clone() };
        let attempts: Vec<Attempt> = trial.candidates.iter().map(attempt).collect();
        let asked: Vec<String> = trial.concepts.iter().map(|name| (*name).to_owned()).collect();
        let known = asked.iter().filter_map(|name| concepts::find(name));
        let known = known.map(|info| Concept { info: info.clone(), accuracy: None, removal_accuracy: None });
        let known: Vec<Concept> = known.collect();
        let judged = self.referee(trial.settings).judge(
            &RefereeTrial {
                root: None,
                file: trial.file,
                original: trial.original,
                candidates: &attempts,
                tests: &trial.settings.tests,
                allowed: &brought(&known, &asked, &[]),
                keeps_behaviour: keeps_behaviour(&known, &asked, &[]),
            },
            cancel,
        );
        let ruling = |verdict: &Verdict| match verdict.status {
            // tests let it through, but it is known to do something else
            _ if verdict.differs() => Ruling::Failed,
            Status::Passed => Ruling::Passed,
            Status::Untested => Ruling::Untested,
            Status::Timeout => Ruling::Timeout,
            Status::Failed => Ruling::Failed,
        };
        let judged = judged.into_iter();
        judged.map(|one| Judged { ruling: ruling(&one), tests_run: one.tests_run, reason: one.why() }).collect()
    }
}
