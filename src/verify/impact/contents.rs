//! What files hold, as hashes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::place::hex;
use crate::verify::ini::CONFIGURATION;
use crate::verify::project::Above;
use crate::verify::{Project, Settings};

/// Changes when what is remembered means something else.
const MEANING: &str = "1";
/// The contents of a project's files, each read once.
pub(super) struct Contents<'a> {
    root: &'a Path,
    /// Absolute path → text of an unsaved buffer.
    unsaved: &'a BTreeMap<PathBuf, String>,
    known: RefCell<HashMap<String, Vec<u8>>>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(root: &'a Path, unsaved: &'a BTreeMap<PathBuf, String>) -> Self {
        Self { root, unsaved, known: RefCell::default() }
    }

    /// The hash of a file's bytes (relative to the root); empty when it is not there.
    pub(super) fn hash(&self, file: &str) -> Vec<u8> {
        if let Some(hash) = self.known.borrow().get(file) {
            return hash.clone();
        }
        let path = self.root.join(file);
        let hash = match self.unsaved.get(&path) {
            Some(text) => Sha256::digest(text.as_bytes()).to_vec(),
            None => fs::read(&path).map(|bytes| Sha256::digest(&bytes).to_vec()).unwrap_or_default(),
        };
        self.known.borrow_mut().insert(file.to_owned(), hash.clone());
        hash
    }
}

/// A path relative to the root as the database has it: `/` between the parts on every system.
pub(super) fn written(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The interpreter with what is installed for it, the configuration of pytest, and what lerp lets tests see.
pub(super) fn context(project: &Project, settings: &Settings) -> String {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(MEANING.as_bytes());
    let python = &project.interpreter;
    add(python.executable.as_os_str().as_encoded_bytes());
    add(format!("{:?} {:?}", python.version, python.plugins).as_bytes());
    // installing or removing a package changes the folder that it is in
    for folder in python.paths.iter().filter(|path| python.prefixes.iter().any(|prefix| path.starts_with(prefix))) {
        let changed = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
        let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        add(format!("{} {changed:?}", folder.display()).as_bytes());
    }
    let configuration = || CONFIGURATION.iter().chain(&[".env"]);
    for name in configuration() {
        add(&fs::read(project.root.join(name)).unwrap_or_default());
    }
    if let Above::Shared(shared) = &project.above {
        for folder in project.root.ancestors().skip(1).take_while(|folder| folder.starts_with(shared)) {
            for name in configuration().chain(&["conftest.py"]) {
                add(&fs::read(folder.join(name)).unwrap_or_default());
            }
        }
    }
    for name in &settings.pass_env {
        add(std::env::var_os(name).unwrap_or_default().as_encoded_bytes());
    }
    add(&[u8::from(settings.unsandboxed)]);
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsaved_texts_count_and_missing_files_have_no_hash() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.py"), "x").unwrap();
        let nothing = BTreeMap::new();
        let disk = Contents::new(folder.path(), &nothing);
        let unsaved = BTreeMap::from([(folder.path().join("a.py"), "y".to_owned())]);
        let edited = Contents::new(folder.path(), &unsaved);
        assert_ne!(disk.hash("a.py"), edited.hash("a.py"));
        assert_eq!(disk.hash("a.py"), Sha256::digest(b"x").to_vec());
        assert!(disk.hash("b.py").is_empty());
    }
}
