//! What is to be verified, and by which tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A whole new text for one file of the project.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// The file, relative to the project's root.
    pub file: PathBuf,
    /// Qualified name of the function that changed (`Class.method`): only tests that reach it count. `None`: all that load the file.
    pub function: Option<String>,
    /// The text to try.
    pub new_source: String,
    /// Unsaved editor buffers, relative path → text. An entry for `file` itself is the original that the candidate is measured by.
    pub unsaved: BTreeMap<PathBuf, String>,
    /// Names that the concept introduces by definition; the gate lets them through.
    pub allowed: Vec<String>,
    /// It promises to do what the original does: the differential check looks whether it does.
    pub keeps_behaviour: bool,
}

/// Which tests to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum TestsSetting {
    /// Those that mention the module or the function.
    #[default]
    Auto,
    /// None: every verdict is `untested`.
    None,
    /// The user's own command: of pytest, its arguments are used; another is run as it is.
    Command(String),
}

impl TestsSetting {
    /// `auto`, `none`, or a command.
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "auto" | "" => Self::Auto,
            "none" => Self::None,
            command => Self::Command(command.to_owned()),
        }
    }
}

/// An edit with its texts in place.
pub(super) struct Edit {
    /// Absolute.
    pub(super) file: PathBuf,
    pub(super) before: String,
    /// Overlay of the baseline.
    pub(super) original: BTreeMap<PathBuf, String>,
    /// Overlay of the candidate.
    pub(super) changed: BTreeMap<PathBuf, String>,
}

impl Edit {
    /// The texts of original and candidate; the error is the reason why there are none.
    pub(super) fn new(root: &Path, candidate: &Candidate) -> Result<Self, String> {
        if candidate.file.is_absolute() || candidate.file.components().any(|part| part.as_os_str() == "..") {
            return Err(format!("{} is not inside the project", candidate.file.display()));
        }
        let file = root.join(&candidate.file);
        let before = match candidate.unsaved.get(&candidate.file) {
            Some(text) => text.clone(),
            None => std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?,
        };
        let unsaved = candidate.unsaved.iter().map(|(path, text)| (root.join(path), text.clone()));
        let mut original: BTreeMap<PathBuf, String> = unsaved.collect();
        original.insert(file.clone(), before.clone());
        let mut changed = original.clone();
        changed.insert(file.clone(), candidate.new_source.clone());
        Ok(Self { file, before, original, changed })
    }
}
