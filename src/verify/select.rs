//! Which test files may reach an edited file, as long as the [`impact`](super::impact) map does not know: those that mention its module
//! or the function.

use std::fs;
use std::path::{Path, PathBuf};

use super::Project;

/// Below this many test files all are taken when none mentions the module.
const FEW: usize = 20;
/// A bound on the walk through the tree.
const MOST_FILES: usize = 50_000;

/// The test files to run for an edited file (relative to the root, `/` between parts), or why there are none.
pub(super) fn test_files(project: &Project, file: &Path, function: Option<&str>) -> Result<Vec<String>, String> {
    if is_test_file(project, file) {
        return Err(format!("{} is itself a test file", file.display()));
    }
    let Listing { tests, helpers } = Listing::of(project);
    if tests.is_empty() {
        return Err(format!(
            "no test file in {} ({})",
            project.root.display(),
            project.options.python_files.join(", ")
        ));
    }
    let words = words_for(file, function);
    let mentions = |path: &PathBuf| {
        let text = fs::read(project.root.join(path)).unwrap_or_default();
        words.iter().any(|word| contains_word(&text, word.as_bytes()))
    };
    let own_examples = |path: &PathBuf| path == file && has_examples(project, path);
    // a conftest that mentions the module brings it to every test beneath
    let reached: Vec<&Path> = helpers.iter().filter(|path| mentions(path)).filter_map(|path| path.parent()).collect();
    let mut found: Vec<&PathBuf> = tests
        .iter()
        .filter(|path| reached.iter().any(|folder| path.starts_with(folder)) || mentions(path) || own_examples(path))
        .collect();
    if found.is_empty() {
        if tests.len() >= FEW {
            return Err(format!("none of the {} test files mentions {}", tests.len(), words.join(" or ")));
        }
        found = tests.iter().collect();
    }
    Ok(found.into_iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect())
}

/// For a Python without pytest: the command that runs the test files that mention the module, all of which must be unittest's.
pub(super) fn unittest_command(project: &Project, file: &Path, function: Option<&str>) -> Result<String, String> {
    let python = project.interpreter.executable.to_string_lossy().into_owned();
    let missing = format!("{python} has no pytest: `{python} -m pip install pytest`, or name the project's Python");
    let files = test_files(project, file, function)?;
    if !files.iter().all(|file| says(project, Path::new(file), b"unittest")) {
        return Err(missing);
    }
    let words = [python.as_str(), "-m", "unittest"].into_iter().chain(files.iter().map(String::as_str));
    shlex::try_join(words).map_err(|_| missing)
}

/// The examples in a text's docstrings, with what they expect: where they are tests, no candidate may change them.
pub(super) fn examples(text: &str) -> Vec<&str> {
    let mut inside = false;
    let example = |line: &&str| {
        let ends = line.is_empty() || line.contains("\"\"\"") || line.contains("'''");
        inside = line.starts_with(">>>") || (inside && !ends);
        inside
    };
    text.lines().map(str::trim).filter(example).collect()
}

/// A project's test files and its `conftest.py` files, relative to the root, sorted.
pub(super) struct Listing {
    pub(super) tests: Vec<PathBuf>,
    helpers: Vec<PathBuf>,
}

impl Listing {
    pub(super) fn of(project: &Project) -> Self {
        let (mut tests, mut helpers) = (Vec::new(), Vec::new());
        let not_environment = |entry: &ignore::DirEntry| {
            let name = entry.file_name().to_string_lossy();
            !(entry.path().join("pyvenv.cfg").exists()
                || ["node_modules", "__pycache__", "site-packages"].contains(&name.as_ref()))
        };
        let walk = ignore::WalkBuilder::new(&project.root).filter_entry(not_environment).build();
        for entry in walk.flatten().take(MOST_FILES) {
            let Ok(path) = entry.path().strip_prefix(&project.root) else {
                continue;
            };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            if path.file_name().is_some_and(|name| name == "conftest.py") {
                helpers.push(path.to_owned());
            } else if is_test_file(project, path) || has_examples(project, path) {
                tests.push(path.to_owned());
            }
        }
        tests.sort();
        Self { tests, helpers }
    }
}

/// A path, relative to the root, that pytest would collect from.
fn is_test_file(project: &Project, path: &Path) -> bool {
    let options = &project.options;
    let python = path.extension().is_some_and(|extension| extension == "py");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let named = options.python_files.iter().any(|pattern| matches_pattern(pattern, &name));
    // unittest looks for more than pytest does
    let unittest = || options.unheard && matches_pattern("test*.py", &name) && says(project, path, b"unittest");
    python && in_testpaths(project, path) && (named || unittest())
}

/// A module, no test file by its name, whose docstrings are tests.
fn has_examples(project: &Project, path: &Path) -> bool {
    let python = path.extension().is_some_and(|extension| extension == "py");
    project.options.doctest_modules && python && in_testpaths(project, path) && says(project, path, b">>>")
}

fn in_testpaths(project: &Project, path: &Path) -> bool {
    let folders = &project.options.testpaths;
    folders.is_empty() || folders.iter().any(|folder| path.starts_with(folder.trim_start_matches("./")))
}

fn says(project: &Project, path: &Path, what: &[u8]) -> bool {
    let text = fs::read(project.root.join(path)).unwrap_or_default();
    text.windows(what.len()).any(|window| window == what)
}

/// The last part of the module's name, and the parts of the function's.
fn words_for(file: &Path, function: Option<&str>) -> Vec<String> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let package = || file.parent()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let module = if stem == "__init__" { package().unwrap_or(stem) } else { stem };
    let parts = function
        .into_iter()
        .flat_map(|name| name.split('.'))
        .filter(|part| !part.starts_with("__") && !part.starts_with('<'));
    std::iter::once(module).chain(parts.map(str::to_owned)).collect()
}

/// Whether the word occurs with no letter, digit or underscore beside it.
pub(super) fn contains_word(text: &[u8], word: &[u8]) -> bool {
    let part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80);
    !word.is_empty()
        && text.windows(word.len()).enumerate().any(|(at, window)| {
            window == word
                && !part(at.checked_sub(1).and_then(|before| text.get(before)))
                && !part(text.get(at + word.len()))
        })
}

/// A file name against a pattern with `*` and `?`.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    fn matches(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => matches(&pattern[1..], name) || (!name.is_empty() && matches(pattern, &name[1..])),
            (Some(b'?'), Some(_)) => matches(&pattern[1..], &name[1..]),
            (Some(a), Some(b)) => a == b && matches(&pattern[1..], &name[1..]),
            _ => false,
        }
    }
    matches(pattern.as_bytes(), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        for (text, word, expect) in [
            ("from shop import orders", "orders", true),
            ("import reorders", "orders", false),
            ("orders_total()", "orders", false),
            ("shop.orders.total", "orders", true),
            ("", "orders", false),
            ("orders", "", false),
        ] {
            assert_eq!(contains_word(text.as_bytes(), word.as_bytes()), expect, "{word} in {text}");
        }
    }

    #[test]
    fn patterns_match_as_pytest_reads_them() {
        for (pattern, name, expect) in [
            ("test_*.py", "test_a.py", true),
            ("test_*.py", "a_test.py", false),
            ("*_test.py", "a_test.py", true),
            ("t?.py", "t1.py", true),
        ] {
            assert_eq!(matches_pattern(pattern, name), expect, "{pattern} {name}");
        }
    }

    #[test]
    fn examples_are_taken_with_what_they_expect() {
        let text = "def f():\n    \"\"\"Says.\n\n    >>> f(\n    ... )\n    1\n\n    More.\n    \"\"\"\n    return 1\n";
        assert_eq!(examples(text), [">>> f(", "... )", "1"]);
        assert_eq!(examples("    '''\n    >>> f()\n    1\n    '''\n    return 1\n"), [">>> f()", "1"]);
        assert_ne!(examples(text), examples(&text.replace("    1\n", "    2\n")));
        assert_eq!(examples(text), examples(&text.replace("return 1", "return 2").replace("More", "Less")));
    }

    #[test]
    fn the_package_speaks_for_its_init_file() {
        assert_eq!(words_for(Path::new("src/shop/__init__.py"), None), ["shop"]);
        assert_eq!(words_for(Path::new("shop/orders.py"), Some("Order.__init__")), ["orders", "Order"]);
    }
}
