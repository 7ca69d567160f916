//! `cargo bench`: the codec, the encoder, an edit, eight candidates, and the whole way from nothing to the first edit.
//!
//! Needs the bundle (`models/base`) and ONNX Runtime, as the tests do: `make bench` sees to both.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark fails by panicking"
)]

use divan::Bencher;
use lerp::codec::{ConceptTable, Lexed, SlotTable};
use lerp::latent::ModelSettings;
use lerp::syntax::{find_functions, parse};
use lerp::synthesis::{Cancel, Engine, Request};
use std::process::Command;
use std::sync::OnceLock;

fn main() {
    divan::main();
}

/// A hundred tokens, more or less.
const FUNCTION: &str = "def collect(self, items, limit=10, *, strict=False):\n    names = []\n    for item in items:\n        names.append(item.name)\n    print(\"collected\", len(names))\n    if strict and len(names) > limit:\n        raise ValueError(\"too many: %d\" % len(names))\n    self.total = sum(self.sizes.get(name, 0) for name in names)\n    return {name: index for index, name in enumerate(names)}\n";

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&ModelSettings::default()).unwrap())
}

fn request(candidates: usize) -> Request<'static> {
    Request {
        source: FUNCTION,
        function: None,
        add: vec!["list-comprehension".to_owned()],
        remove: Vec::new(),
        examples: Vec::new(),
        reverse_examples: false,
        search: std::time::Duration::ZERO,
        strength: 1.0,
        candidates,
        seed: 0,
    }
}

fn ids() -> Vec<u16> {
    Lexed::new(FUNCTION).unwrap().ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap()
}

/// Text to ids, for a module of forty functions.
#[divan::bench]
fn codec(bencher: Bencher<'_, '_>) {
    let module = FUNCTION.repeat(40);
    bencher.counter(divan::counter::BytesCount::of_str(&module)).bench(|| {
        let parsed = parse(&module);
        let functions = find_functions(&parsed, &module);
        let lexed = functions.iter().map(|function| Lexed::at(&parsed, &module, function.range.clone()).unwrap());
        lexed.map(|lexed| lexed.ids(&ConceptTable::default(), &mut SlotTable::default()).unwrap().len()).sum::<usize>()
    });
}

/// The encoder alone.
#[divan::bench]
fn encode(bencher: Bencher<'_, '_>) {
    let ids = ids();
    bencher.bench(|| {
        let ids = ids.clone();
        engine().worker().run(move |model| model.encode(&ids)).unwrap()
    });
}

/// A request, warm: parse, encode, decode, merge, filter.
#[divan::bench(args = [1, 8])]
fn edit(bencher: Bencher<'_, '_>, candidates: usize) {
    let request = request(candidates);
    bencher.bench(|| engine().run(&request, &Cancel::default()).unwrap());
}

/// A process: load bundle and runtime, edit, print the diff.
#[divan::bench(sample_count = 10)]
fn start_to_first_edit(bencher: Bencher<'_, '_>) {
    let folder = std::env::temp_dir().join("lerp-bench");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("collect.py");
    std::fs::write(&file, FUNCTION).unwrap();
    bencher.bench(|| {
        let mut lerp = Command::new(env!("CARGO_BIN_EXE_lerp"));
        lerp.args(["refactor", "--add", "list-comprehension", "--tests", "none", "--candidates", "1"]).arg(&file);
        lerp.output().unwrap().stdout.len()
    });
}
