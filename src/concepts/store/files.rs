//! Writing files so that they are whole or not there, and one process at a time.

use super::StoreError;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is said of every failed write.
pub(super) const NOTHING_LOST: &str = "nothing was stored, and nothing that was there is lost";

/// Makes an error of an operation on a file.
pub(super) fn failed(file: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> StoreError {
    let file = file.to_owned();
    move |error| StoreError::Io { file, action, consequence: NOTHING_LOST, error }
}

/// The sole right to change a store, until it is dropped. The lock file stays: taking it away would let two others in.
pub(super) struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Lock {
    /// Makes the folder, and waits until no other process changes it.
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(failed(folder, "the folder can not be made"))?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            write(&ignore, b"/.lock\n*.broken\n.tmp-*\n")?;
        }
        let path = folder.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(failed(&path, "it can not be opened"))?;
        file.lock().map_err(failed(&path, "it can not be locked"))?;
        Ok(Self(file))
    }
}

/// Writes a file whole: into another one first, which then takes its name.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let put = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        {
            // a temporary file is the owner's alone; what is committed is not
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync(folder)
    };
    put().map_err(failed(path, "it can not be written"))
}

/// A new name is on the disk only when its folder is.
pub(super) fn sync(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The files of a folder with this ending, by name; none when the folder is not there.
pub(super) fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let wanted = |path: &PathBuf| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !hidden && path.extension().is_some_and(|extension| extension == ending)
    };
    let mut files: Vec<PathBuf> = entries.filter(wanted).collect();
    files.sort();
    files
}
