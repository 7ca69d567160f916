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
//! The end of `lerp` closes `init`'s stdin, and `init` then kills what it started: `kill -9` of lerp leaves no process.
//!
//! The filter that `confine` installs must still let one `execve` through, the one that starts Python. So a second,
//! stricter filter ([`strict_filter`]: no fork, no exec) travels to the runner, which installs it before it imports
//! pytest or a line of the user's. Where a project's tests need subprocesses ([`Policy::processes`]) only the first holds: children inherit
//! every restriction, and `init` caps their number and kills them at the end.

#[cfg(target_os = "linux")]
mod linux;
mod report;
mod spec;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

pub use report::{Row, SandboxReport};
pub use spec::{Ended, Kill, Launch, Limits, Message, Policy};

/// The hidden first argument that makes the binary a stage of the sandbox.
pub const HELPER: &str = "__sandbox";

/// In `Launch::argv`, stands for the number of the inherited descriptor to which the runner reports.
pub const REPORT_FD: &str = "{report-fd}";

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

/// The second filter (no fork, no exec) as hexadecimal BPF instructions of eight bytes, for the runner to install.
/// `None` where seccomp is not supported.
pub fn strict_filter() -> Option<String> {
    #[cfg(target_os = "linux")]
    return linux::seccomp::strict_hex().ok();
    #[cfg(not(target_os = "linux"))]
    None
}
