//! One confined run, from lerp's side: start, listen, cancel.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use thiserror::Error;

use super::sandbox::{Ended, HELPER, Launch, Message};

/// How often a cancellation is looked for.
pub(super) const TICK: Duration = Duration::from_millis(10);
/// How long after its own limit the sandbox may still take to say so.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Why a run gave nothing that could be judged.
#[derive(Debug, Error)]
pub(super) enum RunError {
    /// The stage did not start.
    #[error("the sandbox can not be started: {0}")]
    Start(std::io::Error),
    /// It could not set up the confinement.
    #[error("the sandbox can not be set up: {0}")]
    Refused(String),
    /// It was gone before its last word.
    #[error("the sandbox ended without a word")]
    Lost,
    /// No test that counts is left.
    #[error("no test that reaches it passes twice on the original")]
    Flaky,
    /// It is not wanted any more.
    #[error("cancelled")]
    Cancelled,
}

/// Asked again and again whether the work is still wanted.
pub(super) type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// Starts a stage: it, its orders, its messages.
pub(super) fn start(helper: &Path, stage: &str) -> Result<(Child, ChildStdin, ChildStdout), RunError> {
    let mut command = Command::new(helper);
    command.args([HELPER, stage]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Ctrl-C on the terminal is lerp's to handle
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(RunError::Start)?;
    let (Some(control), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(RunError::Lost);
    };
    Ok((child, control, stdout))
}

/// Runs a launch to its end. `helper` is the lerp binary, `stage` its first stage. Each report line goes to `heard`.
pub(super) fn run(
    helper: &Path,
    stage: &str,
    launch: &Launch,
    cancelled: Cancelled,
    mut heard: impl FnMut(&str),
) -> Result<Ended, RunError> {
    let (mut child, mut control, stdout) = start(helper, stage)?;
    let (sender, receiver) = channel();
    let reader = std::thread::spawn(move || {
        let messages = BufReader::new(stdout).lines().map_while(Result::ok);
        messages
            .filter_map(|line| serde_json::from_str(&line).ok())
            .try_for_each(|message: Message| sender.send(message).ok())
    });
    // one that died already is seen by its silence
    let _ = launch.write_to(&mut control);
    let deadline = Instant::now() + Duration::from_millis(launch.limits.wall_ms) + GRACE;
    let (mut result, mut asked) = (Err(RunError::Lost), false);
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(Message::Report { line }) => heard(&line),
            Ok(Message::Refused { reason }) => result = Err(RunError::Refused(reason)),
            Ok(Message::Ended(ended)) => result = Ok(ended),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if !asked && cancelled() {
            asked = true;
            let _ = control.write_all(b"c");
        }
        if Instant::now() > deadline {
            // its children go with it: they asked the system for that
            let _ = child.kill();
            break;
        }
    }
    let _ = child.wait();
    let _ = reader.join();
    result
}
