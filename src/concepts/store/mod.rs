//! Where taught concepts are kept: in the project (`.lerp/concepts`, meant to be committed) or with the user.
//!
//! ```text
//! .lerp/concepts/our-logging/concept.toml               title and description
//!                            pairs/1f0c….toml           one pair a file, named by its text: merges without conflicts
//!                            vector-9a41….safetensors   what the model makes of them, named by pairs and model
//! ```
//!
//! The pairs are the concept; the vector is made from them and can be made again. Its name says which pairs and which model
//! it belongs to, so after a merge, or with another model, it is simply not found and the pairs are encoded anew. Reading
//! writes nothing. Every write holds a lock and puts whole files in place by renaming them.

mod files;
mod folder;
mod name;
mod pair;
mod places;
#[cfg(test)]
mod tests;
mod vector;

pub use folder::Store;
pub use name::{check_name, in_words};
pub use pair::StoredPair;
pub use places::{Level, forget, read_all, read_stores, user_folder};
pub use vector::StoredVector;

use crate::text::nearest;
use std::path::PathBuf;

/// A taught concept as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What it is asked for by.
    pub name: String,
    /// Title in menus.
    pub title: String,
    /// One line on what it does; empty when nobody said.
    pub description: String,
    /// Where it is kept.
    pub level: Level,
    /// Its pairs, ordered by the names of their files, which are made from their texts.
    pub pairs: Vec<StoredPair>,
    /// Vectors that fit the pairs, one per model version.
    pub vectors: Vec<StoredVector>,
}

impl Stored {
    /// The vector that this model made, of this many numbers.
    pub fn vector_for(&self, model: &str, numbers: usize) -> Option<&StoredVector> {
        self.vectors.iter().find(|vector| vector.model == model && vector.values.len() == numbers)
    }
}

/// What is written about a concept beside its pairs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Title in menus; what is stored is kept when `None`.
    pub title: Option<String>,
    /// One line on what it does; likewise.
    pub description: Option<String>,
}

/// Something in a store that could not be read. The rest of the store is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreProblem {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what was done about it.
    pub problem: String,
}

impl std::fmt::Display for StoreProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

/// Why a concept could not be stored, read or forgotten. What was stored before is still there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The name does not do.
    #[error("{name:?} can not be the name of a concept: {problem}{}", .instead.as_ref().map(|n| format!("; {n:?} would do")).unwrap_or_default())]
    Name {
        /// What was given.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
        /// A name like it that would do.
        instead: Option<String>,
    },
    /// There is none.
    #[error("there is no taught concept {name:?} in {}{}", .folder.display(), .nearest.as_ref().map(|n| format!("; did you mean {n:?}?")).unwrap_or_default())]
    None {
        /// What was asked for.
        name: String,
        /// Where.
        folder: PathBuf,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// It is not a taught one.
    #[error("{name:?} is built in; only taught concepts can be forgotten")]
    BuiltIn {
        /// What was asked for.
        name: String,
    },
    /// Outside of any project, and without a home folder.
    #[error("there is no store of taught concepts here")]
    NoStore,
    /// Nothing to store.
    #[error("a concept needs at least one pair")]
    NoPairs,
    /// The operating system refused.
    #[error("{}: {action}: {}; {consequence}", .file.display(), reason(.error))]
    Io {
        /// What was touched.
        file: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What that means.
        consequence: &'static str,
        /// Why.
        error: std::io::Error,
    },
}

impl StoreError {
    /// There is no concept of this name in a store.
    pub fn none(name: &str, store: &Store) -> Self {
        let names = store.names();
        let nearest = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        Self::None { name: name.to_owned(), folder: store.folder().to_owned(), nearest }
    }
}

/// The system's reason in words that say what to do.
fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull => "the disk is full".to_owned(),
        QuotaExceeded => "your disk quota is used up".to_owned(),
        FileTooLarge => "the system's limit on the size of a file is too low (see `ulimit -f`)".to_owned(),
        PermissionDenied => "no permission (is the folder read-only? --user keeps it with you instead)".to_owned(),
        ReadOnlyFilesystem => "the file system is read-only (--user keeps it with you instead)".to_owned(),
        _ => error.to_string(),
    }
}
