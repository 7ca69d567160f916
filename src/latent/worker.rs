//! The thread that owns the model. Jobs wait in a bounded queue; whoever asks waits for the answer.

use super::{Bundle, LatentError, Model, Runtime};
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

type Job = Box<dyn FnOnce(&mut Model) + Send>;

/// At most this many jobs wait; who comes then waits to be let in.
const QUEUE: usize = 64;

/// Where to find the model and its runtime; empty fields are searched for.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    /// The bundle's folder.
    pub bundle: Option<PathBuf>,
    /// The ONNX Runtime library, or a folder that has it.
    pub runtime: Option<PathBuf>,
}

/// A handle to the model's thread. Dropping it ends the thread after the jobs that wait.
pub struct Worker {
    jobs: Mutex<SyncSender<Job>>,
    /// The bundle that was loaded.
    pub bundle: Bundle,
    /// The library that was loaded.
    pub runtime: Runtime,
}

impl Worker {
    /// Loads bundle and runtime and starts the thread.
    pub fn start(settings: &ModelSettings) -> Result<Self, LatentError> {
        let bundle = Bundle::find(settings.bundle.as_deref())?;
        let runtime = Runtime::load(settings.runtime.as_deref())?;
        let mut model = Model::load(&runtime, bundle.clone())?;
        let (jobs, waiting) = sync_channel::<Job>(QUEUE);
        let thread = std::thread::Builder::new().name("lerp-model".to_owned()).spawn(move || {
            while let Ok(job) = waiting.recv() {
                job(&mut model);
            }
        });
        thread.map_err(|error| LatentError::Runtime(format!("the model's thread did not start: {error}")))?;
        Ok(Self { jobs: Mutex::new(jobs), bundle, runtime })
    }

    /// Runs something on the model's thread and waits for what it gives.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Model) -> Result<T, LatentError> + Send + 'static,
    ) -> Result<T, LatentError> {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |model| {
            // nobody waits any more when this fails
            let _ = answer.send(job(model));
        });
        let gone = || LatentError::Runtime("the model's thread has ended".to_owned());
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        jobs.send(job).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }
}
