//! The sandbox's stages on Linux.

mod confine;
mod init;
mod landlock;
mod limits;
pub(super) mod probe;
mod processes;
pub(super) mod seccomp;
mod supervise;
mod syscalls;

use std::io::{self, Write};
use std::process::ExitCode;

use thiserror::Error;

/// Exit status of a stage that could not set up what it had to.
pub(super) const REFUSED: u8 = 125;

/// First words of the line that such a stage leaves on its standard error.
pub(super) const REFUSED_MARK: &str = "lerp sandbox refused: ";

/// What kept the confinement from being set up.
#[derive(Debug, Error)]
pub(super) enum SandboxError {
    /// Landlock.
    #[error("Landlock: {0}")]
    Landlock(String),
    /// seccomp.
    #[error("seccomp: {0}")]
    Seccomp(String),
    /// A call to the system.
    #[error("{what}: {error}")]
    System {
        /// What was asked.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
}

impl SandboxError {
    /// For `map_err`: names the call that failed.
    pub(super) fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}

/// Runs the named stage to its end.
pub(super) fn stage_main(stage: &str) -> ExitCode {
    let result = match stage {
        "supervise" => supervise::supervise(),
        "init" => init::init(),
        "confine" => confine::confine(),
        "probe" => probe::child(),
        "probe-namespaces" => probe::namespaces(),
        "probe-nothing" => Ok(ExitCode::SUCCESS),
        _ => return ExitCode::from(2),
    };
    result.unwrap_or_else(|error| {
        // the reader may be gone already
        let _ = writeln!(io::stderr(), "{REFUSED_MARK}{error}");
        ExitCode::from(REFUSED)
    })
}
