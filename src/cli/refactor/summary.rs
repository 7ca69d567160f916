//! The sums over all files, and the line that says them.

use super::report::{Fate, FileReport};
use crate::cli::count;
use crate::cli::referee::Status;
use serde::Serialize;
use std::collections::BTreeSet;

/// The sums over all files.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// Files with edits.
    pub files_changed: usize,
    /// Files that were written.
    pub files_written: usize,
    /// Functions that are edited, and whose tests passed.
    pub functions_passed: usize,
    /// Functions that are edited, and that no test reached.
    pub functions_untested: usize,
    /// Functions to which the concepts do not apply.
    pub does_not_apply: usize,
    /// Functions for which the filters refused what the model wrote.
    pub no_safe_edit: usize,
    /// Functions no candidate of which passed the tests.
    pub tests_failed: usize,
    /// Functions with an edit that is hidden, because the model is not sure of it.
    pub not_sure: usize,
    /// Functions whose candidates are known to do something else than the original.
    pub differ: usize,
    /// Functions that the model can not edit.
    pub not_editable: usize,
    /// Functions that are not valid Python.
    pub broken: usize,
    /// Tests that passed on the edited texts.
    pub tests_run: usize,
    /// Their names, where they are known.
    #[serde(skip)]
    seen: BTreeSet<String>,
    /// Test files in folders, which are edited only when they are named.
    pub tests_left_out: usize,
    /// Files that could not be worked on.
    pub errors: usize,
    /// Time in the model.
    pub model_millis: f64,
    /// Time in tests.
    pub test_millis: f64,
}

impl Summary {
    /// Counts one more file.
    pub fn count(&mut self, report: &FileReport) {
        self.files += 1;
        self.files_changed += usize::from(report.changed());
        self.files_written += usize::from(report.applied);
        self.model_millis += report.model_millis;
        self.test_millis += report.test_millis;
        match report.passed() {
            // one test may reach functions of several files
            Ok(tests) => {
                let new = tests.into_iter().filter(|test| self.seen.insert((*test).to_owned()));
                self.tests_run += new.count();
            }
            Err(number) => self.tests_run += number,
        }
        for one in &report.functions {
            *match one.fate {
                Fate::Changed if one.verdict == Some(Status::Passed) => &mut self.functions_passed,
                Fate::Changed => &mut self.functions_untested,
                Fate::DoesNotApply => &mut self.does_not_apply,
                Fate::NoSafeEdit => &mut self.no_safe_edit,
                Fate::NotSure => &mut self.not_sure,
                Fate::TestsFailed => &mut self.tests_failed,
                Fate::Differs => &mut self.differ,
                Fate::NotEditable => &mut self.not_editable,
                Fate::Broken => &mut self.broken,
            } += 1;
        }
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if self.functions_passed > 0 {
            parts.push(format!(
                "✓ {} passed on {}",
                count(self.tests_run, "test"),
                count(self.functions_passed, "function")
            ));
        }
        let functions = |n: usize, what: &str| (n > 0).then(|| format!("{}: {what}", count(n, "function")));
        parts.extend(functions(self.functions_untested, "edited, untested"));
        parts.extend(functions(self.tests_failed, "tests failed"));
        parts.extend(functions(self.differ, "would do something else"));
        parts.extend(functions(self.not_sure, "not sure enough, --all shows it"));
        parts.extend(functions(self.no_safe_edit, "no safe edit"));
        parts.extend(functions(self.does_not_apply, "does not apply"));
        parts.extend(functions(self.not_editable, "too long or unusual"));
        parts.extend(functions(self.broken, "syntax error"));
        if parts.is_empty() {
            parts.push("no functions".to_owned());
        }
        if self.tests_left_out > 0 {
            parts.push(format!("{} not edited", count(self.tests_left_out, "test file")));
        }
        if self.files_written > 0 {
            parts.push(format!("{} written", count(self.files_written, "file")));
        }
        if self.errors > 0 {
            parts.push(count(self.errors, "error"));
        }
        let mut times = format!("{:.0} ms model", self.model_millis);
        if self.test_millis > 0.0 {
            times += &format!(", {:.1} s tests", self.test_millis / 1000.0);
        }
        parts.push(times);
        f.write_str(&parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_happened() {
        let check = |summary: Summary, expect: &str| assert_eq!(summary.to_string(), expect);
        check(
            Summary {
                functions_passed: 3,
                tests_run: 6,
                does_not_apply: 2,
                model_millis: 41.2,
                test_millis: 912.0,
                ..Summary::default()
            },
            "✓ 6 tests passed on 3 functions · 2 functions: does not apply · 41 ms model, 0.9 s tests",
        );
        check(
            Summary { functions_untested: 1, tests_failed: 1, files_written: 1, errors: 2, ..Summary::default() },
            "1 function: edited, untested · 1 function: tests failed · 1 file written · 2 errors · 0 ms model",
        );
        check(Summary::default(), "no functions · 0 ms model");
    }
}
