//! The model: loaded when the first edit is wanted, never at start, and remembered.

use super::tools::{Editor, Tools};
use crate::latent::ModelSettings;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After this long a model that could not be loaded is tried again: what was missing may have been installed.
const RETRY: Duration = Duration::from_secs(30);

/// Holds the model of the process.
pub struct Model {
    tools: Arc<dyn Tools>,
    state: Mutex<State>,
    loading: Mutex<()>,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Ready(ModelSettings, Arc<dyn Editor>),
    Failed(ModelSettings, String, Instant),
}

/// What became of the model.
pub enum Standing {
    /// Nobody wanted it yet, or it will be tried again.
    Idle,
    /// It is there.
    Ready(Arc<dyn Editor>),
    /// It could not be loaded a short while ago, and why.
    Failed(String),
}

impl Model {
    /// Nothing is loaded.
    pub fn new(tools: Arc<dyn Tools>) -> Self {
        Self { tools, state: Mutex::default(), loading: Mutex::default() }
    }

    /// The model with these settings; blocks while it is loaded. The error says what to do.
    pub fn get(&self, settings: &ModelSettings) -> Result<Arc<dyn Editor>, String> {
        // one thread loads, the others wait for it
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        match &*self.lock() {
            State::Ready(with, editor) if same(with, settings) => return Ok(Arc::clone(editor)),
            State::Failed(with, reason, since) if same(with, settings) && since.elapsed() < RETRY => {
                return Err(reason.clone());
            }
            _ => {}
        }
        let loaded = self.tools.load(settings).map_err(|error| error.to_string());
        *self.lock() = match &loaded {
            Ok(editor) => State::Ready(settings.clone(), Arc::clone(editor)),
            Err(reason) => State::Failed(settings.clone(), reason.clone(), Instant::now()),
        };
        loaded
    }

    /// What became of it, without loading it.
    pub fn standing(&self) -> Standing {
        match &*self.lock() {
            State::Ready(_, editor) => Standing::Ready(Arc::clone(editor)),
            State::Failed(_, reason, since) if since.elapsed() < RETRY => Standing::Failed(reason.clone()),
            _ => Standing::Idle,
        }
    }

    /// The settings changed: it may work now.
    pub fn forget_failure(&self) {
        let mut state = self.lock();
        if matches!(*state, State::Failed(..)) {
            *state = State::Unknown;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same(a: &ModelSettings, b: &ModelSettings) -> bool {
    a.bundle == b.bundle && a.runtime == b.runtime
}
