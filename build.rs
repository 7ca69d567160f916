//! Lists the concept queries, so that adding one is adding a file.

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    let folder = Path::new("grammars/python/concepts");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "scm"));
    files.sort();
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let entries = files.iter().filter_map(|path| {
        let name = path.file_stem()?.to_str()?;
        Some(format!("({name:?}, include_str!({:?})),\n", Path::new(&root).join(path)))
    });
    let out = env::var("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("queries.rs"), format!("&[\n{}]", entries.collect::<String>()))
}
