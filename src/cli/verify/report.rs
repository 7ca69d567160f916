//! What `lerp verify` prints. The format is described in docs/verification-cli.md.

use crate::verify::{Differential, Status, Tier, Verdict};
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

/// All verdicts.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// The file, as the user wrote it.
    pub file: String,
    /// The function that was replaced.
    pub function: Option<&'a str>,
    /// Where the tests ran.
    pub root: String,
    /// In the order in which they were given.
    pub candidates: Vec<Judged<'a>>,
    /// Wall-clock time of it all, with the runs of the original.
    pub millis: f64,
}

/// One verdict.
#[derive(Debug, Serialize)]
pub struct Judged<'a> {
    /// The candidate's file, as the user wrote it.
    candidate: String,
    verdict: Status,
    tests_run: usize,
    /// How it was run; see `docs/verification.md`.
    tier: Option<Tier>,
    millis: f64,
    first_failure: Option<&'a str>,
    reason: Option<&'a str>,
    /// Whether it does the same as the original on recorded calls; told, and no part of the verdict.
    differential: Option<&'a Differential>,
    flaky: &'a [String],
    left_out: &'a [String],
}

impl<'a> Judged<'a> {
    /// What is said of a candidate.
    pub fn new(name: &Path, verdict: &'a Verdict) -> Self {
        Self {
            candidate: name.display().to_string(),
            verdict: verdict.status,
            tests_run: verdict.tests_run,
            tier: verdict.tier,
            millis: verdict.duration.as_secs_f64() * 1000.0,
            first_failure: verdict.first_failure.as_deref(),
            reason: verdict.reason.as_deref(),
            differential: verdict.differential.as_ref(),
            flaky: &verdict.flaky,
            left_out: &verdict.left_out,
        }
    }

    fn to_text(&self) -> String {
        let (mark, word) = match self.verdict {
            Status::Passed => ("\x1b[32m✓\x1b[0m", "passed"),
            Status::Failed => ("\x1b[31m✗\x1b[0m", "failed"),
            Status::Timeout => ("\x1b[31m✗\x1b[0m", "timeout"),
            Status::Untested => ("\x1b[33m?\x1b[0m", "untested"),
        };
        let mut text = format!("{mark} {}: {word}", self.candidate);
        if self.tests_run > 0 {
            text += &format!(" · {} · {:.0} ms", tests(self.tests_run), self.millis);
        }
        text.push('\n');
        text += &self.reason.map_or_else(String::new, |reason| indent(reason, 2));
        text += &self.first_failure.map_or_else(String::new, |failure| indent(failure, 4));
        text += &self.differential.map_or_else(String::new, |found| indent(&found.to_string(), 2));
        text += &named(self.flaky, "left out, not the same on two runs of the original");
        text += &named(self.left_out, "left out, not passing on the original");
        text
    }
}

impl Report<'_> {
    /// For people.
    pub fn to_text(&self) -> String {
        self.candidates.iter().map(Judged::to_text).collect()
    }

    /// For programs.
    pub fn to_json(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Versioned<'a> {
            version: u32,
            #[serde(flatten)]
            report: &'a Report<'a>,
        }
        Ok(serde_json::to_string_pretty(&Versioned { version: 1, report: self })?)
    }

    /// Whether all may be taken.
    pub fn accepted(&self, untested: bool) -> bool {
        self.candidates.iter().all(|judged| match judged.verdict {
            Status::Passed => true,
            Status::Untested => untested,
            Status::Failed | Status::Timeout => false,
        })
    }
}

fn tests(count: usize) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

fn indent(text: &str, by: usize) -> String {
    text.trim_end().lines().map(|line| format!("{:by$}{line}\n", "").trim_end().to_owned() + "\n").collect()
}

/// The first few of some tests.
fn named(ids: &[String], why: &str) -> String {
    const SHOWN: usize = 3;
    if ids.is_empty() {
        return String::new();
    }
    let more = if ids.len() > SHOWN { ", …" } else { "" };
    format!("  {} {why}: {}{more}\n", tests(ids.len()), ids[..ids.len().min(SHOWN)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_verdict_is_told_with_its_first_failure() {
        let mut verdict = Verdict::untested("no test reaches total");
        let mut text = Judged::new(Path::new("a.py"), &verdict).to_text();
        verdict.status = Status::Failed;
        (verdict.tests_run, verdict.duration) = (1, Duration::from_micros(41_600));
        verdict.reason = Some("tests/test_a.py::test_a fails".to_owned());
        verdict.first_failure = Some("tests/test_a.py::test_a\nTraceback:\n\n  x\n".to_owned());
        verdict.differential = Some(Differential::unknown("no call could be made"));
        verdict.left_out = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        text += &Judged::new(Path::new("-"), &verdict).to_text();
        insta::assert_snapshot!(anstream::adapter::strip_str(&text), @r"
        ? a.py: untested
          no test reaches total
        ✗ -: failed · 1 test · 42 ms
          tests/test_a.py::test_a fails
            tests/test_a.py::test_a
            Traceback:

              x
          not compared: no call could be made
          4 tests left out, not passing on the original: a, b, c, …
        ");
    }

    #[test]
    fn only_what_was_seen_to_pass_is_accepted() {
        let check = |statuses: &[Status], untested: bool, expect: bool| {
            let verdicts: Vec<Verdict> =
                statuses.iter().map(|status| Verdict { status: *status, ..Verdict::untested("") }).collect();
            let candidates = verdicts.iter().map(|verdict| Judged::new(Path::new("a"), verdict)).collect();
            let report = Report { file: String::new(), function: None, root: String::new(), candidates, millis: 0.0 };
            assert_eq!(report.accepted(untested), expect, "{statuses:?}");
        };
        check(&[Status::Passed, Status::Passed], false, true);
        check(&[Status::Passed, Status::Untested], false, false);
        check(&[Status::Passed, Status::Untested], true, true);
        check(&[Status::Passed, Status::Failed], true, false);
        check(&[Status::Timeout], true, false);
    }
}
