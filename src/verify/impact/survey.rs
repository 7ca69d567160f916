//! Which test files are known as they are now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::contents::{Contents, written};
use super::{Map, MapError, plain};
use crate::verify::select::{Listing, test_files};

/// The state of a project's test files.
#[derive(Debug, Clone)]
pub struct Survey {
    /// All test files, relative to the root, sorted.
    pub test_files: Vec<String>,
    /// Those that are new or changed, or that loaded a file that changed: what they reach is to be found out again.
    pub missing: Vec<String>,
    /// Those that do not run as they are now, and why.
    pub broken: Vec<(String, String)>,
    /// Test file → its unit, for those that are known.
    units: BTreeMap<String, i64>,
}

/// How long an answer is given again.
const BRIEFLY: Duration = Duration::from_secs(1);

/// The last choice of test files.
#[derive(Debug)]
pub(super) struct Chosen {
    question: u64,
    at: Instant,
    answer: Result<Vec<String>, String>,
}

impl Survey {
    pub(super) fn fresh(&self) -> HashSet<i64> {
        self.units.values().copied().collect()
    }

    /// All test files are known.
    pub fn complete(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Map {
    /// Compares what is known with the files as they are, unsaved buffers (absolute path → text) in the place of theirs. Only test
    /// files that were run by themselves are known: what a run with others shows is near enough to choose by, not to tell.
    pub fn survey(&self, unsaved: &BTreeMap<PathBuf, String>) -> Result<Survey, MapError> {
        self.survey_of(unsaved, false)
    }

    /// The same; test files that were run together with others are known, too.
    pub fn known(&self, unsaved: &BTreeMap<PathBuf, String>) -> Result<Survey, MapError> {
        self.survey_of(unsaved, true)
    }

    fn survey_of(&self, unsaved: &BTreeMap<PathBuf, String>, together: bool) -> Result<Survey, MapError> {
        let listing = Listing::of(&self.project);
        let test_files: Vec<String> = listing.tests.iter().map(|path| written(path)).collect();
        let mut known = self.store().units(&self.context)?;
        known.retain(|unit| together || !unit.together);
        let known: HashMap<&str, _> = known.iter().map(|unit| (unit.test_file.as_str(), unit)).collect();
        let contents = Contents::new(&self.project.root, unsaved);
        let mut survey = Survey { test_files, missing: Vec::new(), broken: Vec::new(), units: BTreeMap::new() };
        for test_file in &survey.test_files {
            let unit = known.get(test_file.as_str());
            match unit.filter(|unit| unit.loaded.iter().all(|(file, hash)| contents.hash(file) == *hash)) {
                None => survey.missing.push(test_file.clone()),
                Some(unit) => {
                    survey.units.insert(test_file.clone(), unit.id);
                    survey.broken.extend(unit.error.clone().map(|error| (test_file.clone(), error)));
                }
            }
        }
        Ok(survey)
    }

    /// The test files to run for an edited file (relative to the root), or why there are none. Those that are known to reach the
    /// function, or did when they were last run; of those never run, the ones that mention it.
    pub(in crate::verify) fn choose(
        &self,
        file: &Path,
        function: Option<&str>,
        unsaved: &BTreeMap<PathBuf, String>,
    ) -> Result<Vec<String>, String> {
        let mut hasher = DefaultHasher::new();
        (file, function, unsaved).hash(&mut hasher);
        let question = hasher.finish();
        // the candidates of a function ask the same one after the other, and each answer reads all tests
        let mut last = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(last) if last.question == question && last.at.elapsed() < BRIEFLY => last.answer.clone(),
            _ => {
                let answer = self.find(file, function, unsaved);
                *last = Some(Chosen { question, at: Instant::now(), answer: answer.clone() });
                answer
            }
        }
    }

    fn find(
        &self,
        file: &Path,
        function: Option<&str>,
        unsaved: &BTreeMap<PathBuf, String>,
    ) -> Result<Vec<String>, String> {
        let mentioning = test_files(&self.project, file, function);
        let Some(function) = function.map(plain) else { return mentioning };
        let said = |error: MapError| error.to_string();
        let survey = self.known(unsaved).map_err(said)?;
        let reached = self.store().reached_once(&self.context, &written(file), &function);
        let reached = reached.map_err(|error| said(error.into()))?;
        if survey.complete() && !survey.test_files.is_empty() {
            let none = || format!("no test reaches {function} (of {} test files)", survey.test_files.len());
            let chosen: Vec<String> =
                survey.test_files.iter().filter(|test| reached.contains(*test)).cloned().collect();
            return if chosen.is_empty() { Err(none()) } else { Ok(chosen) };
        }
        let mentioning = match mentioning {
            Ok(files) => files,
            // what was reached once needs no mention
            Err(reason) if reached.is_empty() => return Err(reason),
            Err(_) => Vec::new(),
        };
        let unknown = |test: &String| survey.missing.contains(test) && mentioning.contains(test);
        let chosen: Vec<String> =
            survey.test_files.iter().filter(|test| reached.contains(*test) || unknown(test)).cloned().collect();
        if chosen.is_empty() { Err(format!("no test reaches {function}")) } else { Ok(chosen) }
    }
}
