//! `lerp teach`: a concept from before/after pairs.

mod git;
mod lines;
mod report;

pub use report::{Near, near_text, nearest, strength, strength_text};

use super::Format;
use super::args::SettingsArgs;
use super::engine::model_settings;
use super::progress::Progress;
use super::{files, refactor};
use crate::concepts::store::{About, Level, Store, StoreError, StoreProblem, StoredPair, check_name, read_all};
use crate::concepts::{Collected, from_modules};
use crate::config::Layer;
use crate::synthesis::{
    Aside, Cluster, Engine, Lesson, LessonError, SEARCH_PER_PAIR, SynthesisError, alike, cluster_with_parts, usable,
};
use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use report::Report;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Clusters that are shown.
const SHOWN: usize = 10;
/// For the progress bar: a search seldom takes more steps.
const MOST_STEPS: usize = 12;

/// Arguments of `lerp teach`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("source").args(["before", "commit", "commits", "pairs", "again"])))]
pub struct Teach {
    /// Name of the concept: small letters, digits and hyphens. Pairs are added to a taught concept that has it
    name: String,
    /// A file before the edit; its functions are matched by name with those of --after
    #[arg(long, value_name = "FILE", requires = "after")]
    before: Option<PathBuf>,
    /// The file after it
    #[arg(long, value_name = "FILE", requires = "before")]
    after: Option<PathBuf>,
    /// A git commit: every function that it changed
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    commit: Option<String>,
    /// A range of git commits, such as v1.0..v2.0: every function that they changed
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    commits: Option<String>,
    /// Only under this path; may be given several times
    #[arg(long, value_name = "PATH")]
    path: Vec<PathBuf>,
    /// Which cluster of like edits to learn from, when commits have several
    #[arg(long, value_name = "K")]
    cluster: Option<usize>,
    /// JSON lines `{"before": …, "after": …}`; `-` is standard input, as is nothing at all
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Learn anew from the pairs that it has: after a merge, or with another model
    #[arg(long, conflicts_with_all = ["replace", "cluster"])]
    again: bool,
    /// Keep it with the project, in .lerp/concepts (the default inside of one)
    #[arg(long, conflicts_with = "user")]
    project: bool,
    /// Keep it with the user, for all projects
    #[arg(long)]
    user: bool,
    /// Title in menus [default: the name in words]
    #[arg(long)]
    title: Option<String>,
    /// One line on what it does
    #[arg(long)]
    description: Option<String>,
    /// Put the pairs in the place of those that the concept has, instead of adding them
    #[arg(long)]
    replace: bool,
    /// Take the mean of the pairs as it is, without a search for a vector that writes them
    #[arg(long)]
    fast: bool,

    /// Use also pairs that are unlike the rest
    #[arg(long)]
    keep_all: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Teach {
    /// Runs it.
    pub fn run(self) -> Result<ExitCode> {
        check_name(&self.name)?;
        let settings = self.settings.resolve(Path::new("."), Layer::default())?;
        let store = self.store()?;
        let Collected { pairs, notes } = self.collect(&store)?;
        for note in notes {
            eprintln!("lerp: {note}");
        }
        let (pairs, mut aside) = usable(pairs)?;
        let lesson = Lesson {
            name: &self.name,
            about: About { title: self.title.clone(), description: self.description.clone() },
            store: &store,
            replace: self.replace,
            fast: self.fast,
        };
        let mut problems = Vec::new();
        let base = lesson.base(&mut problems);
        warn(&problems);
        // what is stored is not needed: the pairs to learn from are
        let engine = Engine::load(&model_settings(&settings))?;
        let pairs = self.choose(&engine, &base, pairs, &mut aside)?;
        let new = pairs.iter().filter(|pair| !base.contains(pair)).count();
        let cancel = refactor::interruptible()?;
        let steps = Progress::new(MOST_STEPS, "steps of the search");
        let added = lesson.store(&engine, &base, &pairs, &|| steps.advance(), &cancel);
        steps.finish();
        let (stored, problems) = match added {
            Err(LessonError::Synthesis(SynthesisError::Cancelled)) => {
                eprintln!("lerp: interrupted; nothing was stored");
                return Ok(ExitCode::from(130));
            }
            other => other?,
        };
        warn(&problems);
        let progress = Progress::new(stored.pairs.len(), "pairs");
        let budget = if self.fast { Duration::ZERO } else { SEARCH_PER_PAIR };
        let assessed = engine.assess(&stored, budget, &cancel, &mut || progress.advance());
        progress.finish();
        let (taught, assessed) = match assessed {
            Err(SynthesisError::Cancelled) => {
                eprintln!("lerp: interrupted; {:?} is stored, but was not tried on its own pairs", self.name);
                return Ok(ExitCode::from(130));
            }
            other => other?,
        };
        self.warn_of_another(&store);
        let folder = store.folder().join(&self.name).display().to_string();
        let report = Report::new(&taught, assessed, folder, new, aside);
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Text => write!(out, "{}", report.text())?,
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, &report)?;
                writeln!(out)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn store(&self) -> Result<Store> {
        let project = Store::of_project(Path::new("."));
        if self.project {
            let here = || Store::at(PathBuf::from(".lerp").join("concepts"), Level::Project);
            return Ok(project.unwrap_or_else(here));
        }
        match project.filter(|_| !self.user) {
            Some(project) => Ok(project),
            None => Store::of_user().context("there is no home folder to keep it in; --project keeps it here"),
        }
    }

    fn collect(&self, store: &Store) -> Result<Collected> {
        if self.again {
            // what can not be read is said, and set aside, when it is stored
            let stored = store.read(&self.name, &mut Vec::new());
            let none = || StoreError::none(&self.name, store);
            return Ok(Collected { pairs: stored.ok_or_else(none)?.pairs, notes: Vec::new() });
        }
        if let (Some(before), Some(after)) = (&self.before, &self.after) {
            let text = |path| files::read(path).map(|(text, _)| text.text);
            let collected = from_modules(&after.display().to_string(), &text(before)?, &text(after)?);
            if collected.pairs.is_empty() {
                let notes = collected.notes.iter().map(|note| format!("; {note}")).collect::<String>();
                bail!("no function of {} differs from its like in {}{notes}", after.display(), before.display());
            }
            return Ok(collected);
        }
        if let Some(revision) = &self.commit {
            return git::from_commit(revision, &self.path);
        }
        if let Some(range) = &self.commits {
            return git::from_range(range, &self.path);
        }
        let (name, text) = match self.pairs.as_deref().filter(|path| *path != Path::new("-")) {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                (path.display().to_string(), text)
            }
            None if self.pairs.is_none() && std::io::stdin().is_terminal() => {
                bail!("nothing to learn from: give --before and --after, --commit, --commits, --pairs or --again")
            }
            None => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input")?;
                ("standard input".to_owned(), text)
            }
        };
        let pairs = lines::from_json_lines(&name, &text)?;
        if pairs.is_empty() {
            bail!("{name} has no pairs");
        }
        Ok(Collected { pairs, notes: Vec::new() })
    }

    /// The pairs to learn from: one cluster of what commits changed, or those that are like each other.
    fn choose(
        &self,
        engine: &Engine,
        base: &[StoredPair],
        pairs: Vec<StoredPair>,
        aside: &mut Vec<Aside>,
    ) -> Result<Vec<StoredPair>> {
        if self.commit.is_some() || self.commits.is_some() {
            let clusters = engine.clusters(&pairs).map_err(|error| LessonError::about(error, &pairs))?;
            let chosen = self.cluster(&clusters, &pairs)?;
            return Ok(cluster_with_parts(engine, &clusters[chosen].pairs, &pairs, aside)?);
        }
        if self.cluster.is_some() {
            bail!("--cluster goes with --commit and --commits");
        }
        if self.keep_all || self.again {
            return Ok(pairs);
        }
        let chosen = alike(engine, base, pairs, aside);
        chosen.map_err(|error| match error {
            unlike @ LessonError::Unlike(_) => anyhow::anyhow!("{unlike}\n--keep-all uses them all the same"),
            other => other.into(),
        })
    }

    /// Which cluster is meant, from 0.
    fn cluster(&self, clusters: &[Cluster], pairs: &[StoredPair]) -> Result<usize> {
        let valid = |number: usize| (1..=clusters.len()).contains(&number).then(|| number - 1);
        if let Some(number) = self.cluster {
            return valid(number)
                .with_context(|| format!("there is no cluster {number}; there are {}", clusters.len()));
        }
        if clusters.len() == 1 {
            return Ok(0);
        }
        anstream::eprint!("{}", report::clusters(clusters, pairs, SHOWN));
        if !std::io::stdin().is_terminal() {
            bail!("there are {} clusters of like edits; say which one with --cluster", clusters.len());
        }
        eprint!("which one? ");
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        let number = line.trim().parse().ok().and_then(valid);
        number.with_context(|| format!("{:?} is none of them; nothing was stored", line.trim()))
    }

    /// A concept of the same name at the other level.
    fn warn_of_another(&self, store: &Store) {
        let (all, _) = read_all(Path::new("."));
        if all.iter().any(|one| one.name == self.name && one.level != store.level()) {
            eprintln!(
                "lerp: warning: the project has a concept {:?} of its own, which is used here instead",
                self.name
            );
        }
    }
}

fn warn(problems: &[StoreProblem]) {
    for problem in problems {
        eprintln!("lerp: warning: {problem}");
    }
}
