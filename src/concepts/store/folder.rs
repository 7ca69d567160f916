//! One store: a folder with a folder per concept.

use super::files::{self, Lock, NOTHING_LOST, failed, with_ending, write};
use super::pair::StoredPair;
use super::vector::StoredVector;
use super::{About, Level, StoreError, StoreProblem, Stored, check_name, in_words};
use serde::{Deserialize, Serialize};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// The format of the files.
const FORMAT: u32 = 1;
const ABOUT: &str = "concept.toml";
const PAIRS: &str = "pairs";

/// A folder of taught concepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
    level: Level,
}

#[derive(Serialize, Deserialize)]
struct AboutFile {
    format: u32,
    title: String,
    #[serde(default)]
    description: String,
}

impl Store {
    /// The store in a folder, which need not be there yet.
    pub fn at(folder: PathBuf, level: Level) -> Self {
        Self { folder, level }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whose it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The names of what is stored.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.path().join(PAIRS).is_dir());
        let mut names: Vec<String> = named.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| check_name(name).is_ok());
        names.sort();
        names
    }

    /// Changes when the files of the store do. Reads no file: it is for asking often.
    pub fn stamp(&self) -> u64 {
        let mut seen = Vec::new();
        let mut look = |path: &Path| {
            let about = fs::metadata(path).ok();
            let when = about.as_ref().and_then(|about| about.modified().ok());
            seen.push((path.to_owned(), when, about.map(|about| about.len())));
        };
        for name in self.names() {
            let folder = self.folder.join(name);
            look(&folder.join(ABOUT));
            with_ending(&folder, "safetensors").iter().for_each(|file| look(file));
            with_ending(&folder.join(PAIRS), "toml").iter().for_each(|file| look(file));
        }
        let mut hasher = std::hash::DefaultHasher::new();
        seen.hash(&mut hasher);
        hasher.finish()
    }

    /// All concepts, by name, and what could not be read. Writes nothing.
    pub fn list(&self) -> (Vec<Stored>, Vec<StoreProblem>) {
        let mut problems = Vec::new();
        let stored = self.names().iter().filter_map(|name| self.read(name, &mut problems)).collect();
        (stored, problems)
    }

    /// One concept; `None` when it is not there or has no pair left. Writes nothing: a damaged file is passed over.
    pub fn read(&self, name: &str, problems: &mut Vec<StoreProblem>) -> Option<Stored> {
        let folder = self.folder.join(name);
        let mut wrong = |file: &Path, problem: String| {
            let problem = format!("{problem}; it is passed over");
            problems.push(StoreProblem { file: file.to_owned(), problem });
        };
        let (pairs, vectors) = self.parts(name, &mut wrong);
        if pairs.is_empty() {
            if folder.is_dir() {
                wrong(&folder, "no pair of this concept can be read".to_owned());
            }
            return None;
        }
        let path = folder.join(ABOUT);
        let about = fs::read_to_string(&path).map_err(|error| error.to_string());
        let about = about.and_then(|text| toml::from_str::<AboutFile>(&text).map_err(|e| e.message().to_owned()));
        let about = match about {
            Ok(about) if about.format == FORMAT => about,
            other => {
                let problem = other.err().unwrap_or_else(|| "a newer release of lerp wrote it".to_owned());
                wrong(&path, problem);
                AboutFile { format: FORMAT, title: in_words(name), description: String::new() }
            }
        };
        let AboutFile { title, description, .. } = about;
        Some(Stored { name: name.to_owned(), title, description, level: self.level, pairs, vectors })
    }

    /// Pairs, and the vectors that belong to just these pairs.
    fn parts(&self, name: &str, wrong: &mut dyn FnMut(&Path, String)) -> (Vec<StoredPair>, Vec<StoredVector>) {
        let folder = self.folder.join(name);
        let mut pairs = Vec::new();
        for file in with_ending(&folder.join(PAIRS), "toml") {
            let read = fs::read(&file).map_err(|error| error.to_string());
            match read.and_then(|bytes| StoredPair::from_bytes(&bytes)) {
                Ok(pair) => pairs.push(pair),
                Err(problem) => wrong(&file, problem),
            }
        }
        pairs.sort_by_key(StoredPair::key);
        pairs.dedup_by_key(|pair| pair.key());
        let mut vectors = Vec::new();
        for file in with_ending(&folder, "safetensors") {
            let read = fs::read(&file).map_err(|error| error.to_string());
            match read.and_then(|bytes| StoredVector::from_bytes(&bytes)) {
                // of other pairs, before a merge: not wrong, just not of use
                Ok(vector) if !file.ends_with(vector.file_name(&pairs)) => {}
                Ok(vector) => vectors.push(vector),
                Err(problem) => wrong(&file, format!("it is not a vector ({problem})")),
            }
        }
        (pairs, vectors)
    }

    /// Adds pairs to a concept, which is made when there is none (`replace`: in the place of its old pairs). `vector` is asked
    /// for the vector of all the pairs together while the store is locked, so what two processes add at once is all kept.
    /// Damaged files are set aside, with `.broken` behind their names.
    pub fn add<E: From<StoreError>>(
        &self,
        name: &str,
        about: &About,
        new: &[StoredPair],
        replace: bool,
        vector: impl FnOnce(&[StoredPair]) -> Result<Option<StoredVector>, E>,
    ) -> Result<(Stored, Vec<StoreProblem>), E> {
        check_name(name)?;
        let _lock = Lock::take(&self.folder)?;
        let folder = self.folder.join(name);
        let mut problems = Vec::new();
        let old = self.set_aside(name, &mut problems)?;
        let kept = old.as_ref().filter(|_| !replace);
        let mut pairs: Vec<StoredPair> = kept.map(|old| old.pairs.clone()).unwrap_or_default();
        let mut add: Vec<&StoredPair> = Vec::new();
        for pair in new {
            if !pairs.contains(pair) {
                pairs.retain(|other| other.key() != pair.key());
                pairs.push(pair.clone());
                add.push(pair);
            }
        }
        if pairs.is_empty() {
            return Err(StoreError::NoPairs.into());
        }
        pairs.sort_by_key(StoredPair::key);
        let vector = vector(&pairs)?;
        let title = about.title.clone().or_else(|| old.as_ref().map(|old| old.title.clone()));
        let description = about.description.clone().or_else(|| old.as_ref().map(|old| old.description.clone()));
        let file = AboutFile {
            format: FORMAT,
            title: title.unwrap_or_else(|| in_words(name)),
            description: description.unwrap_or_default(),
        };
        if old.is_some() {
            put(&folder, &file, &add, vector.as_ref(), &pairs)?;
            self.tidy(&folder, &pairs, vector.as_ref());
        } else {
            // all of a new concept, or nothing
            let fresh = tempfile::Builder::new().prefix(".tmp-").tempdir_in(&self.folder);
            let fresh = fresh.map_err(failed(&self.folder, "nothing can be written here"))?;
            put(fresh.path(), &file, &add, vector.as_ref(), &pairs)?;
            readable(fresh.path());
            fs::rename(fresh.path(), &folder).map_err(failed(&folder, "it can not be put in place"))?;
            // best effort: the rename is done, and a crash now at worst undoes it as a whole
            let _ = files::sync(&self.folder);
        }
        let AboutFile { title, description, .. } = file;
        let vectors = vector.into_iter().collect();
        Ok((Stored { name: name.to_owned(), title, description, level: self.level, pairs, vectors }, problems))
    }

    /// Reads a concept for writing: what is damaged is renamed out of the way.
    fn set_aside(&self, name: &str, problems: &mut Vec<StoreProblem>) -> Result<Option<Stored>, StoreError> {
        let mut damaged = Vec::new();
        let stored = self.read(name, &mut damaged);
        for StoreProblem { file, problem } in damaged {
            let mut aside = file.clone().into_os_string();
            aside.push(".broken");
            let problem = problem.trim_end_matches("it is passed over").to_owned();
            if file.exists() {
                fs::rename(&file, &aside).map_err(failed(&file, "it is damaged and can not be set aside"))?;
            }
            let problem = format!("{problem}it was set aside as {}", Path::new(&aside).display());
            problems.push(StoreProblem { file, problem });
        }
        Ok(stored)
    }

    /// Takes away files that belong to other pairs now. What can not be taken away does no harm.
    fn tidy(&self, folder: &Path, pairs: &[StoredPair], vector: Option<&StoredVector>) {
        let keys: Vec<String> = pairs.iter().map(StoredPair::key).collect();
        let stale = |file: &PathBuf| file.file_stem().is_none_or(|stem| !keys.iter().any(|key| stem == key.as_str()));
        for file in with_ending(&folder.join(PAIRS), "toml").iter().filter(|file| stale(file)) {
            // a file that was renamed by hand still holds a pair that is wanted
            let pair = fs::read(file).ok().and_then(|bytes| StoredPair::from_bytes(&bytes).ok());
            if pair.is_none_or(|pair| !keys.contains(&pair.key())) {
                let _ = fs::remove_file(file);
            }
        }
        let name = vector.map(|vector| vector.file_name(pairs));
        for file in with_ending(folder, "safetensors") {
            if name.as_ref().is_none_or(|name| !file.ends_with(name)) {
                let _ = fs::remove_file(file);
            }
        }
    }

    /// Deletes a concept.
    pub fn forget(&self, name: &str) -> Result<(), StoreError> {
        let folder = self.folder.join(name);
        if check_name(name).is_err() || !folder.is_dir() {
            return Err(StoreError::none(name, self));
        }
        let _lock = Lock::take(&self.folder)?;
        // out of sight in one step; a crash while deleting leaves no half a concept
        let away = tempfile::Builder::new().prefix(".tmp-").tempdir_in(&self.folder);
        let away = away.map_err(failed(&self.folder, "nothing can be changed here"))?;
        fs::rename(&folder, away.path().join(name)).map_err(failed(&folder, "it can not be deleted"))?;
        away.close().map_err(|error| StoreError::Io {
            file: folder,
            action: "what is left of it can not be deleted",
            consequence: "it is forgotten all the same",
            error,
        })
    }
}

fn put(
    folder: &Path,
    about: &AboutFile,
    add: &[&StoredPair],
    vector: Option<&StoredVector>,
    pairs: &[StoredPair],
) -> Result<(), StoreError> {
    let odd = |file: &Path, problem: String| StoreError::Io {
        file: file.to_owned(),
        action: "it can not be written",
        consequence: NOTHING_LOST,
        error: std::io::Error::other(problem),
    };
    let pairs_folder = folder.join(PAIRS);
    fs::create_dir_all(&pairs_folder).map_err(failed(&pairs_folder, "the folder can not be made"))?;
    for pair in add {
        let file = pairs_folder.join(format!("{}.toml", pair.key()));
        let text = pair.to_toml().map_err(|error| odd(&file, error.to_string()))?;
        write(&file, text.as_bytes())?;
    }
    if let Some(vector) = vector {
        let file = folder.join(vector.file_name(pairs));
        let bytes = vector.to_bytes().map_err(|problem| odd(&file, problem))?;
        write(&file, &bytes)?;
    }
    let file = folder.join(ABOUT);
    let text = toml::to_string_pretty(about).map_err(|error| odd(&file, error.to_string()))?;
    if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
        write(&file, text.as_bytes())?;
    }
    Ok(())
}

/// A temporary folder is the owner's alone; what is committed is not.
fn readable(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = folder;
}
