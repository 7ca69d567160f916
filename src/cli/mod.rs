//! The command line: one file per subcommand.

mod tokenize;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Edit Python functions by moving them through a latent space.
#[derive(Debug, Parser)]
#[command(name = "lerp", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write ids and scripts as JSON lines, for training
    Tokenize(tokenize::Tokenize),
}

/// Runs the command line and says how it went: 0 nothing to do, 1 changes found, 2 an error.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Tokenize(tokenize) => tokenize.run().map(|()| ExitCode::SUCCESS),
    }
}
