//! What a run of one test file showed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::contents::written;
use super::plain;
use crate::verify::observed::Observed;
use crate::verify::sandbox::{Ended, Kill};
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

/// A test file, run by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) test_file: String,
    /// Why nothing, or not all, is known of it.
    pub(super) error: Option<String>,
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

    pub(super) fn new(root: &Path, test_file: &str, observed: &Observed, ended: &Ended, limit: Duration) -> Self {
        let inside = |path: &str| Path::new(path).strip_prefix(root).ok().map(written);
        let function = |name: &String| {
            let (path, name) = name.split_once("::")?;
            Some((inside(path)?, plain(name)))
        };
        let functions = |names: &[String]| names.iter().filter_map(function).collect();
        let tests = observed.tests.iter().map(|test| {
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
            error: error(observed, ended, limit),
            late: ended.kill == Some(Kill::Time),
            tests: tests.collect(),
            imported: functions(&observed.imported),
            loaded,
            millis: ended.millis as f64,
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
            let at =
                observed.tests.last().map_or("while it is imported".to_owned(), |test| format!("after {}", test.id));
            return Some(format!("it does not end within {} s ({at})", limit.as_secs()));
        }
        Some(kill) => return Some(over(kill).to_owned()),
        None => {}
    }
    if let Some((id, text)) = observed.collect_errors.first() {
        return Some(format!("{id} can not be imported: {}", text.trim().lines().last().unwrap_or_default()));
    }
    // 0 all passed, 1 some did not, 5 no test
    if !matches!(observed.end, Some(0 | 1 | 5)) {
        let said = tail(ended).unwrap_or_default();
        let last = said.lines().last().unwrap_or_default();
        return Some(match observed.end.or(ended.code) {
            Some(code) => format!("pytest ends with status {code}: {last}"),
            None => format!("pytest was ended by signal {}: {last}", ended.signal.unwrap_or_default()),
        });
    }
    None
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
