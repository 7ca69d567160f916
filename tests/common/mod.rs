//! What several test binaries need.

use std::path::{Path, PathBuf};

/// The Python files below a folder, in a fixed order.
pub fn python_files(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(folder, &mut paths);
    paths
}

/// Those of the packages that `make packages` fetches.
pub fn package_files() -> Vec<PathBuf> {
    let paths = python_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages"));
    assert!(paths.len() > 20, "run `make packages` first");
    paths
}
