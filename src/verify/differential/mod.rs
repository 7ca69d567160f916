//! The differential check: are original and candidate the same on calls that were recorded while tests ran, and on small changes of those?
//!
//! ```text
//! record   arguments of the function's calls, as plain data, while its tests run on the original    (replay, runner/lerp_record.py)
//! vary     small changes of them                                                                      (vary)
//! answer   each call on the original, twice, and on the candidate, in confined processes              (replay, runner/lerp_replay.py)
//! compare  results, raised types, arguments afterwards and output, here, on plain data                (call, value)
//! ```
//!
//! Nothing that a candidate's objects say of themselves (`__eq__`) is asked. The result has its own word and is never a test that
//! passed: what was not called is not known.

mod call;
mod replay;
mod value;
mod vary;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::verdict::millis;
use call::{Call, Outcome};
use replay::{Recording, Run};
pub(super) use replay::{Runs, Tests};

/// Recorded calls that are made.
const RECORDED: usize = 40;
/// Small changes of them that are made.
const VARIED: usize = 80;
/// Of the choice among changes.
const SEED: u64 = 5;
/// A process that answers both in one order and backwards has this many calls at the most.
const MOST: usize = RECORDED + VARIED;

/// What the check found. In JSON: `{"result": "same|differs|unknown", "calls": 24, …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differential {
    /// The word for it.
    pub result: Agreement,
    /// Calls that were compared.
    pub calls: usize,
    /// Of those, calls as tests made them; the others are small changes.
    pub recorded: usize,
    /// The calls were made up from simple values: no test makes one.
    pub made_up: bool,
    /// Calls that tests made, and whose arguments can not be carried to another process.
    pub not_carried: usize,
    /// Calls that the original itself answered differently twice, or not in time.
    pub unsteady: usize,
    /// The smallest call on which they differ.
    pub difference: Option<Difference>,
    /// Why nothing is known.
    pub reason: Option<String>,
    /// Wall-clock time of the candidate's part.
    #[serde(rename = "millis", serialize_with = "millis")]
    pub duration: Duration,
}

/// Whether original and candidate agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// On every call that was compared.
    Same,
    /// On at least one they do not.
    Differs,
    /// Nothing could be compared.
    Unknown,
}

/// A call on which they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `f(3)`.
    pub call: String,
    /// What the candidate makes of it.
    pub now: String,
    /// What the original makes of it.
    pub was: String,
}

impl Differential {
    /// Nothing is known, for a reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self {
            result: Agreement::Unknown,
            calls: 0,
            recorded: 0,
            made_up: false,
            not_carried: 0,
            unsteady: 0,
            difference: None,
            reason: Some(reason.into()),
            duration: Duration::ZERO,
        }
    }

    /// Whether they are known to differ.
    pub fn differs(&self) -> bool {
        self.result == Agreement::Differs
    }
}

impl fmt::Display for Differential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Difference { call, now, was }) = &self.difference {
            return write!(f, "differs on: {call} -> {now}, was {was}");
        }
        if self.result == Agreement::Unknown {
            return write!(f, "not compared: {}", self.reason.as_deref().unwrap_or("no call"));
        }
        write!(f, "same on {} call{}", self.calls, if self.calls == 1 { "" } else { "s" })?;
        if self.made_up {
            f.write_str(" (made up: no test makes one)")?;
        }
        if self.not_carried > 0 {
            write!(f, " ({} recorded could not be repeated)", self.not_carried)?;
        }
        Ok(())
    }
}

/// The calls of a function and what the original makes of them.
#[derive(Debug)]
struct Measure {
    recording: Recording,
    calls: Vec<Call>,
    /// The first so many calls are as they were recorded.
    recorded: usize,
    made_up: bool,
    /// Of the calls that say something.
    answers: HashMap<usize, Outcome>,
    unsteady: usize,
}

/// Measures that were made, for the life of a verifier.
#[derive(Debug, Default)]
pub(super) struct Measures(Mutex<HashMap<u64, Arc<Measured>>>);

/// Made by the first that asks; the others wait for it. An error is a reason.
type Measured = OnceLock<Result<Measure, String>>;

impl Measures {
    /// Compares two overlays. `tests` gives the tests that reach the function, or why there are none.
    pub(super) fn check<'t>(
        &self,
        runs: &Runs<'_>,
        original: &BTreeMap<PathBuf, String>,
        candidate: &BTreeMap<PathBuf, String>,
        tests: Result<Tests<'t>, String>,
    ) -> Differential {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hasher = DefaultHasher::new();
        let selected = tests.as_ref().map(|tests| tests.selected).unwrap_or_default();
        (runs.file, runs.function, original, selected).hash(&mut hasher);
        let key = hasher.finish();
        let slot = Arc::clone(lock().entry(key).or_default());
        let measure = match slot.get_or_init(|| measure(runs, original, tests)) {
            Ok(measure) => measure,
            Err(reason) => {
                if reason == "cancelled" {
                    lock().remove(&key);
                }
                return Differential::unknown(reason.clone());
            }
        };
        let started = Instant::now();
        let order: Vec<usize> = (0..measure.calls.len()).filter(|at| measure.answers.contains_key(at)).collect();
        let answers = runs.answers(candidate, &measure.recording, &measure.calls, &order, Run::Candidate);
        match answers {
            Ok(answers) => measure.compare(runs.function, &answers, started.elapsed()),
            Err(reason) => Differential::unknown(format!("with the candidate: {reason}")),
        }
    }
}

fn measure(
    runs: &Runs<'_>,
    original: &BTreeMap<PathBuf, String>,
    tests: Result<Tests<'_>, String>,
) -> Result<Measure, String> {
    let mut recording = match &tests {
        Ok(tests) => runs.record(original, tests)?,
        Err(_) => Recording::default(),
    };
    let made_up = recording.calls.is_empty();
    if made_up {
        if let Some(kind) = recording.skipped.keys().next() {
            let calls: usize = recording.skipped.values().sum();
            return Err(format!(
                "none of the {calls} calls that tests make can be repeated elsewhere (an argument holds {})",
                value::short(kind)
            ));
        }
        if runs.settings.unsandboxed {
            return Err("no test calls it, and without a sandbox no calls are made up".to_owned());
        }
        recording = runs.invent(original, RECORDED)?;
        if let Some(reason) = recording.unusable {
            return Err(reason);
        }
    }
    let mut calls = chosen(&recording.calls);
    let recorded = calls.len();
    calls.extend(vary::variations(&calls, MOST - recorded.min(RECORDED), SEED));
    let order: Vec<usize> = (0..calls.len()).collect();
    let first = runs.answers(original, &recording, &calls, &order, Run::Original)?;
    // backwards: what hangs on the calls before it is found too
    let backwards: Vec<usize> = order.iter().rev().copied().filter(|at| first.contains_key(at)).collect();
    let again = runs.answers(original, &recording, &calls, &backwards, Run::Again)?;
    let steady = |at: &usize| first.get(at).zip(again.get(at)).is_some_and(|(a, b)| a.same(b) && *a != Outcome::Slow);
    let unsteady = order.iter().filter(|at| !steady(at)).count();
    let counts = |at: usize, outcome: &Outcome| steady(&at) && outcome.counts(made_up || at >= recorded);
    let answers: HashMap<usize, Outcome> = first
        .iter()
        .filter(|(at, outcome)| counts(**at, outcome))
        .map(|(at, outcome)| (*at, outcome.clone()))
        .collect();
    if answers.is_empty() {
        let why =
            if unsteady > 0 { "the original answers no call twice in the same way" } else { "no call could be made" };
        return Err(why.to_owned());
    }
    Ok(Measure { recording, calls, recorded, made_up, answers, unsteady })
}

/// The calls to make: one of each test in turn, the smallest first.
fn chosen(calls: &[(usize, Call)]) -> Vec<Call> {
    let mut by_test: BTreeMap<usize, Vec<&Call>> = BTreeMap::new();
    for (test, call) in calls {
        by_test.entry(*test).or_default().push(call);
    }
    for calls in by_test.values_mut() {
        calls.sort_by_key(|call| std::cmp::Reverse(call.size()));
    }
    let mut found = Vec::new();
    while found.len() < RECORDED && by_test.values().any(|calls| !calls.is_empty()) {
        for calls in by_test.values_mut() {
            if found.len() < RECORDED {
                found.extend(calls.pop().cloned());
            }
        }
    }
    found
}

impl Measure {
    fn compare(&self, function: &str, answers: &HashMap<usize, Outcome>, duration: Duration) -> Differential {
        let compared: Vec<usize> = {
            let both = |at: &usize| self.answers.contains_key(at) && answers.contains_key(at);
            (0..self.calls.len()).filter(both).collect()
        };
        let differs = |at: &&usize| !self.answers[*at].same(&answers[*at]);
        let smallest = compared.iter().filter(differs).min_by_key(|at| (self.calls[**at].size(), **at));
        let name = function.rsplit('.').next().unwrap_or(function);
        let difference = smallest.map(|at| {
            let (now, was) = answers[at].difference(&self.answers[at]);
            Difference { call: self.calls[*at].shown(name), now, was }
        });
        let result = match (&difference, compared.is_empty()) {
            (Some(_), _) => Agreement::Differs,
            (None, true) => Agreement::Unknown,
            (None, false) => Agreement::Same,
        };
        Differential {
            result,
            calls: compared.len(),
            recorded: if self.made_up { 0 } else { compared.iter().filter(|at| **at < self.recorded).count() },
            made_up: self.made_up,
            not_carried: self.recording.skipped.values().sum(),
            unsteady: self.unsteady,
            difference,
            reason: (result == Agreement::Unknown).then(|| "the candidate answered no call".to_owned()),
            duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_has_its_own_words() {
        let same = Differential { result: Agreement::Same, calls: 24, reason: None, ..Differential::unknown("") };
        let difference = Difference { call: "f(3)".to_owned(), now: "4".to_owned(), was: "5".to_owned() };
        let differs = Differential { result: Agreement::Differs, difference: Some(difference), ..same.clone() };
        for (found, expect) in [
            (same.clone(), "same on 24 calls"),
            (Differential { calls: 1, made_up: true, ..same.clone() }, "same on 1 call (made up: no test makes one)"),
            (Differential { not_carried: 2, ..same }, "same on 24 calls (2 recorded could not be repeated)"),
            (differs, "differs on: f(3) -> 4, was 5"),
            (Differential::unknown("why"), "not compared: why"),
        ] {
            assert_eq!(found.to_string(), expect);
        }
    }

    #[test]
    fn every_test_has_its_turn_and_small_calls_come_first() {
        let call = |number: usize| Call {
            which: 0,
            positional: vec![value::Value::Int("1".repeat(number))],
            keywords: Vec::new(),
        };
        let mut calls: Vec<(usize, Call)> = (2..100).map(|number| (0, call(number))).collect();
        calls.push((1, call(1)));
        let found = chosen(&calls);
        assert_eq!(found.len(), RECORDED);
        assert_eq!(found[..3], [call(2), call(1), call(3)]);
    }
}
