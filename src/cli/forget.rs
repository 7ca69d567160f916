//! `lerp forget`: delete a taught concept.

use crate::concepts::store::{self, Store};
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `lerp forget`.
#[derive(Debug, Args)]
pub struct Forget {
    /// The concept
    name: String,
    /// The project's
    #[arg(long, conflicts_with = "user")]
    project: bool,
    /// The user's
    #[arg(long)]
    user: bool,
}

impl Forget {
    /// Runs it: without a level, the project's concept goes before the user's.
    pub fn run(self) -> Result<ExitCode> {
        let project = Store::of_project(Path::new(".")).filter(|_| !self.user);
        let user = Store::of_user().filter(|_| !self.project);
        let stores: Vec<Store> = project.into_iter().chain(user).collect();
        let level = store::forget(&stores, &self.name)?;
        eprintln!("forgot {} ({level})", self.name);
        Ok(ExitCode::SUCCESS)
    }
}
