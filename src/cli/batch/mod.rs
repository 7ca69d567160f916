//! `lerp batch`: JSON lines in, JSON lines out. The contract is in the README.
//!
//! A request that can not be served gets a result with an `error`, and the next one is served all the same. Results come in
//! the order of the requests, each as soon as it is there; only a few requests are held in memory.

mod contract;
mod serve;
#[cfg(test)]
mod tests;

use super::args::{SandboxArgs, SettingsArgs};
use super::engine::{engine, load};
use super::ordered::STACK;
use super::referee::referee;
use crate::config::Layer;
use anyhow::{Context, Result};
use clap::Args;
use serve::Server;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// Arguments of `lerp batch`.
#[derive(Debug, Args)]
pub struct Batch {
    /// Requests that are worked on at a time
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Say what a ranking is fitted on: the features of every candidate (`lerp_training field --features`)
    #[arg(long, hide = true)]
    features: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Batch {
    /// Serves standard input to its end.
    pub fn run(self) -> Result<ExitCode> {
        let flags = Layer { jobs: self.jobs, unsandboxed: self.sandbox.setting(), ..Layer::default() };
        let here = Path::new(".");
        let settings = self.settings.resolve(here, flags)?;
        let server = Server {
            editor: if self.features { Arc::new(load(&settings, here)?.describing()) } else { engine(&settings)? },
            referee: referee(&settings),
            candidates: settings.candidates,
            strength: settings.strength,
            seed: settings.seed,
        };
        let input = std::io::BufReader::new(std::io::stdin());
        let mut output = std::io::stdout().lock();
        pump(input, &mut output, Arc::new(server), settings.jobs)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A line and where its result is wanted.
type Job = (usize, Vec<u8>, SyncSender<String>);

/// What the reader puts into the queue of results, in the order of the requests.
enum Due {
    Result(Receiver<String>),
    Broken(std::io::Error),
}

/// Reader → workers → writer. The threads are not waited for: when the output is closed, the reader may still be waiting
/// for a line that never comes.
fn pump(input: impl BufRead + Send + 'static, output: &mut impl Write, server: Arc<Server>, jobs: usize) -> Result<()> {
    let (jobs_in, jobs_out) = sync_channel::<Job>(jobs);
    let (due_in, due_out) = sync_channel::<Due>(2 * jobs);
    let jobs_out = Arc::new(Mutex::new(jobs_out));
    for _ in 0..jobs {
        let (jobs_out, server) = (Arc::clone(&jobs_out), Arc::clone(&server));
        let next = move || jobs_out.lock().ok().and_then(|jobs| jobs.recv().ok());
        thread::Builder::new().stack_size(STACK).spawn(move || {
            while let Some((number, line, result)) = next() {
                // nobody waits for it when the output was closed
                let _ = result.send(server.answer(number, &line));
            }
        })?;
    }
    thread::spawn(move || read(input, &jobs_in, &due_in));
    for due in due_out {
        match due {
            Due::Broken(error) => return Err(error).context("reading standard input"),
            Due::Result(result) => {
                let line = result.recv().context("a worker stopped")?;
                writeln!(output, "{line}")?;
                // the other side may wait for this answer before it asks again
                output.flush()?;
            }
        }
    }
    Ok(())
}

fn read(mut input: impl BufRead, jobs: &SyncSender<Job>, due: &SyncSender<Due>) {
    for number in 1.. {
        let mut line = Vec::new();
        match input.read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) if line.trim_ascii().is_empty() => continue,
            Ok(_) => {}
            Err(error) => {
                // the writer may be gone already
                let _ = due.send(Due::Broken(error));
                return;
            }
        }
        let (result, wanted) = sync_channel(1);
        if due.send(Due::Result(wanted)).is_err() || jobs.send((number, line, result)).is_err() {
            return;
        }
    }
}
