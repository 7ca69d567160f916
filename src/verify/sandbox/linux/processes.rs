//! Counting and ending processes.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid};

/// This process's number as `/proc` has it: in a PID namespace that is not what `getpid` says.
fn own_number() -> Option<i32> {
    fs::read_link("/proc/self").ok()?.to_str()?.parse().ok()
}

/// Numbers of all living descendants of this process, as `/proc` has them.
pub(super) fn descendants() -> Vec<i32> {
    let Some(own) = own_number() else {
        return Vec::new();
    };
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, fields) in stats() {
        // state, then the parent's number
        let (state, parent) = (fields.first(), fields.get(1).and_then(|field| field.parse().ok()));
        if let Some(parent) = parent
            && state.is_some_and(|state| state != "Z" && state != "X")
        {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut found, mut open, mut seen) = (Vec::new(), vec![own], HashSet::from([own]));
    while let Some(parent) = open.pop() {
        for &pid in children.get(&parent).into_iter().flatten() {
            if seen.insert(pid) {
                found.push(pid);
                open.push(pid);
            }
        }
    }
    found
}

/// Threads that belong to a user, over all processes in sight.
pub(super) fn threads_of(user: u32) -> u64 {
    let owned = |pid: i32| fs::metadata(format!("/proc/{pid}")).is_ok_and(|data| data.uid() == user);
    // the eighteenth field after the name is the number of threads
    stats().filter(|(pid, _)| owned(*pid)).filter_map(|(_, fields)| fields.get(17)?.parse::<u64>().ok()).sum()
}

/// Number and fields of every process; the fields start after the name, which may hold anything.
fn stats() -> impl Iterator<Item = (i32, Vec<String>)> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        Some((pid, fields.split_whitespace().map(str::to_owned).collect()))
    })
}

/// Kills and reaps every descendant, including those that left the group: as subreaper this process inherits them all.
/// `main` is the process whose status is wanted.
pub(super) fn end_all(main: Pid) -> Option<WaitStatus> {
    let (mut status, mut first) = (None, true);
    // a fork bomb can win a round against the list, not every round: its parents die in each
    for _ in 0..500 {
        if getpid().as_raw() == 1 {
            // as the first process of a PID namespace: one call reaches all
            let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
        } else {
            for pid in descendants() {
                let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
        if !std::mem::take(&mut first) {
            std::thread::sleep(Duration::from_millis(2));
        }
        match reap(main) {
            (found, true) => status = status.or(found),
            (found, false) => return status.or(found),
        }
    }
    status
}

/// Reaps what has ended. Gives the status of `main` when it was among it, and whether children are left.
pub(super) fn reap(main: Pid) -> (Option<WaitStatus>, bool) {
    let mut status = None;
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return (status, true),
            Ok(ended) if ended.pid() == Some(main) => status = Some(ended),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return (status, false),
        }
    }
}
