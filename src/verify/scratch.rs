//! The scratch folder of a process, and those that dead processes left: `kill -9` gives nobody time to clean up.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "lerp-verify-";
/// A file that is locked as long as the folder's process lives.
const MARK: &str = "alive";

/// A folder, removed with this.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    _mark: File,
}

impl Scratch {
    /// Makes one in the system's folder for temporary files.
    pub(super) fn new() -> io::Result<Self> {
        let scratch = Self::within(&std::env::temp_dir())?;
        if let Some(around) = scratch.path().parent() {
            sweep(around, scratch.path());
        }
        Ok(scratch)
    }

    fn within(around: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(around)?;
        // locked before it has its name: nobody sees it free
        let unnamed = folder.path().join("mark");
        let mark = File::create(&unnamed)?;
        mark.lock()?;
        fs::rename(unnamed, folder.path().join(MARK))?;
        Ok(Self { folder, _mark: mark })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders beside `own`, of the same user, whose processes are gone. What can not be removed stays.
fn sweep(around: &Path, own: &Path) {
    for entry in fs::read_dir(around).into_iter().flatten().flatten() {
        let path = entry.path();
        let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if named && path != own && entry.file_type().is_ok_and(|kind| kind.is_dir()) && same_owner(&path, own) {
            let mark = path.join(MARK);
            let plain = fs::symlink_metadata(&mark).is_ok_and(|data| data.is_file());
            let free = || File::open(&mark).is_ok_and(|mark| mark.try_lock().is_ok());
            if plain && free() {
                let _ = fs::remove_dir_all(&path);
            }
        }
    }
}

#[cfg(unix)]
fn same_owner(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| fs::symlink_metadata(path).map(|data| data.uid()).ok();
    owner(a).is_some() && owner(a) == owner(b)
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dead_processes_left_is_removed() {
        let around = tempfile::tempdir().unwrap();
        let own = Scratch::within(around.path()).unwrap();
        let living = Scratch::within(around.path()).unwrap();
        for (folder, mark) in [("lerp-verify-dead", true), ("lerp-verify-new", false), ("another", true)] {
            fs::create_dir(around.path().join(folder)).unwrap();
            if mark {
                fs::write(around.path().join(folder).join(MARK), "").unwrap();
            }
        }
        sweep(around.path(), own.path());
        let there = |name: &str| around.path().join(name).exists();
        assert!(own.path().exists() && living.path().exists());
        assert_eq!(["lerp-verify-dead", "lerp-verify-new", "another"].map(there), [false, true, true]);
    }
}
