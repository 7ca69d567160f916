//! What must hold for every candidate, whatever the model: on real functions of the pinned packages.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::package_files;
use lerp::latent::ModelSettings;
use lerp::syntax::{Function, find_functions, import_position, parse};
use lerp::synthesis::{Cancel, Engine, Example, Outcome, Request, SynthesisError};
use lerp::text::apply_edits;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&ModelSettings::default()).unwrap_or_else(|error| panic!("{error}")))
}

fn request<'a>(source: &'a str, function: Option<&'a str>) -> Request<'a> {
    Request {
        source,
        function,
        add: Vec::new(),
        remove: Vec::new(),
        examples: Vec::new(),
        reverse_examples: false,
        search: std::time::Duration::ZERO,
        strength: 1.0,
        candidates: 4,
        seed: 0,
    }
}

/// Files of the packages that `make packages` fetches, in a fixed order.
fn files() -> Vec<(PathBuf, String)> {
    package_files().into_iter().filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?))).collect()
}

/// Every so many functions that can be edited, at most `count`.
fn functions(count: usize, every: usize) -> Vec<(String, Function)> {
    let mut found = Vec::new();
    for (_, source) in files() {
        let parsed = parse(&source);
        for function in find_functions(&parsed, &source) {
            if function.problem.is_none() {
                found.push((source.clone(), function));
            }
        }
    }
    found.into_iter().step_by(every).take(count).collect()
}

/// Asks for three concepts of each function and looks at all that comes back.
fn check_candidates(count: usize, every: usize) {
    let concepts: [(&str, bool); 6] = [
        ("f-strings", false),
        ("guard-clause", false),
        ("list-comprehension", false),
        ("docstring", true),
        ("type-hints", true),
        ("early-return", false),
    ];
    let (mut asked, mut unchanged, mut shown, mut refused) = (0, 0, 0, 0);
    for (number, (source, function)) in functions(count, every).into_iter().enumerate() {
        for (concept, remove) in concepts.iter().cycle().skip(number).take(3) {
            let mut request = request(&source, Some(&function.qualname));
            if *remove { &mut request.remove } else { &mut request.add }.push((*concept).to_owned());
            let outcome = match engine().run(&request, &Cancel::default()) {
                Ok(outcome) => outcome,
                // too long for the model: said, and nothing else
                Err(SynthesisError::Function { .. }) => continue,
                Err(error) => panic!("{}: {error}", function.qualname),
            };
            asked += 1;
            unchanged += usize::from(outcome.unchanged);
            refused += outcome.refused.len();
            for candidate in &outcome.candidates {
                shown += 1;
                let name = format!("{concept} on {}:\n{}", function.qualname, candidate.source);
                assert!(parse(&candidate.source).first_problem().is_none(), "does not parse: {name}");
                assert_eq!(apply_edits(&source, &candidate.edits), candidate.source, "{name}");
                let head = import_position(&parse(&source)).0;
                for edit in &candidate.edits {
                    let inside = function.range.start <= edit.range.start && edit.range.end <= function.range.end + 200;
                    let import = edit.range.start <= head + 200 && edit.new_text.contains("import");
                    let logger = edit.new_text.contains("logging.getLogger");
                    assert!(inside || import || logger, "outside of the function {edit:?}: {name}");
                }
            }
        }
    }
    println!("{asked} requests: {unchanged} unchanged, {shown} candidates shown, {refused} refused");
    assert!(asked > count, "{asked}");
}

#[test]
fn candidates_parse_and_stay_inside_their_function() {
    check_candidates(60, 37);
}

/// The whole of it: `cargo test --release --test engine -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn a_thousand_functions_and_three_concepts() {
    check_candidates(1000, 2);
}

const SOURCE: &str = "import os\n\n\ndef names(items, log):\n    out = []  # all\n    for item in items:\n        out.append(item.name)\n    print(\"debug\", out)\n    return out\n";

#[test]
fn strength_zero_gives_the_text_back() {
    let mut request = request(SOURCE, None);
    request.add = vec!["list-comprehension".to_owned()];
    request.remove = vec!["print-debugging".to_owned()];
    request.strength = 0.0;
    let outcome = engine().run(&request, &Cancel::default()).unwrap();
    assert!(outcome.unchanged && outcome.candidates.is_empty());
}

/// The lines of a text that an edit takes away or changes.
fn lines_changed(source: &str, outcome: &Outcome) -> BTreeSet<usize> {
    let edits = outcome.candidates.first().map_or(&[][..], |first| &first.edits);
    let line = |at: usize| source[..at].matches('\n').count();
    edits.iter().flat_map(|edit| line(edit.range.start)..=line(edit.range.end)).collect()
}

#[test]
fn less_strength_changes_fewer_of_the_same_places() {
    let mut texts = vec![(MANY.to_owned(), "f".to_owned())];
    texts.extend(functions(6, 211).into_iter().map(|(source, function)| (source, function.qualname)));
    let mut several = 0;
    for (source, function) in &texts {
        for concept in ["examples", "none-comparison", "f-strings"] {
            let at = |strength: f32| {
                let mut request = request(source, Some(function));
                match concept {
                    "examples" => request.examples = logs(),
                    built_in => request.add.push(built_in.to_owned()),
                }
                request.strength = strength;
                engine().run(&request, &Cancel::default())
            };
            let Ok(whole) = at(1.0) else { continue };
            let places = |outcome: &Outcome| outcome.candidates.first().map(|first| first.places);
            let mut before = BTreeSet::new();
            for strength in [0.01, 0.25, 0.5, 0.75, 1.0] {
                let outcome = at(strength).unwrap();
                assert_eq!(outcome.unchanged, whole.unchanged, "{concept} {strength} on {function}");
                let lines = lines_changed(source, &outcome);
                assert!(before.is_subset(&lines), "{concept} {strength} on {function}: {before:?}, {lines:?}");
                before = lines;
                if let (Some(here), Some(of_all)) = (places(&outcome), places(&whole)) {
                    assert_eq!((here.of, of_all.changed), (of_all.of, of_all.of));
                    let most = (strength * here.of as f32 - 1e-3).ceil().max(1.0) as usize;
                    assert!((1..=most).contains(&here.changed), "{concept} {strength} on {function}: {here:?}");
                    several += usize::from(here.of > 1 && strength == 1.0);
                }
            }
            assert!(at(0.0).unwrap().candidates.is_empty());
        }
    }
    assert!(several > 0, "no edit has several places");
}

/// `print` becomes `log.info`.
fn logs() -> Vec<Example> {
    let before = ["def f(a):\n    print(a)\n    return a\n", "def g(a, b):\n    print(\"x\", a)\n    return b\n"];
    before.map(|before| Example { before: before.to_owned(), after: before.replace("print", "log.info") }).into()
}

const MANY: &str = "def f(a, b, c):\n    print(\"first\", a)\n    if a == None:\n        return b\n    print(\"second\", b)\n    if b == None:\n        return c\n    print(\"third\", c)\n    return a\n";

#[test]
fn the_order_in_which_concepts_are_named_does_not_matter() {
    let ask = |add: &[&str], remove: &[&str]| {
        let mut request = request(MANY, None);
        (request.add, request.remove) = (strings(add), strings(remove));
        request.examples = logs();
        let outcome = engine().run(&request, &Cancel::default()).unwrap();
        (outcome.candidates.into_iter().map(|one| (one.source, one.score)).collect::<Vec<_>>(), outcome.conflicts)
    };
    let one = ask(&["none-comparison", "docstring", "f-strings"], &["caching", "type-hints"]);
    assert_eq!(ask(&["f-strings", "none-comparison", "docstring"], &["type-hints", "caching"]), one);
    assert!(!one.0.is_empty());
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_same_request_gives_the_same_candidates() {
    let mut request = request(SOURCE, Some("names"));
    request.remove = vec!["print-debugging".to_owned()];
    let texts = || {
        let outcome = engine().run(&request, &Cancel::default()).unwrap();
        outcome.candidates.into_iter().map(|candidate| (candidate.source, candidate.score)).collect::<Vec<_>>()
    };
    let first = texts();
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..3).map(|_| scope.spawn(texts)).collect();
        for other in others {
            assert_eq!(other.join().unwrap(), first);
        }
    });
}

#[test]
fn bad_requests_say_what_to_do() {
    let example = |before: &str, after: &str| Example { before: before.to_owned(), after: after.to_owned() };
    let mut misspelled = request(SOURCE, None);
    misspelled.add = vec!["list-comprehensions".to_owned()];
    let mut nameless = request("def a(): pass\ndef b(): pass\n", None);
    nameless.add = vec!["docstring".to_owned()];
    let mut missing = request(SOURCE, Some("nmes"));
    missing.add = vec!["docstring".to_owned()];
    let mut broken = request("def f(:\n    pass\n", None);
    broken.add = vec!["docstring".to_owned()];
    let mut equal = request(SOURCE, None);
    equal.examples = vec![example("def f():\n    return 1\n", "def f():\n    return  1  # same\n")];
    let mut no_function = request(SOURCE, None);
    no_function.examples = vec![example("x = 1", "x = 2")];
    let cases = [
        (request(SOURCE, None), "nothing to do"),
        (misspelled, "did you mean \"list-comprehension\"?"),
        (nameless, "2 functions: say which one"),
        (missing, "did you mean \"names\"?"),
        (broken, "not valid Python"),
        (equal, "example 1: before and after are the same"),
        (no_function, "example 1: there is no function"),
    ];
    for (request, expected) in cases {
        let error = engine().run(&request, &Cancel::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }
}

#[test]
fn a_cancelled_request_stops() {
    let mut request = request(SOURCE, None);
    request.add = vec!["docstring".to_owned()];
    let cancel = Cancel::default();
    cancel.cancel();
    assert!(matches!(engine().run(&request, &cancel), Err(SynthesisError::Cancelled)));
}
