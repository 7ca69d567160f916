//! The outer stage: leaves the user's namespaces and starts `init` as the first process of its own.
//! Run only where the probe found that this works; otherwise lerp starts `init` itself.

use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getgid, getuid};

use super::super::HELPER;
use super::SandboxError;

/// Starts `init` in private namespaces.
pub(super) fn supervise() -> Result<ExitCode, SandboxError> {
    in_namespaces("init")
}

/// Runs another stage (`init`, `warm`, a probe) as the first process of private user, PID, network and IPC namespaces; the user keeps their own number.
pub(super) fn in_namespaces(stage: &str) -> Result<ExitCode, SandboxError> {
    let (user, group) = (getuid(), getgid());
    // the PID namespace holds for the children of this process only, hence one more process
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWIPC)
        .map_err(SandboxError::system("unshare"))?;
    // groups must be given up before an unprivileged process may map its own
    std::fs::write("/proc/self/setgroups", "deny").map_err(SandboxError::system("setgroups"))?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1")).map_err(SandboxError::system("uid_map"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1")).map_err(SandboxError::system("gid_map"))?;
    let exe = std::env::current_exe().map_err(SandboxError::system("own path"))?;
    let status =
        Command::new(exe).args([HELPER, stage]).status().map_err(SandboxError::system("starting in namespaces"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(super::REFUSED)))
}
