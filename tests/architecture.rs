//! The shape of the crate: imports run one way, and some names have one home. Reads the sources as text.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// Each module and the modules of the crate that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("syntax", &["text"]),
    ("codec", &["syntax", "text"]),
    ("latent", &["codec", "text"]),
    ("concepts", &["latent", "codec", "syntax", "text"]),
    ("synthesis", &["concepts", "latent", "codec", "syntax", "text"]),
    ("verify", &["text"]),
    ("config", &["text"]),
    ("cli", &["config", "verify", "synthesis", "concepts", "latent", "codec", "syntax", "text", "lsp"]),
    ("lsp", &["config", "verify", "synthesis", "concepts", "latent", "codec", "syntax", "text"]),
];

/// A crate, and the only module that may name it.
const HOMES: &[(&str, &str)] =
    &[("tree_sitter", "syntax"), ("ort", "latent"), ("tower_lsp", "lsp"), ("clap", "cli"), ("rusqlite", "verify")];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let named = files.into_iter().map(|path| {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        (module, path, text)
    });
    named.filter(|(module, _, _)| module != "lib" && module != "main").collect()
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines());
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn crate_modules(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split(['}', ';']).next().unwrap_or("").split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push(name);
        }
    }
    found
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (module, path, text) in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            panic!("src/{module} is not in the list of modules: say what it may use");
        };
        for (line, code) in code_lines(&text) {
            for used in crate_modules(code) {
                checked += 1;
                let known = MAY_USE.iter().any(|(name, _)| *name == used);
                if known && used != module && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{line}: {module} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 20, "only {checked} imports were seen: the test no longer reads them");
}

#[test]
fn some_names_have_one_home() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        for (line, code) in code_lines(&text) {
            for (name, home) in HOMES {
                let names_it = [format!("{name}::"), format!("use {name};")].iter().any(|needle| {
                    code.match_indices(needle.as_str())
                        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
                });
                if names_it && module != *home {
                    wrong.push(format!("{}:{line}: {module} names {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_imports_sees_groups_and_nested_paths() {
    assert_eq!(crate_modules("use crate::codec::{Id, Kind};"), ["codec"]);
    assert_eq!(crate_modules("use crate::{codec, text};"), ["codec", "text"]);
    assert_eq!(crate_modules("let x: crate::syntax::Parsed = crate::latent::y();"), ["syntax", "latent"]);
}
