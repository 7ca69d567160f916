//! `lerp blend`: functions on the line between two functions.

use super::Format;
use super::args::SettingsArgs;
use super::engine::model_settings;
use super::files;
use super::progress::Progress;
use super::refactor::interruptible;
use crate::config::Layer;
use crate::synthesis::{BLEND_CAPTION, Blend as Step, BlendRequest, Engine, blend};
use crate::text::{colour, unified};
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Arguments of `lerp blend`.
#[derive(Debug, Args)]
pub struct Blend {
    /// The function that the line begins at; what is shown stands in its place
    #[arg(value_name = "PATH::NAME")]
    first: String,
    /// The function that the line ends at
    #[arg(value_name = "PATH::NAME")]
    second: String,
    /// Functions on the line, both ends among them
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=65))]
    steps: u16,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What `--format json` prints.
#[derive(Debug, Serialize)]
struct BlendJson<'a> {
    /// Of the format.
    version: u32,
    first: &'a str,
    second: &'a str,
    /// What blends are for.
    caption: &'static str,
    steps: Vec<StepJson<'a>>,
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    t: f32,
    /// The function's own text.
    function: &'a str,
    /// From the first file's text to the text with the blend in the function's place.
    diff: String,
    /// Tokens by where they come from.
    tokens: TokensJson,
    /// Names that nothing binds there.
    unbound: &'a [String],
}

#[derive(Debug, Serialize)]
struct TokensJson {
    first: usize,
    both: usize,
    second: usize,
    stand_ins: usize,
}

impl Blend {
    /// Runs it.
    pub fn run(self) -> Result<ExitCode> {
        let ((path, function), (other_path, other_function)) =
            (files::split_target(&self.first), files::split_target(&self.second));
        let settings = self.settings.resolve(&path, Layer::default())?;
        let ((text, _), (other, _)) = (files::read(&path)?, files::read(&other_path)?);
        let engine = Engine::load(&model_settings(&settings))?;
        let request = BlendRequest {
            source: &text.text,
            function: function.as_deref(),
            other_source: &other.text,
            other_function: other_function.as_deref(),
            steps: usize::from(self.steps),
        };
        let cancel = interruptible()?;
        let progress = Progress::new(request.steps, "steps");
        let steps = blend(&engine, &request, &cancel, &|_| progress.advance());
        progress.finish();
        let steps = steps.with_context(|| format!("between {} and {}", self.first, self.second))?;
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Text => write!(out, "{}", show(&steps, &text.text))?,
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, &self.json(&steps, &text.text))?;
                writeln!(out)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn json<'a>(&'a self, steps: &'a [Step], text: &str) -> BlendJson<'a> {
        let step = |step: &'a Step| StepJson {
            t: step.t,
            function: &step.function,
            diff: diff(step, text),
            tokens: TokensJson {
                first: step.tokens.first,
                both: step.tokens.both,
                second: step.tokens.second,
                stand_ins: step.tokens.stand_ins,
            },
            unbound: &step.unbound,
        };
        let steps = steps.iter().map(step).collect();
        BlendJson { version: 1, first: &self.first, second: &self.second, caption: BLEND_CAPTION, steps }
    }
}

fn diff(step: &Step, text: &str) -> String {
    unified(text, &step.source, ("first", "blend"))
}

fn show(steps: &[Step], text: &str) -> String {
    let mut shown = format!("{BLEND_CAPTION}\n");
    for step in steps {
        let tokens = step.tokens;
        shown += &format!("\n\x1b[1mt = {:.2}\x1b[0m: {} tokens of the first function", step.t, tokens.first);
        shown += &format!(", {} of both, {} of the second", tokens.both, tokens.second);
        if tokens.stand_ins > 0 {
            shown += &format!(", {} stand in for another name", tokens.stand_ins);
        }
        if !step.unbound.is_empty() {
            shown += &format!("; nothing binds {}", step.unbound.join(", "));
        }
        shown.push('\n');
        shown += &colour(&diff(step, text));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthesis::Tokens;

    #[test]
    fn steps_are_shown_with_where_their_tokens_come_from() {
        let first = "def f(x):\n    return x\n";
        let step = |t, source: &str, tokens, unbound: &[&str]| Step {
            t,
            source: source.to_owned(),
            function: source.to_owned(),
            tokens,
            unbound: unbound.iter().map(|name| (*name).to_owned()).collect(),
        };
        let some = Tokens { first: 2, both: 7, second: 1, stand_ins: 1 };
        let steps = [
            step(0.0, first, Tokens { first: 10, ..Tokens::default() }, &[]),
            step(0.5, "def f(x):\n    return -x\n", some, &["y"]),
        ];
        let plain = anstream::adapter::strip_str(&show(&steps, first)).to_string();
        let at_half = "\nt = 0.50: 2 tokens of the first function, 7 of both, 1 of the second, 1 stand in for another name; nothing binds y\n--- first\n+++ blend\n";
        assert!(plain.starts_with(BLEND_CAPTION), "{plain}");
        assert!(plain.contains("\nt = 0.00: 10 tokens of the first function, 0 of both, 0 of the second\n"), "{plain}");
        assert!(plain.contains(at_half) && plain.ends_with("-    return x\n+    return -x\n"), "{plain}");
    }
}
