//! What can be set about verification.

use std::path::PathBuf;
use std::time::Duration;

use super::Tier;

/// Settings of a [`Verifier`](super::Verifier); the defaults suit a project on the user's own machine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The project's Python; `None` looks for it (`VIRTUAL_ENV`, `.venv`, `python3`).
    pub interpreter: Option<PathBuf>,
    /// Run candidates without a sandbox. They can then do whatever the user can.
    pub unsandboxed: bool,
    /// Add private namespaces where the system has them; the rest of the sandbox holds without.
    pub namespaces: bool,
    /// Refuse candidates whose edit adds names that can fool or leave the tests ([`gate`](super::gate)).
    pub gate: bool,
    /// Run the baseline twice, so that tests which do not agree with themselves are left out.
    pub repeat_baseline: bool,
    /// Most time that the tests may take on the original.
    pub baseline_limit: Duration,
    /// A candidate may take this many times what the original took …
    pub time_factor: f64,
    /// … and this much more.
    pub time_floor: Duration,
    /// Private memory of a process, megabytes.
    pub memory_mb: u64,
    /// The fastest way of running a candidate that may be taken; [`Tier::T3`] starts a process for each.
    pub fastest: Tier,
    /// Warm processes are ended when nothing was asked of them for so long.
    pub idle: Duration,
    /// Candidates that run at the same time.
    pub jobs: usize,
    /// Environment variables that tests may see, beside those that lerp sets.
    pub pass_env: Vec<String>,
    /// Folder of what is remembered between runs ([`impact`](super::impact)); `None` remembers nothing.
    pub cache: Option<PathBuf>,
    /// The `lerp` binary, which runs the sandbox's stages; `None` means the running one.
    pub helper: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            interpreter: None,
            unsandboxed: false,
            namespaces: true,
            gate: true,
            repeat_baseline: true,
            baseline_limit: Duration::from_secs(120),
            time_factor: 4.0,
            time_floor: Duration::from_secs(2),
            memory_mb: 2048,
            fastest: Tier::T1,
            idle: Duration::from_secs(300),
            jobs: (cores / 2).clamp(1, 4),
            pass_env: ["LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH"].map(str::to_owned).to_vec(),
            cache: None,
            helper: None,
        }
    }
}
