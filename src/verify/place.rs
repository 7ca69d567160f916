//! The place of one run: its files, its environment, its rights.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::command::Plan;
use super::ini::{PytestOptions, configuration_above};
use super::job::Job;
use super::project::Above;
use super::sandbox::{self, Launch, Limits, Policy, REPORT_FD};
use super::{Project, Settings};

/// The folder of one run: `payload.json` to read, `home` and `tmp` to write.
pub(super) struct Place<'a> {
    pub(super) project: &'a Project,
    pub(super) settings: &'a Settings,
    /// Where the runner's files are.
    pub(super) runner: PathBuf,
    /// Absolute.
    pub(super) folder: PathBuf,
}

impl Place<'_> {
    /// Not guessable from inside before the runner has read it: the folder's random name, mixed with the time.
    pub(super) fn token(&self) -> String {
        use std::hash::{BuildHasher, RandomState};
        let hash = RandomState::new();
        format!("{:016x}{:016x}", hash.hash_one(&self.folder), hash.hash_one(std::time::Instant::now()))
    }

    /// Where other programs than the runner note which overlaid files they imported.
    pub(super) fn marker(&self) -> PathBuf {
        self.folder.join("tmp/loaded")
    }

    /// What the runner is to do.
    pub(super) fn payload(&self) -> PathBuf {
        self.folder.join("payload.json")
    }

    /// For projects without one: a configuration of pytest's that says nothing.
    fn configuration(&self) -> PathBuf {
        self.folder.join("pytest.ini")
    }

    fn writable(&self) -> Vec<PathBuf> {
        vec![self.folder.join("home"), self.folder.join("tmp")]
    }

    /// Makes the folders and writes the payload.
    pub(super) fn prepare(&self, job: &Job) -> io::Result<()> {
        for folder in self.writable() {
            fs::create_dir(folder)?;
        }
        let root = &self.project.root;
        let source = root.join("src");
        // as `python -m pytest` has it, and the usual second home of packages
        let paths: Vec<&Path> =
            std::iter::once(root.as_path()).chain(source.is_dir().then_some(source.as_path())).collect();
        let strict = !job.processes && !self.settings.unsandboxed;
        let path = self.payload();
        let payload = json!({
            "filter": if strict { sandbox::strict_filter() } else { None },
            "path": path,
            "root": root,
            "files": job.overlay,
            "reach": job.reach,
            "everywhere": if job.everywhere { json!({"root": root, "outside": self.project.interpreter.prefixes}) } else { json!(null) },
            "watch": job.watch,
            "paths": paths,
            "arguments": self.arguments(job),
            "select": job.select,
            "maxfail": u8::from(job.stop),
            "imported": job.imported,
            "bootstrap": if strict { None } else { Some(self.runner.join("bootstrap")) },
            "marker": self.marker(),
            "aside": job.aside.map(|aside| &aside.payload),
        });
        fs::write(self.configuration(), "[pytest]\n")?;
        fs::write(path, serde_json::to_vec(&payload)?)
    }

    /// The user's arguments, then those that make a run repeatable and keep it out of the tree.
    fn arguments(&self, job: &Job) -> Vec<String> {
        let tmp = self.folder.join("tmp");
        let mut arguments = job.arguments.to_vec();
        arguments.extend(["--capture=sys", "--tb=native", "--color=no", "-o"].map(str::to_owned));
        arguments.push(format!("cache_dir={}", tmp.join("cache").display()));
        arguments.push(format!("--basetemp={}", tmp.join("basetemp").display()));
        arguments.push(format!("--maxfail={}", u8::from(job.stop)));
        // what is above the project can not be read, and pytest would look there for a configuration
        let root = &self.project.root;
        let above = !matches!(self.project.above, Above::Shared(_))
            && configuration_above(root).any(|file| file.parent() != Some(root.as_path()) && file.exists());
        let said =
            |argument: &String| ["-c", "--rootdir", "--config-file"].iter().any(|name| argument.starts_with(name));
        if above && !PytestOptions::configured(root) && !job.arguments.iter().any(said) {
            arguments.push(format!("--config-file={}", self.configuration().display()));
            arguments.extend(
                [("--rootdir", root), ("--confcutdir", root)].map(|(name, path)| format!("{name}={}", path.display())),
            );
        }
        for plugin in &self.project.interpreter.plugins {
            arguments.extend(match plugin.as_str() {
                "xdist" => vec!["-n0".to_owned()],
                "pytest_cov" => vec!["--no-cov".to_owned()],
                "pytest_randomly" => vec!["-p".to_owned(), "no:randomly".to_owned()],
                "random_order" | "pytest_random_order" => {
                    vec!["-p".to_owned(), "no:random_order".to_owned()]
                }
                "pytest_rerunfailures" => vec!["--reruns=0".to_owned()],
                _ => Vec::new(),
            });
        }
        arguments
    }

    /// What the sandbox is to run, and with which rights.
    pub(super) fn launch(&self, job: &Job, token: &str) -> Launch {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let argv = match job.plan {
            Plan::Pytest { .. } => vec![
                text(&self.project.interpreter.executable),
                "-B".to_owned(),
                text(&self.runner.join(job.aside.map_or("lerp_main.py", |aside| aside.script))),
                text(&self.payload()),
                REPORT_FD.to_owned(),
            ],
            Plan::Shell(command) => vec!["/bin/sh".to_owned(), "-c".to_owned(), command.clone()],
        };
        Launch {
            argv,
            env: self.env(job),
            cwd: self.project.root.clone(),
            stdin: token.to_owned(),
            scratch: self.folder.clone(),
            limits: self.limits(job),
            policy: self.policy(job),
        }
    }

    /// Caps of one run.
    pub(super) fn limits(&self, job: &Job) -> Limits {
        let wall_ms = u64::try_from(job.limit.as_millis()).unwrap_or(u64::MAX);
        // several threads may use it up at once
        let cpu_s = job.limit.as_secs() * 2 + 2;
        Limits { wall_ms, cpu_s, memory_mb: self.settings.memory_mb, ..Limits::default() }
    }

    fn env(&self, job: &Job) -> Vec<(String, String)> {
        let python = &self.project.interpreter;
        let folder = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let beside = python.executable.parent().unwrap_or(Path::new("/usr/bin")).to_string_lossy().into_owned();
        let mut env: BTreeMap<String, String> =
            self.settings.pass_env.iter().filter_map(|name| Some((name.clone(), std::env::var(name).ok()?))).collect();
        env.entry("LANG".to_owned()).or_insert_with(|| "C.UTF-8".to_owned());
        let user_base = python.user_base.as_ref().map(|path| path.to_string_lossy().into_owned());
        let environment =
            python.executable.parent().and_then(Path::parent).filter(|folder| folder.join("pyvenv.cfg").exists());
        env.extend(
            [
                ("PATH", format!("{beside}:/usr/local/bin:/usr/bin:/bin")),
                ("HOME", folder("home")),
                ("TMPDIR", folder("tmp")),
                ("HYPOTHESIS_STORAGE_DIRECTORY", folder("tmp/hypothesis")),
                ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
                ("PYTHONHASHSEED", "0".to_owned()),
                // libraries that start a thread per core gain nothing here and disturb the clock
                ("OMP_NUM_THREADS", "1".to_owned()),
                ("OPENBLAS_NUM_THREADS", "1".to_owned()),
                ("MKL_NUM_THREADS", "1".to_owned()),
                if let Some(base) = user_base {
                    ("PYTHONUSERBASE", base)
                } else {
                    ("PYTHONNOUSERSITE", "1".to_owned())
                },
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        if let Some(environment) = environment {
            env.insert("VIRTUAL_ENV".to_owned(), environment.to_string_lossy().into_owned());
        }
        match job.plan {
            Plan::Pytest { env: set, .. } => env.extend(set.iter().cloned()),
            Plan::Shell(_) => {
                let bootstrap = self.runner.join("bootstrap").to_string_lossy().into_owned();
                let path = env.get("PYTHONPATH").map_or(bootstrap.clone(), |rest| format!("{bootstrap}:{rest}"));
                env.insert("PYTHONPATH".to_owned(), path);
                env.insert("LERP_OVERLAY".to_owned(), self.payload().to_string_lossy().into_owned());
            }
        }
        env.extend(job.aside.iter().flat_map(|aside| aside.env.iter().cloned()));
        env.into_iter().collect()
    }

    fn policy(&self, job: &Job) -> Policy {
        let python = &self.project.interpreter;
        let mut read = vec![self.project.root.clone(), self.runner.clone(), self.folder.clone()];
        if let Above::Shared(folder) = &self.project.above {
            read.push(folder.clone());
        }
        read.extend(python.prefixes.iter().chain(&python.paths).chain(&python.user_base).cloned());
        let mut execute = loaders();
        if job.processes {
            execute.extend(["/bin", "/usr", "/lib", "/lib64", "/nix/store"].map(PathBuf::from));
            execute.push(self.project.root.clone());
            execute.extend(python.prefixes.iter().cloned());
        } else {
            execute.push(python.executable.clone());
        }
        Policy { confine: !self.settings.unsandboxed, processes: job.processes, read, write: self.writable(), execute }
    }
}

/// The dynamic loaders: executing Python executes one.
fn loaders() -> Vec<PathBuf> {
    let folders = ["/lib64", "/lib", "/usr/lib64", "/usr/lib"].iter().filter_map(|folder| fs::read_dir(folder).ok());
    let files = folders.flatten().flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("ld-"));
    files
        .map(|entry| entry.path())
        .chain(Path::new("/nix/store").exists().then(|| PathBuf::from("/nix/store")))
        .collect()
}
