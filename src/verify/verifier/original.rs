//! Before a candidate is run: whether it may be, and what its tests do on the original.

use std::path::Path;
use std::sync::Arc;

use super::Verifier;
use crate::verify::baseline::{Baseline, Original};
use crate::verify::baselines::{Key, Measured};
use crate::verify::candidate::Edit;
use crate::verify::command::{Plan, plan};
use crate::verify::run::Cancelled;
use crate::verify::{Candidate, TestsSetting, gate, select};

/// A candidate that may be run, its texts, and how its tests are run.
pub(super) struct Asked<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) tests: &'a TestsSetting,
    pub(super) plan: Plan,
    pub(super) edit: Edit,
}

/// What the tests do on the original.
pub(super) struct Chosen<'a> {
    pub(super) measured: Arc<Measured>,
    /// pytest's, by which they were chosen.
    pub(super) arguments: Vec<String>,
    function: Option<&'a str>,
}

impl Chosen<'_> {
    pub(super) fn baseline(&self) -> Result<&Baseline, String> {
        self.measured.usable()
    }

    /// The tests that a candidate must pass: at least one.
    pub(super) fn selected(&self) -> Result<(&Baseline, Vec<&str>), String> {
        let baseline = self.baseline()?;
        let selected = baseline.selected(self.function);
        if selected.is_empty() {
            return Err(format!("no test reaches {}", self.function.unwrap_or("the file")));
        }
        Ok((baseline, selected))
    }
}

impl Verifier {
    /// Makes a candidate ready; the error is the reason why it is not run.
    pub(super) fn asked<'a>(&self, candidate: &'a Candidate, tests: &'a TestsSetting) -> Result<Asked<'a>, String> {
        self.may_run()?;
        let plan = match tests {
            TestsSetting::None => return Err("tests are switched off".to_owned()),
            TestsSetting::Auto => Plan::Pytest { arguments: Vec::new(), env: Vec::new() },
            TestsSetting::Command(command) => plan(command),
        };
        let edit = Edit::new(&self.project.root, candidate)?;
        if self.settings.gate {
            let allowed: Vec<&str> = candidate.allowed.iter().map(String::as_str).collect();
            gate::check(&edit.before, &candidate.new_source, &allowed)
                .map_err(|refusal| format!("not run: {refusal}"))?;
        }
        Ok(Asked { candidate, tests, plan, edit })
    }

    /// Generated code runs in a sandbox, or on request without.
    fn may_run(&self) -> Result<(), String> {
        if let (Some(reason), false) = (self.sandbox.refusal(), self.settings.unsandboxed) {
            return Err(format!("{reason}; `lerp doctor` says more, `--unsandboxed` runs candidates without one"));
        }
        if cfg!(not(target_os = "linux")) {
            return Err(format!("candidates are not run on {} yet", std::env::consts::OS));
        }
        self.project.interpreter.too_old().map_or(Ok(()), Err)
    }

    /// What the tests do on the original; `given` are the arguments of the user's own pytest.
    pub(super) fn chosen<'a>(
        &self,
        asked: &Asked<'a>,
        given: &[String],
        cancelled: Cancelled,
    ) -> Result<Chosen<'a>, String> {
        let Asked { candidate, tests, edit, .. } = asked;
        let function = candidate.function.as_deref();
        let arguments = match &self.map {
            Some(map) if **tests == TestsSetting::Auto => map.choose(&candidate.file, function, &edit.original)?,
            None if **tests == TestsSetting::Auto => select::test_files(&self.project, &candidate.file, function)?,
            _ => given.to_vec(),
        };
        if arguments.iter().any(|argument| Path::new(argument) == candidate.file)
            && select::examples(&edit.before) != select::examples(&candidate.new_source)
        {
            return Err("the examples in its docstrings are its tests, and the candidate changes them".to_owned());
        }
        let key = Key { tests, arguments: &arguments, file: &edit.file, overlay: &edit.original };
        let measured = self.baselines.get(&key, || self.baseline(self.original(asked, &arguments), tests, cancelled));
        Ok(Chosen { measured, arguments, function })
    }

    /// What the tests do on the original: as an earlier process wrote it down, while all that it depends on is as it was; else they
    /// are run.
    fn baseline(&self, original: Original, tests: &TestsSetting, cancelled: Cancelled) -> Baseline {
        let Some(map) = &self.map else { return original.baseline(cancelled) };
        let key = map.key(&(tests, original.arguments, original.file, original.overlay));
        // one of more test files serves for some of them; the map chooses better once they were run
        let wide = original.chosen.then(|| map.key(&(tests, original.file, original.overlay)));
        let recall = |key: &String| {
            let known = map.recall(key).filter(|known: &Baseline| known.watched.changed().is_none());
            known.filter(|known| !original.chosen || known.covers(original.arguments))
        };
        if let Some(known) = std::iter::once(&key).chain(&wide).find_map(recall) {
            return if original.chosen { known.narrowed(original.arguments) } else { known };
        }
        let baseline = original.baseline(cancelled);
        if baseline.unusable.is_none() {
            map.write_down(&key, &baseline);
            if let Some(wide) = wide.filter(|_| original.arguments.len() > 1) {
                map.write_down(&wide, &baseline);
            }
        }
        baseline
    }

    pub(super) fn original<'a>(&'a self, asked: &'a Asked, arguments: &'a [String]) -> Original<'a> {
        Original {
            project: &self.project,
            settings: &self.settings,
            workshop: &self.workshop,
            map: self.map.as_ref(),
            progress: &self.progress,
            plan: &asked.plan,
            arguments,
            chosen: *asked.tests == TestsSetting::Auto,
            overlay: &asked.edit.original,
            file: &asked.edit.file,
        }
    }
}
