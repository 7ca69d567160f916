//! The binary `lerp`: arguments → run → exit code.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // the sandbox's stages are this binary, executed again
    if let Some(code) = lerp::verify::sandbox::helper(std::env::args_os()) {
        return code;
    }
    match lerp::cli::run(lerp::cli::Cli::parse()) {
        Ok(code) => code,
        // `lerp … | head` is not a mistake
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lerp: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(|e| e.kind());
        let json = cause.downcast_ref::<serde_json::Error>().and_then(|e| e.io_error_kind());
        io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}
