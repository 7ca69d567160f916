//! Files, TCP and signals: what Landlock takes away.

use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags, path_beneath_rules,
};

use super::super::{Layer, Policy};
use super::SandboxError;

/// The newest ABI of which this code knows what every right means.
const ABI_KNOWN: ABI = ABI::V6;

/// Read by Python and its libraries whatever they do. Small and without secrets: no `/etc/shadow`, no other process's `/proc`.
const SYSTEM_READ: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/nix/store",
    "/etc/alternatives",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/self",
    "/proc/stat",
    "/proc/sys/vm/overcommit_memory",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/dev/random",
    "/dev/urandom",
];

/// Written without effect.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero"];

/// Restricts this process and its children to the policy, for good. Returns the kernel's ABI number.
pub(super) fn restrict(policy: &Policy) -> Result<i32, SandboxError> {
    let refused = |error: ::landlock::RulesetError| SandboxError::Landlock(error.to_string());
    let (read, write) = (reading(), writing());
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI_KNOWN))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI_KNOWN)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI_KNOWN)))
        .and_then(|rules| rules.create())
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(SYSTEM_READ), read)))
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(&policy.read), read)))
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(DEVICES), devices())))
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(&policy.write), write)))
        .and_then(|rules| {
            rules.add_rules(path_beneath_rules(existing(&policy.execute), BitFlags::from(AccessFs::Execute) | read))
        })
        .and_then(|rules| rules.restrict_self())
        .map_err(refused)?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err(SandboxError::Landlock("not in this kernel, or not among its active security modules".to_owned()));
    }
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Ok(effective_abi as i32),
        _ => Err(SandboxError::Landlock("not available".to_owned())),
    }
}

fn reading() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

/// No device, no char or block node: a superuser's mknod would reach the disk.
fn writing() -> BitFlags<AccessFs> {
    make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | Truncate | Refer | RemoveDir | RemoveFile
        | MakeDir | MakeReg | MakeSym | MakeFifo | MakeSock})
}

fn devices() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile
}

/// A second layer for forks of a process under the policy: it reads what `policy` reads, executes nothing, and is out of reach of
/// signals and debuggers from beside it. TCP is handled by the first.
pub(super) fn layer(policy: &Policy, abi: i32) -> Layer {
    let known = match abi {
        ..=1 => ABI::V1,
        2 => ABI::V2,
        3 | 4 => ABI::V3,
        _ => ABI::V5,
    };
    let all = AccessFs::from_all(known);
    let mut attribute = vec![all.bits()];
    if abi >= 4 {
        attribute.push(0);
    }
    if abi >= 6 {
        attribute.push(Scope::from_all(ABI_KNOWN).bits());
    }
    let owned = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
    let mut read_paths = owned(SYSTEM_READ);
    read_paths.extend(policy.read.iter().cloned());
    Layer {
        attribute,
        read: (reading() & all).bits(),
        write: (writing() & all).bits(),
        device: (devices() & all).bits(),
        read_paths,
        device_paths: owned(DEVICES),
    }
}

/// The paths that are there: a rule needs something to hold on to.
fn existing<P: AsRef<Path>>(paths: &[P]) -> impl Iterator<Item = &Path> {
    paths.iter().map(AsRef::as_ref).filter(|path| path.exists())
}
