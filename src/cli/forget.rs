//! `lerp forget`: delete a taught concept.

use crate::concepts::store::Store;
use anyhow::{Result, bail};
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
        let has = |store: &&Store| store.names().contains(&self.name);
        let Some(store) = stores.iter().find(has).or_else(|| stores.first()) else {
            bail!("there is no store of taught concepts here");
        };
        if crate::concepts::find(&self.name).is_some() {
            bail!("{:?} is built in; only taught concepts can be forgotten", self.name);
        }
        store.forget(&self.name)?;
        eprintln!("forgot {} ({})", self.name, store.level());
        Ok(ExitCode::SUCCESS)
    }
}
