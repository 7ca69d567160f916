//! Files that something learnt depends on, and whether they are still what they were.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Files as they were found after a run; `None` for one that was not there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Watched {
    files: BTreeMap<PathBuf, Option<Stamp>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
    /// Of the text; a folder's time is all that is known of it.
    hash: u64,
}

impl Watched {
    /// Looks at the files. One that was written since `started` was perhaps read before that: it counts as changed.
    pub(super) fn look(files: impl IntoIterator<Item = PathBuf>, started: SystemTime) -> Self {
        let certain = |stamp: Stamp| {
            if stamp.modified < started { stamp } else { Stamp { hash: !stamp.hash, bytes: u64::MAX, ..stamp } }
        };
        let files = files.into_iter().map(|path| {
            let stamp = Stamp::of(&path).map(certain);
            (path, stamp)
        });
        Self { files: files.collect() }
    }

    /// The first file whose content is another now. A file that was merely touched is the same.
    pub(super) fn changed(&self) -> Option<&Path> {
        self.files.iter().find(|(path, stamp)| !same(path, **stamp)).map(|(path, _)| path.as_path())
    }
}

fn same(path: &Path, stamp: Option<Stamp>) -> bool {
    let data = std::fs::metadata(path).ok();
    match (data, stamp) {
        (None, None) => true,
        (Some(data), Some(stamp)) => {
            let untouched = data.modified().is_ok_and(|time| time == stamp.modified) && data.len() == stamp.bytes;
            untouched || (data.is_file() && Stamp::of(path).is_some_and(|now| now.hash == stamp.hash))
        }
        _ => false,
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        let mut hasher = DefaultHasher::new();
        if data.is_file() {
            std::fs::read(path).ok()?.hash(&mut hasher);
        }
        Some(Self { modified: data.modified().ok()?, bytes: data.len(), hash: hasher.finish() })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn content_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, none] = ["a", "b", "none"].map(|name| folder.path().join(name));
        fs::write(&a, "a").unwrap();
        fs::write(&b, "b").unwrap();
        let all = || [a.clone(), b.clone(), none.clone()];
        let later = SystemTime::now() + Duration::from_secs(10);
        let watched = Watched::look(all(), later);
        assert_eq!(watched.changed(), None);
        let touched = SystemTime::now() + Duration::from_secs(5);
        fs::File::open(&a).unwrap().set_modified(touched).unwrap();
        assert_eq!(watched.changed(), None, "the same text");
        fs::write(&none, "").unwrap();
        assert_eq!(watched.changed(), Some(none.as_path()));
        fs::remove_file(&none).unwrap();
        fs::write(&b, "c").unwrap();
        fs::File::open(&b).unwrap().set_modified(touched).unwrap();
        assert_eq!(watched.changed(), Some(b.as_path()));
        fs::remove_file(&b).unwrap();
        assert_eq!(watched.changed(), Some(b.as_path()));
        assert_eq!(
            Watched::look([a.clone()], SystemTime::UNIX_EPOCH).changed(),
            Some(a.as_path()),
            "written while it was read"
        );
    }
}
