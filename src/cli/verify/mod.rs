//! `lerp verify`: the referee of any replacement of a function, whoever wrote it.

mod fit;
mod report;

use super::Format;
use super::args::{SandboxArgs, SettingsArgs};
use super::files;
use super::progress::Progress;
use super::refactor::interruptible;
use super::referee::{setting, verify_settings};
use crate::config::{Layer, Settings, TestChoice};
use crate::syntax::Function;
use crate::verify::{Candidate, Project, Verdict, Verifier};
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use fit::{fit, function_named};
use report::{Judged, Report};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Arguments of `lerp verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The file and the function in it, such as `app.py::Cart.total`; without a function all tests that load the file are run
    #[arg(value_name = "PATH[::NAME]")]
    target: String,
    /// What to put in its place: a file with the function alone or with the whole module, or `-` for standard input; may be given
    /// several times
    #[arg(long = "candidate", value_name = "FILE", required = true)]
    candidates: Vec<PathBuf>,
    /// `auto`: the project's tests that reach the function; `none`; or a command [default: auto]
    #[arg(long, value_name = "auto|none|CMD")]
    tests: Option<String>,
    /// The project's folder, where the tests are run [default: found from the file]
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
    /// Exit 0 also when no test reaches the function
    #[arg(long)]
    allow_untested: bool,
    /// A name that candidates may add although it could serve to fool the tests, such as `os`; may be given several times
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,
    /// Run candidates whatever names they add; the sandbox still holds
    #[arg(long)]
    no_gate: bool,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// The file that is to be changed.
pub struct Subject {
    /// As the user wrote it.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The function in it, when one was named.
    pub function: Option<Function>,
    /// Its project.
    pub project: Project,
    /// The file, relative to the project's root.
    pub inside: PathBuf,
}

impl Subject {
    /// Reads the file and finds its project; an explicit root wins.
    pub fn find(target: &str, root: Option<&Path>, settings: &Settings) -> Result<Self> {
        let (path, name) = files::split_target(target);
        if path.is_dir() {
            bail!("{} is a folder; name a file", path.display());
        }
        let (source, _) = files::read(&path)?;
        let function = name.map(|name| function_named(&source.text, &name)).transpose();
        let function = function.with_context(|| path.display().to_string())?;
        let file = path.canonicalize().with_context(|| path.display().to_string())?;
        let settings = verify_settings(settings);
        let project = match root {
            Some(root) => Project::at(root, &settings)?,
            None => Project::discover(&file, &settings)?,
        };
        let inside = file.strip_prefix(&project.root).map(Path::to_path_buf);
        let inside = inside.map_err(|_| anyhow!("{} is not inside {}", path.display(), project.root.display()))?;
        Ok(Self { path, text: source.text, function, project, inside })
    }

    /// The name by which the running program knows the function.
    pub fn name(&self) -> Option<String> {
        Some(running_name(&self.function.as_ref()?.qualname))
    }
}

/// A qualified name without the marks that tell functions of one name apart: the running program knows no such marks.
pub fn running_name(qualname: &str) -> String {
    qualname.split('.').filter_map(|part| part.split('#').next()).collect::<Vec<_>>().join(".")
}

impl Verify {
    /// Runs it: 0 when all candidates passed, 1 when one did not.
    pub fn run(self) -> Result<ExitCode> {
        let flags = Layer {
            tests: self.tests.clone().map(TestChoice::from),
            unsandboxed: self.sandbox.setting(),
            ..Layer::default()
        };
        let (path, _) = files::split_target(&self.target);
        let settings = self.settings.resolve(&path, flags)?;
        let subject = Subject::find(&self.target, self.root.as_deref(), &settings)?;
        let candidates = self.candidates(&subject)?;
        let cancel = interruptible()?;
        let started = Instant::now();
        let verdicts = if files::is_test(&subject.path) {
            candidates.iter().map(|_| Verdict::untested("a test can not vouch for itself")).collect()
        } else {
            let settings_of_verifier = crate::verify::Settings { gate: !self.no_gate, ..verify_settings(&settings) };
            subject.project.warning().into_iter().for_each(|warning| eprintln!("lerp: warning: {warning}"));
            let mut verifier = Verifier::new(subject.project.clone(), settings_of_verifier)?;
            verifier.note().into_iter().for_each(|note| eprintln!("lerp: warning: {note}"));
            let progress = Arc::new(Progress::new(0, "tests of the original"));
            let shown = Arc::clone(&progress);
            verifier.on_progress(move |done, tests| shown.at(done, tests));
            let verdicts = verifier.verify_many(&candidates, &setting(&settings.tests), &|| cancel.is_cancelled());
            progress.finish();
            // a database that was lost on the way
            verifier.note().into_iter().for_each(|note| eprintln!("lerp: warning: {note}"));
            verdicts
        };
        if cancel.is_cancelled() {
            eprintln!("lerp: interrupted");
            return Ok(ExitCode::from(130));
        }
        let judged = self.candidates.iter().zip(&verdicts);
        let report = Report {
            file: subject.path.display().to_string(),
            function: subject.function.as_ref().map(|function| function.qualname.as_str()),
            root: subject.project.root.display().to_string(),
            candidates: judged.map(|(name, verdict)| Judged::new(name, verdict)).collect(),
            millis: started.elapsed().as_secs_f64() * 1000.0,
        };
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{}", report.to_json()?)?,
            Format::Text => write!(out, "{}", report.to_text())?,
        }
        Ok(ExitCode::from(u8::from(!report.accepted(self.allow_untested))))
    }

    /// The whole texts to try, in the order in which they were given.
    fn candidates(&self, subject: &Subject) -> Result<Vec<Candidate>> {
        if self.candidates.iter().filter(|path| is_stdin(path)).count() > 1 {
            bail!("standard input can be read once only: --candidate - was given several times");
        }
        let candidate = |path: &PathBuf| {
            let text = read(path)?;
            let fitted = fit(&subject.text, subject.function.as_ref(), &text);
            Ok(Candidate {
                file: subject.inside.clone(),
                function: subject.name(),
                new_source: fitted.with_context(|| path.display().to_string())?,
                unsaved: BTreeMap::from([(subject.inside.clone(), subject.text.clone())]),
                allowed: self.allow.clone(),
                // whether it does is told beside the verdict, and decides nothing
                keeps_behaviour: true,
            })
        };
        self.candidates.iter().map(candidate).collect()
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path) -> Result<String> {
    if !is_stdin(path) {
        return Ok(files::read(path)?.0.text);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
    let text = crate::text::SourceText::decode(&bytes).map_err(|error| anyhow!("standard input:{error}"))?;
    Ok(text.text)
}
