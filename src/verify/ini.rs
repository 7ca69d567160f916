//! pytest's own options, as far as finding the test files needs them.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that configure pytest, beside each folder's `conftest.py`.
pub(super) const CONFIGURATION: &[&str] =
    &["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py"];

/// Where pytest looks for its configuration, there or not: in the root and, where that has none, above it.
pub(super) fn configuration_above(root: &Path) -> impl Iterator<Item = PathBuf> {
    root.ancestors().flat_map(|folder| CONFIGURATION.iter().chain(&["conftest.py"]).map(move |name| folder.join(name)))
}

/// What a project's pytest configuration says about where its tests are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PytestOptions {
    /// Folders in which tests are looked for; empty means everywhere.
    pub(super) testpaths: Vec<String>,
    /// Patterns of test files.
    pub(super) python_files: Vec<String>,
    /// `--doctest-modules`: the examples in docstrings are tests.
    pub(super) doctest_modules: bool,
    /// Nothing configures pytest: the project may never have heard of it.
    pub(super) unheard: bool,
}

impl Default for PytestOptions {
    fn default() -> Self {
        Self {
            testpaths: Vec::new(),
            python_files: vec!["test_*.py".to_owned(), "*_test.py".to_owned()],
            doctest_modules: false,
            unheard: false,
        }
    }
}

impl PytestOptions {
    /// Reads the first file that configures pytest, in pytest's own order. What can not be read is left to pytest to complain of.
    pub(super) fn read(root: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(root.join(name)).ok();
        let mut options = Self { unheard: !Self::configured(root), ..Self::default() };
        let sections = [("pytest.ini", "pytest"), (".pytest.ini", "pytest")];
        let later = [("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")];
        let whole = ["pytest.toml", ".pytest.toml"].iter().find_map(|name| table(&text(name)?, &["pytest"]));
        let section = |(file, name): &(&str, &str)| ini_section(&text(file)?, name);
        let project = || text("pyproject.toml").and_then(|text| pyproject(&text));
        if let Some(pairs) = whole.or_else(|| sections.iter().find_map(section)).or_else(project) {
            options.take(&pairs);
        } else if let Some(pairs) = later.iter().find_map(section) {
            options.take(&pairs);
        }
        options
    }

    /// Whether the root has a configuration of pytest's.
    pub(super) fn configured(root: &Path) -> bool {
        let has = |name: &str, word: &str| fs::read_to_string(root.join(name)).is_ok_and(|text| text.contains(word));
        ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"].iter().any(|name| root.join(name).exists())
            || has("tox.ini", "[pytest]")
            || has("setup.cfg", "[tool:pytest]")
            || has("pyproject.toml", "[tool.pytest")
    }

    /// The same options for a folder below the one that they were read in.
    pub(super) fn below(mut self, folder: &Path) -> Self {
        let inside = |path: &String| {
            let path = Path::new(path.trim_start_matches("./"));
            path.strip_prefix(folder).ok().map(|rest| rest.to_string_lossy().into_owned())
        };
        // where none of them is below the folder, pytest is started in it with its own test files
        self.testpaths = self.testpaths.iter().filter_map(inside).filter(|path| !path.is_empty()).collect();
        self
    }

    fn take(&mut self, pairs: &[(String, Vec<String>)]) {
        for (name, values) in pairs {
            match name.as_str() {
                "testpaths" => self.testpaths.clone_from(values),
                "python_files" => self.python_files.clone_from(values),
                "addopts" => self.doctest_modules = values.iter().any(|value| value == "--doctest-modules"),
                _ => {}
            }
        }
    }
}

/// The options of one section of an INI file; values split at blanks and line ends.
fn ini_section(text: &str, wanted: &str) -> Option<Vec<(String, Vec<String>)>> {
    let (mut pairs, mut inside, mut found) = (Vec::<(String, Vec<String>)>::new(), false, false);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name == wanted;
            found |= inside;
        } else if inside {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            match (line.starts_with([' ', '\t']), trimmed.split_once('=')) {
                (false, Some((name, value))) => pairs.push((name.trim().to_owned(), words(value))),
                // an indented line goes on with the value before
                _ => pairs.last_mut().into_iter().for_each(|(_, values)| values.extend(words(trimmed))),
            }
        }
    }
    found.then_some(pairs)
}

/// The same from `pyproject.toml`.
fn pyproject(text: &str) -> Option<Vec<(String, Vec<String>)>> {
    table(text, &["tool", "pytest", "ini_options"]).or_else(|| table(text, &["tool", "pytest"]))
}

/// The same from a table of a TOML file.
fn table(text: &str, names: &[&str]) -> Option<Vec<(String, Vec<String>)>> {
    let mut table: toml::Table = text.parse().ok()?;
    for name in names {
        match table.remove(*name)? {
            toml::Value::Table(inner) => table = inner,
            _ => return None,
        }
    }
    let strings = |value: &toml::Value| match value {
        toml::Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        toml::Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    Some(table.iter().map(|(name, value)| (name.clone(), strings(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, text: &str, testpaths: &[&str], python_files: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        let options = PytestOptions::read(folder.path());
        assert_eq!((options.testpaths, options.python_files), (owned(testpaths), owned(python_files)), "{file}");
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn doctests_count_where_they_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(PytestOptions::read(folder.path()).unheard);
        let read = |text: &str| {
            fs::write(folder.path().join("pyproject.toml"), text).unwrap();
            let options = PytestOptions::read(folder.path());
            (options.doctest_modules, options.unheard)
        };
        assert_eq!(read("[project]\n"), (false, true));
        assert_eq!(read("[tool.pytest.ini_options]\naddopts = \"-q --doctest-modules\"\n"), (true, false));
        assert_eq!(read("[tool.pytest.ini_options]\naddopts = [\"-q\", \"--doctest-modules\"]\n"), (true, false));
        assert_eq!(read("[tool.pytest.ini_options]\naddopts = \"-q\"\n"), (false, false));
    }

    #[test]
    fn options_are_read_from_every_kind_of_file() {
        let usual = ["test_*.py", "*_test.py"];
        check("pytest.ini", "[pytest]\n# a comment\ntestpaths = a b\n", &["a", "b"], &usual);
        check(
            "setup.cfg",
            "[metadata]\nname = x\n[tool:pytest]\npython_files =\n    check_*.py\n    t_*.py\n",
            &[],
            &["check_*.py", "t_*.py"],
        );
        check("tox.ini", "[tox]\ntestpaths = no\n", &[], &usual);
        check("pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n", &["tests"], &usual);
        check(
            "pyproject.toml",
            "[tool.pytest.ini_options]\npython_files = \"a_*.py b_*.py\"\n",
            &[],
            &["a_*.py", "b_*.py"],
        );
        check("pyproject.toml", "[tool.pytest]\ntestpaths = [\"tests\"]\n", &["tests"], &usual);
        check("pytest.toml", "[pytest]\ntestpaths = [\"tests\"]\n", &["tests"], &usual);
        check("pyproject.toml", "not toml [", &[], &usual);
    }

    #[test]
    fn options_of_a_folder_above_hold_for_what_is_below() {
        let below = |testpaths: &[&str]| {
            let options = PytestOptions { testpaths: owned(testpaths), ..PytestOptions::default() };
            options.below(Path::new("packages/shop")).testpaths
        };
        assert_eq!(below(&["packages/shop/tests", "packages/other/tests"]), ["tests"]);
        assert_eq!(below(&["./packages/shop"]), [""; 0]);
        assert_eq!(below(&["tests"]), [""; 0]);
    }
}
