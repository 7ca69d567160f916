//! Where generated code runs: a confined process tree, or nowhere.
//!
//! Three stages of the same binary, re-executed (`lerp __sandbox STAGE`, see [`helper`]):
//!
//! ```text
//! lerp ──(a Launch on stdin; messages, one JSON line each, on stdout)── supervise
//!     supervise   leaves the user's PID, network and IPC namespaces when the system lets it, starts `init`
//!       init      subreaper (PID 1 of the namespace, where there is one); time, output, disk and process caps; kills all
//!         confine rlimits, no_new_privs, Landlock, seccomp, then exec of Python: no Python runs before all of them hold
//! ```
//!
//! A fourth stage, `warm`, stands in the place of `init` where processes are kept and forked; see [`Order`].
//!
//! The end of `lerp` closes `init`'s stdin, and `init` then kills what it started: `kill -9` of lerp leaves no process.
//!
//! The filter that `confine` installs must still let one `execve` through, the one that starts Python. So a second,
//! stricter filter ([`strict_filter`]: no fork, no exec) travels to the runner, which installs it before it imports
//! pytest or a line of the user's. Where a project's tests need subprocesses ([`Policy::processes`]) only the first holds: children inherit
//! every restriction, and `init` caps their number and kills them at the end.

#[cfg(target_os = "linux")]
mod linux;
mod report;
mod rights;
mod spec;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

pub use report::{Row, SandboxReport};
pub use rights::{Layer, WarmRights};
pub use spec::{Ended, Fork, Kill, Launch, Limits, Message, Order, Policy, Word};

/// The hidden first argument that makes the binary a stage of the sandbox.
pub const HELPER: &str = "__sandbox";

/// In `Launch::argv`, stands for the number of the inherited descriptor to which the runner reports.
pub const REPORT_FD: &str = "{report-fd}";

/// In `Launch::argv` of a warm process, stands for the number of the socket on which it gets its orders.
pub const CONTROL_FD: &str = "{control-fd}";

/// In [`WarmRights::fork_filter`], stands for the number of the process that installs it.
pub const OWN_NUMBER: u32 = 0x4c45_5250;

/// Runs a stage of the sandbox when the arguments ask for one; `None` means an ordinary start.
///
/// `main` calls this before anything else: namespaces can only be left by a process with one thread.
pub fn helper(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut args = args.into_iter().skip(1);
    if args.next()? != HELPER {
        return None;
    }
    let stage = args.next().and_then(|stage| stage.into_string().ok()).unwrap_or_default();
    Some(stage_main(&stage))
}

#[cfg(target_os = "linux")]
fn stage_main(stage: &str) -> ExitCode {
    linux::stage_main(stage)
}

#[cfg(not(target_os = "linux"))]
fn stage_main(_stage: &str) -> ExitCode {
    ExitCode::from(2)
}

/// Finds out, in a child process that confines itself and then tries to break out, what this machine's sandbox can do.
///
/// `helper` is the `lerp` binary; `None` means the running one.
pub fn probe(helper: Option<&Path>) -> SandboxReport {
    #[cfg(target_os = "linux")]
    return linux::probe::probe(helper);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = helper;
        SandboxReport::unsupported(std::env::consts::OS)
    }
}

/// What warm processes and their forks give up, in a form that the runner can apply. `None` where that is not supported.
///
/// `abi` is Landlock's; `policy` says what forks may read, beside a folder of their own.
pub fn warm_rights(policy: &Policy, abi: i32) -> Option<WarmRights> {
    #[cfg(target_os = "linux")]
    return linux::warm_rights(policy, abi).ok();
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (policy, abi);
        None
    }
}

/// The second filter (no fork, no exec) as hexadecimal BPF instructions of eight bytes, for the runner to install.
/// `None` where seccomp is not supported.
pub fn strict_filter() -> Option<String> {
    #[cfg(target_os = "linux")]
    return linux::seccomp::strict_hex().ok();
    #[cfg(not(target_os = "linux"))]
    None
}
