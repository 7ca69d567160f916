//! `lerp server` with a scripted engine in place of the model: what tests in real editors speak to. With the argument
//! `missing` the model can not be loaded.

mod scripted;

use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let missing = std::env::args().any(|argument| argument == "missing");
    let tools = scripted::Scripted { missing, ..scripted::Scripted::default() };
    match lerp::lsp::serve_stdio(Arc::new(tools)) {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
