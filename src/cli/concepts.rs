//! `lerp concepts`: what can be added and removed.

use super::Format;
use super::args::{SettingsArgs, check_concepts};
use super::engine::{Concept, Editor, load};
use super::teach::{near_text, nearest, strength_text};
use crate::concepts::Measured;
use crate::concepts::store::StoredPair;
use crate::config::Layer;
use crate::synthesis::Engine;
use crate::text::{colour, unified};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `lerp concepts`.
#[derive(Debug, Args)]
pub struct Concepts {
    /// Show one concept with an example
    #[arg(long, value_name = "CONCEPT")]
    show: Option<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Concepts {
    /// Runs it.
    pub fn run(self) -> Result<ExitCode> {
        let settings = self.settings.resolve(Path::new("."), Layer::default())?;
        let engine = load(&settings, Path::new("."))?;
        let mut concepts = Editor::concepts(&engine);
        if let Some(name) = &self.show {
            check_concepts(&concepts, std::slice::from_ref(name), &[])?;
            concepts.retain(|concept| concept.info.name == *name);
        }
        if let Some(name) = self.show.as_ref().filter(|_| concepts.iter().any(|concept| concept.taught.is_some())) {
            return self.show_taught(&engine, name, &concepts);
        }
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Json => {
                let listed: Vec<Listed<'_>> = concepts.iter().map(Listed::new).collect();
                serde_json::to_writer_pretty(&mut out, &listed)?;
                writeln!(out)?;
            }
            Format::Text if self.show.is_some() => {
                for concept in &concepts {
                    write!(out, "{}", describe(concept))?;
                }
            }
            Format::Text => write!(out, "{}", table(&concepts))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A concept, and whether each way of asking for it is experimental.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    concept: &'a Concept,
    experimental: Ways,
}

#[derive(Serialize)]
struct Ways {
    add: bool,
    remove: bool,
}

impl<'a> Listed<'a> {
    fn new(concept: &'a Concept) -> Self {
        let figures = Measured { accuracy: concept.accuracy, removal_accuracy: concept.removal_accuracy };
        let remove = concept.info.reverse && figures.is_experimental(true);
        Self { concept, experimental: Ways { add: figures.is_experimental(false), remove } }
    }
}

/// A taught concept with all its pairs.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    concept: &'a Concept,
    nearest: Vec<super::teach::Near>,
    pairs: &'a [StoredPair],
}

impl Concepts {
    fn show_taught(&self, engine: &Engine, name: &str, concepts: &[Concept]) -> Result<ExitCode> {
        let taught = engine.taught();
        let found = (concepts.first(), taught.iter().find(|one| one.stored.name == name));
        let (Some(concept), Some(taught)) = found else { return Ok(ExitCode::SUCCESS) };
        let nearest = nearest(engine.nearest_built_in(name)?);
        let pairs = &taught.stored.pairs;
        let mut out = anstream::stdout().lock();
        if self.format == Format::Json {
            serde_json::to_writer_pretty(&mut out, &[Shown { concept, nearest, pairs }])?;
            writeln!(out)?;
            return Ok(ExitCode::SUCCESS);
        }
        let info = &concept.info;
        writeln!(out, "\x1b[1m{}\x1b[0m: {}", info.name, info.title)?;
        if !info.description.is_empty() {
            writeln!(out, "{}", info.description)?;
        }
        let about = describe_taught(concept);
        write!(out, "{about}\n{}", near_text(&nearest))?;
        if !info.imports.is_empty() {
            writeln!(out, "may bring {}", info.imports.join(", "))?;
        }
        for pair in pairs {
            let diff = unified(&pair.before, &pair.after, ("before", "after"));
            write!(out, "\n{}\n{}", pair.origin, colour(&diff))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn describe_taught(concept: &Concept) -> String {
    let Some(about) = &concept.taught else { return String::new() };
    let pairs = super::count(about.pairs, "pair");
    let agreement = if about.pairs > 1 { format!(", agreement {:.2}", about.agreement) } else { String::new() };
    format!("taught ({}) from {pairs}{agreement}; {}", about.level, strength_text(about.strength))
}

fn table(concepts: &[Concept]) -> String {
    let width = concepts.iter().map(|concept| concept.info.name.chars().count()).max();
    let width = width.unwrap_or_default();
    let percent = |share: Option<f32>| share.map_or("    ".to_owned(), |share| format!("{:>3.0}%", share * 100.0));
    let mut text = String::new();
    for concept in concepts {
        let info = &concept.info;
        if let Some(about) = &concept.taught {
            let said = if info.description.is_empty() { &info.title } else { &info.description };
            let pairs = super::count(about.pairs, "pair");
            text += &format!("{:<width$}  {:<14}  {said} ({pairs})\n", info.name, format!("{} level", about.level));
            continue;
        }
        let back = if info.reverse { format!("− {}", percent(concept.removal_accuracy)) } else { " ".repeat(6) };
        let (name, there) = (&info.name, percent(concept.accuracy));
        text += &format!("{name:<width$}  + {there}  {back}  {}{}\n", info.description, experimental(concept));
    }
    text
}

/// Editors leave out what is right too seldom, unless it is asked for; here it is said.
fn experimental(concept: &Concept) -> &'static str {
    let Ways { add, remove } = Listed::new(concept).experimental;
    match (add, remove) {
        (true, true) => " (experimental)",
        (true, false) if !concept.info.reverse => " (experimental)",
        (true, false) => " (experimental: adding)",
        (false, true) => " (experimental: removing)",
        (false, false) => "",
    }
}

fn describe(concept: &Concept) -> String {
    let info = &concept.info;
    let mut text = format!("\x1b[1m{}\x1b[0m: {}\n{}\n", info.name, info.title, info.description);
    let ways = if info.reverse { "can be added and removed" } else { "can be added" };
    text += &format!("{ways}{}; family {}", experimental(concept), info.family);
    for (share, way) in [(concept.accuracy, "adding"), (concept.removal_accuracy, "removing")] {
        if let Some(share) = share {
            text += &format!("; {way} is exact on {:.0}% of held-out functions", share * 100.0);
        }
    }
    if !info.changes_behaviour.is_empty() {
        text += &format!("; changes behaviour: {}", info.changes_behaviour);
    }
    if !info.imports.is_empty() {
        text += &format!("; may bring {}", info.imports.join(", "));
    }
    let diff = unified(&info.example.before, &info.example.after, ("without", "with"));
    text + "\n\n" + &colour(&diff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::scripted;

    #[test]
    fn concepts_are_listed_and_described() {
        let mut f_strings = scripted::concept("f-strings");
        f_strings.accuracy = Some(0.834);
        f_strings.removal_accuracy = Some(0.7);
        f_strings.info.imports = vec!["import x".to_owned()];
        let mut any = scripted::concept("any-all");
        any.info.reverse = false;
        let mut poor = scripted::concept("walrus");
        (poor.accuracy, poor.removal_accuracy) = (Some(0.59), Some(0.6));
        insta::assert_snapshot!(table(&[f_strings.clone(), any, poor.clone()]), @r"
        f-strings  +  83%  −  70%  Description of f-strings
        any-all    +               Description of any-all
        walrus     +  59%  −  60%  Description of walrus (experimental: adding)
        ");
        poor.info.reverse = false;
        assert_eq!(experimental(&poor), " (experimental)");
        let plain = anstream::adapter::strip_str(&describe(&f_strings)).to_string();
        insta::assert_snapshot!(plain, @r"
        f-strings: Title of f-strings
        Description of f-strings
        can be added and removed; family idioms; adding is exact on 83% of held-out functions; removing is exact on 70% of held-out functions; may bring import x

        --- without
        +++ with
        @@ -1,2 +1,2 @@
         def f():
        -    x
        +    y
        ");
    }
}
