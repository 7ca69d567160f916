//! The detectors on real edits. Each line of the fixture is one concept: pairs of a function before and after it was
//! added, and functions that it leaves alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::concepts::{Detector, Presence};
use lerp::syntax::{find_functions, parse};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Case {
    concept: String,
    pairs: Vec<Pair>,
    no_ops: Vec<String>,
}

#[derive(Deserialize)]
struct Pair {
    before: String,
    after: String,
    /// Whether taking the concept out again gives `before`.
    reverse: bool,
}

fn cases() -> Vec<Case> {
    include_str!("fixtures/detectors.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of the first function that has this name, or of the first of all.
fn presence(detector: &Detector, source: &str, name: Option<&str>) -> Presence {
    let parsed = parse(source);
    let functions = find_functions(&parsed, source);
    let function = functions.iter().find(|function| name.is_none_or(|name| function.qualname == name)).unwrap();
    detector.presence(&parsed, source, function.range.clone())
}

fn concepts_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("grammars/python/concepts")
}

#[test]
fn every_concept_has_a_query_that_says_what_it_looks_for() {
    let catalogue = std::fs::read_to_string(concepts_folder().join("catalogue.json")).unwrap();
    let catalogue: Vec<serde_json::Value> = serde_json::from_str(&catalogue).unwrap();
    assert!(!catalogue.is_empty());
    for concept in catalogue {
        let name = concept["name"].as_str().unwrap();
        assert!(Detector::of(name).is_some(), "{name} has no query that compiles");
        let text = std::fs::read_to_string(concepts_folder().join(format!("{name}.scm"))).unwrap();
        assert!(text.starts_with("; "), "{name}.scm does not say what it looks for");
    }
}

/// The example of the catalogue moves its concept, and can be seen to be applicable.
#[test]
fn the_examples_of_the_catalogue_are_seen() {
    let catalogue = std::fs::read_to_string(concepts_folder().join("catalogue.json")).unwrap();
    let catalogue: Vec<serde_json::Value> = serde_json::from_str(&catalogue).unwrap();
    for concept in catalogue {
        let name = concept["name"].as_str().unwrap();
        let detector = Detector::of(name).unwrap();
        let before = presence(detector, concept["example"]["before"].as_str().unwrap(), None);
        let after = presence(detector, concept["example"]["after"].as_str().unwrap(), None);
        assert!(before.allows(false), "{name} is not offered: {before:?}");
        assert_eq!(before.gain(after, false), 1.0, "{name}: {before:?} {after:?}");
    }
}

#[test]
fn a_correct_edit_is_never_rejected() {
    for case in cases() {
        let (name, detector) = (&case.concept, Detector::of(&case.concept).unwrap());
        for Pair { before, after, reverse } in &case.pairs {
            let without = presence(detector, before, None);
            let with = presence(detector, after, None);
            assert!(without.allows(false), "{name} is not offered: {without:?}\n{before}");
            assert_eq!(without.gain(with, false), 1.0, "{name}: {without:?} {with:?}\n{before}\n{after}");
            if *reverse {
                assert!(with.allows(true), "taking out {name} is not offered: {with:?}\n{after}");
                assert_eq!(with.gain(without, true), 1.0, "{name}: {with:?} {without:?}\n{after}\n{before}");
            }
        }
    }
}

/// A query sees less than the rewrites do, so some titles are offered in vain. They stay few.
#[test]
fn where_nothing_is_to_be_done_little_is_offered() {
    let (mut quiet, mut all) = (0, 0);
    for case in cases() {
        let detector = Detector::of(&case.concept).unwrap();
        all += case.no_ops.len();
        quiet += case.no_ops.iter().filter(|source| !presence(detector, source, None).allows(false)).count();
    }
    assert!(quiet * 100 >= all * 94, "{quiet} of {all}");
}

/// (concept, source, the function asked about, present, applicable)
#[test]
fn what_stands_around_and_inside_the_function_is_kept_apart() {
    let cases = [
        // texts are compared
        ("augmented-assignment", "def f(a, b):\n    a = b + a\n    b = b + a\n", "f", 0, 1),
        // comments are looked through, also where they stand behind the last statement of a block
        (
            "return-condition",
            "def f(a):\n    # why\n    if a:  # so\n        return True  # yes\n    # else\n    return False\n",
            "f",
            0,
            1,
        ),
        (
            "suppress",
            "def f(a):\n    try:\n        a()\n    except OSError:  # gone\n        pass  # fine\n",
            "f",
            0,
            1,
        ),
        // what is asked of a whole function is not asked of those inside it
        ("docstring", "def f():\n    'd'\n    def g():\n        return 1\n    return g\n", "f", 1, 0),
        ("docstring", "def f():\n    'd'\n    def g():\n        return 1\n    return g\n", "f.g", 0, 1),
        ("caching", "def f(a):\n    def g():\n        return a\n    g()\n", "f", 0, 0),
        ("caching", "class C:\n    @cache\n    def f(a):\n        return a\n", "C.f", 1, 0),
        // a function is not one inside itself
        ("lambda-to-def", "class C:\n    def f(self):\n        return 1\n", "C.f", 0, 0),
        (
            "lambda-to-def",
            "class C:\n    def f(self):\n        def g():\n            return 1\n        return g\n",
            "C.f",
            1,
            0,
        ),
        // neighbours are not looked at
        ("assert-to-raise", "def f(a):\n    assert a\n\ndef g(a):\n    assert a\n    assert a\n", "g", 0, 2),
    ];
    for (concept, source, function, present, applicable) in cases {
        let seen = presence(Detector::of(concept).unwrap(), source, Some(function));
        assert_eq!(seen, Presence { present, applicable: Some(applicable) }, "{concept} in {function} of\n{source}");
    }
}

#[test]
fn all_at_once_says_what_each_says_alone() {
    let mut compared = 0;
    for case in cases() {
        for source in case.pairs.iter().flat_map(|pair| [&pair.before, &pair.after]).chain(&case.no_ops).step_by(3) {
            let parsed = parse(source);
            let function = find_functions(&parsed, source).into_iter().next().unwrap();
            let all = Detector::presences(&parsed, source, function.range.clone());
            for (name, presence) in all {
                let alone = Detector::of(name).unwrap().presence(&parsed, source, function.range.clone());
                assert_eq!(presence, alone, "{name} in {source}");
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}
