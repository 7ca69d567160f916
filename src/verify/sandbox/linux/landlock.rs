//! Files, TCP and signals: what Landlock takes away.

use std::path::Path;

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags, path_beneath_rules,
};

use super::super::Policy;
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
    // no device, no char or block node: a superuser's mknod would reach the disk
    let write = make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | Truncate | Refer | RemoveDir | RemoveFile
        | MakeDir | MakeReg | MakeSym | MakeFifo | MakeSock});
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI_KNOWN))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI_KNOWN)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI_KNOWN)))
        .and_then(|rules| rules.create())
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(SYSTEM_READ), read)))
        .and_then(|rules| rules.add_rules(path_beneath_rules(existing(&policy.read), read)))
        .and_then(|rules| {
            rules.add_rules(path_beneath_rules(existing(DEVICES), AccessFs::ReadFile | AccessFs::WriteFile))
        })
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

/// The paths that are there: a rule needs something to hold on to.
fn existing<P: AsRef<Path>>(paths: &[P]) -> impl Iterator<Item = &Path> {
    paths.iter().map(AsRef::as_ref).filter(|path| path.exists())
}
