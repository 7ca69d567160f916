//! The impact map: which test reaches which function, remembered between runs.
//!
//! ```text
//! place      where the database is: one file for each project, outside of it           (place)
//! store      SQLite: units, tests, reached functions; shared by all lerps              (store)
//! contents   what a file holds now, as a hash; unsaved buffers count                   (contents)
//! survey     which test files are known as they are now, and which are to be run       (survey)
//! fill       runs test files, one process each, with a probe in every function; takes  (fill, unit)
//!            what baselines show
//! ```
//!
//! A *unit* is a test file, run by itself or, in a baseline, together with others: the tests in it, how they ended, what they reached, and the contents of all files of the
//! project that it loaded. It holds as long as these contents do; a change brings only those test files to a run again that
//! loaded the changed file. So "no test reaches it" is known without running anything.
//!
//! The map may be lost at any time: a database that can not be opened is replaced by one in memory, and a broken one is set aside.
//! Both are said in [`Map::note`].

mod contents;
mod fill;
mod place;
mod store;
mod survey;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use fill::FillError;
use survey::Chosen;
pub use survey::Survey;
pub use unit::{Outcome, Test};

use super::{Project, Settings};
use store::{Store, StoreError};

/// What is known of a project's tests.
#[derive(Debug)]
pub struct Map {
    project: Project,
    settings: Settings,
    /// What, beside the contents of files, decides about the outcome of a test.
    context: String,
    store: Mutex<Store>,
    /// Where the database is, or would be.
    file: Option<PathBuf>,
    note: Mutex<Option<String>>,
    chosen: Mutex<Option<Chosen>>,
}

/// Why the map can not be read.
#[derive(Debug, Error)]
pub enum MapError {
    /// Neither the file nor memory can be used.
    #[error("the impact database can not be used: {0}")]
    Store(#[from] StoreError),
}

/// The tests of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reaching {
    /// In the order of files and then of their tests.
    pub tests: Vec<Test>,
    /// The function runs while its file is imported: then every test of a file that imports it counts.
    pub imported: bool,
}

impl Map {
    /// Opens the project's database below `settings.cache`; without one, or when it can not be opened, the map lives in memory.
    pub fn open(project: &Project, settings: &Settings) -> Result<Self, MapError> {
        let mut map = Self::with(project, settings, Store::memory()?);
        match map.file.as_deref().map(|file| Store::open(file, &project.root)) {
            Some(Ok((store, note))) => (map.store, map.note) = (Mutex::new(store), Mutex::new(note)),
            Some(Err(error)) => map.note = Mutex::new(Some(without(&error))),
            None => {}
        }
        Ok(map)
    }

    /// The same, but a database that is not there yet is not made.
    pub fn look(project: &Project, settings: &Settings) -> Result<Self, MapError> {
        let map = Self::with(project, settings, Store::memory()?);
        if map.file().is_some_and(Path::exists) { Self::open(project, settings) } else { Ok(map) }
    }

    fn with(project: &Project, settings: &Settings, store: Store) -> Self {
        let file = settings.cache.as_deref().map(|folder| place::database(folder, &project.root));
        let context = contents::context(project, settings);
        let (project, settings) = (project.clone(), settings.clone());
        Self {
            project,
            settings,
            context,
            store: Mutex::new(store),
            file,
            note: Mutex::default(),
            chosen: Mutex::default(),
        }
    }

    /// Where the database is, or would be; `None` when nothing is remembered.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// What the user should know about the database, once: that it was broken, or that there is none.
    pub fn note(&self) -> Option<String> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The tests that reach a function of a file (relative to the root), as far as the survey's test files are known.
    pub fn reaching(&self, survey: &Survey, file: &Path, function: &str) -> Result<Reaching, MapError> {
        let file = contents::written(file);
        let (tests, imported) = self.store().reaching(&survey.fresh(), &file, &plain(function))?;
        Ok(Reaching { tests, imported })
    }

    /// Of a file, the functions that tests reach, and how many do.
    pub fn functions(&self, survey: &Survey, file: &Path) -> Result<BTreeMap<String, usize>, MapError> {
        Ok(self.store().functions(&survey.fresh(), &contents::written(file))?)
    }

    /// Remembers tests that do not agree with themselves.
    pub fn remember_flaky(&self, ids: &[String]) {
        if ids.is_empty() {
            return;
        }
        let remembered = self.store().put_flaky(&self.context, ids);
        if let Err(error) = remembered {
            self.degrade(&error);
        }
    }

    /// Tests that did not agree with themselves.
    pub fn flaky(&self) -> Result<BTreeSet<String>, MapError> {
        Ok(self.store().flaky(&self.context)?)
    }

    /// A name for what is learnt under these conditions, and under the same Python, packages and configuration.
    pub(in crate::verify) fn key(&self, conditions: &impl std::fmt::Debug) -> String {
        let text = format!("{} {} {conditions:?}", env!("CARGO_PKG_VERSION"), self.context);
        place::hex(&Sha256::digest(text.as_bytes()))
    }

    /// What [`Map::write_down`] was given under the key. What it depends on is for the caller to check.
    pub(in crate::verify) fn recall<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        match self.store().baseline(key) {
            Ok(value) => serde_json::from_str(&value?).ok(),
            Err(_) => None,
        }
    }

    /// Writes something down for later processes.
    pub(in crate::verify) fn write_down(&self, key: &str, value: &impl Serialize) {
        // paths that are no text can not be written: then it is found out again
        let Ok(value) = serde_json::to_string(value) else { return };
        let written = self.store().put_baseline(key, &value);
        if let Err(error) = written {
            self.degrade(&error);
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on in memory after the database failed.
    fn degrade(&self, error: &StoreError) {
        if let Ok(memory) = Store::memory() {
            *self.store() = memory;
            *self.note.lock().unwrap_or_else(PoisonError::into_inner) = Some(without(error));
        }
    }
}

fn without(error: &StoreError) -> String {
    format!("{error}; lerp works without it, and finds out again next time which tests reach what")
}

/// The interpreter and some tools write nested functions with a mark between.
fn plain(function: &str) -> String {
    function.replace(".<locals>", "")
}
