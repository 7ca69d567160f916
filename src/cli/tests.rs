//! `lerp tests`: which tests reach a function, or each function of a file.

use super::Format;
use super::args::{SandboxArgs, SettingsArgs};
use super::files;
use super::progress::Progress;
use super::refactor::interruptible;
use super::referee::verify_settings;
use super::verify::{Subject, running_name};
use crate::config::Layer;
use crate::syntax::{find_functions, parse};
use crate::verify::impact::{Map, Outcome, Reaching, Survey, Test};
use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `lerp tests`.
#[derive(Debug, Args)]
pub struct Tests {
    /// A function, such as `app.py::Cart.total`, or a file: then how many tests reach each of its functions
    #[arg(value_name = "PATH[::NAME]")]
    target: String,
    /// The project's folder, where the tests are run [default: found from the file]
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Test files that are run at a time, while it is found out what they reach
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What is printed. The format is described in docs/verification-cli.md.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    file: String,
    root: String,
    function: Option<&'a str>,
    /// The tests of the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<TestJson>>,
    /// The function runs at import.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_import: Option<bool>,
    /// The functions of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Vec<FunctionJson>>,
    test_files: usize,
    broken: Vec<BrokenJson<'a>>,
}

#[derive(Serialize)]
struct TestJson {
    #[serde(flatten)]
    test: Test,
    flaky: bool,
}

#[derive(Serialize)]
struct FunctionJson {
    name: String,
    line: usize,
    tests: usize,
}

#[derive(Serialize)]
struct BrokenJson<'a> {
    file: &'a str,
    reason: &'a str,
}

impl Tests {
    /// Runs it: 0, or 1 when no test reaches the function.
    pub fn run(self) -> Result<ExitCode> {
        let flags = Layer { unsandboxed: self.sandbox.setting(), ..Layer::default() };
        let (path, _) = files::split_target(&self.target);
        let settings = self.settings.resolve(&path, flags)?;
        let subject = Subject::find(&self.target, self.root.as_deref(), &settings)?;
        let mut settings = verify_settings(&settings);
        settings.jobs = self.jobs.unwrap_or(settings.jobs).clamp(1, 64);
        subject.project.warning().into_iter().for_each(|warning| eprintln!("lerp: warning: {warning}"));
        let map = Map::open(&subject.project, &settings)?;
        let survey = match known(&map)? {
            Known::All(survey) => survey,
            Known::Interrupted { known, of } => {
                eprintln!("lerp: interrupted: {known} of {of} test files are known; the next run goes on from there");
                return Ok(ExitCode::from(130));
            }
        };
        for (file, reason) in &survey.broken {
            eprintln!("lerp: warning: {file}: {reason}");
        }
        if survey.test_files.is_empty() {
            bail!("no test file in {}", subject.project.root.display());
        }
        for file in &survey.missing {
            eprintln!("lerp: warning: {file}: it changed while it ran; run lerp again");
        }
        match subject.name() {
            Some(name) => self.one(&subject, &map, &survey, &name),
            None => self.all(&subject, &map, &survey),
        }
    }

    fn one(&self, subject: &Subject, map: &Map, survey: &Survey, name: &str) -> Result<ExitCode> {
        let reaching = map.reaching(survey, &subject.inside, name)?;
        let flaky = map.flaky()?;
        let found = !reaching.tests.is_empty();
        let mut out = std::io::stdout().lock();
        match self.format {
            Format::Json => {
                let json = |test: &Test| TestJson { test: test.clone(), flaky: flaky.contains(&test.id) };
                let mut answer = self.answer(subject, survey);
                answer.tests = Some(reaching.tests.iter().map(json).collect());
                answer.at_import = Some(reaching.imported);
                writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
            }
            Format::Text => {
                for test in &reaching.tests {
                    writeln!(out, "{}", test.id)?;
                }
                out.flush()?;
                eprintln!("{}", summary(name, &reaching, &flaky));
            }
        }
        Ok(ExitCode::from(u8::from(!found)))
    }

    fn all(&self, subject: &Subject, map: &Map, survey: &Survey) -> Result<ExitCode> {
        let counts = map.functions(survey, &subject.inside)?;
        let functions = find_functions(&parse(&subject.text), &subject.text);
        let row = |function: &crate::syntax::Function| FunctionJson {
            line: function.line + 1,
            tests: counts.get(&running_name(&function.qualname)).copied().unwrap_or_default(),
            name: function.qualname.clone(),
        };
        let rows: Vec<FunctionJson> = functions.iter().map(row).collect();
        let mut out = std::io::stdout().lock();
        match self.format {
            Format::Text => write!(out, "{}", table(&rows))?,
            Format::Json => {
                let answer = Answer { functions: Some(rows), ..self.answer(subject, survey) };
                writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn answer<'a>(&self, subject: &'a Subject, survey: &'a Survey) -> Answer<'a> {
        let broken = survey.broken.iter().map(|(file, reason)| BrokenJson { file, reason });
        Answer {
            version: 1,
            file: subject.path.display().to_string(),
            root: subject.project.root.display().to_string(),
            function: subject.function.as_ref().map(|function| function.qualname.as_str()),
            tests: None,
            at_import: None,
            functions: None,
            test_files: survey.test_files.len(),
            broken: broken.collect(),
        }
    }
}

/// What is known after the missing test files were run.
enum Known {
    All(Survey),
    Interrupted { known: usize, of: usize },
}

/// Runs the test files that are not known as they are now, with progress.
fn known(map: &Map) -> Result<Known> {
    let nothing = BTreeMap::new();
    let note = || map.note().into_iter().for_each(|note| eprintln!("lerp: warning: {note}"));
    note();
    let cancel = interruptible()?;
    let mut survey = map.survey(&nothing)?;
    // a second time when the database was lost on the way, and what is known is in memory
    for _ in 0..2 {
        if survey.complete() {
            break;
        }
        let progress = Progress::new(survey.missing.len(), "test files");
        let filled = map.fill(&survey.missing, &|| cancel.is_cancelled(), &|_| progress.advance());
        progress.finish();
        filled?;
        survey = map.survey(&nothing)?;
        if cancel.is_cancelled() {
            let of = survey.test_files.len();
            return Ok(Known::Interrupted { known: of - survey.missing.len(), of });
        }
        note();
    }
    Ok(Known::All(survey))
}

fn summary(name: &str, reaching: &Reaching, flaky: &BTreeSet<String>) -> String {
    let tests = &reaching.tests;
    let count = |what: &dyn Fn(&Test) -> bool| tests.iter().filter(|test| what(test)).count();
    let mut text = match tests.len() {
        0 => return format!("no test reaches {name}"),
        1 => format!("1 test reaches {name}"),
        many => format!("{many} tests reach {name}"),
    };
    for (number, what) in [
        (count(&|test| test.outcome == Outcome::Failed), "not passing"),
        (count(&|test| test.outcome == Outcome::Skipped), "skipped"),
        (count(&|test| flaky.contains(&test.id)), "flaky"),
    ] {
        if number > 0 {
            let _ = write!(text, " · {number} {what}");
        }
    }
    if reaching.imported {
        text += " · it runs at import, so every test of a file that imports it counts";
    }
    text
}

fn table(rows: &[FunctionJson]) -> String {
    let width = rows.iter().map(|row| row.tests.to_string().len()).max().unwrap_or(1);
    rows.iter().map(|row| format!("{:>width$}  {}\n", row.tests, row.name)).collect()
}
