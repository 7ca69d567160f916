//! Resource limits of the confined process.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::getuid;

use super::super::Limits;
use super::{SandboxError, processes};

const MEGA: u64 = 1 << 20;

/// Sets every limit, never above what the user has.
pub(super) fn apply(limits: &Limits) -> Result<(), SandboxError> {
    let values = [
        // both: DATA counts private memory, AS stops what DATA does not see
        (Resource::RLIMIT_DATA, limits.memory_mb * MEGA),
        (Resource::RLIMIT_AS, limits.memory_mb * MEGA * 4),
        (Resource::RLIMIT_FSIZE, limits.file_mb * MEGA),
        (Resource::RLIMIT_NOFILE, limits.open_files),
        (Resource::RLIMIT_NPROC, threads_allowed(limits)),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_MSGQUEUE, 0),
        (Resource::RLIMIT_MEMLOCK, 0),
    ];
    // a second between the soft and the hard limit: the soft one's signal says which cap it was
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU).map_err(SandboxError::system("getrlimit"))?;
    setrlimit(Resource::RLIMIT_CPU, limits.cpu_s.max(1).min(hard), (limits.cpu_s + 2).min(hard))
        .map_err(SandboxError::system("setrlimit"))?;
    for (resource, wanted) in values {
        let (_, hard) = getrlimit(resource).map_err(SandboxError::system("getrlimit"))?;
        let value = wanted.min(hard);
        setrlimit(resource, value, value).map_err(SandboxError::system("setrlimit"))?;
    }
    Ok(())
}

/// The kernel counts the user's threads, not the sandbox's (in a private user namespace it counts only those in it), and
/// does not hold the superuser to it at all: `init` counts processes too.
fn threads_allowed(limits: &Limits) -> u64 {
    // a test may start threads in plenty: 256 beside the processes
    let sandbox = limits.processes as u64 + 256;
    processes::threads_of(getuid().as_raw()) + sandbox
}
