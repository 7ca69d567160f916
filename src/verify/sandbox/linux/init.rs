//! The stage between lerp and the program: watches, relays, caps, and at the end kills everything.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::{Pid, pipe2, setsid};

use super::super::{Ended, HELPER, Kill, Launch, Message, REPORT_FD};
use super::{REFUSED, REFUSED_MARK, SandboxError, processes};

/// How much of each standard stream is kept, from its end.
const TAIL: usize = 16 << 10;
/// Between two looks at what no descriptor tells: processes, disk.
const TICK: Duration = Duration::from_millis(50);

/// Runs the launch on its standard input to the end; messages go to its standard output.
pub(super) fn init() -> Result<ExitCode, SandboxError> {
    // leaving a user namespace clears this, so it is set here, after that
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(SandboxError::system("PDEATHSIG"))?;
    prctl::set_child_subreaper(true).map_err(SandboxError::system("subreaper"))?;
    let _ = setsid();
    let control = io::stdin().as_fd().try_clone_to_owned().map_err(SandboxError::system("stdin"))?;
    let mut control = File::from(control);
    let mut launch = Launch::read_from(&mut control).map_err(SandboxError::system("launch"))?;
    let mut watch = Watch::start(&mut launch)?;
    let (kill, orphaned) = watch.run(&control, &launch);
    // also when the program has ended: it may have left others
    let late = processes::end_all(watch.main);
    let status = watch.status.or(late);
    // only now are all writers gone
    watch.drain();
    watch.send_end(status, kill);
    if orphaned {
        let _ = std::fs::remove_dir_all(&launch.scratch);
    }
    Ok(ExitCode::SUCCESS)
}

/// The running program and what is known of it.
struct Watch {
    main: Pid,
    status: Option<WaitStatus>,
    /// Report, standard output, standard error; `None` after their end.
    streams: [Option<File>; 3],
    kept: [Vec<u8>; 3],
    output: u64,
    started: Instant,
}

impl Watch {
    fn start(launch: &mut Launch) -> Result<Self, SandboxError> {
        let (report, report_end) = pipe2(OFlag::O_CLOEXEC).map_err(SandboxError::system("pipe"))?;
        // inherited on purpose: this process has one thread and starts one child
        fcntl(&report_end, FcntlArg::F_SETFD(FdFlag::empty())).map_err(SandboxError::system("fcntl"))?;
        for argument in launch.argv.iter_mut().filter(|argument| *argument == REPORT_FD) {
            *argument = report_end.as_raw_fd().to_string();
        }
        let exe = std::env::current_exe().map_err(SandboxError::system("own path"))?;
        let started = Instant::now();
        let mut child = Command::new(exe)
            .args([HELPER, "confine"])
            .env_clear()
            .envs(launch.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(SandboxError::system("starting the program"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // a child that died is seen by its status
            let _ = launch.write_to(&mut stdin).and_then(|()| stdin.write_all(launch.stdin.as_bytes()));
        }
        let stdout = child.stdout.take().map(|stream| File::from(OwnedFd::from(stream)));
        let stderr = child.stderr.take().map(|stream| File::from(OwnedFd::from(stream)));
        let streams = [Some(File::from(report)), stdout, stderr];
        for stream in streams.iter().flatten() {
            fcntl(stream, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(SandboxError::system("fcntl"))?;
        }
        let main = Pid::from_raw(child.id().cast_signed());
        Ok(Self { main, status: None, streams, kept: Default::default(), output: 0, started })
    }

    /// Until the program ends or must be ended. Says why it must, and whether lerp is gone.
    fn run(&mut self, control: &File, launch: &Launch) -> (Option<Kill>, bool) {
        let limits = launch.limits;
        let deadline = Duration::from_millis(limits.wall_ms);
        let mut ticked = Instant::now();
        loop {
            let mut fds = vec![PollFd::new(control.as_fd(), PollFlags::POLLIN)];
            fds.extend(self.streams.iter().flatten().map(|stream| PollFd::new(stream.as_fd(), PollFlags::POLLIN)));
            let idle = fds.len() == 1;
            let wait = deadline.saturating_sub(self.started.elapsed()).min(if idle { TICK / 10 } else { TICK });
            let _ = poll(&mut fds, PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO));
            if fds[0].any().unwrap_or(false) {
                let mut word = [0];
                let orphaned = !matches!(Read::read(&mut &*control, &mut word), Ok(1));
                return (Some(Kill::Cancelled), orphaned);
            }
            self.drain();
            self.status = self.status.or(processes::reap(self.main).0);
            if self.status.is_some() {
                return (None, false);
            }
            if self.started.elapsed() >= deadline {
                return (Some(Kill::Time), false);
            }
            if self.output > limits.output_mb << 20 {
                return (Some(Kill::Output), false);
            }
            if ticked.elapsed() >= TICK {
                if processes::descendants().len() > limits.processes {
                    return (Some(Kill::Processes), false);
                }
                if launch.policy.write.iter().map(|folder| size_of(folder)).sum::<u64>() > limits.scratch_mb << 20 {
                    return (Some(Kill::Disk), false);
                }
                ticked = Instant::now();
            }
        }
    }

    /// Takes what the streams hold now: report lines go on, of the rest the end is kept.
    fn drain(&mut self) {
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
            send(&Message::Report { line });
        }
        for tail in [out, err] {
            if tail.len() > 2 * TAIL {
                tail.drain(..tail.len() - TAIL);
            }
        }
    }

    fn send_end(&self, status: Option<WaitStatus>, kill: Option<Kill>) {
        let [_, stdout, stderr] = self.kept.each_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (code, signal) = match status {
            Some(WaitStatus::Exited(_, code)) => (Some(code), None),
            Some(WaitStatus::Signaled(_, signal, _)) => (None, Some(signal as i32)),
            _ => (None, None),
        };
        if let (Some(reason), true) = (stderr.strip_prefix(REFUSED_MARK), code == Some(i32::from(REFUSED))) {
            return send(&Message::Refused { reason: reason.trim_end().to_owned() });
        }
        // the kernel's own limit on processor time speaks by this signal
        let kill = kill.or_else(|| (signal == Some(Signal::SIGXCPU as i32)).then_some(Kill::Time));
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        send(&Message::Ended(Ended { code, signal, kill, stdout, stderr, millis }));
    }
}

fn send(message: &Message) {
    if let Ok(mut line) = serde_json::to_string(message) {
        line.push('\n');
        // lerp may be gone; the control descriptor says so next
        let _ = io::stdout().write_all(line.as_bytes());
    }
}

/// Bytes in a folder, all depths; links are not followed.
fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some(if data.is_dir() { size_of(&entry.path()) } else { data.len() })
        })
        .sum()
}
