//! The order of candidates and the confidence, with and without a ranking in the bundle.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::latent::{Bundle, ModelSettings};
use lerp::synthesis::{Cancel, Engine, Example, FEATURES, Outcome, Request};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const SOURCE: &str = "def names(items, log):\n    if log == None:\n        log = print\n    out = []\n    for item in items:\n        if item.name != None:\n            out.append(item.name)\n    return out\n";

fn request(examples: bool) -> Request<'static> {
    let example = |name: &str| Example {
        before: format!("def {name}(a):\n    if a == None:\n        return 1\n    return a.{name}\n"),
        after: format!("def {name}(a):\n    if a is None:\n        return 1\n    return a.{name}\n"),
    };
    Request {
        source: SOURCE,
        function: None,
        add: if examples { Vec::new() } else { vec!["none-comparison".to_owned()] },
        remove: Vec::new(),
        examples: if examples { ["load", "store"].map(example).to_vec() } else { Vec::new() },
        reverse_examples: false,
        search: Duration::ZERO,
        strength: 1.0,
        candidates: 6,
        seed: 0,
    }
}

/// A bundle with the files of the one that is tested, but for its ranking.
fn bundle(ranking: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base = Bundle::find(None).unwrap().folder;
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(base.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_object_mut().unwrap();
    files.remove("ranking.json");
    for name in files.keys() {
        std::os::unix::fs::symlink(base.join(name).canonicalize().unwrap(), folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    if !ranking.is_empty() {
        std::fs::write(folder.path().join("ranking.json"), ranking).unwrap();
    }
    folder
}

fn load(folder: &Path) -> Result<Engine, String> {
    let settings = ModelSettings { bundle: Some(folder.to_path_buf()), runtime: None };
    Engine::load(&settings).map_err(|error| error.to_string())
}

fn run(ranking: &str, examples: bool, describing: bool) -> Outcome {
    let folder = bundle(ranking);
    let engine = load(folder.path()).unwrap();
    let engine = if describing { engine.describing() } else { engine };
    engine.run(&request(examples), &Cancel::default()).unwrap()
}

fn ranking(weight: f32, applies_from: f32) -> String {
    let weights = json!({"log_probability": weight, "edit_all": 0.001});
    let one = json!({"bias": 0, "weights": weights, "applies_from": applies_from, "reluctance": -20});
    json!({"built-in": one, "taught": one}).to_string()
}

fn texts(outcome: &Outcome) -> Vec<&str> {
    outcome.candidates.iter().map(|candidate| candidate.source.as_str()).collect()
}

#[test]
fn the_file_decides_the_order_and_the_confidence() {
    for examples in [false, true] {
        let without = run("", examples, false);
        assert!(without.candidates.len() > 1 && without.features.is_empty());
        let with = run(&ranking(1.0, 0.0), examples, false);
        assert_eq!(texts(&with), texts(&without), "likelier first, as without");
        let sum: f32 = with.candidates.iter().map(|candidate| candidate.confidence).sum();
        assert!(sum < 1.0 && with.candidates[0].confidence == with.confidence, "{sum}");
        assert!(with.candidates.is_sorted_by(|a, b| a.confidence >= b.confidence));
        let turned = run(&ranking(-1.0, 0.0), examples, false);
        let mut back = texts(&turned);
        back.reverse();
        assert_eq!(back, texts(&without), "the other way round");
        let never = run(&ranking(1.0, 1.0), examples, false);
        assert!(never.unchanged && never.candidates.is_empty(), "no candidate is that probably right");
        assert!((never.confidence - (1.0 - with.confidence)).abs() < 1e-3);
    }
}

#[test]
fn features_are_said_when_they_are_asked_for_and_change_nothing() {
    for examples in [false, true] {
        let (without, with) = (run("", examples, false), run("", examples, true));
        assert_eq!(without.candidates.len(), with.candidates.len());
        assert_eq!(texts(&with), texts(&without));
        assert!(with.features.len() >= with.candidates.len());
        for (source, features) in &with.features {
            assert_eq!(features.iter().map(|(name, _)| *name).collect::<Vec<_>>(), FEATURES);
            assert!(features.iter().all(|(_, value)| value.is_finite()), "{source}: {features:?}");
        }
        // the first is the pairs' edit: its own edit is like theirs
        let first: std::collections::HashMap<_, _> = with.features[0].1.iter().copied().collect();
        assert!(first["edit_all"] > 0.3 && first["pair_all"] >= first["edit_all"] - 0.3, "{first:?}");
        assert_eq!((first["common_before"], first["doubtful"]), (1.0, 0.0));
    }
}

#[test]
fn a_file_that_is_not_one_is_refused_by_its_name() {
    let folder = bundle("{\"built-in\": 7}");
    let said = load(folder.path()).err().expect("it is not a ranking");
    assert!(said.contains("ranking.json") && said.contains("invalid type"), "{said}");
}
