//! What one process says: its report goes on line by line, of its standard streams the end is kept.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use serde::Serialize;

use super::super::{Ended, Kill, Message};
use super::{REFUSED, REFUSED_MARK, SandboxError};

/// How much of each standard stream is kept, from its end.
const TAIL: usize = 16 << 10;

/// The reading ends of a process's streams.
pub(super) struct Relay {
    /// Report, standard output, standard error; `None` after their end.
    streams: [Option<File>; 3],
    kept: [Vec<u8>; 3],
    /// Bytes that it wrote to all of them.
    pub(super) output: u64,
    started: Instant,
}

impl Relay {
    /// Report, standard output, standard error.
    pub(super) fn new(streams: [Option<OwnedFd>; 3]) -> Result<Self, SandboxError> {
        let streams = streams.map(|stream| stream.map(File::from));
        for stream in streams.iter().flatten() {
            fcntl(stream, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(SandboxError::system("fcntl"))?;
        }
        Ok(Self { streams, kept: Default::default(), output: 0, started: Instant::now() })
    }

    /// What `poll` is to watch.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.streams.iter().flatten().map(AsFd::as_fd)
    }

    /// Nobody can write to any of them any more.
    pub(super) fn closed(&self) -> bool {
        self.streams.iter().all(Option::is_none)
    }

    /// Since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Takes what the streams hold now; each whole line of the report goes to `heard`.
    pub(super) fn drain(&mut self, mut heard: impl FnMut(String)) {
        let mut block = [0; 1 << 16];
        for (stream, kept) in self.streams.iter_mut().zip(&mut self.kept) {
            // bounded, so that a flood can not keep the caps from being looked at
            for _ in 0..16 {
                let Some(file) = stream else { break };
                match file.read(&mut block) {
                    Ok(0) => *stream = None,
                    Ok(count) => {
                        self.output += count as u64;
                        kept.extend_from_slice(&block[..count]);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        }
        let [report, out, err] = &mut self.kept;
        while let Some(end) = report.iter().position(|&byte| byte == b'\n') {
            let line = String::from_utf8_lossy(&report[..end]).into_owned();
            report.drain(..=end);
            heard(line);
        }
        for tail in [out, err] {
            if tail.len() > 2 * TAIL {
                tail.drain(..tail.len() - TAIL);
            }
        }
    }

    /// The last message.
    pub(super) fn end(&self, status: Option<WaitStatus>, kill: Option<Kill>) -> Message {
        let [_, stdout, stderr] = self.kept.each_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (code, signal) = match status {
            Some(WaitStatus::Exited(_, code)) => (Some(code), None),
            Some(WaitStatus::Signaled(_, signal, _)) => (None, Some(signal as i32)),
            _ => (None, None),
        };
        if let (Some(reason), true) = (stderr.strip_prefix(REFUSED_MARK), code == Some(i32::from(REFUSED))) {
            return Message::Refused { reason: reason.trim_end().to_owned() };
        }
        // the kernel's own limit on processor time speaks by this signal
        let kill = kill.or_else(|| (signal == Some(Signal::SIGXCPU as i32)).then_some(Kill::Time));
        let millis = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        Message::Ended(Ended { code, signal, kill, stdout, stderr, millis })
    }
}

/// One line to lerp.
pub(super) fn send(message: &impl Serialize) {
    if let Ok(mut line) = serde_json::to_string(message) {
        line.push('\n');
        // lerp may be gone; the control descriptor says so next
        let _ = io::stdout().write_all(line.as_bytes());
    }
}
