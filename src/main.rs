//! The binary `lerp`: arguments → run → exit code.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match lerp::cli::run(lerp::cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lerp: {error:#}");
            ExitCode::from(2)
        }
    }
}
