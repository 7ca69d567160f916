//! The command line: one file per subcommand.

mod args;
mod batch;
mod blend;
mod completions;
mod concepts;
mod doctor;
mod engine;
mod files;
mod forget;
mod json;
mod ordered;
mod progress;
mod refactor;
mod referee;
#[cfg(test)]
mod scripted;
mod server;
mod teach;
mod tests;
mod tokenize;
mod verify;

use clap::{Parser, Subcommand, ValueEnum};
use ordered::ordered;
use std::process::ExitCode;

/// Edit Python functions by moving them through a latent space.
#[derive(Debug, Parser)]
#[command(name = "lerp", version, about)]
pub struct Cli {
    /// When to print colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true, help_heading = "Settings")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add concepts to functions or remove them, test the result, show or write it
    Refactor(refactor::Refactor),
    /// Referee any replacement of a function: the tests that reach it, run in the sandbox
    Verify(verify::Verify),
    /// Say which tests reach a function
    Tests(tests::Tests),
    /// List the concepts
    Concepts(concepts::Concepts),
    /// Show functions on the line between two functions
    Blend(blend::Blend),
    /// Learn a concept from before/after pairs: files, commits or JSON lines
    Teach(teach::Teach),
    /// Delete a taught concept
    Forget(forget::Forget),
    /// Serve JSON lines: requests on standard input, results on standard output
    Batch(batch::Batch),
    /// Serve an editor: the language server, on standard input and output
    Server(server::Server),
    /// Say what was found, and what to do about what was not
    Doctor(doctor::Doctor),
    /// Write ids and scripts as JSON lines, for training
    Tokenize(tokenize::Tokenize),
    /// Write a completion script for a shell
    Completions(completions::Completions),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; the format is described in the README.
    Json,
}

/// When to print colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless the environment says no.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// Runs the command line and says how it went: 0 nothing to do, 1 changes found, 2 an error.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    match cli.command {
        Command::Refactor(refactor) => refactor.run(),
        Command::Verify(verify) => verify.run(),
        Command::Tests(tests) => tests.run(),
        Command::Concepts(concepts) => concepts.run(),
        Command::Blend(blend) => blend.run(),
        Command::Teach(teach) => teach.run(),
        Command::Forget(forget) => forget.run(),
        Command::Batch(batch) => batch.run(),
        Command::Server(server) => server.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Tokenize(tokenize) => tokenize.run().map(|()| ExitCode::SUCCESS),
        Command::Completions(completions) => completions.run(),
    }
}

/// `1 pair`, `2 pairs`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
