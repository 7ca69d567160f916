//! Arguments that several subcommands share.

use super::engine::Concept;
use crate::config::{Layer, Settings};
use crate::text::nearest;
use anyhow::{Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};

/// Where settings come from.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// A pyproject.toml to read instead of the nearest one
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    /// Folder of the model bundle
    #[arg(long, value_name = "FOLDER", help_heading = "Settings")]
    model: Option<PathBuf>,
    /// The ONNX Runtime library
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    onnxruntime: Option<PathBuf>,
}

impl SettingsArgs {
    /// Defaults ← pyproject.toml at or above `start` ← environment ← flags.
    pub fn resolve(&self, start: &Path, flags: Layer) -> Result<Settings> {
        let (file, unknown) = match &self.config {
            Some(file) => Layer::from_file(file)?,
            None => Layer::discover(start)?,
        };
        for key in unknown {
            eprintln!("lerp: warning: {key}");
        }
        let environment = Layer::from_environment(|name| std::env::var_os(name))?;
        let flags = Layer { model: self.model.clone(), onnxruntime: self.onnxruntime.clone(), ..flags };
        Ok(Settings::resolve(&[file, environment, flags])?)
    }
}

/// How generated code is run.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// Run candidates without a sandbox: they can then do whatever you can
    #[arg(long, help_heading = "Settings")]
    unsandboxed: bool,
}

impl SandboxArgs {
    /// As a setting; says what it means.
    pub fn setting(&self) -> Option<bool> {
        if self.unsandboxed {
            eprintln!(
                "lerp: warning: candidates run without a sandbox: code that a model wrote can do whatever you can"
            );
        }
        self.unsandboxed.then_some(true)
    }
}

/// Refuses concepts that do not exist, or that can not be removed, before any work is done.
pub fn check_concepts(known: &[Concept], add: &[String], remove: &[String]) -> Result<()> {
    for name in add.iter().chain(remove) {
        if !known.iter().any(|concept| concept.info.name == *name) {
            match nearest(name, known.iter().map(|concept| concept.info.name.as_str())) {
                Some(near) => bail!("there is no concept {name:?}; did you mean {near:?}?"),
                None => bail!("there is no concept {name:?}; `lerp concepts` lists them"),
            }
        }
    }
    let one_way = |name: &&String| known.iter().any(|c| c.info.name == **name && !c.info.reverse);
    if let Some(name) = remove.iter().find(one_way) {
        bail!("the concept {name:?} can be added, but not removed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::scripted;

    #[test]
    fn wrong_concepts_are_refused_with_a_suggestion() {
        let concept = |name: &str, reverse| {
            let mut concept = scripted::concept(name);
            concept.info.reverse = reverse;
            concept
        };
        let known = [concept("f-strings", true), concept("sorted-key", false)];
        let check = |add: &str, remove: &str, expect: &str| {
            let list = |name: &str| -> Vec<String> { name.split_whitespace().map(str::to_owned).collect() };
            let result = check_concepts(&known, &list(add), &list(remove));
            let message = result.err().map(|error| error.to_string());
            assert_eq!(message.as_deref().unwrap_or("fine"), expect);
        };
        check("f-strings", "f-strings", "fine");
        check("fstring", "", "there is no concept \"fstring\"; did you mean \"f-strings\"?");
        check("", "walrus", "there is no concept \"walrus\"; `lerp concepts` lists them");
        check("", "sorted-key", "the concept \"sorted-key\" can be added, but not removed");
    }
}
