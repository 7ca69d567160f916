//! `codeAction/resolve` and the command.

use crate::client::{Client, applied, modern};
use crate::scripted::Scripted;
use crate::{TEXT, URI};
use lerp::text::Columns;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const STALE: i64 = -32801;
const CANCELLED: i64 = -32800;

fn wish(uri: &str, version: i32, line: u32) -> Value {
    let at = json!({ "line": line, "character": 4 });
    json!({
        "textDocument": { "uri": uri, "version": version },
        "range": { "start": at, "end": at },
        "add": ["guard-clause"],
    })
}

fn action(version: i32, line: u32) -> Value {
    json!({ "title": "Add: guard clause", "data": wish(URI, version, line) })
}

fn function(name: &str) -> String {
    format!("def {name}(x):\n    return x\n")
}

async fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < crate::client::PATIENCE, "it does not happen");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn edits_are_exact_in_every_position_encoding() {
    for (name, columns) in [("utf-8", Columns::Utf8), ("utf-16", Columns::Utf16), ("utf-32", Columns::Utf32)] {
        let mut can = modern();
        can["general"] = json!({ "positionEncodings": [name, "utf-16"] });
        let mut client = Client::new(Scripted::default(), can, Value::Null).await;
        client.open(URI, TEXT).await;
        let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
        let change = &resolved["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
        assert_eq!(change["edits"].as_array().unwrap().len(), 2, "one edit for each hunk");
        let expect = TEXT.replace("def greet", "# added guard-clause 1\ndef greet").replace("😀\"", "😀\"  # end 1");
        assert_eq!(applied(TEXT, &change["edits"], columns), expect, "{name}");
        assert_eq!(client.seen.loads.load(Ordering::SeqCst), 1);
        client.close().await;
    }
}

#[tokio::test]
async fn without_versions_there_are_plain_changes() {
    let mut can = modern();
    can["workspace"] = json!({});
    let mut client = Client::new(Scripted::default(), can, Value::Null).await;
    client.open(URI, TEXT).await;
    let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
    assert_eq!(resolved["edit"]["changes"][URI].as_array().unwrap().len(), 2);
    client.close().await;
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let mut client = Client::modern().await;
    client.open(URI, &function("f")).await;
    client.change(URI, 2, json!([{ "text": function("g") }])).await;
    assert_eq!(client.request("codeAction/resolve", action(1, 1)).await, Err(STALE));
    assert_eq!(client.seen.loads.load(Ordering::SeqCst), 0);
    assert!(client.request("codeAction/resolve", action(2, 1)).await.is_ok());
    // changed while it was decoded: decoding stops, and the answer comes at once
    client.change(URI, 3, json!([{ "text": function("slow") }])).await;
    let id = client.ask("codeAction/resolve", action(3, 1)).await;
    let seen = std::sync::Arc::clone(&client.seen);
    until(|| seen.running.load(Ordering::SeqCst) == 1).await;
    client.change(URI, 4, json!([{ "text": function("slower") }])).await;
    assert_eq!(client.answer(id).await, Err(STALE));
    assert_eq!(seen.cancelled.load(Ordering::SeqCst), 1);
    client.close().await;
}

#[tokio::test]
async fn cancelling_stops_the_decoding() {
    let mut client = Client::modern().await;
    client.open(URI, &function("slow")).await;
    let seen = std::sync::Arc::clone(&client.seen);
    let ids =
        [client.ask("codeAction/resolve", action(1, 1)).await, client.ask("lerp/candidates", wish(URI, 1, 1)).await];
    until(|| seen.running.load(Ordering::SeqCst) == 2).await;
    for id in ids {
        client.cancel(id).await;
        assert_eq!(client.answer(id).await, Err(CANCELLED));
    }
    until(|| seen.running.load(Ordering::SeqCst) == 0).await;
    assert_eq!(seen.cancelled.load(Ordering::SeqCst), 2);
    client.close().await;
}

#[tokio::test]
async fn what_takes_long_has_a_progress_that_can_be_cancelled() {
    let mut client = Client::modern().await;
    client.open(URI, &function("slow")).await;
    let id = client.ask("codeAction/resolve", action(1, 1)).await;
    let token = client.expect("window/workDoneProgress/create", Value::Null).await["token"].clone();
    let begin = client.expect("$/progress", Value::Null).await;
    assert_eq!(begin["value"]["kind"], "begin");
    assert_eq!(begin["value"]["title"], "lerp: add guard-clause");
    assert_eq!(begin["value"]["cancellable"], true);
    client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
    assert_eq!(client.answer(id).await, Err(CANCELLED));
    assert_eq!(client.expect("$/progress", Value::Null).await["value"]["kind"], "end");
    client.close().await;
}

#[tokio::test]
async fn nothing_suitable_is_said_and_nothing_is_edited() {
    let mut client = Client::modern().await;
    let check = [
        ("nothing_here", "the model would change nothing here"),
        ("refused", "nothing suitable was found (source "),
        ("doubtful", "there is an edit, but the model is not sure of it (confidence 0.25, 0.75 is needed"),
    ];
    for (name, reason) in check {
        client.open(URI, &function(name)).await;
        let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
        assert!(resolved.get("edit").is_none(), "{resolved}");
        let shown = client.shown().await;
        assert!(shown.starts_with(&format!("lerp: {name}: {reason}")), "{shown}");
    }
    client.open(URI, "x = 1\n").await;
    assert!(client.request("codeAction/resolve", action(1, 0)).await.unwrap().get("edit").is_none());
    assert_eq!(client.shown().await, "lerp: there is no function here");
    client.close().await;
}

#[tokio::test]
async fn a_bug_costs_one_request() {
    let mut client = Client::modern().await;
    client.open(URI, &function("panics")).await;
    assert_eq!(client.request("codeAction/resolve", action(1, 1)).await, Err(-32603));
    client.open(URI, &function("f")).await;
    assert!(client.request("codeAction/resolve", action(1, 1)).await.is_ok());
    assert_eq!(client.request("codeAction/resolve", json!({ "title": "x", "data": [1] })).await, Err(-32602));
    assert_eq!(client.request("codeAction/resolve", json!({ "title": "x" })).await, Err(-32602));
    client.close().await;
}

#[tokio::test]
async fn a_missing_model_is_said_once_and_then_in_the_menu() {
    let tools = Scripted { missing: true, ..Scripted::default() };
    let mut client = Client::new(tools, modern(), Value::Null).await;
    client.open(URI, TEXT).await;
    let context = json!({ "diagnostics": [] });
    assert!(client.actions(URI, 1, context.clone()).await.iter().all(|action| action.get("disabled").is_none()));
    assert!(client.request("codeAction/resolve", action(1, 1)).await.unwrap().get("edit").is_none());
    assert!(client.shown().await.contains("pip install onnxruntime"));
    let actions = client.actions(URI, 1, context.clone()).await;
    let reason = actions[0]["disabled"]["reason"].as_str().unwrap();
    assert!(reason.contains("pip install onnxruntime"), "{reason}");
    // the settings may have been put right
    client
        .notify("workspace/didChangeConfiguration", json!({ "settings": { "lerp": { "model": "elsewhere" } } }))
        .await;
    let mut actions = actions;
    while actions[0].get("disabled").is_some() {
        actions = client.actions(URI, 1, context.clone()).await;
    }
    client.close().await;
}

#[tokio::test]
async fn tests_decide_when_they_are_wanted() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "tests": "auto" })).await;
    client.open(URI, &function("fails_first")).await;
    let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
    let edits = &resolved["edit"]["documentChanges"][0]["edits"];
    assert_eq!(edits[1]["newText"], "  # end 2", "the first candidate fails its tests");
    let logged = client.expect("window/logMessage", Value::Null).await;
    assert_eq!(logged["message"], "Add: guard clause in fails_first: tests: passed (3)");
    client.close().await;

    // tests say more than the model does of itself
    for (tests, applied) in [("auto", true), ("none", false)] {
        let options = json!({ "tests": tests, "confidence": 0.5 });
        let mut client = Client::new(Scripted::default(), modern(), options).await;
        client.open(URI, &function("doubtful")).await;
        let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
        assert_eq!(resolved.get("edit").is_some(), applied, "{tests}");
        let said = if applied { "window/logMessage" } else { "window/showMessage" };
        client.expect(said, Value::Null).await;
        client.close().await;
    }
}

#[tokio::test]
async fn the_command_has_the_client_apply_the_edit() {
    let mut client = Client::modern().await;
    client.open(URI, &function("f")).await;
    let run = |arguments: Value| json!({ "command": "lerp.apply", "arguments": [arguments] });
    let id = client.ask("workspace/executeCommand", run(wish(URI, 1, 1))).await;
    let edit = client.expect("workspace/applyEdit", json!({ "applied": true })).await;
    assert_eq!(edit["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    assert_eq!(client.answer(id).await.unwrap()["applied"], true);
    client.open(URI, &function("nothing")).await;
    let answer = client.request("workspace/executeCommand", run(wish(URI, 1, 1))).await.unwrap();
    assert_eq!(answer["applied"], false);
    assert!(client.shown().await.contains("would change nothing"));
    assert_eq!(client.request("workspace/executeCommand", json!({ "command": "x" })).await, Err(-32602));
    client.close().await;
}

#[tokio::test]
async fn what_the_tests_say_is_shown() {
    let mut can = modern();
    can["experimental"] = json!({ "lerp": { "verdicts": true } });
    let cases = [
        ("f", json!({ "tests": "auto" }), "passed", "tests: passed (3)"),
        ("same", json!({ "tests": "auto" }), "same", "tests: same on 24 calls"),
        ("f", json!({ "tests": "none" }), "untested", "tests: untested"),
        ("slow_tests", json!({ "tests": "auto", "testBudget": 0 }), "untested", "tests: untested"),
    ];
    for (name, options, verdict, words) in cases {
        let mut client = Client::new(Scripted::default(), can.clone(), options.clone()).await;
        client.open(URI, &function(name)).await;
        let resolved = client.request("codeAction/resolve", action(1, 1)).await.unwrap();
        assert_eq!(resolved["title"], format!("Add: guard clause ({words})"), "{options}");
        assert!(resolved["edit"].is_object(), "{options}");
        let told = client.expect("lerp/verdict", Value::Null).await;
        assert_eq!(
            (&told["verdict"], &told["tests"], &told["function"]),
            (&json!(verdict), &json!(words), &json!(name))
        );
        assert_eq!((&told["version"], &told["title"]), (&json!(1), &json!("Add: guard clause")));
        let budget = told["reason"].as_str().unwrap_or_default().contains("testBudget is 0 s");
        assert_eq!(budget, name == "slow_tests", "{told}");
        if verdict != "untested" || budget {
            client.expect("window/logMessage", Value::Null).await;
        }
        client.close().await;
    }
}

#[tokio::test]
async fn a_whole_file_is_edited_where_the_concept_applies() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "tests": "none" })).await;
    let text = "def f(x):\n    if x == None:\n        return 1\n\n\ndef g(x):\n    return x\n\n\nclass A:\n    def nothing(self, x):\n        return x == None\n\n    def h(self, x):\n        return x != None\n";
    client.open(URI, text).await;
    let context = json!({ "diagnostics": [], "only": ["source.lerp"] });
    let actions = client.actions(URI, 0, context).await;
    let kind = "source.lerp.add.none-comparison";
    let action = actions.iter().find(|action| action["kind"] == kind).unwrap();
    assert_eq!(action["title"], "Add: is None, in the whole file");
    assert!(action["data"].get("range").is_none(), "{action}");
    let resolved = client.request("codeAction/resolve", action.clone()).await.unwrap();
    let new = applied(text, &resolved["edit"]["documentChanges"][0]["edits"], Columns::Utf16);
    let marks: Vec<&str> = new.lines().filter(|line| line.contains("# added")).collect();
    assert_eq!(marks, ["# added none-comparison 1", "    # added none-comparison 1"], "{new}");
    assert!(new.contains("    # added none-comparison 1\n    def h("), "{new}");
    // nobody who looks for a light bulb is asked about files
    for context in [json!({ "diagnostics": [] }), json!({ "diagnostics": [], "only": [""] })] {
        let actions = client.actions(URI, 1, context).await;
        assert!(actions.iter().all(|one| !one["kind"].as_str().unwrap().starts_with("source")), "{actions:?}");
    }
    // on saving, editors ask for other source actions
    let saving = json!({ "diagnostics": [], "only": ["source.fixAll", "source.organizeImports"] });
    assert!(client.actions(URI, 1, saving).await.is_empty());
    client.open(URI, &function("g")).await;
    let whole = json!({ "title": "x", "data": { "textDocument": { "uri": URI }, "add": ["none-comparison"] } });
    let resolved = client.request("codeAction/resolve", whole).await.unwrap();
    assert!(resolved.get("edit").is_none());
    assert_eq!(client.shown().await, "lerp: nothing in this file to change");
    client.close().await;
}

#[tokio::test]
async fn cancelling_stops_the_tests() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "tests": "auto" })).await;
    client.open(URI, &function("slow_tests")).await;
    let id = client.ask("codeAction/resolve", action(1, 1)).await;
    let token = client.expect("window/workDoneProgress/create", Value::Null).await["token"].clone();
    client.expect("$/progress", Value::Null).await;
    client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
    assert_eq!(client.answer(id).await, Err(CANCELLED));
    client.close().await;
}
