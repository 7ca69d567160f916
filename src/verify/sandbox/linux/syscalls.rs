//! The system calls that Python, its standard library and common extension modules need, and what becomes of the rest.

use nix::libc::{self, c_long};

/// Allowed whatever their arguments. All others answer `ENOSYS`, as an older kernel would: libraries then take another way
/// (glibc falls back from `clone3` to `clone`, whose flags a filter can see).
// a family a paragraph, not a name a line
#[rustfmt::skip]
pub(super) const ALLOWED: &[c_long] = &[
    // memory
    libc::SYS_brk, libc::SYS_madvise, libc::SYS_membarrier, libc::SYS_mincore, libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_mremap,
    libc::SYS_msync, libc::SYS_munmap,
    // open files
    libc::SYS_close, libc::SYS_close_range, libc::SYS_copy_file_range, libc::SYS_dup, libc::SYS_dup3, libc::SYS_fadvise64,
    libc::SYS_fallocate, libc::SYS_fcntl, libc::SYS_fdatasync, libc::SYS_flock, libc::SYS_fstat, libc::SYS_fsync, libc::SYS_ftruncate,
    libc::SYS_getdents64, libc::SYS_lseek, libc::SYS_pipe2, libc::SYS_pread64, libc::SYS_preadv, libc::SYS_preadv2, libc::SYS_pwrite64,
    libc::SYS_pwritev, libc::SYS_pwritev2, libc::SYS_read, libc::SYS_readv, libc::SYS_sendfile, libc::SYS_splice,
    libc::SYS_sync_file_range, libc::SYS_tee, libc::SYS_write, libc::SYS_writev,
    // paths: Landlock decides which
    libc::SYS_chdir, libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_fchdir, libc::SYS_fgetxattr, libc::SYS_flistxattr,
    libc::SYS_fstatfs, libc::SYS_getcwd, libc::SYS_getxattr, libc::SYS_lgetxattr, libc::SYS_linkat, libc::SYS_listxattr,
    libc::SYS_llistxattr, libc::SYS_mkdirat, libc::SYS_mknodat, libc::SYS_newfstatat, libc::SYS_openat, libc::SYS_readlinkat,
    libc::SYS_renameat, libc::SYS_renameat2, libc::SYS_statfs, libc::SYS_statx, libc::SYS_symlinkat, libc::SYS_truncate,
    libc::SYS_umask, libc::SYS_unlinkat,
    // giving up more rights
    libc::SYS_landlock_add_rule, libc::SYS_landlock_create_ruleset, libc::SYS_landlock_restrict_self,
    // waiting
    libc::SYS_epoll_create1, libc::SYS_epoll_ctl, libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2, libc::SYS_eventfd2,
    libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_signalfd4, libc::SYS_timerfd_create, libc::SYS_timerfd_gettime,
    libc::SYS_timerfd_settime,
    // socket pairs within the process
    libc::SYS_getpeername, libc::SYS_getsockname, libc::SYS_getsockopt, libc::SYS_recvfrom, libc::SYS_recvmmsg, libc::SYS_recvmsg,
    libc::SYS_sendmmsg, libc::SYS_sendmsg, libc::SYS_setsockopt, libc::SYS_shutdown,
    // time
    libc::SYS_clock_getres, libc::SYS_clock_gettime, libc::SYS_clock_nanosleep, libc::SYS_getitimer, libc::SYS_gettimeofday,
    libc::SYS_nanosleep, libc::SYS_setitimer, libc::SYS_timer_create, libc::SYS_timer_delete, libc::SYS_timer_getoverrun,
    libc::SYS_timer_gettime, libc::SYS_timer_settime, libc::SYS_times,
    // threads and signals
    libc::SYS_futex, libc::SYS_get_robust_list, libc::SYS_getcpu, libc::SYS_gettid, libc::SYS_kill, libc::SYS_restart_syscall,
    libc::SYS_rseq, libc::SYS_rt_sigaction, libc::SYS_rt_sigpending, libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend, libc::SYS_rt_sigtimedwait, libc::SYS_sched_get_priority_max, libc::SYS_sched_get_priority_min,
    libc::SYS_sched_getaffinity, libc::SYS_sched_getparam, libc::SYS_sched_getscheduler, libc::SYS_sched_yield,
    libc::SYS_set_robust_list, libc::SYS_set_tid_address, libc::SYS_sigaltstack, libc::SYS_tgkill,
    // this process; fork and exec are taken away by the strict filter
    libc::SYS_capget, libc::SYS_execve, libc::SYS_exit, libc::SYS_exit_group, libc::SYS_getegid, libc::SYS_geteuid, libc::SYS_getgid,
    libc::SYS_getgroups, libc::SYS_getpgid, libc::SYS_getpid, libc::SYS_getppid, libc::SYS_getpriority, libc::SYS_getrandom,
    libc::SYS_getresgid, libc::SYS_getresuid, libc::SYS_getrusage, libc::SYS_getsid, libc::SYS_getuid, libc::SYS_setpgid,
    libc::SYS_setsid, libc::SYS_sysinfo, libc::SYS_uname, libc::SYS_wait4, libc::SYS_waitid,
];

/// The older spellings that x86-64 still has, allowed whatever their arguments.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
pub(super) const ALLOWED_LEGACY: &[c_long] = &[
    libc::SYS_access, libc::SYS_alarm, libc::SYS_arch_prctl, libc::SYS_creat, libc::SYS_dup2, libc::SYS_epoll_create,
    libc::SYS_epoll_wait, libc::SYS_eventfd, libc::SYS_fork, libc::SYS_getdents, libc::SYS_getpgrp, libc::SYS_getrlimit,
    libc::SYS_link, libc::SYS_lstat, libc::SYS_mkdir, libc::SYS_mknod, libc::SYS_open, libc::SYS_pause, libc::SYS_pipe,
    libc::SYS_poll, libc::SYS_readlink, libc::SYS_rename, libc::SYS_rmdir, libc::SYS_select, libc::SYS_stat, libc::SYS_symlink,
    libc::SYS_time, libc::SYS_unlink, libc::SYS_vfork,
];
/// None elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const ALLOWED_LEGACY: &[c_long] = &[];

/// Answered by `EPERM`: nothing retries them another way, and the message in a traceback says what happened.
#[rustfmt::skip]
pub(super) const FORBIDDEN: &[c_long] = &[
    libc::SYS_accept, libc::SYS_accept4, libc::SYS_add_key, libc::SYS_bind, libc::SYS_bpf, libc::SYS_capset, libc::SYS_chroot,
    libc::SYS_connect, libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_fremovexattr, libc::SYS_fsetxattr, libc::SYS_keyctl,
    libc::SYS_lremovexattr, libc::SYS_lsetxattr, libc::SYS_listen, libc::SYS_mount, libc::SYS_perf_event_open,
    libc::SYS_pidfd_send_signal, libc::SYS_pivot_root, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_ptrace,
    libc::SYS_reboot, libc::SYS_removexattr, libc::SYS_request_key, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_setgid, libc::SYS_setgroups, libc::SYS_setns, libc::SYS_setpriority, libc::SYS_setresgid, libc::SYS_setresuid,
    libc::SYS_setrlimit, libc::SYS_setuid, libc::SYS_setxattr, libc::SYS_socket, libc::SYS_tkill, libc::SYS_umount2,
    libc::SYS_unshare, libc::SYS_userfaultfd,
];
/// The same for the older spellings of x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const FORBIDDEN_LEGACY: &[c_long] = &[libc::SYS_chown, libc::SYS_lchown];
/// None elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const FORBIDDEN_LEGACY: &[c_long] = &[];

/// Answered by success and nothing done. Landlock knows no right for modes and times, so they could be changed on every
/// file that the user owns; refusing them outright would fail each test that copies a file.
pub(super) const PRETENDED: &[c_long] =
    &[libc::SYS_fchmod, libc::SYS_fchmodat, /* fchmodat2 */ 452, libc::SYS_utimensat];
/// The same for the older spellings of x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const PRETENDED_LEGACY: &[c_long] =
    &[libc::SYS_chmod, libc::SYS_futimesat, libc::SYS_utime, libc::SYS_utimes];
/// None elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const PRETENDED_LEGACY: &[c_long] = &[];
