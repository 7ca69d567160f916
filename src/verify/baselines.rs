//! The originals that were measured, for the life of a verifier.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::TestsSetting;
use super::baseline::Baseline;
use super::warm::Fast;

/// Most originals that are remembered: each edit of a file makes another.
const MOST: usize = 64;

/// An original, measured, and what its tests do in forks.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) baseline: OnceLock<Baseline>,
    pub(super) fast: Fast,
}

impl Measured {
    /// The baseline, or why no candidate can be judged by it.
    pub(super) fn usable(&self) -> Result<&Baseline, String> {
        let baseline = self.baseline.get().ok_or("the baseline is missing")?;
        baseline.unusable.clone().map_or(Ok(baseline), Err)
    }
}

/// What a baseline is of.
pub(super) struct Key<'a> {
    pub(super) tests: &'a TestsSetting,
    /// pytest's arguments: the test files that were chosen, or the user's own.
    pub(super) arguments: &'a [String],
    /// The edited file, absolute.
    pub(super) file: &'a Path,
    pub(super) overlay: &'a BTreeMap<PathBuf, String>,
}

#[derive(Debug)]
struct Entry {
    subject: u64,
    arguments: Vec<String>,
    measured: Arc<Measured>,
}

/// The one used first comes first.
#[derive(Debug, Default)]
pub(super) struct Baselines(Mutex<Vec<Entry>>);

impl Baselines {
    /// The baseline for a key, made by the first that asks; others wait for it. One that was cancelled is not kept, nor one whose files have
    /// changed: its warm processes end with it. A baseline of more test files than were chosen serves as well, and is warm already.
    pub(super) fn get(&self, key: &Key, make: impl FnOnce() -> Baseline) -> Arc<Measured> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let subject = key.subject();
        let serves = |entry: &Entry| {
            entry.subject == subject
                && (entry.arguments == key.arguments
                    || (*key.tests == TestsSetting::Auto
                        && entry.measured.baseline.get().is_some_and(|baseline| baseline.covers(key.arguments))))
        };
        let stale = |entry: &Entry| {
            let baseline = entry.measured.baseline.get();
            baseline.is_some_and(|baseline| baseline.watched.changed().is_some())
        };
        let mut entries = lock();
        let mut found = entries.iter().position(serves);
        while let Some(at) = found.filter(|at| stale(&entries[*at])) {
            entries.remove(at);
            found = entries.iter().position(serves);
        }
        let measured = match found {
            Some(at) => Arc::clone(&entries[at].measured),
            None => {
                if entries.len() >= MOST {
                    entries.remove(0);
                }
                let measured = Arc::<Measured>::default();
                let arguments = key.arguments.to_vec();
                entries.push(Entry { subject, arguments, measured: Arc::clone(&measured) });
                measured
            }
        };
        drop(entries);
        let baseline = measured.baseline.get_or_init(make);
        if baseline.unusable.as_deref().is_some_and(|reason| reason.contains("cancelled")) {
            lock().retain(|entry| !Arc::ptr_eq(&entry.measured, &measured));
        }
        measured
    }
}

impl Key<'_> {
    fn subject(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.tests, self.file, self.overlay).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_test_files_than_chosen_serve_as_well() {
        let baselines = Baselines::default();
        let overlay = BTreeMap::new();
        let get = |tests: &TestsSetting, arguments: &[&str], name: &str| {
            let arguments: Vec<String> = arguments.iter().map(|file| (*file).to_owned()).collect();
            let key = Key { tests, arguments: &arguments, file: Path::new("/a.py"), overlay: &overlay };
            let made = || Baseline { asked: arguments.clone(), modules: vec![name.to_owned()], ..Baseline::default() };
            baselines.get(&key, made).baseline.get().unwrap().modules[0].clone()
        };
        let auto = TestsSetting::Auto;
        assert_eq!(get(&auto, &["a", "b"], "both"), "both");
        assert_eq!(get(&auto, &["b"], "one"), "both");
        assert_eq!(get(&auto, &["b", "c"], "others"), "others");
        // the words of a command mean what they mean together
        let command = TestsSetting::Command("pytest".to_owned());
        assert_eq!(get(&command, &["a", "b"], "both"), "both");
        assert_eq!(get(&command, &["a"], "one"), "one");
    }

    #[test]
    fn a_cancelled_baseline_is_made_again() {
        let baselines = Baselines::default();
        let overlay = BTreeMap::new();
        let key = Key { tests: &TestsSetting::Auto, arguments: &[], file: Path::new("/a.py"), overlay: &overlay };
        let cancelled = || Baseline { unusable: Some("on the original: cancelled".to_owned()), ..Baseline::default() };
        assert!(baselines.get(&key, cancelled).baseline.get().unwrap().unusable.is_some());
        assert!(baselines.get(&key, Baseline::default).baseline.get().unwrap().unusable.is_none());
    }
}
