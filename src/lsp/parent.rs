//! The client's process. One that dies closes its end of the pipe, and that ends the server; but a pipe can have been handed on to
//! processes that live longer.

use std::time::Duration;

/// How often it is looked whether the client lives.
const PERIOD: Duration = Duration::from_secs(2);

/// Waits for the end of a process that [lives](lives).
pub async fn end_of(process: u32) {
    while lives(process) {
        tokio::time::sleep(PERIOD).await;
    }
}

/// Whether a process can be seen, and has not ended. One of another machine or container can not be seen.
#[cfg(target_os = "linux")]
pub fn lives(process: u32) -> bool {
    use nix::errno::Errno;
    use nix::sys::signal::kill;
    use nix::unistd::Pid;
    // another user's process lives, too
    i32::try_from(process).is_ok_and(|pid| pid > 0 && kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH))
}

/// None can be seen.
#[cfg(not(target_os = "linux"))]
pub fn lives(_: u32) -> bool {
    false
}
