//! Files: which are meant, reading them, and writing one so that it is never half-written.

use crate::text::{DecodeError, SourceText};
use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A file to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As it is shown: the way the user wrote it, or below the folder that the user named.
    pub path: PathBuf,
    /// Only these functions (or classes, with all that is in them); all when empty.
    pub only: Vec<String>,
    /// Whether the user named the file itself.
    pub named: bool,
}

impl Source {
    /// Whether a function is meant.
    pub fn wants(&self, qualname: &str) -> bool {
        let inside = |name: &String| {
            qualname.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.only.is_empty() || self.only.iter().any(inside)
    }
}

/// Splits `PATH::QUALNAME`; a file whose name has `::` in it is still found.
pub fn split_target(target: &str) -> (PathBuf, Option<String>) {
    match target.rsplit_once("::") {
        Some((path, name)) if !name.is_empty() && !Path::new(target).exists() => (path.into(), Some(name.to_owned())),
        _ => (target.into(), None),
    }
}

/// The Python files that the targets mean, in order, each once. Files named by the user are always taken; folders are
/// searched for `.py` and `.pyi` as .gitignore allows, without hidden folders, virtual environments and what the globs
/// of `exclude` say.
pub fn find(targets: &[String], exclude: &[String]) -> Result<Vec<Source>> {
    let mut found: Vec<Source> = Vec::new();
    let mut known: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut add = |path: PathBuf, only: Option<String>, named: bool| {
        let key = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        match known.get(&key) {
            Some(at) => {
                let source = &mut found[*at];
                source.named |= named;
                match only {
                    Some(name) if !source.only.is_empty() => source.only.push(name),
                    Some(_) => {}
                    None => source.only.clear(),
                }
            }
            None => {
                known.insert(key, found.len());
                let only = only.into_iter().collect();
                found.push(Source { path, only, named });
            }
        }
    };
    for target in targets {
        let (path, only) = split_target(target);
        let metadata = std::fs::metadata(&path).with_context(|| format!("{}: can not be read", path.display()))?;
        if !metadata.is_dir() {
            add(path, only, true);
            continue;
        }
        if let Some(name) = only {
            bail!("{target}: {} is a folder; name the file that {name} is in", path.display());
        }
        for file in walk(&path, exclude)? {
            add(file, None, false);
        }
    }
    Ok(found)
}

fn walk(folder: &Path, exclude: &[String]) -> Result<Vec<PathBuf>> {
    let mut overrides = OverrideBuilder::new(folder);
    for glob in exclude {
        overrides.add(&format!("!{glob}")).with_context(|| format!("exclude = {glob:?}"))?;
    }
    let mut walk = WalkBuilder::new(folder);
    walk.overrides(overrides.build()?).require_git(false).sort_by_file_path(std::path::Path::cmp).filter_entry(
        |entry| {
            // a virtual environment is other people's code; one that the user names is searched all the same
            entry.depth() == 0 || !entry.path().join("pyvenv.cfg").exists()
        },
    );
    let mut files = Vec::new();
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                eprintln!("lerp: warning: {error}");
                continue;
            }
        };
        let python = entry.path().extension().is_some_and(|extension| extension == "py" || extension == "pyi");
        if python && entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether the file holds tests: by pytest's own rules for names.
pub fn is_test(path: &Path) -> bool {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    name.starts_with("test_") || name.ends_with("_test") || name == "conftest"
}

/// The file's text, and its bytes, which [`replace`] wants to see again.
pub fn read(path: &Path) -> Result<(SourceText, Vec<u8>)> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let text =
        SourceText::decode(&bytes).map_err(|error: DecodeError| anyhow::anyhow!("{}:{error}", path.display()))?;
    Ok((text, bytes))
}

/// Puts `after` in the place of `before`: all of it or nothing, also when the machine stops. Mode and symbolic links
/// are kept. Refused when the file is not `before` any more, or is read-only.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    let write = || -> Result<()> {
        let real = std::fs::canonicalize(path)?;
        let permissions = std::fs::metadata(&real)?.permissions();
        if permissions.readonly() {
            bail!("the file is read-only");
        }
        if std::fs::read(&real)? != before {
            bail!("the file was changed by someone else in the meantime");
        }
        let folder = real.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".lerp-").tempfile_in(folder)?;
        file.write_all(after)?;
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_all()?;
        file.persist(&real)?;
        // the new name is on the disk only when the folder is
        #[cfg(unix)]
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().with_context(|| format!("{}: nothing was written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn found(root: &Path, targets: &[&str], exclude: &[&str]) -> Vec<String> {
        let targets: Vec<String> = targets.iter().map(|t| root.join(t).display().to_string()).collect();
        let exclude: Vec<String> = exclude.iter().map(|e| (*e).to_owned()).collect();
        let sources = find(&targets, &exclude).unwrap();
        let show = |source: Source| {
            let path = source.path.strip_prefix(root).unwrap().display().to_string();
            [vec![path], source.only].concat().join(" ")
        };
        sources.into_iter().map(show).collect()
    }

    #[test]
    fn folders_are_searched_as_gitignore_allows() {
        let root = tree(&[
            (".gitignore", "build/\nlocal_*.py\n"),
            ("a.py", ""),
            ("b.pyi", ""),
            ("c.txt", ""),
            ("build/d.py", ""),
            ("local_e.py", ""),
            ("pkg/f.py", ""),
            ("pkg/data/g.py", ""),
            ("venv/pyvenv.cfg", ""),
            ("venv/lib/h.py", ""),
            (".hidden/i.py", ""),
        ]);
        let check = |targets: &[&str], exclude: &[&str], expect: &[&str]| {
            assert_eq!(found(root.path(), targets, exclude), expect);
        };
        check(&[""], &[], &["a.py", "b.pyi", "pkg/data/g.py", "pkg/f.py"]);
        check(&[""], &["data", "*.pyi"], &["a.py", "pkg/f.py"]);
        check(&["build", "local_e.py"], &[], &["build/d.py", "local_e.py"]);
        check(&["venv"], &[], &["venv/lib/h.py"]);
        check(&["c.txt"], &[], &["c.txt"]);
        check(&["a.py::f", "a.py::C.g"], &[], &["a.py f C.g"]);
        check(&["a.py::f", "a.py"], &[], &["a.py"]);
        check(&["pkg", "pkg/f.py::f"], &[], &["pkg/data/g.py", "pkg/f.py"]);
    }

    #[test]
    fn a_class_means_all_that_is_in_it() {
        let source = Source { path: "a.py".into(), only: vec!["C".into(), "f".into()], named: true };
        assert!(source.wants("C.g") && source.wants("f") && source.wants("f.inner"));
        assert!(!source.wants("Cat.g") && !source.wants("g"));
    }

    #[cfg(unix)]
    #[test]
    fn a_written_file_keeps_its_mode_and_its_links() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tree(&[("real.py", "old")]);
        let (real, link) = (root.path().join("real.py"), root.path().join("link.py"));
        fs::set_permissions(&real, fs::Permissions::from_mode(0o750)).unwrap();
        symlink("real.py", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        let error = replace(&real, b"old", b"newer").unwrap_err();
        assert!(format!("{error:#}").contains("changed by someone else"));
        fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
        let error = replace(&real, b"new", b"newer").unwrap_err();
        assert!(format!("{error:#}").contains("read-only"));
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2, "nothing is left over");
    }
}
