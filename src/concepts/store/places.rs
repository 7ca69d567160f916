//! The two stores that a user has, and what they hold together.

use super::{Store, StoreError, StoreProblem, Stored};
use crate::concepts::find;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where a concept is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// With the project, in `.lerp/concepts`.
    Project,
    /// With the user, for all projects.
    User,
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Project => "project",
            Self::User => "user",
        })
    }
}

/// The user's folder: `$XDG_DATA_HOME/lerp/concepts` on Linux, and what the platform has in its place. `None` without a home.
pub fn user_folder() -> Option<PathBuf> {
    dirs::data_dir().map(|folder| folder.join("lerp").join("concepts"))
}

/// What marks the root of a project.
const MARKS: [&str; 3] = [".git", "pyproject.toml", "setup.py"];

impl Store {
    /// The store of the project that `start` (a file or folder) is in: the nearest `.lerp/concepts` at or above it, else where
    /// one would be made, beside the nearest `.git` or `pyproject.toml`. `None` outside of any project.
    pub fn of_project(start: &Path) -> Option<Self> {
        let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        let here = |folder: &Path| folder.join(".lerp").join("concepts");
        let there = start.ancestors().find(|folder| here(folder).is_dir());
        let root =
            there.or_else(|| start.ancestors().find(|folder| MARKS.iter().any(|mark| folder.join(mark).exists())));
        root.map(|root| Self::at(here(root), Level::Project))
    }

    /// The user's own store.
    pub fn of_user() -> Option<Self> {
        user_folder().map(|folder| Self::at(folder, Level::User))
    }
}

/// All taught concepts that hold at `start`, by name: the project's first, the user's where the project has none of that name.
pub fn read_all(start: &Path) -> (Vec<Stored>, Vec<StoreProblem>) {
    let stores: Vec<Store> = [Store::of_project(start), Store::of_user()].into_iter().flatten().collect();
    read_stores(&stores)
}

/// The taught concepts of several stores, by name; of those of one name, the first store's.
pub fn read_stores(stores: &[Store]) -> (Vec<Stored>, Vec<StoreProblem>) {
    let (mut all, mut problems): (Vec<Stored>, _) = (Vec::new(), Vec::new());
    for store in stores {
        let (stored, wrong) = store.list();
        for one in stored {
            if !all.iter().any(|other| other.name == one.name) {
                all.push(one);
            }
        }
        problems.extend(wrong);
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    (all, problems)
}

/// Deletes a concept from the first of the stores that has it; says from which.
pub fn forget(stores: &[Store], name: &str) -> Result<Level, StoreError> {
    if find(name).is_some() {
        return Err(StoreError::BuiltIn { name: name.to_owned() });
    }
    let has = |store: &&Store| store.names().iter().any(|one| one == name);
    let Some(store) = stores.iter().find(has).or_else(|| stores.first()) else {
        return Err(StoreError::NoStore);
    };
    store.forget(name)?;
    Ok(store.level())
}
