//! The project's Python: which it is and what it can import.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use thiserror::Error;

const PROBE: &str = include_str!("runner/lerp_probe.py");
const PROBE_LIMIT: Duration = Duration::from_secs(20);

/// A Python that was asked what it is.
#[derive(Debug, Clone, Deserialize)]
pub struct Interpreter {
    /// Absolute path, links kept: a virtual environment is known by its path.
    pub executable: PathBuf,
    /// Major, minor, micro.
    pub version: [u32; 3],
    /// Its installation and, in a virtual environment, that of the base.
    pub prefixes: Vec<PathBuf>,
    /// Where it imports from.
    pub paths: Vec<PathBuf>,
    /// Where packages installed for the user alone are, when they are used.
    pub user_base: Option<PathBuf>,
    /// pytest can be imported.
    pub pytest: bool,
    /// pytest plug-ins that need to be told to hold still.
    pub plugins: Vec<String>,
}

/// Why no interpreter could be had.
#[derive(Debug, Error)]
pub enum InterpreterError {
    /// None was found.
    #[error("no Python found for {0}: set one, activate an environment, or make one with `python3 -m venv .venv`")]
    None(PathBuf),
    /// It did not start, or did not answer.
    #[error("{path} does not work as the project's Python: {reason}")]
    Broken {
        /// The interpreter.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
}

/// The oldest Python that the runner can work in.
const OLDEST: [u32; 2] = [3, 9];

impl Interpreter {
    /// Why it can not run tests for lerp.
    pub fn too_old(&self) -> Option<String> {
        let [major, minor, micro] = self.version;
        let path = self.executable.display();
        let [needed, least] = OLDEST;
        ([major, minor] < OLDEST).then(|| {
            format!(
                "{path} is Python {major}.{minor}.{micro}, and lerp runs tests with Python {needed}.{least} or newer"
            )
        })
    }

    /// The project's interpreter: the explicit one, else `VIRTUAL_ENV`, else `.venv` of the project or of a folder above it up to the
    /// repository's, else `python3` on the path. Never the one of an environment made for lerp alone.
    pub fn discover(root: &Path, explicit: Option<&Path>) -> Result<Self, InterpreterError> {
        if let Some(path) = explicit {
            return Self::ask(path);
        }
        let activated = env::var_os("VIRTUAL_ENV").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        match choose(root, activated.as_deref(), &path, own_environment().as_deref()) {
            Some(path) => Self::ask(&path),
            None => Err(InterpreterError::None(root.to_owned())),
        }
    }

    /// Starts the interpreter and asks. This runs the user's own environment, none of their project.
    fn ask(path: &Path) -> Result<Self, InterpreterError> {
        let broken = |reason: String| InterpreterError::Broken { path: path.to_owned(), reason };
        let failed = |error: io::Error| broken(error.to_string());
        let folder = tempfile::tempdir().map_err(failed)?;
        let (script, answer) = (folder.path().join("lerp_probe.py"), folder.path().join("answer"));
        std::fs::write(&script, PROBE).map_err(failed)?;
        let mut child = Command::new(path)
            .arg("-B")
            .arg(&script)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(&answer).map_err(failed)?)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                break status;
            }
            if started.elapsed() > PROBE_LIMIT {
                // reaped, so that nothing is left; what it says no longer matters
                let _ = child.kill().and_then(|()| child.wait());
                return Err(broken(format!("no answer within {} s", PROBE_LIMIT.as_secs())));
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let said = std::fs::read(&answer).map_err(failed)?;
        serde_json::from_slice(&said).map_err(|_| {
            let mut error = String::new();
            let _ = child.stderr.take().map(|mut stream| stream.read_to_string(&mut error));
            broken(format!("{status}; {}", error.lines().last().unwrap_or("it gave no answer that could be read")))
        })
    }
}

/// The interpreter that the project's user would start. `own` is the folder of an environment's programs that lerp is one of.
fn choose(root: &Path, activated: Option<&Path>, path: &OsStr, own: Option<&Path>) -> Option<PathBuf> {
    activated.and_then(python_in).or_else(|| environment_above(root)).or_else(|| on_path(path, own))
}

fn python_in(environment: &Path) -> Option<PathBuf> {
    ["bin/python", "bin/python3", "Scripts/python.exe"]
        .iter()
        .map(|name| environment.join(name))
        .find(|path| path.exists())
}

fn environment_above(root: &Path) -> Option<PathBuf> {
    for folder in root.ancestors() {
        let found = [".venv", "venv"].iter().find_map(|name| python_in(&folder.join(name)));
        if found.is_some() || folder.join(".git").exists() {
            return found;
        }
    }
    None
}

fn own_environment() -> Option<PathBuf> {
    let own = env::current_exe().ok()?.canonicalize().ok()?.parent()?.to_owned();
    own.parent()?.join("pyvenv.cfg").exists().then_some(own)
}

fn on_path(path: &OsStr, own: Option<&Path>) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    let usable = |folder: &&PathBuf| own.is_none() || folder.canonicalize().ok().as_deref() != own;
    let names: &[&str] = if cfg!(windows) { &["python.exe", "python3.exe"] } else { &["python3", "python"] };
    names
        .iter()
        .find_map(|name| folders.iter().filter(usable).map(|folder| folder.join(name)).find(|path| path.is_file()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;

    /// Which of the interpreters in a tree is chosen for `home/shop`.
    fn check(pythons: &[&str], activated: Option<&str>, path: &[&str], expect: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("home/shop")).unwrap();
        fs::create_dir(base.join("home/.git")).unwrap();
        for python in pythons {
            let file = base.join(python);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let activated = activated.map(|folder| base.join(folder));
        let path = env::join_paths(path.iter().map(|folder| base.join(folder))).unwrap();
        let own = base.join("lerp/bin");
        let found = choose(&base.join("home/shop"), activated.as_deref(), &path, Some(&own));
        assert_eq!(found, expect.map(|python| base.join(python)), "{pythons:?} {activated:?}");
    }

    #[test]
    fn the_interpreter_is_the_projects_own() {
        let all = [
            "active/bin/python",
            "home/shop/.venv/bin/python",
            "home/venv/bin/python",
            "usr/python3",
            "lerp/bin/python3",
        ];
        let path = ["lerp/bin", "usr"];
        check(&all, Some("active"), &path, Some("active/bin/python"));
        check(&all, None, &path, Some("home/shop/.venv/bin/python"));
        // an environment that is gone is none
        check(&all[1..], Some("active"), &path, Some("home/shop/.venv/bin/python"));
        check(&all[2..], None, &path, Some("home/venv/bin/python"));
        check(&all[3..], None, &path, Some("usr/python3"));
        check(&["usr/python", "lerp/bin/python3"], None, &path, Some("usr/python"));
        // never the one that lerp was installed with
        check(&all[4..], None, &path, None);
        // nothing above the repository's own folder
        check(&[".venv/bin/python"], None, &path, None);
    }

    #[test]
    fn an_interpreter_that_does_not_work_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join("python");
        for (text, expect) in
            [("#!/bin/sh\necho broken >&2; exit 3\n", "broken"), ("#!/bin/sh\necho hello\n", "no answer")]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::write(&python, text).unwrap();
            fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
            let error = Interpreter::discover(folder.path(), Some(&python)).unwrap_err().to_string();
            assert!(error.contains(&python.display().to_string()) && error.contains(expect), "{error}");
        }
        let error = Interpreter::discover(folder.path(), Some(&folder.path().join("none"))).unwrap_err();
        assert!(error.to_string().contains("does not work as the project's Python"), "{error}");
    }

    #[test]
    fn a_python_may_be_too_old() {
        let too_old = |version| {
            let python = Interpreter {
                executable: "/p/python".into(),
                version,
                prefixes: Vec::new(),
                paths: Vec::new(),
                user_base: None,
                pytest: true,
                plugins: Vec::new(),
            };
            python.too_old()
        };
        assert_eq!((too_old([3, 9, 0]), too_old([3, 14, 1])), (None, None));
        assert!(too_old([3, 8, 18]).is_some_and(|reason| reason.contains("3.8.18") && reason.contains("3.9 or newer")));
        assert!(too_old([2, 7, 18]).is_some());
    }
}
