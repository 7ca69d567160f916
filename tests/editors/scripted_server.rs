//! `lerp server` with a scripted engine in place of the model: what tests in real editors speak to. With the argument
//! `missing` the model can not be loaded; with `doctor` it says what `lerp doctor` would.

mod scripted;

use lerp::config::Settings;
use lerp::lsp::Tools;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let is_asked = |word: &str| std::env::args().any(|argument| argument == word);
    let tools = scripted::Scripted { missing: is_asked("missing"), ..scripted::Scripted::default() };
    if let (true, Ok(settings)) = (is_asked("doctor"), Settings::resolve(&[])) {
        for check in tools.doctor(&settings) {
            println!("{:<14} {}", check.name, check.detail);
        }
        return ExitCode::SUCCESS;
    }
    match lerp::lsp::serve_stdio(Arc::new(tools)) {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
