//! A Python project as its tests see it.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::ini::PytestOptions;
use super::{Interpreter, InterpreterError, Settings};

/// Folders of secrets: a project's root that holds one of them is a home folder, and its files must not be readable to a candidate.
const SECRETS: &[&str] = &[".ssh", ".gnupg", ".aws", ".netrc"];

/// Root, interpreter and test configuration.
#[derive(Debug, Clone)]
pub struct Project {
    /// Absolute, links resolved.
    pub root: PathBuf,
    /// The project's Python.
    pub interpreter: Interpreter,
    pub(super) options: PytestOptions,
    /// What configures pytest from above the root.
    pub(super) above: Above,
}

/// A configuration of pytest's above the root, for a root that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Above {
    /// There is none.
    Nothing,
    /// In this folder of the same repository: it is the project's, tests may read the folder.
    Shared(PathBuf),
    /// In this folder, which is not the project's: a run does without.
    Foreign(PathBuf),
}

/// Why there is no project to verify in.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// The path can not be read.
    #[error("{path}: {error}")]
    Path {
        /// The path asked for.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A home folder, or the file system's root.
    #[error("{0} is not a project's folder (it holds {1}): tests run only inside a project, name its folder")]
    Secrets(PathBuf, String),
    /// No Python.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
}

impl Project {
    /// The project that holds a file or folder: the nearest folder, upwards, that configures pytest or Python packaging or has a
    /// `tests` folder; the repository's own folder at the most.
    pub fn discover(path: &Path, settings: &Settings) -> Result<Self, ProjectError> {
        let path = path.canonicalize().map_err(|error| ProjectError::Path { path: path.to_owned(), error })?;
        let start = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        Self::at(&find_root(start), settings)
    }

    /// The project with exactly this root.
    pub fn at(root: &Path, settings: &Settings) -> Result<Self, ProjectError> {
        let root = root.canonicalize().map_err(|error| ProjectError::Path { path: root.to_owned(), error })?;
        if root.parent().is_none() {
            return Err(ProjectError::Secrets(root, "the whole system".to_owned()));
        }
        if let Some(secret) = SECRETS.iter().find(|name| root.join(name).exists()) {
            return Err(ProjectError::Secrets(root, (*secret).to_owned()));
        }
        let interpreter = Interpreter::discover(&root, settings.interpreter.as_deref())?;
        let above = Above::of(&root);
        let options = match &above {
            Above::Shared(folder) => {
                let below = root.strip_prefix(folder).unwrap_or(&root);
                PytestOptions::read(folder).below(below)
            }
            Above::Nothing | Above::Foreign(_) => PytestOptions::read(&root),
        };
        Ok(Self { root, interpreter, options, above })
    }

    /// What of the user's set-up does not hold in lerp's runs.
    pub fn warning(&self) -> Option<String> {
        let Above::Foreign(folder) = &self.above else { return None };
        Some(format!(
            "pytest's configuration in {} is not used: it lies above the project {} and not in its repository; name the folder with --root, \
             or give the project a configuration of its own",
            folder.display(),
            self.root.display()
        ))
    }
}

impl Above {
    fn of(root: &Path) -> Self {
        let found = || root.ancestors().skip(1).find(|folder| PytestOptions::configured(folder));
        let Some(folder) = (!PytestOptions::configured(root)).then(found).flatten() else { return Self::Nothing };
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        let same = repository.is_some_and(|repository| folder.starts_with(repository));
        let secret = SECRETS.iter().any(|name| folder.join(name).exists());
        if same && !secret { Self::Shared(folder.to_owned()) } else { Self::Foreign(folder.to_owned()) }
    }
}

fn find_root(start: &Path) -> PathBuf {
    let packaged = |folder: &Path| {
        ["pyproject.toml", "setup.py", "setup.cfg", "tox.ini"].iter().any(|name| folder.join(name).exists())
    };
    // a package may carry its own tests; the project is still the one around it
    let tested = |folder: &Path| {
        ["tests", "test"].iter().any(|name| folder.join(name).is_dir()) && !folder.join("__init__.py").exists()
    };
    for folder in start.ancestors() {
        if PytestOptions::configured(folder) || packaged(folder) || tested(folder) || folder.join(".git").exists() {
            return folder.to_owned();
        }
    }
    start.to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(files: &[&str], start: &str, expect: &str) {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        for file in files {
            let path = base.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(find_root(&base.join(start)), base.join(expect), "{files:?} from {start}");
    }

    #[test]
    fn the_root_is_the_nearest_folder_that_looks_like_one() {
        check(&["p/pyproject.toml", "p/src/a/b.py"], "p/src/a", "p");
        check(&["p/tests/test_a.py", "p/a/b.py"], "p/a", "p");
        check(&["p/setup.py", "p/sub/pytest.ini", "p/sub/a.py"], "p/sub", "p/sub");
        check(&["p/pyproject.toml", "p/a/b/tests/test_c.py", "p/a/b/__init__.py"], "p/a/b", "p");
        check(&["p/.git/config", "p/a/b/c.py"], "p/a/b", "p");
    }

    #[test]
    fn a_configuration_above_is_the_projects_in_the_same_repository() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let root = base.join("repository/packages/shop");
        fs::create_dir_all(&root).unwrap();
        assert_eq!(Above::of(&root), Above::Nothing);
        let repository = base.join("repository");
        fs::write(repository.join("pyproject.toml"), "[tool.pytest.ini_options]\n").unwrap();
        assert_eq!(Above::of(&root), Above::Foreign(repository.clone()));
        fs::create_dir(repository.join(".git")).unwrap();
        assert_eq!(Above::of(&root), Above::Shared(repository.clone()));
        fs::create_dir(repository.join(".ssh")).unwrap();
        assert_eq!(Above::of(&root), Above::Foreign(repository.clone()));
        fs::write(root.join("pytest.ini"), "").unwrap();
        assert_eq!(Above::of(&root), Above::Nothing);
        fs::remove_file(root.join("pytest.ini")).unwrap();
        fs::remove_file(repository.join("pyproject.toml")).unwrap();
        fs::write(base.join("pytest.ini"), "").unwrap();
        assert_eq!(Above::of(&root), Above::Foreign(base));
    }

    #[test]
    fn a_home_folder_is_no_project() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".ssh")).unwrap();
        let error = Project::at(folder.path(), &Settings::default()).unwrap_err();
        assert!(error.to_string().contains(".ssh"), "{error}");
        assert!(matches!(Project::at(Path::new("/"), &Settings::default()), Err(ProjectError::Secrets(..))));
    }
}
