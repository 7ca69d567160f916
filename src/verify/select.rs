//! Which test files may reach an edited file: those that mention its module or the function.

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
    let (tests, helpers) = all_test_files(project);
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
    // a conftest that mentions the module brings it to every test beneath
    let reached: Vec<&Path> = helpers.iter().filter(|path| mentions(path)).filter_map(|path| path.parent()).collect();
    let mut found: Vec<&PathBuf> =
        tests.iter().filter(|path| reached.iter().any(|folder| path.starts_with(folder)) || mentions(path)).collect();
    if found.is_empty() {
        if tests.len() >= FEW {
            return Err(format!("none of the {} test files mentions {}", tests.len(), words.join(" or ")));
        }
        found = tests.iter().collect();
    }
    Ok(found.into_iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect())
}

/// All test files and all `conftest.py`, relative to the root, sorted.
fn all_test_files(project: &Project) -> (Vec<PathBuf>, Vec<PathBuf>) {
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
        } else if is_test_file(project, path) {
            tests.push(path.to_owned());
        }
    }
    tests.sort();
    (tests, helpers)
}

/// A path, relative to the root, that pytest would collect from.
fn is_test_file(project: &Project, path: &Path) -> bool {
    let options = &project.options;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let inside = options.testpaths.is_empty()
        || options.testpaths.iter().any(|folder| path.starts_with(folder.trim_start_matches("./")));
    inside && name.ends_with(".py") && options.python_files.iter().any(|pattern| matches_pattern(pattern, &name))
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
fn contains_word(text: &[u8], word: &[u8]) -> bool {
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
    fn the_package_speaks_for_its_init_file() {
        assert_eq!(words_for(Path::new("src/shop/__init__.py"), None), ["shop"]);
        assert_eq!(words_for(Path::new("shop/orders.py"), Some("Order.__init__")), ["orders", "Order"]);
    }
}
