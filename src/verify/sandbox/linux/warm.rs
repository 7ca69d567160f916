//! The stage that keeps warm processes: passes on orders to fork them, and watches each fork as `init` watches its program.
//!
//! A fork becomes a child of this stage (the process between it and the warm one is gone at once), so its status is seen
//! here and by nobody whom it could fool. Its first report line is its number.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{IoSlice, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, sendmsg, socketpair};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, pipe2};
use serde_json::json;

use super::super::{CONTROL_FD, Fork, Kill, Launch, Limits, Message, Order, Word};
use super::init::{TICK, Watch, hand_down, size_of, stand_over_children};
use super::relay::{Relay, send};
use super::{SandboxError, processes};

/// Starts the launch on its standard input as the first warm process (number 0) and serves orders to their end. The launch's
/// time limit is how long the stage waits for an order.
pub(super) fn warm() -> Result<ExitCode, SandboxError> {
    let mut control = stand_over_children()?;
    let mut launch = Launch::read_from(&mut control).map_err(SandboxError::system("launch"))?;
    let (socket, far) = pair()?;
    hand_down(&mut launch, CONTROL_FD, &far)?;
    let first = Watch::start(&mut launch)?;
    drop(far);
    let task = Task {
        pid: Some(first.main),
        relay: first.relay,
        socket: Some(socket),
        deadline: Some(LONGEST_START),
        limits: launch.limits,
        folder: None,
        from: 0,
        kill: None,
    };
    let mut stage = Stage { tasks: BTreeMap::from([(0, task)]), dead: HashMap::new(), orders: Vec::new() };
    let orphaned = stage.run(&mut control, &launch);
    processes::end_all(first.main);
    for &id in stage.tasks.keys() {
        send(&Word { id, message: Message::Refused { reason: GONE.to_owned() } });
    }
    if orphaned {
        let _ = std::fs::remove_dir_all(&launch.scratch);
    }
    Ok(ExitCode::SUCCESS)
}

/// lerp gives up earlier; until it says that the first process is to be kept, the stage is not idle.
const LONGEST_START: Duration = Duration::from_secs(600);

/// What is said of forks that can not be had.
const GONE: &str = "the warm process is gone";

/// A warm process or a fork.
struct Task {
    /// `None` until it says.
    pid: Option<Pid>,
    relay: Relay,
    /// Where a warm one gets its orders.
    socket: Option<OwnedFd>,
    deadline: Option<Duration>,
    limits: Limits,
    folder: Option<PathBuf>,
    /// The warm process that it is a fork of.
    from: u64,
    kill: Option<Kill>,
}

struct Stage {
    tasks: BTreeMap<u64, Task>,
    /// Reaped, and not yet known to be anyone's.
    dead: HashMap<Pid, WaitStatus>,
    /// The part of an order that has come.
    orders: Vec<u8>,
}

impl Stage {
    /// Until the orders end, the first process ends, or nothing was wanted for long. Says whether lerp is gone.
    fn run(&mut self, control: &mut File, launch: &Launch) -> bool {
        let idle = Duration::from_millis(launch.limits.wall_ms);
        let (mut ticked, mut wanted) = (Instant::now(), Instant::now());
        loop {
            if self.wait(control) {
                wanted = Instant::now();
                match self.take_orders(control) {
                    Orders::More => {}
                    Orders::Quit => return false,
                    Orders::Ended => return true,
                }
            }
            let tick = ticked.elapsed() >= TICK;
            self.look(tick);
            if !self.tasks.contains_key(&0) {
                return false;
            }
            if tick {
                if processes::descendants().len() > launch.limits.processes + 2 * self.tasks.len() {
                    return false;
                }
                ticked = Instant::now();
            }
            if self.tasks.values().any(|task| task.deadline.is_some()) {
                wanted = Instant::now();
            } else if wanted.elapsed() > idle {
                return false;
            }
        }
    }

    /// Sleeps until something may have happened; whether orders have.
    fn wait(&self, control: &File) -> bool {
        let mut fds = vec![PollFd::new(control.as_fd(), PollFlags::POLLIN)];
        let streams = self.tasks.values().flat_map(|task| task.relay.descriptors());
        fds.extend(streams.map(|stream| PollFd::new(stream, PollFlags::POLLIN)));
        let left = |task: &Task| Some(task.deadline?.saturating_sub(task.relay.elapsed()));
        // the end of a process closes its streams a moment before it can be reaped
        let ending = self.tasks.values().any(|task| task.relay.closed() || task.kill.is_some());
        let longest = if ending { TICK / 50 } else { TICK };
        let wait = self.tasks.values().filter_map(left).min().unwrap_or(TICK).min(longest);
        let _ = poll(&mut fds, PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO));
        fds[0].any().unwrap_or(false)
    }

    fn take_orders(&mut self, control: &mut File) -> Orders {
        let mut block = [0; 1 << 14];
        match control.read(&mut block) {
            Ok(count) if count > 0 => self.orders.extend_from_slice(&block[..count]),
            _ => return Orders::Ended,
        }
        while let Some(end) = self.orders.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.orders.drain(..=end).collect();
            match serde_json::from_slice(&line) {
                Ok(Order::Fork(fork)) => {
                    if self.fork(&fork).is_err() {
                        let reason = GONE.to_owned();
                        send(&Word { id: fork.id, message: Message::Refused { reason } });
                    }
                }
                Ok(Order::Keep { id }) => {
                    self.tasks.get_mut(&id).into_iter().for_each(|task| task.deadline = None);
                }
                Ok(Order::End { id }) if id != 0 => {
                    self.tasks.get_mut(&id).into_iter().for_each(|task| task.end(Kill::Cancelled));
                }
                Ok(Order::Quit) => return Orders::Quit,
                Ok(Order::End { .. }) | Err(_) => {}
            }
        }
        Orders::More
    }

    /// Sends a warm process the order and the writing ends of new pipes.
    fn fork(&mut self, fork: &Fork) -> Result<(), SandboxError> {
        let gone = || SandboxError::system::<std::io::Error>("fork")(std::io::ErrorKind::NotFound.into());
        let target = self.tasks.get(&fork.from).and_then(|task| task.socket.as_ref()).ok_or_else(gone)?;
        let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(SandboxError::system("pipe"));
        let [(report, report_end), (out, out_end), (err, err_end)] = [pipe()?, pipe()?, pipe()?];
        let (socket, far) = if fork.warm { pair().map(|(near, far)| (Some(near), Some(far)))? } else { (None, None) };
        let ends: Vec<RawFd> = [Some(&report_end), Some(&out_end), Some(&err_end), far.as_ref()]
            .into_iter()
            .flatten()
            .map(AsRawFd::as_raw_fd)
            .collect();
        let order = json!({ "token": fork.token, "payload": fork.payload, "folder": fork.folder }).to_string();
        sendmsg::<()>(
            target.as_raw_fd(),
            &[IoSlice::new(order.as_bytes())],
            &[ControlMessage::ScmRights(&ends)],
            MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT,
            None,
        )
        .map_err(SandboxError::system("fork"))?;
        let task = Task {
            pid: None,
            relay: Relay::new([Some(report), Some(out), Some(err)])?,
            socket,
            deadline: Some(Duration::from_millis(fork.limits.wall_ms)),
            limits: fork.limits,
            folder: Some(fork.folder.clone()),
            from: fork.from,
            kill: None,
        };
        self.tasks.insert(fork.id, task);
        Ok(())
    }

    /// Relays, reaps, caps.
    fn look(&mut self, tick: bool) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            match status.pid() {
                Some(pid) => drop(self.dead.insert(pid, status)),
                None => break,
            }
        }
        let (mut over, mut stuck) = (Vec::new(), Vec::new());
        for (&id, task) in &mut self.tasks {
            // after reaping: what a dead process said is all in its pipes by now
            task.listen(id, &self.dead);
            task.cap(tick);
            if let Some(status) = task.pid.and_then(|pid| self.dead.remove(&pid)) {
                send(&Word { id, message: task.relay.end(Some(status), task.kill) });
                over.push(id);
            } else if task.pid.is_none() && task.relay.closed() {
                send(&Word { id, message: Message::Refused { reason: GONE.to_owned() } });
                over.push(id);
            } else if task.pid.is_none() && task.kill == Some(Kill::Time) {
                stuck.push(task.from);
            }
        }
        for id in over {
            self.tasks.remove(&id);
        }
        // a warm process that does not fork when it is asked to is of no more use
        for id in stuck {
            self.tasks.get_mut(&id).into_iter().for_each(|task| task.end(Kill::Time));
        }
        if self.tasks.values().all(|task| task.pid.is_some()) {
            // no task's: processes that stood between
            self.dead.clear();
        }
    }
}

enum Orders {
    More,
    Quit,
    Ended,
}

impl Task {
    fn listen(&mut self, id: u64, dead: &HashMap<Pid, WaitStatus>) {
        let pid = &mut self.pid;
        self.relay.drain(|line| match pid {
            None => {
                let said = line.strip_prefix("pid ").and_then(|number| number.parse().ok()).map(Pid::from_raw);
                *pid = said.filter(|pid| dead.contains_key(pid) || is_child(*pid));
            }
            Some(_) => send(&Word { id, message: Message::Report { line } }),
        });
    }

    fn cap(&mut self, tick: bool) {
        if let Some(reason) = self.kill {
            self.end(reason);
        } else if self.deadline.is_some_and(|deadline| self.relay.elapsed() >= deadline) {
            self.end(Kill::Time);
        } else if self.relay.output > self.limits.output_mb << 20 && self.deadline.is_some() {
            self.end(Kill::Output);
        } else if tick && self.folder.as_deref().is_some_and(|folder| size_of(folder) > self.limits.scratch_mb << 20) {
            self.end(Kill::Disk);
        }
    }

    /// It can not have started others, so its own end is enough; a warm one's forks go on.
    fn end(&mut self, reason: Kill) {
        self.kill = self.kill.or(Some(reason));
        // again at the next look when it has not said its number yet
        if let Some(pid) = self.pid {
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
}

fn is_child(pid: Pid) -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    pid.as_raw() > 1 && waitid(Id::Pid(pid), look).is_ok()
}

/// Two ends of a socket that keeps messages apart.
fn pair() -> Result<(OwnedFd, OwnedFd), SandboxError> {
    socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .map_err(SandboxError::system("socketpair"))
}
