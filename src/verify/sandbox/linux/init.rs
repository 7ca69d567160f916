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
use nix::unistd::{Pid, getpid, pipe2, setsid};

use super::super::{HELPER, Kill, Launch, Message, REPORT_FD};
use super::relay::{Relay, send};
use super::{SandboxError, processes};

/// Between two looks at what no descriptor tells: processes, disk.
pub(super) const TICK: Duration = Duration::from_millis(50);

/// Runs the launch on its standard input to the end; messages go to its standard output.
pub(super) fn init() -> Result<ExitCode, SandboxError> {
    let mut control = stand_over_children()?;
    let mut launch = Launch::read_from(&mut control).map_err(SandboxError::system("launch"))?;
    let mut watch = Watch::start(&mut launch)?;
    let (kill, orphaned) = watch.run(&control, &launch);
    // also when the program has ended: it may have left others
    let late = processes::end_all(watch.main);
    let status = watch.status.or(late);
    // only now are all writers gone
    watch.drain();
    send(&watch.relay.end(status, kill));
    if orphaned {
        let _ = std::fs::remove_dir_all(&launch.scratch);
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes this process the one that inherits and ends all that is started from here; gives the descriptor of its orders.
pub(super) fn stand_over_children() -> Result<File, SandboxError> {
    // The end of lerp is seen by the end of the orders, and all is killed. A signal instead would end this process before
    // it could: only as the first of a PID namespace, which goes down with it, is that as good. Leaving a user
    // namespace clears the setting, so it is made here, after that.
    if getpid().as_raw() == 1 {
        prctl::set_pdeathsig(Signal::SIGKILL).map_err(SandboxError::system("PDEATHSIG"))?;
    }
    prctl::set_child_subreaper(true).map_err(SandboxError::system("subreaper"))?;
    let _ = setsid();
    let control = io::stdin().as_fd().try_clone_to_owned().map_err(SandboxError::system("stdin"))?;
    Ok(File::from(control))
}

/// The running program and what is known of it.
pub(super) struct Watch {
    pub(super) main: Pid,
    pub(super) status: Option<WaitStatus>,
    pub(super) relay: Relay,
}

impl Watch {
    pub(super) fn start(launch: &mut Launch) -> Result<Self, SandboxError> {
        let (report, report_end) = pipe2(OFlag::O_CLOEXEC).map_err(SandboxError::system("pipe"))?;
        hand_down(launch, REPORT_FD, &report_end)?;
        let exe = std::env::current_exe().map_err(SandboxError::system("own path"))?;
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
        let streams = [Some(report), child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)];
        let main = Pid::from_raw(child.id().cast_signed());
        Ok(Self { main, status: None, relay: Relay::new(streams)? })
    }

    /// Until the program ends or must be ended. Says why it must, and whether lerp is gone.
    fn run(&mut self, control: &File, launch: &Launch) -> (Option<Kill>, bool) {
        let limits = launch.limits;
        let deadline = Duration::from_millis(limits.wall_ms);
        let mut ticked = Instant::now();
        loop {
            let mut fds = vec![PollFd::new(control.as_fd(), PollFlags::POLLIN)];
            fds.extend(self.relay.descriptors().map(|stream| PollFd::new(stream, PollFlags::POLLIN)));
            let idle = fds.len() == 1;
            let wait = deadline.saturating_sub(self.relay.elapsed()).min(if idle { TICK / 10 } else { TICK });
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
            if self.relay.elapsed() >= deadline {
                return (Some(Kill::Time), false);
            }
            if self.relay.output > limits.output_mb << 20 {
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

    fn drain(&mut self) {
        self.relay.drain(|line| send(&Message::Report { line }));
    }
}

/// Lets the program inherit a descriptor, whose number takes the placeholder's place in its arguments.
pub(super) fn hand_down(launch: &mut Launch, placeholder: &str, end: &OwnedFd) -> Result<(), SandboxError> {
    // on purpose for all children: this process has one thread and starts one
    fcntl(end, FcntlArg::F_SETFD(FdFlag::empty())).map_err(SandboxError::system("fcntl"))?;
    for argument in launch.argv.iter_mut().filter(|argument| *argument == placeholder) {
        *argument = end.as_raw_fd().to_string();
    }
    Ok(())
}

/// Bytes in a folder, all depths; links are not followed.
pub(super) fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some(if data.is_dir() { size_of(&entry.path()) } else { data.len() })
        })
        .sum()
}
