//! Processes that are kept, and forked for each candidate.
//!
//! ```text
//! stage   `lerp __sandbox warm`: owns time-outs and caps, ends all with lerp        (sandbox::linux::warm)
//!   L0    Python with pytest and the installed modules, confined as a cold run is    (engine, lerp_warm.py)
//!     L1  a fork of L0 with the project's modules imported and the tests collected   (zygote)
//!       a fork of L1 (T1) or of L0 (T2) for each candidate, confined further before it reads a byte of it
//! ```
//!
//! A fork is not believed because it ought to do what a cold process does: the original is run in it first, and only tests
//! that pass there too count ([`trial`]). So whatever keeps a test from working in a fork (a folder made at import, threads, a
//! socket) leads to the next tier and not to a wrong verdict. That run is also the baseline's second, which finds tests
//! that do not agree with themselves.

mod engine;
mod trial;
mod zygote;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) use trial::{Fast, Trial};

use super::job::Workshop;
use super::run::{Cancelled, RunError};
use super::{Project, Settings};
use engine::Engine;
use zygote::Zygote;

/// Most collected test sessions that are kept.
const MOST_ZYGOTES: usize = 4;

/// The warm processes of a project.
#[derive(Debug, Default)]
pub(super) struct Pool {
    engine: Mutex<Option<Arc<Engine>>>,
    /// The one used last comes last.
    zygotes: Mutex<VecDeque<Arc<Zygote>>>,
}

/// What every warm process is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) project: &'a Project,
    pub(super) settings: &'a Settings,
    pub(super) workshop: &'a Workshop,
    pub(super) pool: &'a Pool,
    /// Landlock's.
    pub(super) abi: i32,
}

impl Pool {
    /// The running engine, or a new one that has imported the modules.
    fn engine(&self, ground: Ground, modules: &[String], cancelled: Cancelled) -> Result<Arc<Engine>, RunError> {
        let mut slot = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = slot.as_ref().filter(|engine| engine.alive()) {
            return Ok(Arc::clone(engine));
        }
        self.zygotes.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let engine = match Engine::start(ground, modules, cancelled) {
            // some installed module starts threads: those are then imported where they are needed
            Err(RunError::Refused(_)) if !modules.is_empty() => Engine::start(ground, &[], cancelled)?,
            result => result?,
        };
        let engine = Arc::new(engine);
        *slot = Some(Arc::clone(&engine));
        Ok(engine)
    }

    /// Keeps a zygote, and lets go of the one not used for longest.
    fn keep(&self, zygote: &Arc<Zygote>) {
        let mut zygotes = self.zygotes.lock().unwrap_or_else(PoisonError::into_inner);
        zygotes.retain(|other| !Arc::ptr_eq(other, zygote));
        zygotes.push_back(Arc::clone(zygote));
        if zygotes.len() > MOST_ZYGOTES {
            zygotes.pop_front();
        }
    }

    /// Lets go of a zygote.
    fn drop(&self, zygote: &Arc<Zygote>) {
        self.zygotes.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, zygote));
    }
}
