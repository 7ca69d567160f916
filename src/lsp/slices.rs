//! Short time slices for the loop's thread, so that it gets them soon: a message that comes while the processors decode, test or
//! compile would else wait until what runs has had its whole slice, milliseconds.

/// What the loop needs for one message, several times over.
#[cfg(target_os = "linux")]
const SLICE_NANOSECONDS: u64 = 100_000;

/// Asks for short slices for the calling thread, and not for the threads that it starts. Systems that do not know of it go on as
/// they were: so does Linux before 6.12.
#[cfg(target_os = "linux")]
pub fn short() {
    use nix::libc;

    /// As Linux has it since 3.14; see sched_setattr(2).
    #[repr(C)]
    #[derive(Default)]
    struct Attributes {
        size: u32,
        policy: u32,
        flags: u64,
        nice: i32,
        priority: u32,
        runtime: u64,
        deadline: u64,
        period: u64,
    }
    const THIS_THREAD: libc::c_long = 0;
    const NO_FLAGS: libc::c_long = 0;
    // it fits
    let size = size_of::<Attributes>() as u32;
    let mut now = Attributes::default();
    // SAFETY: the system writes at most `size` bytes of plain numbers into `now`
    let known = unsafe { libc::syscall(libc::SYS_sched_getattr, THIS_THREAD, &raw mut now, size, NO_FLAGS) };
    // whoever chose another policy for the server knows better
    if known != 0 || i32::try_from(now.policy) != Ok(libc::SCHED_OTHER) {
        return;
    }
    let flags = now.flags | u64::from(libc::SCHED_FLAG_RESET_ON_FORK.unsigned_abs());
    let wanted = Attributes { size, flags, runtime: SLICE_NANOSECONDS, ..now };
    // SAFETY: the system reads `size` bytes; what it refuses stays as it was
    unsafe { libc::syscall(libc::SYS_sched_setattr, THIS_THREAD, &raw const wanted, NO_FLAGS) };
}

/// Asks for nothing.
#[cfg(not(target_os = "linux"))]
pub fn short() {}
