//! What is kept of a file, with a scripted engine and a scripted test runner.

use super::Summary;
use super::edit::{Bench, Wish};
use super::report::{FileReport, at_strength};
use crate::cli::files::Source;
use crate::cli::scripted::{WordReferee, Words};
use crate::config::TestChoice;
use crate::synthesis::{Cancel, Places};

struct Case {
    add: &'static [&'static str],
    remove: &'static [&'static str],
    only: &'static [&'static str],
    tests: TestChoice,
    failing: &'static [&'static str],
    together: &'static [&'static str],
    differing: &'static [&'static str],
}

impl Default for Case {
    fn default() -> Self {
        Self {
            add: &["x-y"],
            remove: &[],
            only: &[],
            tests: TestChoice::Auto,
            failing: &[],
            together: &[],
            differing: &[],
        }
    }
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|item| (*item).to_owned()).collect()
}

fn wish(case: &Case) -> Wish {
    Wish {
        add: strings(case.add),
        remove: strings(case.remove),
        strength: 1.0,
        confidence: None,
        candidates: 3,
        seed: 0,
        tests: case.tests.clone(),
        allowed: Vec::new(),
        keeps_behaviour: !case.differing.is_empty(),
    }
}

fn edit(text: &str, case: &Case) -> (FileReport, Vec<usize>) {
    let wish = wish(case);
    let referee = WordReferee {
        failing: case.failing.to_vec(),
        together: case.together.to_vec(),
        differing: case.differing.to_vec(),
        ..WordReferee::default()
    };
    let source = Source { path: "m.py".into(), only: strings(case.only), named: true };
    let bench = Bench { editor: &Words, referee: &referee, wish: &wish, cancel: &Cancel::default() };
    let report = bench.edit_file(&source, text).unwrap();
    (report, referee.calls.into_inner().unwrap())
}

const TWO: &str = "def f():\n    x\ndef g():\n    x\ndef h():\n    z\n";

/// The text afterwards, candidates of each test run, and the summary.
fn check(text: &str, case: Case, after: &str, calls: &[usize], told: &str) {
    let (report, seen) = edit(text, &case);
    assert_eq!(report.after, after);
    assert_eq!(seen, calls);
    let mut summary = Summary::default();
    summary.count(&report);
    let summary = summary.to_string();
    let (told_here, _) = summary.rsplit_once(" · ").unwrap();
    assert_eq!(told_here, told);
    assert_eq!(crate::text::apply_edits(&report.before, &report.edits), report.after);
}

#[test]
fn functions_of_a_file_are_tested_together() {
    check(
        TWO,
        Case::default(),
        "def f():\n    y\ndef g():\n    y\ndef h():\n    z\n",
        &[1],
        "✓ 3 tests passed on 2 functions · 1 function: does not apply",
    );
}

#[test]
fn only_the_functions_that_are_meant() {
    let case = Case { only: &["g"], ..Case::default() };
    check(TWO, case, "def f():\n    x\ndef g():\n    y\ndef h():\n    z\n", &[1], "✓ 2 tests passed on 1 function");
}

#[test]
fn a_failing_candidate_gives_way_to_the_next() {
    let case = Case { failing: &["y"], only: &["f"], ..Case::default() };
    check(TWO, case, "def f():\n    yy\ndef g():\n    x\ndef h():\n    z\n", &[1, 1], "✓ 2 tests passed on 1 function");
}

#[test]
fn a_function_without_passing_candidate_is_left_alone() {
    let text = "def f():\n    x\ndef g():\n    a\n";
    let case = Case { add: &["x-y", "a-b"], failing: &["y", "yy", "yyy"], ..Case::default() };
    check(
        text,
        case,
        "def f():\n    x\ndef g():\n    b\n",
        // together, each alone, and f twice more until it has no candidate left; g was tested already
        &[1, 2, 1, 1],
        "✓ 2 tests passed on 1 function · 1 function: tests failed",
    );
}

#[test]
fn a_candidate_that_does_something_else_gives_way_whatever_the_tests_say() {
    let case = Case { differing: &["    y\n"], ..Case::default() };
    check(
        TWO,
        case,
        "def f():\n    yy\ndef g():\n    yy\ndef h():\n    z\n",
        // of both, the first candidate, then the next of each in turn
        &[1, 1, 1],
        "✓ 3 tests passed on 2 functions · 1 function: does not apply",
    );
    let case = Case { differing: &["y\n"], only: &["f"], ..Case::default() };
    check(TWO, case, TWO, &[1, 1, 1], "1 function: would do something else");
}

#[test]
fn edits_that_fail_only_together_give_way() {
    let text = "def f():\n    x\ndef g():\n    a\n";
    let case = Case { add: &["x-y", "a-b"], together: &["y", "b"], ..Case::default() };
    check(
        text,
        case,
        "def f():\n    y\ndef g():\n    bb\n", // together, each alone, the next of g alone, together
        &[1, 2, 1, 1],
        "✓ 3 tests passed on 2 functions",
    );
}

#[test]
fn without_tests_the_edit_is_untested_and_said_so() {
    let case = Case { tests: TestChoice::None, only: &["f"], ..Case::default() };
    let (report, _) = edit(TWO, &case);
    assert_eq!(report.notes(), ["m.py:1: f: untested, confidence 1.00"], "the user knows why");
    check(TWO, case, "def f():\n    y\ndef g():\n    x\ndef h():\n    z\n", &[], "1 function: edited, untested");
}

#[test]
fn a_function_that_no_test_reaches_is_untested() {
    let text = "def f():\n    x\ndef untested():\n    x\n";
    let (report, _) = edit(text, &Case::default());
    assert_eq!(report.notes(), ["m.py:3: untested: untested, no test reaches it, confidence 1.00"]);
    check(
        text,
        Case::default(),
        "def f():\n    y\ndef untested():\n    y\n",
        &[1],
        "✓ 2 tests passed on 1 function · 1 function: edited, untested",
    );
}

#[test]
fn concepts_that_do_not_compose_come_one_by_one() {
    let case = Case { add: &["x-y"], remove: &["p-q"], ..Case::default() };
    check("def f():\n    x\n    q\n", case, "def f():\n    y\n    p\n", &[1], "✓ 2 tests passed on 1 function");
}

#[test]
fn a_function_inside_another_gets_its_turn() {
    check(
        "def f():\n    x\n    def g():\n        x\n",
        Case::default(),
        "def f():\n    y\n    def g():\n        y\n",
        &[1],
        "✓ 3 tests passed on 2 functions",
    );
    // the edit of f is the one of g: g comes second, and there is nothing left to do
    check(
        "def f():\n    def g():\n        x\n",
        Case::default(),
        "def f():\n    def g():\n        y\n",
        &[1],
        "✓ 3 tests passed on 2 functions",
    );
}

#[test]
fn a_broken_function_does_not_stop_the_others() {
    let text = "def f():\n    x\n\ndef g(:\n    x\n";
    let (report, _) = edit(text, &Case::default());
    assert_eq!(report.after, "def f():\n    y\n\ndef g(:\n    x\n");
    assert!(report.notes()[0].starts_with("m.py:4: g: not edited, syntax error at 4:"), "{:?}", report.notes());
}

#[test]
fn less_strength_says_what_it_did() {
    let wish = |strength| Wish { strength, ..wish(&Case::default()) };
    let note = |strength| {
        let source = Source { path: "m.py".into(), only: vec!["f".to_owned()], named: true };
        let (wish, referee) = (wish(strength), WordReferee::default());
        let bench = Bench { editor: &Words, referee: &referee, wish: &wish, cancel: &Cancel::default() };
        bench.edit_file(&source, TWO).unwrap().notes()
    };
    assert_eq!(note(1.0), [""; 0]);
    assert_eq!(note(0.5), ["m.py:1: f: one place: here strength is a switch, and 0.5 is on"]);
    assert_eq!(at_strength(Places { of: 4, changed: 2 }, 0.5), "2 of 4 places (strength 0.5)");
}

#[test]
fn json_says_all_of_it() {
    let case = Case { failing: &["y"], only: &["f"], ..Case::default() };
    let (report, _) = edit(TWO, &case);
    let json = serde_json::to_string(&report.to_json()).unwrap();
    insta::assert_snapshot!(json, @r#"{"path":"m.py","applied":false,"verdict":"passed","tests_run":2,"message":null,"diff":"--- a/m.py\n+++ b/m.py\n@@ -1,5 +1,5 @@\n def f():\n-    x\n+    yy\n def g():\n     x\n def h():\n","edits":[{"range":{"start":{"line":1,"character":0},"end":{"line":2,"character":0}},"newText":"    yy\n"}],"functions":[{"name":"f","line":1,"outcome":"changed","message":null,"add":["x-y"],"remove":[],"verdict":"passed","tests_run":2,"score":-2.0,"concept_gain":1.0,"confidence":1.0,"strength":"switch","places":1,"places_changed":1,"conflicts":[],"candidates_failed":1,"differential":null}]}"#);
}
