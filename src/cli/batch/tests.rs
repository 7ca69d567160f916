//! The contract, with a scripted engine and a scripted test runner.

use super::pump;
use super::serve::Server;
use crate::cli::scripted::{WordReferee, Words};
use serde_json::{Value, json};
use std::sync::Arc;

fn answers(input: &str, jobs: usize) -> Vec<Value> {
    lines(input, jobs).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn lines(input: &str, jobs: usize) -> Vec<String> {
    let server = Server {
        editor: Arc::new(Words),
        referee: Arc::new(WordReferee { failing: vec!["y"], ..WordReferee::default() }),
        candidates: 2,
        strength: 1.0,
        seed: 0,
    };
    let mut output = Vec::new();
    let input = std::io::Cursor::new(input.to_owned());
    pump(input, &mut output, Arc::new(server), jobs).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_result_has_the_fields_of_the_contract_in_their_order() {
    let request = json!({"id": "7", "source": "def f():\n    '😀', x\n", "add": ["x-y"], "candidates": 1});
    insta::assert_snapshot!(lines(&request.to_string(), 1).join("\n"), @r#"{"id":"7","candidates":[{"source":"def f():\n    '😀', y\n","diff":"--- a/source.py\n+++ b/source.py\n@@ -1,2 +1,2 @@\n def f():\n-    '😀', x\n+    '😀', y\n","edits":[{"range":{"start":{"line":1,"character":10},"end":{"line":1,"character":11}},"newText":"y"}],"score":-1.0,"concept_gain":1.0,"confidence":1.0,"strength":"switch","places":1,"places_changed":1,"verdict":"untested","tests_run":0,"differential":null,"millis":1.0}],"unchanged":false,"confidence":0.5,"threshold":0.75,"conflicts":[],"error":null,"timings_ms":{"encode":1.0,"decode":2.0,"filter":0.5,"verify":0.0}}"#);
}

#[test]
fn what_can_not_be_served_has_an_error_and_the_next_is_served() {
    let check = |line: &str, id: Value, expect: &str| {
        let good = json!({"id": 1, "source": "def f():\n    x\n", "add": ["x-y"]});
        let answers = answers(&format!("{line}\n{good}\n"), 1);
        assert_eq!(answers[0]["id"], id);
        assert_eq!(answers[0]["candidates"], json!([]));
        let error = answers[0]["error"].as_str().unwrap();
        assert!(error.starts_with(expect), "{error}");
        assert_eq!(answers[1]["id"], 1);
        assert_eq!(answers[1]["candidates"].as_array().unwrap().len(), 2);
    };
    check("{", Value::Null, "line 1 is not JSON: EOF");
    check("7", Value::Null, "line 1 is not a request: invalid type");
    check(r#"{"id": "a"}"#, json!("a"), "line 1 is not a request: missing field `source`");
    check(
        r#"{"id": 5, "source": "def f(): x", "add": "x-y"}"#,
        json!(5),
        "line 1 is not a request: invalid type: string \"x-y\"",
    );
    check(r#"{"id": 5, "source": "def f(): x\u0000", "add": ["x-y"]}"#, json!(5), "the source has a NUL character");
    check(r#"{"id": 5, "source": "def f(): x", "strength": 1e30}"#, json!(5), "strength must be");
    check(r#"{"id": 5, "source": "def f(): x", "candidates": 0}"#, json!(5), "candidates must be from 1 to 64");
    check(
        r#"{"id": 5, "source": "def f(): x", "function": "g", "add": ["x-y"]}"#,
        json!(5),
        "there is no function \"g\"",
    );
    check(
        r#"{"id": 5, "source": "def f(): x", "direction": "back"}"#,
        json!(5),
        "line 1 is not a request: unknown variant `back`",
    );
    check(
        r#"{"id": 5, "source": "def panics(): x", "function": "panics", "add": ["x-y"]}"#,
        json!(5),
        "line 1: internal error",
    );
    check(
        r#"{"id": 5, "source": "def f(): x", "tests": {"root": "/no/such/folder"}}"#,
        json!(5),
        "tests.root: /no/such/folder",
    );
}

#[test]
fn null_and_absent_are_the_same() {
    let request = json!({"source": "def f():\n    z\n", "function": null, "add": ["x-y"], "remove": null,
        "strength": null, "candidates": null, "examples": null, "direction": null, "tests": null});
    let answers = answers(&request.to_string(), 1);
    assert_eq!(answers[0]["error"], Value::Null);
    assert_eq!(answers[0]["id"], Value::Null);
    assert_eq!(answers[0]["unchanged"], true);
}

#[test]
fn order_is_kept_and_blank_lines_are_skipped() {
    let request = |id: usize| json!({"id": id, "source": "def f(): x", "add": ["x-y"]}).to_string();
    let input: Vec<String> = (0..200).map(request).collect();
    let answers = answers(&input.join("\n\n"), 4);
    let ids: Vec<u64> = answers.iter().map(|a| a["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (0..200).collect::<Vec<u64>>());
}

#[test]
fn tests_decide_about_the_order() {
    let root = tempfile::tempdir().unwrap();
    let source = "def f():\n    x\n";
    std::fs::create_dir(root.path().join("src")).unwrap();
    std::fs::write(root.path().join("src/m.py"), source).unwrap();
    let ask = |tests: Value, source: &str| {
        let request = json!({"source": source, "add": ["x-y"], "tests": tests});
        answers(&request.to_string(), 1).remove(0)
    };
    let summary = |answer: &Value| -> Vec<(String, String, u64)> {
        let candidates = answer["candidates"].as_array().unwrap();
        let one = |c: &Value| {
            let text = |key: &str| c[key].as_str().unwrap().to_owned();
            let second = text("source").lines().nth(1).unwrap().trim().to_owned();
            (second, text("verdict"), c["tests_run"].as_u64().unwrap())
        };
        candidates.iter().map(one).collect()
    };
    let expect = vec![("yy".to_owned(), "passed".to_owned(), 2), ("y".to_owned(), "failed".to_owned(), 2)];
    // the file by its name, and the file with the same text
    let named = ask(json!({"root": root.path(), "file": "src/m.py", "command": "pytest -q"}), source);
    assert_eq!(summary(&named), expect);
    assert_eq!(named["timings_ms"]["verify"], 20.0);
    let diff = named["candidates"][0]["diff"].as_str().unwrap();
    assert!(diff.starts_with("--- a/src/m.py\n+++ b/src/m.py\n"), "{diff}");
    assert_eq!(summary(&ask(json!({"root": root.path()}), source)), expect);

    let error = |answer: Value| answer["error"].as_str().unwrap().to_owned();
    let missing = error(ask(json!({"root": root.path(), "file": "n.py"}), source));
    assert_eq!(missing, "tests.file: there is no n.py in the root");
    let other = error(ask(json!({"root": root.path()}), "def f():\n    x, x\n"));
    assert!(other.contains("say which one with tests.file"), "{other}");
}
