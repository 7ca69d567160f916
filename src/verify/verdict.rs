//! The verdict and the rule that gives it.
//!
//! `passed` needs all of: no kill, exit 0, the end of the run reported, every selected test reporting the outcome that it had on
//! the original, at least one test, and the candidate really loaded. So `os._exit(0)`, `sys.exit`, `pytest.skip`, an expected failure and
//! a closed report are no pass.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::differential::Differential;
use super::observed::Observed;
use super::sandbox::{Ended, Kill};

/// The outcome of set-up, call and tear-down of a test that passed.
pub(super) const PASSED: &str = "passed/passed/passed";

/// What is known of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every selected test did what it does on the original.
    Passed,
    /// At least one did not.
    Failed,
    /// Nothing is known; the reason says why.
    Untested,
    /// The tests did not end in time.
    Timeout,
}

/// How a candidate was run. The rule for its verdict is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Tier {
    /// In a fork of a process that has the tests collected, its new code put into the living functions.
    T1,
    /// In a fork of a process that has pytest and the installed modules; the project's are imported anew.
    T2,
    /// In a process of its own.
    T3,
}

/// What the tests say of one candidate.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// The word for it.
    pub status: Status,
    /// Tests that ran on the candidate; a command that is not pytest counts as one.
    pub tests_run: usize,
    /// Wall-clock time of the candidate's run, without the baseline.
    #[serde(rename = "millis", serialize_with = "millis")]
    pub duration: Duration,
    /// How it was run; `None` when it was not.
    pub tier: Option<Tier>,
    /// The first test that failed, and what it said.
    pub first_failure: Option<String>,
    /// Why, in one sentence, when it is not `passed`.
    pub reason: Option<String>,
    /// Tests that do not agree with themselves on the original, and were left out.
    pub flaky: Vec<String>,
    /// Tests that fail on the original already, and were left out.
    pub left_out: Vec<String>,
    /// Whether it does the same as the original where no test looks, when the candidate promises that.
    pub differential: Option<Differential>,
}

impl Verdict {
    /// No verdict, for a reason.
    pub fn untested(reason: impl Into<String>) -> Self {
        Self::new(Status::Untested, Some(reason.into()))
    }

    fn new(status: Status, reason: Option<String>) -> Self {
        Self {
            status,
            tests_run: 0,
            duration: Duration::ZERO,
            tier: None,
            first_failure: None,
            reason,
            flaky: Vec::new(),
            left_out: Vec::new(),
            differential: None,
        }
    }
}

/// A duration as whole milliseconds.
pub(super) fn millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// A candidate's run.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) tier: Tier,
    /// The tests that it had to pass.
    pub(super) selected: Vec<&'a str>,
    pub(super) observed: Observed,
    pub(super) ended: Ended,
}

/// Applies the rule to a candidate's run.
pub(super) fn judge(run: &Run, left_out: &[String], flaky: Vec<String>) -> Verdict {
    let (status, reason, first_failure) = rule(&run.selected, &run.observed, &run.ended);
    Verdict {
        status,
        tests_run: run.observed.tests.len(),
        duration: Duration::from_millis(run.ended.millis),
        tier: Some(run.tier),
        first_failure,
        reason,
        flaky,
        left_out: left_out.to_vec(),
        differential: None,
    }
}

type Ruling = (Status, Option<String>, Option<String>);

fn rule(selected: &[&str], observed: &Observed, ended: &Ended) -> Ruling {
    let failed = |reason: String, failure: Option<String>| (Status::Failed, Some(reason), failure);
    if let Some(reason) = &observed.refused {
        return (Status::Untested, Some(reason.clone()), None);
    }
    let bad = observed.tests.iter().find(|test| test.outcome != PASSED);
    let failure = bad.map(|test| describe(&test.id, test.text.as_deref().unwrap_or_default(), &test.outcome));
    match ended.kill {
        Some(Kill::Cancelled) => return (Status::Untested, Some("cancelled".to_owned()), None),
        Some(Kill::Time) => {
            let seconds = Duration::from_millis(ended.millis).as_secs_f64();
            return (Status::Timeout, Some(format!("the tests did not end within {seconds:.1} s")), failure);
        }
        Some(kill) => return failed(over(kill).to_owned(), failure),
        None => {}
    }
    if let Some((id, text)) = observed.collect_errors.first() {
        return failed(format!("{id} can not be imported with the candidate"), Some(describe(id, text, "error")));
    }
    if let Some(test) = bad {
        return failed(format!("{} does not pass", test.id), failure);
    }
    let Some(code) = observed.end else {
        let how = match (ended.code, ended.signal) {
            (Some(code), _) => format!("exit {code}"),
            (_, Some(signal)) => format!("signal {signal}"),
            _ => "no status".to_owned(),
        };
        return failed(format!("the process ended before the tests did ({how})"), tail(ended));
    };
    let mut missing: Vec<&str> = selected.to_vec();
    for test in &observed.tests {
        if let Some(at) = missing.iter().position(|id| *id == test.id) {
            missing.swap_remove(at);
        }
    }
    if !missing.is_empty() || observed.tests.is_empty() {
        return failed(format!("{} of {} tests did not run", missing.len(), selected.len()), tail(ended));
    }
    if code != 0 || ended.code != Some(0) {
        return failed(format!("pytest ended with {code}, its process with {:?}", ended.code), tail(ended));
    }
    if observed.loaded.is_empty() {
        return (Status::Untested, Some("no selected test imported the file".to_owned()), None);
    }
    (Status::Passed, None, None)
}

/// Applies what can be known of a command that is not pytest.
pub(super) fn judge_command(ended: &Ended, loaded: bool) -> Verdict {
    let (status, reason) = match (ended.kill, ended.code) {
        (Some(Kill::Cancelled), _) => (Status::Untested, Some("cancelled".to_owned())),
        (Some(Kill::Time), _) => (Status::Timeout, Some("the command did not end in time".to_owned())),
        (Some(kill), _) => (Status::Failed, Some(over(kill).to_owned())),
        (None, Some(0)) if !loaded => {
            (Status::Untested, Some("nothing that the command ran imported the file".to_owned()))
        }
        (None, Some(0)) => (Status::Passed, None),
        (None, code) => (Status::Failed, Some(format!("the command ended with {code:?}"))),
    };
    let first_failure = if status == Status::Failed { tail(ended) } else { None };
    Verdict {
        tests_run: 1,
        duration: Duration::from_millis(ended.millis),
        tier: Some(Tier::T3),
        first_failure,
        ..Verdict::new(status, reason)
    }
}

/// A cap, in words.
pub(super) fn over(kill: Kill) -> &'static str {
    match kill {
        Kill::Time => "over the time limit",
        Kill::Output => "killed: it wrote too much to its standard output",
        Kill::Disk => "killed: it wrote too much to disk",
        Kill::Processes => "killed: it started too many processes",
        Kill::Cancelled => "cancelled",
    }
}

/// The last words of a process, for when pytest could not say more.
pub(super) fn tail(ended: &Ended) -> Option<String> {
    let text = if ended.stderr.trim().is_empty() { &ended.stdout } else { &ended.stderr };
    let lines: Vec<&str> = text.trim().lines().collect();
    let last = lines[lines.len().saturating_sub(40)..].join("\n");
    (!last.is_empty()).then_some(last)
}

fn describe(id: &str, text: &str, outcome: &str) -> String {
    if text.is_empty() { format!("{id}: {outcome}") } else { format!("{id}\n{text}") }
}

#[cfg(test)]
mod tests {
    use super::super::observed::TestReport;
    use super::*;

    fn ended(code: i32) -> Ended {
        Ended { code: Some(code), signal: None, kill: None, stdout: String::new(), stderr: String::new(), millis: 7 }
    }

    fn seen(outcomes: &[(&str, &str)], end: Option<i32>) -> Observed {
        let report = |(id, outcome): &(&str, &str)| TestReport {
            id: (*id).to_owned(),
            outcome: (*outcome).to_owned(),
            reached: Vec::new(),
            seconds: 0.0,
            text: None,
        };
        Observed {
            tests: outcomes.iter().map(report).collect(),
            loaded: ["a.py".to_owned()].into(),
            end,
            ..Observed::default()
        }
    }

    fn check(name: &str, observed: &Observed, ended: &Ended, expect: Status) {
        assert_eq!(rule(&["t::a", "t::b"], observed, ended).0, expect, "{name}");
    }

    #[test]
    fn nothing_but_everything_is_a_pass() {
        let both = [("t::a", PASSED), ("t::b", PASSED)];
        check("all", &seen(&both, Some(0)), &ended(0), Status::Passed);
        check("one missing", &seen(&both[..1], Some(0)), &ended(0), Status::Failed);
        check("none", &seen(&[], Some(0)), &ended(0), Status::Failed);
        check("one twice", &seen(&[both[0], both[0]], Some(0)), &ended(0), Status::Failed);
        check("no end", &seen(&both, None), &ended(0), Status::Failed);
        check("pytest's status", &seen(&both, Some(1)), &ended(0), Status::Failed);
        check("process's status", &seen(&both, Some(0)), &ended(1), Status::Failed);
        check("skipped", &seen(&[both[0], ("t::b", "passed/skipped/passed")], Some(0)), &ended(0), Status::Failed);
        check(
            "expected failure",
            &seen(&[both[0], ("t::b", "passed/skipped-expected/passed")], Some(0)),
            &ended(0),
            Status::Failed,
        );
        check("tear-down", &seen(&[both[0], ("t::b", "passed/passed/failed")], Some(0)), &ended(0), Status::Failed);
        check(
            "not loaded",
            &Observed { loaded: Default::default(), ..seen(&both, Some(0)) },
            &ended(0),
            Status::Untested,
        );
        check(
            "refused",
            &Observed { refused: Some("x".to_owned()), ..seen(&both, Some(0)) },
            &ended(0),
            Status::Untested,
        );
        let collect = Observed { collect_errors: vec![("t".to_owned(), "E".to_owned())], ..seen(&both, Some(0)) };
        check("collection", &collect, &ended(0), Status::Failed);
        for (kill, expect) in
            [(Kill::Time, Status::Timeout), (Kill::Output, Status::Failed), (Kill::Cancelled, Status::Untested)]
        {
            check("killed", &seen(&both, Some(0)), &Ended { kill: Some(kill), ..ended(0) }, expect);
        }
    }
}
