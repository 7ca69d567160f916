//! What the sandbox can do here: found by confining a child and letting it try.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use nix::unistd::{geteuid, getuid};

use super::super::{HELPER, Limits, Policy, SandboxReport};
use super::{SandboxError, confine, limits, supervise};

/// Runs the probing child and reads its report.
pub(in super::super) fn probe(helper: Option<&Path>) -> SandboxReport {
    let exe = helper.map_or_else(std::env::current_exe, |path| Ok(path.to_owned()));
    let run = |stage: &str| {
        let exe = exe.as_ref().map_err(ToString::to_string)?;
        let child = Command::new(exe).args([HELPER, stage]).stdin(Stdio::null()).stderr(Stdio::piped()).output();
        child.map_err(|error| format!("{}: {error}", exe.display()))
    };
    let mut report = match run("probe") {
        Ok(output) => serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            let mut report = SandboxReport::default();
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            report.add("sandbox", false, true, format!("the probe ended with {}: {said}", output.status));
            report
        }),
        Err(error) => {
            let mut report = SandboxReport::default();
            report.add("sandbox", false, true, format!("the probe did not start: {error}"));
            report
        }
    };
    let namespaces = run("probe-namespaces");
    report.namespaces = namespaces.as_ref().is_ok_and(|output| output.status.success());
    let detail = match namespaces {
        _ if report.namespaces => "user, PID, network and IPC".to_owned(),
        Ok(output) => {
            format!("not allowed here, the rest holds without ({})", String::from_utf8_lossy(&output.stderr).trim())
        }
        Err(error) => error,
    };
    report.add("private namespaces", report.namespaces, false, detail);
    report
}

/// Inside namespaces nothing more is to be done: that this stage runs is the answer.
pub(super) fn namespaces() -> Result<ExitCode, SandboxError> {
    supervise::in_namespaces("probe-nothing")
}

/// The child: looks, confines itself, tries, and writes the report to its standard output.
pub(super) fn child() -> Result<ExitCode, SandboxError> {
    let mut report = SandboxReport::default();
    let limited = limits::apply(&Limits::default());
    report.add("resource limits", limited.is_ok(), true, describe(limited, "time, memory, files, processes"));
    match confine::apply(&Policy::default()) {
        Ok(abi) => {
            report.landlock_abi = abi;
            let newer = if abi < 6 { "; seccomp covers what newer ones add" } else { "" };
            report.add("Landlock", true, true, format!("ABI {abi}{newer}"));
            report.add("seccomp", true, true, format!("filters for {}", std::env::consts::ARCH));
            attempts(&mut report);
        }
        Err(error @ SandboxError::Seccomp(_)) => report.add("seccomp", false, true, error.to_string()),
        Err(error) => report.add(
            "Landlock",
            false,
            true,
            format!("{error} (Linux 5.13 or newer, with landlock among lsm= at boot)"),
        ),
    }
    // the superuser is not held to a number of processes, init's count is then the only one
    let counted = !(getuid().is_root() || geteuid().is_root());
    let detail = if counted { "by the kernel and by init" } else { "by init alone: you are the superuser" };
    report.add("process cap", counted, false, detail);
    let json = serde_json::to_vec(&report).map_err(io::Error::from).map_err(SandboxError::system("report"))?;
    io::stdout().write_all(&json).map_err(SandboxError::system("report"))?;
    Ok(ExitCode::SUCCESS)
}

/// What the confined child still can do that it must not.
fn attempts(report: &mut SandboxReport) {
    let outside = std::env::temp_dir().join("lerp-probe");
    let tries: [(&str, bool); 4] = [
        ("read a folder outside", std::fs::read_dir("/etc").is_ok()),
        ("write outside", OpenOptions::new().write(true).create(true).truncate(false).open(&outside).is_ok()),
        ("open a socket", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("read another process", File::open("/proc/1/environ").is_ok()),
    ];
    // only there when it should not be
    let _ = std::fs::remove_file(&outside);
    let holes: Vec<&str> = tries.iter().filter(|(_, worked)| *worked).map(|(what, _)| *what).collect();
    let detail = if holes.is_empty() {
        "files, sockets and other processes are out of reach".to_owned()
    } else {
        format!("it can {}", holes.join(", "))
    };
    report.add("tried to break out", holes.is_empty(), true, detail);
}

fn describe(result: Result<(), SandboxError>, good: &str) -> String {
    result.map_or_else(|error| error.to_string(), |()| good.to_owned())
}
