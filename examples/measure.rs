//! What the grammar mask, blending and the comparison of edits do on real code, in counts:
//!
//!     cargo run --example measure -- mask target/packages 100
//!     cargo run --example measure -- blend target/packages 120
//!     cargo run --example measure -- clusters models/training/data/rules/mined.jsonl 300
//!
//! The packages of `make packages` were never trained on. Needs the bundle and ONNX Runtime, as the benchmarks do.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement fails by panicking"
)]

use lerp::codec::{
    Alphabet, ConceptTable, Encoded, Lexed, Mask, SlotTable, Step, apply, encode, is_function, replacements,
};
use lerp::concepts::{BuiltIn, Taught, read_built_in};
use lerp::latent::{DecodeOptions, Decoded, EditVector, ModelSettings, Worker};
use lerp::syntax::{Function, find_functions, lex, parse};
use lerp::synthesis::{Blend, BlendRequest, Cancel, Engine, Target, blend, merge};
use lerp::text::apply_edits;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder, count] = arguments.as_slice() else { panic!("mask|blend FOLDER COUNT, or clusters FILE COUNT") };
    let count = count.parse().expect("a number");
    match what.as_str() {
        "mask" => mask(Path::new(folder), count),
        "blend" => blends(Path::new(folder), count),
        "clusters" => clusters(Path::new(folder), count),
        other => panic!("{other}: mask, blend or clusters"),
    }
}

/// A small generator of numbers: the same cases every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count.max(1)
    }
}

struct Module {
    path: PathBuf,
    source: String,
    functions: Vec<(Function, usize)>,
}

fn tokens(source: &str, function: &Function) -> Option<(Encoded, SlotTable)> {
    let parsed = parse(source);
    let mut slots = SlotTable::default();
    let lexed = Lexed::at(&parsed, source, function.range.clone()).ok()?;
    let encoded = encode(source, lexed.start, &lexed.lexemes, &ConceptTable::default(), &mut slots).ok()?;
    Some((encoded, slots))
}

/// Modules with the functions that fit the model, between 25 and 200 tokens.
fn modules(folder: &Path) -> Vec<Module> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let source = std::fs::read_to_string(&path).ok()?;
        let parsed = parse(&source);
        let functions = find_functions(&parsed, &source).into_iter();
        let fitting = functions.filter_map(|function| {
            let length = tokens(&source, &function)?.0.ids.len();
            (25..=200).contains(&length).then_some((function, length))
        });
        let functions = fitting.collect();
        Some(Module { path, source, functions })
    };
    paths.into_iter().filter_map(read).filter(|module| !module.functions.is_empty()).collect()
}

/// What became of a script.
fn fate(
    source: &str,
    function: &Function,
    encoded: &Encoded,
    slots: &SlotTable,
    concept: &ConceptTable,
    steps: &[Step],
) -> &'static str {
    let Ok(replaced) = replacements(&encoded.ids, steps) else { return "is no script" };
    let target = Target { source, encoded, slots, concept };
    let Some(edits) = merge(&target, &replaced) else { return "slot without a spelling" };
    let meant = apply(&encoded.ids, &replaced);
    let edited = apply_edits(source, &edits);
    let parsed = parse(&edited);
    let found = find_functions(&parsed, &edited).into_iter().find(|one| one.range.start == function.range.start);
    let Some(lexemes) = found.and_then(|one| lex(&parsed, &edited, one.range).ok()) else { return "does not parse" };
    if parsed.first_problem().is_some() {
        return "does not parse";
    }
    let mut slots = slots.clone();
    match encode(&edited, function.range.start, &lexemes, concept, &mut slots) {
        Ok(read) if read.ids == meant => "parses",
        _ if is_function(&Alphabet::new(&slots, concept), &meant) => "parses, but reads otherwise than meant",
        _ => "is not what was meant",
    }
}

fn mask(folder: &Path, count: usize) {
    let worker = Worker::start(&ModelSettings::default()).unwrap();
    let size = worker.bundle.shapes.vectors * worker.bundle.shapes.vector;
    let mut concepts: Vec<BuiltIn> = read_built_in(&worker.bundle.folder, size).unwrap().into_values().collect();
    concepts.sort_by(|a, b| a.name.cmp(&b.name));
    let modules = modules(folder);
    let all: Vec<(&Module, &Function)> = modules
        .iter()
        .flat_map(|module| module.functions.iter().map(move |(function, _)| (module, function)))
        .collect();
    let mut dice = Dice(11);
    let mut fates: BTreeMap<(bool, &str, &str), usize> = BTreeMap::new();
    let (mut off, mut asked, mut time) = (0, 0, [Duration::ZERO; 2]);
    let width = worker.bundle.shapes.vector;
    for _ in 0..count {
        let (module, function) = all[dice.below(all.len())];
        for _ in 0..4 {
            let concept = &concepts[dice.below(concepts.len())];
            let remove = dice.below(3) == 0;
            let parsed = parse(&module.source);
            let lexed = Lexed::at(&parsed, &module.source, function.range.clone()).unwrap();
            let (table, mut slots) = (&concept.taught.concept, SlotTable::default());
            let Ok(encoded) = encode(&module.source, lexed.start, &lexed.lexemes, table, &mut slots) else { continue };
            asked += 1;
            for masked in [false, true] {
                let (ids, windows) = (encoded.ids.clone(), concept.taught.windows.clone());
                let (slots_there, table_there) = (slots.clone(), table.clone());
                let decoded: (Decoded, Duration, bool) = worker
                    .run(move |model| {
                        let v = EditVector::mean(&model.edits(&windows)?).soft_norm(width);
                        let v = EditVector(Vec::new()).plus(if remove { -1.0 } else { 1.0 }, &v);
                        let locals = model.encode(&ids)?;
                        let started = Instant::now();
                        let mask = if masked { Mask::new(&ids, &slots_there, &table_there) } else { None };
                        let options = DecodeOptions { scripts: 8, longest: 128 };
                        let decoded = model.scripts(&locals, &v, options, mask.as_ref(), &|| false)?;
                        Ok((decoded, started.elapsed(), masked && mask.is_none()))
                    })
                    .unwrap();
                time[usize::from(masked)] += decoded.1;
                off += usize::from(decoded.2);
                for script in &decoded.0.scripts {
                    let kind = if script.greedy { "greedy" } else { "alternative" };
                    let fate = fate(&module.source, function, &encoded, &slots, table, &script.steps);
                    *fates.entry((masked, kind, fate)).or_default() += 1;
                }
            }
        }
    }
    println!("{count} functions, {asked} requests of up to 8 scripts; the mask was off for {off}");
    for masked in [false, true] {
        for kind in ["greedy", "alternative"] {
            let of = fates.iter().filter(|((m, k, _), _)| *m == masked && *k == kind);
            let total: usize = of.clone().map(|(_, count)| count).sum();
            println!("{} {kind}: {total} scripts", if masked { "with mask" } else { "without" });
            for ((_, _, fate), count) in of {
                println!("    {count:5}  {:5.1} %  {fate}", 100.0 * *count as f64 / total as f64);
            }
        }
    }
    let [free, masked] = time.map(|time| time.as_secs_f64() * 1000.0 / asked.max(1) as f64);
    println!(
        "decoding a request: {free:.1} ms without, {masked:.1} ms with the mask, {:+.1} %",
        100.0 * (masked / free - 1.0)
    );
}

#[derive(Default)]
struct Rates {
    asked: usize,
    refused: usize,
    parses: usize,
    resolves: usize,
    is_first: usize,
    is_second: usize,
    second: f64,
}

impl Rates {
    fn add(&mut self, blend: &Blend, first: &Blend, last: &Blend) {
        self.asked += 1;
        self.parses += usize::from(parse(&blend.source).first_problem().is_none());
        self.resolves += usize::from(blend.unbound.is_empty());
        let same = |other: &Blend| blend.function.split_whitespace().eq(other.function.split_whitespace());
        self.is_first += usize::from(same(first));
        self.is_second += usize::from(same(last));
        let tokens = blend.tokens;
        let own = tokens.first + tokens.second + tokens.stand_ins;
        self.second += (tokens.second + tokens.stand_ins) as f64 / own.max(1) as f64;
    }
}

fn blends(folder: &Path, count: usize) {
    let engine = Arc::new(Engine::load(&ModelSettings::default()).unwrap());
    let modules = modules(folder);
    let mut dice = Dice(5);
    for (kind, near) in
        [("two functions of a module, the most alike of twelve", true), ("two functions of any two modules", false)]
    {
        let mut rates: [Rates; 3] = Default::default();
        let mut time = Duration::ZERO;
        let mut tried = 0;
        while rates[0].asked + rates[0].refused < count && tried < count * 20 {
            tried += 1;
            let here = &modules[dice.below(modules.len())];
            let there = if near { here } else { &modules[dice.below(modules.len())] };
            let (a, _) = &here.functions[dice.below(here.functions.len())];
            let candidates: Vec<&Function> =
                (0..if near { 12 } else { 1 }).map(|_| &there.functions[dice.below(there.functions.len())].0).collect();
            let own = tokens(&here.source, a).unwrap().0.ids;
            let alike = |b: &Function| {
                let other = tokens(&there.source, b).unwrap().0.ids;
                let shared = own.iter().filter(|id| other.contains(id)).count();
                shared as f64 / own.len().max(other.len()) as f64
            };
            let others = candidates.into_iter().filter(|b| here.path != there.path || b.range != a.range);
            let Some(b) = others.max_by(|x, y| alike(x).total_cmp(&alike(y))) else { continue };
            if here.path == there.path && (a.range.contains(&b.range.start) || b.range.contains(&a.range.start)) {
                continue;
            }
            let request = BlendRequest {
                source: &here.source,
                function: Some(&a.qualname),
                other_source: &there.source,
                other_function: Some(&b.qualname),
                steps: 5,
            };
            let started = Instant::now();
            match blend(&engine, &request, &Cancel::default(), &|_| ()) {
                Ok(steps) => {
                    assert_eq!(steps[0].source, here.source, "t = 0 is the first function");
                    assert_eq!(steps[4].function, there.source[b.range.clone()], "t = 1 is the second function");
                    for (rates, step) in rates.iter_mut().zip(&steps[1..4]) {
                        rates.add(step, &steps[0], &steps[4]);
                    }
                    time += started.elapsed();
                    if rates[0].asked % 40 == 1 {
                        println!("--- {} and {}, t = .5\n{}\n", a.qualname, b.qualname, steps[2].function);
                    }
                }
                Err(error) => {
                    rates[0].refused += 1;
                    println!("refused: {error}");
                }
            }
        }
        println!(
            "{kind}: {} pairs, {} refused, {:.0} ms a pair",
            rates[0].asked,
            rates[0].refused,
            time.as_secs_f64() * 1000.0 / rates[0].asked.max(1) as f64
        );
        println!(
            "\n| t | parse | names resolve | is the first | is the second | of the tokens that differ, the second's |"
        );
        println!("|---|---|---|---|---|---|");
        for (t, rates) in [0.25, 0.5, 0.75].iter().zip(&rates) {
            let share = |count: usize| format!("{count} of {}", rates.asked);
            println!(
                "| {t} | {} | {} | {} | {} | {:.0} % |",
                share(rates.parses),
                share(rates.resolves),
                share(rates.is_first),
                share(rates.is_second),
                100.0 * rates.second / rates.asked.max(1) as f64
            );
        }
        println!();
    }
}

/// A rule of `mined.jsonl`: pairs of one cluster of like edits that people made.
#[derive(serde::Deserialize)]
struct Mined {
    rule: String,
    family: String,
    split: String,
    pairs: Vec<MinedPair>,
}

#[derive(serde::Deserialize)]
struct MinedPair {
    before: String,
    after: String,
}

/// Chunks of one large cluster have numbers that follow each other; at most so many.
const CHUNKS: usize = 6;

/// How well the cosine between two edits says whether they are of one kind: on validation packages, which thresholds are chosen by.
fn clusters(file: &Path, count: usize) {
    let worker = Worker::start(&ModelSettings::default()).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let rules = text.lines().map(|line| serde_json::from_str::<Mined>(line).unwrap());
    let mut rules: Vec<Mined> =
        rules.filter(|rule| rule.split == "validation" && rule.family == "mined-cluster").collect();
    let mut dice = Dice(7);
    while rules.len() > count {
        rules.swap_remove(dice.below(rules.len()));
    }
    // up to three pairs of each, the edits of a pair forward and backward
    let mut edits: Vec<(usize, EditVector, EditVector)> = Vec::new();
    for rule in &rules {
        let number = rule.rule.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        for pair in rule.pairs.iter().take(3) {
            let one = |before: &str, after: &str| {
                Taught::new(std::iter::once((before, after))).ok().map(|taught| taught.windows)
            };
            let (Some(there), Some(back)) = (one(&pair.before, &pair.after), one(&pair.after, &pair.before)) else {
                continue;
            };
            let both = worker.run(move |model| Ok((model.edits(&there)?, model.edits(&back)?)));
            let (mut there, mut back) = both.unwrap();
            edits.push((number, there.remove(0), back.remove(0)));
        }
    }
    let (mut like, mut unlike, mut opposite) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (rule, edit, _)) in edits.iter().enumerate() {
        for (other_rule, other, back) in &edits[..at] {
            if rule == other_rule {
                like.push(edit.cosine(other));
                opposite.push(edit.cosine(back));
            } else if rule.abs_diff(*other_rule) > CHUNKS {
                unlike.push(edit.cosine(other));
            }
        }
    }
    println!(
        "{} clusters, {} edits: {} like couples, {} unlike ones\n",
        rules.len(),
        edits.len(),
        like.len(),
        unlike.len()
    );
    let from = |values: &[f32], least: f32| {
        let above = values.iter().filter(|value| **value >= least).count();
        format!("{:.1} %", 100.0 * above as f64 / values.len().max(1) as f64)
    };
    println!("| cosine of at least | like couples | unlike couples | a pair and the reverse of a like one |");
    println!("|---|---|---|---|");
    for tenth in -5..10 {
        let least = tenth as f32 / 10.0;
        println!("| {least:.1} | {} | {} | {} |", from(&like, least), from(&unlike, least), from(&opposite, least));
    }
}
