//! The innermost stage: gives up every right, then becomes the program.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::setsid;

use super::super::{Launch, Policy};
use super::{SandboxError, landlock, limits, seccomp};

/// Confines this process and executes the program of the launch on its standard input; returns only on failure.
pub(super) fn confine() -> Result<ExitCode, SandboxError> {
    // a duplicate without a buffer: what follows the launch on stdin belongs to the program
    let stdin = io::stdin().as_fd().try_clone_to_owned().map_err(SandboxError::system("stdin"))?;
    let launch = Launch::read_from(&mut File::from(stdin)).map_err(SandboxError::system("launch"))?;
    let (program, arguments) = launch
        .argv
        .split_first()
        .ok_or_else(|| SandboxError::system::<io::Error>("argv")(io::ErrorKind::InvalidInput.into()))?;
    // its own group, so that one signal reaches all of it
    setsid().map_err(SandboxError::system("setsid"))?;
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(SandboxError::system("PDEATHSIG"))?;
    limits::apply(&launch.limits)?;
    std::env::set_current_dir(&launch.cwd).map_err(SandboxError::system("working directory"))?;
    if launch.policy.confine {
        apply(&launch.policy)?;
    }
    Err(SandboxError::System { what: "exec", error: Command::new(program).args(arguments).exec() })
}

/// `no_new_privs`, Landlock and seccomp, in the only order that works: each still allows setting up the next.
///
/// Returns Landlock's ABI number.
pub(super) fn apply(policy: &Policy) -> Result<i32, SandboxError> {
    prctl::set_no_new_privs().map_err(SandboxError::system("no_new_privs"))?;
    let abi = landlock::restrict(policy)?;
    seccomp::install_base(abi)?;
    Ok(abi)
}
