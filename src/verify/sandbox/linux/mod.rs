//! The sandbox's stages on Linux.

mod confine;
mod init;
mod landlock;
mod limits;
pub(super) mod probe;
mod processes;
mod relay;
pub(super) mod seccomp;
mod supervise;
mod syscalls;
mod warm;

use std::io::{self, Write};
use std::process::ExitCode;

use thiserror::Error;

use super::{OWN_NUMBER, Policy, WarmRights};

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

/// What the runner's warm processes are to give up.
pub(super) fn warm_rights(policy: &Policy, abi: i32) -> Result<WarmRights, SandboxError> {
    Ok(WarmRights {
        exec_filter: seccomp::exec_hex()?,
        fork_filter: seccomp::fork_hex(OWN_NUMBER)?,
        own: OWN_NUMBER,
        layer: landlock::layer(policy, abi),
    })
}

/// Runs the named stage to its end.
pub(super) fn stage_main(stage: &str) -> ExitCode {
    let result = match stage {
        "supervise" => supervise::supervise(),
        "supervise-warm" => supervise::in_namespaces("warm"),
        "init" => init::init(),
        "warm" => warm::warm(),
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
