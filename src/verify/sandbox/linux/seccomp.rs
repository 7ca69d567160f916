//! System calls: which are left, and with which arguments. The lists are in `syscalls`.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is, SeccompCondition as Condition,
    SeccompFilter, SeccompRule, TargetArch,
};

use super::{SandboxError, syscalls};

/// System call → rules; an empty list matches every call.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Landlock's ABI from which it scopes signals to the sandbox.
const ABI_SCOPES_SIGNALS: i32 = 6;
/// Landlock's ABI from which it knows truncation.
const ABI_KNOWS_TRUNCATE: i32 = 3;
/// All `CLONE_NEW*` flags.
const NEW_NAMESPACES: u64 = 0x7E02_0000;

/// Installs the filters that hold from before Python starts. `abi` is Landlock's: what it does not cover is covered here.
pub(super) fn install_base(abi: i32) -> Result<(), SandboxError> {
    // of filters that answer differently by an error number, the newest wins: the general one goes first
    for (rules, hit, miss) in [
        (allowed()?, SeccompAction::Allow, errno(libc::ENOSYS)),
        (forbidden(abi)?, errno(libc::EPERM), SeccompAction::Allow),
        (always(&[syscalls::PRETENDED, syscalls::PRETENDED_LEGACY]), SeccompAction::Errno(0), SeccompAction::Allow),
    ] {
        seccompiler::apply_filter(&compile(rules, hit, miss)?).map_err(error)?;
    }
    Ok(())
}

/// No new process, no new program: for the runner to install before the first line of the user's code.
pub(in super::super) fn strict_hex() -> Result<String, SandboxError> {
    let mut rules = no_program();
    rules.extend(no_process()?);
    hex(rules)
}

/// No new program.
pub(super) fn exec_hex() -> Result<String, SandboxError> {
    hex(no_program())
}

/// No new process, and signals to itself alone; `own` stands for its number.
pub(super) fn fork_hex(own: u32) -> Result<String, SandboxError> {
    let mut rules = no_process()?;
    rules.extend(own_signals(own)?);
    hex(rules)
}

fn hex(rules: Rules) -> Result<String, SandboxError> {
    let program = compile(rules, errno(libc::EPERM), SeccompAction::Allow)?;
    let instruction = |filter: &seccompiler::sock_filter| {
        let mut bytes = filter.code.to_ne_bytes().to_vec();
        bytes.extend([filter.jt, filter.jf]);
        bytes.extend(filter.k.to_ne_bytes());
        bytes
    };
    Ok(program.iter().flat_map(instruction).map(|byte| format!("{byte:02x}")).collect())
}

fn no_program() -> Rules {
    always(&[&[libc::SYS_execve, libc::SYS_execveat]])
}

/// What would signal another process than `own`.
fn own_signals(own: u32) -> Result<Rules, SandboxError> {
    let others = |value: u32| (0, Width::Dword, Is::Ne, value.into());
    let mut rules = Rules::new();
    rules.insert(libc::SYS_kill, vec![rule(&[others(own), others(0), others(own.wrapping_neg())])?]);
    rules.insert(libc::SYS_tgkill, vec![rule(&[others(own)])?]);
    Ok(rules)
}

fn no_process() -> Result<Rules, SandboxError> {
    let mut rules = Rules::new();
    #[cfg(target_arch = "x86_64")]
    rules.extend(always(&[&[libc::SYS_fork, libc::SYS_vfork]]));
    rules.insert(libc::SYS_clone, vec![rule(&[flags_are(0, libc::CLONE_THREAD.cast_unsigned().into(), 0)])?]);
    Ok(rules)
}

fn allowed() -> Result<Rules, SandboxError> {
    let mut rules = always(&[syscalls::ALLOWED, syscalls::ALLOWED_LEGACY]);
    let any = |argument: u8, values: &[u64]| -> Result<Vec<SeccompRule>, SandboxError> {
        values.iter().map(|&value| rule(&[equals(argument, value)])).collect()
    };
    rules.insert(libc::SYS_clone, vec![rule(&[flags_are(0, NEW_NAMESPACES, 0)])?]);
    // asking only: no new limits
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(2, Width::Qword, Is::Eq, 0)])?]);
    // no terminal, no file attributes
    let ioctls = [libc::TCGETS, libc::TIOCGWINSZ, libc::FIONREAD, libc::FIONBIO, libc::FIOCLEX, libc::FIONCLEX];
    rules.insert(libc::SYS_ioctl, any(1, &ioctls)?);
    // not the subreaper, not dumpable
    let prctls =
        [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_SECCOMP, libc::PR_SET_NO_NEW_PRIVS, libc::PR_CAPBSET_READ];
    let mut prctls = prctls.map(|number| number.cast_unsigned().into()).to_vec();
    prctls.push(0x5356_4d41); // PR_SET_VMA: names for memory
    let mut prctls = any(0, &prctls)?;
    // to die with its parent, not to outlive it
    let set = equals(0, libc::PR_SET_PDEATHSIG.cast_unsigned().into());
    prctls.push(rule(&[set, equals(1, libc::SIGKILL.cast_unsigned().into())])?);
    rules.insert(libc::SYS_prctl, prctls);
    // more filters, like more of Landlock's layers, can only take away
    rules.insert(libc::SYS_seccomp, any(0, &[libc::SECCOMP_SET_MODE_FILTER.into()])?);
    // a datagram socket of a pair could still be pointed at a socket in the file system
    let family = equals(0, libc::AF_UNIX.cast_unsigned().into());
    rules.insert(
        libc::SYS_socketpair,
        vec![rule(&[family, flags_are(1, 0xf, libc::SOCK_STREAM.cast_unsigned().into())])?],
    );
    rules.insert(libc::SYS_sendto, vec![rule(&[(4, Width::Qword, Is::Eq, 0)])?]);
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_sched_setaffinity, any(0, &[0, own])?);
    Ok(rules)
}

fn forbidden(abi: i32) -> Result<Rules, SandboxError> {
    let mut rules = always(&[syscalls::FORBIDDEN, syscalls::FORBIDDEN_LEGACY]);
    // a read-only open that truncates asks Landlock for no right to write
    let truncating = |argument| {
        rule(&[flags_are(
            argument,
            (libc::O_ACCMODE | libc::O_TRUNC).cast_unsigned().into(),
            libc::O_TRUNC.cast_unsigned().into(),
        )])
    };
    rules.insert(libc::SYS_openat, vec![truncating(2)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![truncating(1)?]);
    if abi < ABI_KNOWS_TRUNCATE {
        rules.insert(libc::SYS_truncate, Vec::new());
    }
    // signals by way of a descriptor's owner, leases and notices on others' files
    let commands =
        [libc::F_SETOWN, 10 /* F_SETSIG */, 15 /* F_SETOWN_EX */, libc::F_SETLEASE, libc::F_NOTIFY];
    let commands = commands.iter().map(|command| rule(&[equals(1, command.cast_unsigned().into())]));
    rules.insert(libc::SYS_fcntl, commands.collect::<Result<_, _>>()?);
    if abi < ABI_SCOPES_SIGNALS {
        // exec keeps the number, so this process is the one that Python will be
        rules.extend(own_signals(std::process::id())?);
    }
    Ok(rules)
}

/// Number of an argument, its width, comparison, value.
type Test = (u8, Width, Is, u64);

fn equals(argument: u8, value: u64) -> Test {
    (argument, Width::Dword, Is::Eq, value)
}

fn flags_are(argument: u8, mask: u64, value: u64) -> Test {
    (argument, Width::Dword, Is::MaskedEq(mask), value)
}

fn rule(tests: &[Test]) -> Result<SeccompRule, SandboxError> {
    let conditions =
        tests.iter().map(|(argument, width, is, value)| Condition::new(*argument, width.clone(), is.clone(), *value));
    SeccompRule::new(conditions.collect::<Result<_, _>>().map_err(error)?).map_err(error)
}

fn always(lists: &[&[libc::c_long]]) -> Rules {
    lists.iter().copied().flatten().map(|&number| (number, Vec::new())).collect()
}

fn errno(number: i32) -> SeccompAction {
    SeccompAction::Errno(number.cast_unsigned())
}

fn compile(rules: Rules, hit: SeccompAction, miss: SeccompAction) -> Result<BpfProgram, SandboxError> {
    // another architecture than the one compiled for: the filter kills, as seccompiler writes it
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(error)?;
    SeccompFilter::new(rules, miss, hit, arch).and_then(TryInto::try_into).map_err(error)
}

fn error(error: impl std::fmt::Display) -> SandboxError {
    SandboxError::Seccomp(error.to_string())
}
