//! Blends: the ends to the letter, what lies between parses and binds its names, and no text is too odd to be refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::latent::ModelSettings;
use lerp::syntax::parse;
use lerp::synthesis::{Blend, BlendRequest, Cancel, Engine, SynthesisError, blend};
use std::cell::RefCell;
use std::sync::OnceLock;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&ModelSettings::default()).unwrap_or_else(|error| panic!("{error}")))
}

fn run(
    source: &str,
    function: &str,
    other_source: &str,
    other: &str,
    steps: usize,
) -> Result<Vec<Blend>, SynthesisError> {
    let request = BlendRequest { source, function: Some(function), other_source, other_function: Some(other), steps };
    blend(engine(), &request, &Cancel::default(), &|_| ())
}

const MODULE: &str = "import os\n\nLIMIT = 3\n\n\ndef first(items, limit=LIMIT):\n    \"\"\"The first ones.\"\"\"\n    found = []\n    for item in items:  # in order\n        if item.ok:\n            found.append(item.name)\n    return found[:limit]\n\n\nclass Box:\n    def second(self, things):\n        total = 0\n        for thing in things:\n            if thing.size > 1:\n                total += thing.size\n        print(\"\"\"two\nlines\"\"\", total)\n        return total\n";

#[test]
fn ends_are_the_functions_themselves() {
    let blends = run(MODULE, "first", MODULE, "Box.second", 5).unwrap();
    assert_eq!(blends.iter().map(|blend| blend.t).collect::<Vec<_>>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(blends[0].source, MODULE);
    let second = MODULE.split("class Box:\n    ").nth(1).unwrap().trim_end();
    assert_eq!(blends[4].function, second);
    // in the other's place with the other's indentation; the text of a string stays
    let expect = "def second(self, things):\n    total = 0\n    for thing in things:\n        if thing.size > 1:\n            total += thing.size\n    print(\"\"\"two\nlines\"\"\", total)\n    return total\n";
    assert!(blends[4].source.contains(&format!("\n{expect}")), "{}", blends[4].source);
    for blend in &blends {
        assert!(parse(&blend.source).first_problem().is_none(), "{}", blend.source);
        assert!(blend.source.starts_with("import os\n\nLIMIT = 3\n"), "what is around the function stays");
    }
    for blend in &blends[1..4] {
        assert!(
            blend.function.starts_with("def first("),
            "between the ends the name is the first one's: {}",
            blend.function
        );
        assert!(blend.unbound.is_empty(), "{:?} in {}", blend.unbound, blend.function);
    }
    let share = |blend: &Blend| blend.tokens.second + blend.tokens.stand_ins;
    // the grammar may cost a token or two on the way
    let later = |a: &Blend, b: &Blend| share(a) <= share(b) + 2;
    assert!(later(&blends[1], &blends[2]) && later(&blends[2], &blends[3]), "{blends:#?}");
    assert!(share(&blends[1]) < share(&blends[3]), "{blends:#?}");
}

#[test]
fn a_line_from_a_function_to_itself_stays_there() {
    for blend in run(MODULE, "first", MODULE, "first", 4).unwrap() {
        assert_eq!(blend.source, MODULE);
    }
}

#[test]
fn the_same_request_gives_the_same_blends() {
    let run = || run(MODULE, "Box.second", MODULE, "first", 7).unwrap();
    assert_eq!(run(), run());
}

#[test]
fn names_of_another_module_do_not_come_unbound() {
    let other = "import numpy\n\ndef g(xs, limit):\n    found = numpy.zeros(limit)\n    for x in helper(xs):\n        if x.good:\n            found[x.index] = numpy.abs(x.value)\n    return found\n";
    for blend in &run(MODULE, "first", other, "g", 9).unwrap()[1..8] {
        assert!(blend.unbound.is_empty(), "{:?} in {}", blend.unbound, blend.function);
        assert!(!blend.function.contains("numpy") && !blend.function.contains("helper"), "{}", blend.function);
    }
}

#[test]
fn progress_is_told_and_a_cancelled_blend_stops() {
    let told = RefCell::new(Vec::new());
    let cancel = Cancel::default();
    let request = BlendRequest {
        source: MODULE,
        function: Some("first"),
        other_source: MODULE,
        other_function: Some("Box.second"),
        steps: 6,
    };
    let stopped = blend(engine(), &request, &cancel, &|one| {
        told.borrow_mut().push(one.t);
        if told.borrow().len() == 2 {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped, Err(SynthesisError::Cancelled)));
    assert_eq!(*told.borrow(), [0.0, 0.2]);
    let before = blend(engine(), &request, &cancel, &|_| panic!("nothing is done"));
    assert!(matches!(before, Err(SynthesisError::Cancelled)));
}

#[test]
fn what_can_not_be_blended_is_refused_with_the_reason() {
    let check = |source: &str, function: &str, other_source: &str, other: &str, expect: &str| {
        let message = run(source, function, other_source, other, 3).err().map(|error| error.to_string());
        assert!(message.as_deref().is_some_and(|message| message.contains(expect)), "{message:?}, not {expect:?}");
    };
    check(MODULE, "frist", MODULE, "first", "did you mean \"first\"");
    check("x = 1\n", "f", MODULE, "first", "there is no function");
    check("def f(:\n    pass\n", "f", MODULE, "first", "f");
    check(MODULE, "first", "def f():\n    return (\n", "f", "f");
    let long = format!("def f(a):\n{}", "    a = a + 1\n".repeat(200));
    check(MODULE, "first", &long, "f", "tokens");
    let names: String = (0..40).map(|k| format!("    name_{k} = other_{k}\n")).collect();
    check(MODULE, "first", &format!("def f(a):\n{names}"), "f", "more different names");
}

#[test]
fn odd_texts_neither_panic_nor_spoil_the_ends() {
    let odd = [
        "def f(): pass",
        "def f(): return 1; x = 2",
        "def f():\n\treturn 'é' \"\"\"a\n\tb\"\"\"\n",
        "def f(a, /, *, b=(1,)):\r\n    if a:\r\n        return b\r\n    return f'{a!r:>{b}}'\r\n",
        "@x\n@y(1)\nasync def f(*a: *b, **k) -> None:\n    async with a as b, c:\n        await b\n",
        "class A:\n  class B:\n    def f(self):\n      match self:\n        case [1, *x] if x: return x\n        case _:\n          pass\n",
        "def f():\n    lambda: (yield)\n    type X[T] = int\n    x = \\\n        1\n",
    ];
    for source in odd {
        let name = if source.starts_with("class") { "A.B.f" } else { "f" };
        for (first, one, second, other) in [(source, name, MODULE, "first"), (MODULE, "first", source, name)] {
            let blends = run(first, one, second, other, 6).unwrap();
            assert_eq!(blends[0].source, first);
            for blend in &blends {
                assert!(parse(&blend.source).first_problem().is_none(), "{}", blend.source);
            }
        }
    }
}
