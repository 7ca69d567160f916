//! What a run of one test file showed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::contents::written;
use super::plain;
use crate::verify::baseline::file_of;
use crate::verify::observed::{Observed, TestReport};
use crate::verify::sandbox::{Ended, Kill};
use crate::verify::select::contains_word;
use crate::verify::verdict::{PASSED, over, tail};

/// How a test ended on the text as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Set-up, call and tear-down passed.
    Passed,
    /// It was skipped.
    Skipped,
    /// Anything else.
    Failed,
}

impl Outcome {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "passed" => Self::Passed,
            "skipped" => Self::Skipped,
            _ => Self::Failed,
        }
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Test {
    /// pytest's name for it.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Milliseconds for set-up, call and tear-down.
    pub millis: f64,
}

/// A function: its file relative to the root, and its qualified name.
pub(super) type Function = (String, String);

/// What was seen of a test file.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) test_file: String,
    /// Why nothing, or not all, is known of it.
    pub(super) error: Option<String>,
    /// It was run together with other test files, which may have imported or computed something before it.
    pub(super) together: bool,
    /// It ran out of time, which says as much about the machine as about the tests.
    pub(super) late: bool,
    pub(super) tests: Vec<(Test, BTreeSet<Function>)>,
    /// What ran before the first test.
    pub(super) imported: BTreeSet<Function>,
    /// Files of the project that it loaded, and those that would have been loaded had they been there.
    pub(super) loaded: BTreeSet<String>,
    pub(super) millis: f64,
}

impl Unit {
    pub(super) fn passed(&self) -> usize {
        self.tests.iter().filter(|(test, _)| test.outcome == Outcome::Passed).count()
    }

    /// From a run of that file alone.
    pub(super) fn alone(root: &Path, test_file: &str, observed: &Observed, ended: &Ended, limit: Duration) -> Self {
        let error = error(observed, ended, limit);
        let late = ended.kill == Some(Kill::Time);
        Self {
            error,
            late,
            millis: ended.millis as f64,
            ..Self::new(root, test_file, &observed.tests.iter().collect::<Vec<_>>(), observed)
        }
    }

    /// Of each test file of a run all of whose tests ended: what of the run was its.
    pub(super) fn several<'a>(
        root: &'a Path,
        test_files: &'a [String],
        observed: &'a Observed,
    ) -> impl Iterator<Item = Self> + 'a {
        // a test of none of the files: whose it is can not be told
        let told = observed.tests.iter().all(|test| test_files.iter().any(|file| file == file_of(&test.id)));
        let collected = observed.collected.as_ref().filter(|_| told);
        test_files.iter().filter_map(move |test_file| {
            let of_file = |id: &str| file_of(id) == test_file;
            let tests: Vec<&TestReport> = observed.tests.iter().filter(|test| of_file(&test.id)).collect();
            if tests.len() < collected?.get(test_file).copied().unwrap_or_default() {
                return None;
            }
            let error = observed.collect_errors.iter().find(|(id, _)| of_file(id)).map(not_imported);
            let millis = tests.iter().map(|test| test.seconds * 1000.0).sum();
            let together = test_files.len() > 1;
            let mut unit = Self { error, together, millis, ..Self::new(root, test_file, &tests, observed) };
            // the others were loaded by pytest, not by this one
            let text = std::fs::read(root.join(test_file)).unwrap_or_default();
            let imports = |file: &str| {
                let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
                stem.is_some_and(|stem| contains_word(&text, stem.as_bytes()))
            };
            unit.loaded.retain(|file| file == test_file || !test_files.contains(file) || imports(file));
            Some(unit)
        })
    }

    fn new(root: &Path, test_file: &str, tests: &[&TestReport], observed: &Observed) -> Self {
        let inside = |path: &str| Path::new(path).strip_prefix(root).ok().map(written);
        let function = |name: &str| {
            let (path, name) = name.split_once("::")?;
            Some((inside(path)?, plain(name)))
        };
        let functions = |numbers: &[usize]| observed.functions(numbers).filter_map(function).collect();
        let tests = tests.iter().map(|test| {
            let outcome = match test.outcome.as_str() {
                PASSED => Outcome::Passed,
                other if other.contains("skipped") => Outcome::Skipped,
                _ => Outcome::Failed,
            };
            let told = Test { id: test.id.clone(), outcome, millis: test.seconds * 1000.0 };
            (told, functions(&test.reached))
        });
        let mut loaded: BTreeSet<String> =
            observed.loaded.iter().chain(&observed.files).filter_map(|path| inside(path)).collect();
        loaded.insert(test_file.to_owned());
        loaded.extend(conftests(test_file));
        Self {
            test_file: test_file.to_owned(),
            tests: tests.collect(),
            imported: functions(&observed.imported),
            loaded,
            ..Self::default()
        }
    }
}

/// The `conftest.py` of every folder above a test file.
fn conftests(test_file: &str) -> impl Iterator<Item = String> {
    Path::new(test_file).ancestors().skip(1).map(|folder| written(&folder.join("conftest.py")))
}

fn error(observed: &Observed, ended: &Ended, limit: Duration) -> Option<String> {
    match ended.kill {
        Some(Kill::Time) => {
            return Some(format!("it does not end within {} s ({})", limit.as_secs(), observed.place()));
        }
        Some(kill) => return Some(format!("{}: {}", observed.place(), over(kill))),
        None => {}
    }
    if let Some(error) = observed.collect_errors.first() {
        return Some(not_imported(error));
    }
    // 0 all passed, 1 some did not, 5 no test
    if !matches!(observed.end, Some(0 | 1 | 5)) {
        let said = tail(ended).unwrap_or_default();
        let last = said.lines().last().unwrap_or_default();
        return Some(match observed.end.or(ended.code) {
            Some(code) => format!("pytest ends with status {code}: {last}"),
            None => {
                let (signal, place) = (ended.signal.unwrap_or_default(), observed.place());
                format!("pytest was ended by signal {signal} {place}: {last}")
            }
        });
    }
    None
}

fn not_imported((id, text): &(String, String)) -> String {
    format!("{id} can not be imported: {}", text.trim().lines().last().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_may_have_a_conftest() {
        let found: Vec<String> = conftests("tests/unit/test_a.py").collect();
        assert_eq!(found, ["tests/unit/conftest.py", "tests/conftest.py", "conftest.py"]);
        assert_eq!(conftests("test_a.py").collect::<Vec<_>>(), ["conftest.py"]);
    }
}
