//! `lerp tokenize`: ids and scripts as JSON lines, for training. The formats are described in `models/training/README.md`.

use crate::codec::{ConceptTable, FunctionError, Lexed, Pair, Question, SlotTable, Tag, Window, concept_of, lesson};
use crate::concepts::changes_signature;
use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};

/// Arguments of `lerp tokenize`.
#[derive(Debug, Args)]
pub struct Tokenize {
    /// Input lines are functions: `{"source", …}` → `{"ids", …}`
    #[arg(long, conflicts_with = "rules")]
    functions: bool,
    /// Input lines are rules: `{"rule", "pairs": [{"before", "after"}], "no_ops", …}`
    #[arg(long)]
    rules: bool,
}

#[derive(Deserialize)]
struct FunctionLine {
    #[serde(default)]
    package: String,
    #[serde(default)]
    split: String,
    source: String,
}

#[derive(Serialize)]
struct FunctionTokens<'a> {
    package: &'a str,
    split: &'a str,
    ids: Vec<u16>,
}

#[derive(Deserialize)]
struct RuleLine {
    rule: String,
    family: String,
    kind: String,
    split: String,
    #[serde(default)]
    reverse: bool,
    pairs: Vec<PairLine>,
    #[serde(default)]
    no_ops: Vec<String>,
    /// The spellings of the concept, where they are known; found from the pairs otherwise.
    #[serde(default)]
    concept: Option<ConceptTable>,
}

#[derive(Deserialize)]
struct PairLine {
    before: String,
    after: String,
    #[serde(default)]
    package: String,
}

#[derive(Serialize)]
struct RuleTokens<'a> {
    rule: &'a str,
    family: &'a str,
    kind: &'a str,
    split: &'a str,
    concept: &'a ConceptTable,
    changes_signature: bool,
    pairs: Vec<PairTokens<'a>>,
    no_ops: Vec<Vec<u16>>,
}

#[derive(Serialize)]
struct PairTokens<'a> {
    package: &'a str,
    forward: Option<QuestionTokens>,
    backward: Option<QuestionTokens>,
    window: [Vec<u16>; 2],
    opposite: [Vec<u16>; 2],
}

#[derive(Serialize)]
struct QuestionTokens {
    source: Vec<u16>,
    script: Vec<u32>,
}

impl Tokenize {
    /// Reads standard input to its end; writes the lines that fit and says how many did not.
    pub fn run(&self) -> Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let (mut read, mut written) = (0usize, 0usize);
        for (number, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.context("reading standard input")?;
            if line.trim().is_empty() {
                continue;
            }
            read += 1;
            let json = if self.rules { rule(&line) } else { function(&line) };
            if let Some(json) = json.with_context(|| format!("line {} of standard input", number + 1))? {
                writeln!(out, "{json}")?;
                written += 1;
            }
        }
        out.flush()?;
        eprintln!("{written} of {read} lines fit");
        Ok(())
    }
}

fn function(line: &str) -> Result<Option<String>> {
    let line: FunctionLine = serde_json::from_str(line)?;
    let ids = ids(&line.source, &ConceptTable::default()).ok();
    let tokens = ids.map(|ids| FunctionTokens { package: &line.package, split: &line.split, ids });
    Ok(tokens.as_ref().map(serde_json::to_string).transpose()?)
}

fn ids(source: &str, concept: &ConceptTable) -> Result<Vec<u16>, FunctionError> {
    Lexed::new(source)?.ids(concept, &mut SlotTable::default())
}

fn rule(line: &str) -> Result<Option<String>> {
    let line: RuleLine = serde_json::from_str(line)?;
    let pairs: Vec<(&str, Pair<'_>)> = line
        .pairs
        .iter()
        .filter_map(|pair| {
            let before = Lexed::new(&pair.before).ok()?;
            let after = Lexed::new(&pair.after).ok()?;
            Some((pair.package.as_str(), Pair { before, after }))
        })
        .collect();
    let (packages, pairs): (Vec<&str>, Vec<Pair<'_>>) = pairs.into_iter().unzip();
    let concept = line.concept.unwrap_or_else(|| concept_of(&pairs));
    let changes_signature = changes_signature(&pairs);
    let pairs: Vec<PairTokens<'_>> = packages
        .iter()
        .zip(&pairs)
        .filter_map(|(package, pair)| {
            let lesson = lesson(pair, &concept).ok()?;
            let backward = lesson.backward.filter(|_| line.reverse);
            (lesson.forward.is_some() || backward.is_some()).then(|| PairTokens {
                package,
                forward: lesson.forward.map(question),
                backward: backward.map(question),
                window: window(lesson.window),
                opposite: window(lesson.opposite),
            })
        })
        .collect();
    if pairs.len() < if line.kind == "mined" { 1 } else { 2 } {
        return Ok(None);
    }
    let no_ops = line.no_ops.iter().filter_map(|source| ids(source, &concept).ok()).collect();
    let (rule, family, kind, split) = (&line.rule, &line.family, &line.kind, &line.split);
    Ok(Some(serde_json::to_string(&RuleTokens {
        rule,
        family,
        kind,
        split,
        concept: &concept,
        changes_signature,
        pairs,
        no_ops,
    })?))
}

fn question(question: Question) -> QuestionTokens {
    QuestionTokens {
        source: question.source,
        script: question.script.into_iter().map(|step| step.to_number()).collect(),
    }
}

fn window(window: Window) -> [Vec<u16>; 2] {
    [window.ids, window.tags.into_iter().map(|tag: Tag| tag as u16).collect()]
}
