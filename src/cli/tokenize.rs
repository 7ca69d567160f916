//! `lerp tokenize`: ids and scripts as JSON lines, for training. The formats are described in `models/training/README.md`.

use crate::codec::{ConceptTable, FunctionError, Lexed, Pair, Question, SlotTable, Tag, Window, concept_of, lesson};
use crate::concepts::changes_signature;
use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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
    /// Of a sum: for each of the rules that are added up, pairs of that rule alone.
    #[serde(default)]
    parts: Vec<Vec<PairLine>>,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Vec<WindowTokens>>,
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

/// What is shown of a rule that is added to another.
#[derive(Serialize)]
struct WindowTokens {
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
        let mut tables = Tables::new();
        for (number, line) in std::io::stdin().lock().lines().enumerate() {
            let line = line.context("reading standard input")?;
            if line.trim().is_empty() {
                continue;
            }
            read += 1;
            let json = if self.rules { rule(&line, &mut tables) } else { function(&line) };
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

/// The spellings of each named concept, of its first line.
type Tables = HashMap<String, ConceptTable>;

/// The lines of a named concept share one table, so that a token of it means the same in all of them: a vector that is
/// learned for the concept goes with that numbering.
fn rule(line: &str, tables: &mut Tables) -> Result<Option<String>> {
    let line: RuleLine = serde_json::from_str(line)?;
    let (packages, pairs): (Vec<&str>, Vec<Pair<'_>>) = lexed(&line.pairs).into_iter().unzip();
    let shown: Vec<Vec<Pair<'_>>> =
        line.parts.iter().map(|part| lexed(part).into_iter().map(|(_, pair)| pair).collect()).collect();
    let concept = match line.concept {
        Some(concept) => concept,
        None if line.kind == "named" => tables.entry(line.rule.clone()).or_insert_with(|| concept_of(&pairs)).clone(),
        None if shown.is_empty() => concept_of(&pairs),
        None => table_of(&shown),
    };
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
    let parts: Vec<Vec<WindowTokens>> = shown.iter().map(|part| windows(part, &concept)).collect();
    if parts.iter().any(Vec::is_empty) {
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
        parts,
        no_ops,
    })?))
}

/// The pairs that can be read, with their packages.
fn lexed(pairs: &[PairLine]) -> Vec<(&str, Pair<'_>)> {
    pairs
        .iter()
        .filter_map(|pair| {
            let before = Lexed::new(&pair.before).ok()?;
            let after = Lexed::new(&pair.after).ok()?;
            Some((pair.package.as_str(), Pair { before, after }))
        })
        .collect()
}

/// The spellings of rules that stand together, each found from its own pairs.
fn table_of(parts: &[Vec<Pair<'_>>]) -> ConceptTable {
    let mut table = ConceptTable::default();
    for part in parts {
        table.extend(&concept_of(part));
    }
    table
}

fn windows(pairs: &[Pair<'_>], concept: &ConceptTable) -> Vec<WindowTokens> {
    let lessons = pairs.iter().filter_map(|pair| lesson(pair, concept).ok());
    lessons.map(|lesson| WindowTokens { window: window(lesson.window), opposite: window(lesson.opposite) }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_shows_each_of_its_rules_under_one_table() {
        let pair = |before: &str, after: &str| serde_json::json!({"before": before, "after": after});
        let log = |name: &str| {
            pair(
                &format!("def {name}(a):\n    return a\n"),
                &format!("def {name}(a):\n    logger.info('called')\n    return a\n"),
            )
        };
        let check = |name: &str| {
            pair(
                &format!("def {name}(b):\n    return b\n"),
                &format!("def {name}(b):\n    if b is None:\n        raise ValueError\n    return b\n"),
            )
        };
        let both = |name: &str| {
            pair(
                &format!("def {name}(c):\n    return c\n"),
                &format!(
                    "def {name}(c):\n    if c is None:\n        raise ValueError\n    logger.info('called')\n    return c\n"
                ),
            )
        };
        let line = serde_json::json!({
            "rule": "log + check", "family": "log + check", "kind": "sum", "split": "train",
            "pairs": [both("f"), both("g")], "parts": [[log("h"), log("i")], [check("j"), check("k")]],
        });
        let tokens: serde_json::Value =
            serde_json::from_str(&rule(&line.to_string(), &mut Tables::new()).unwrap().unwrap()).unwrap();
        assert_eq!(tokens["concept"]["names"], serde_json::json!(["logger", "info", "ValueError"]));
        let shown = |part: usize| tokens["parts"][part][0]["window"][0].to_string();
        assert_eq!(
            tokens["parts"].as_array().unwrap().iter().map(|part| part.as_array().unwrap().len()).sum::<usize>(),
            4
        );
        assert_ne!(shown(0), shown(1));
        // without the parts' windows nothing could be shown for the sum
        let without = line.to_string().replace("logger.info", "").replace("raise ValueError", "pass");
        assert!(rule(&without, &mut Tables::new()).is_ok());
    }

    #[test]
    fn the_lines_of_a_named_concept_share_the_table_of_the_first() {
        let line = |kind: &str, name: &str| {
            let pair = |function: &str| {
                let body = format!("def {function}(a):\n");
                serde_json::json!({"before": format!("{body}    return a\n"), "after": format!("{body}    {name}(a)\n    return a\n")})
            };
            serde_json::json!({"rule": "call", "family": "call", "kind": kind, "split": "train", "pairs": [pair("f"), pair("g")]})
                .to_string()
        };
        let mut tables = Tables::new();
        let mut names = |line: &str| {
            let tokens: serde_json::Value = serde_json::from_str(&rule(line, &mut tables).unwrap().unwrap()).unwrap();
            tokens["concept"]["names"].clone()
        };
        assert_eq!(names(&line("named", "first")), serde_json::json!(["first"]));
        assert_eq!(names(&line("named", "print")), serde_json::json!(["first"]));
        assert_eq!(names(&line("synthetic", "print")), serde_json::json!(["print"]));
    }
}
