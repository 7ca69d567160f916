//! `lerp/blend`.

use crate::client::{Client, applied, modern};
use crate::scripted::Scripted;
use crate::{TEXT, URI};
use lerp::text::Columns;
use serde_json::{Value, json};

fn at(line: u32) -> Value {
    let at = json!({ "line": line, "character": 8 });
    json!({ "start": at, "end": at })
}

fn asked(line: u32, with: Value, more: Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": URI, "version": 1 }, "range": at(line), "with": with });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[tokio::test]
async fn functions_on_the_line_come_in_order_and_are_not_tested() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "tests": "auto" })).await;
    client.open(URI, TEXT).await;
    let with = json!({ "textDocument": { "uri": URI }, "range": at(8) });
    let answer = client.request("lerp/blend", asked(1, with, json!({}))).await.unwrap();
    assert_eq!((&answer["function"], &answer["complete"]), (&json!("greet"), &json!(true)));
    assert!(answer["message"].as_str().unwrap().starts_with("for exploring: "), "{answer}");
    let candidates = answer["candidates"].as_array().unwrap();
    let positions: Vec<f64> = candidates.iter().map(|one| one["position"].as_f64().unwrap()).collect();
    assert_eq!(positions, [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert!(candidates.iter().all(|one| one["verdict"] == "untested"), "{answer}");
    let text = applied(TEXT, &candidates[2]["edits"], Columns::Utf16);
    assert!(text.starts_with("# greet to A.printing, 0.50\ndef greet("), "{text}");
    assert_eq!(candidates[1]["reason"], "nothing binds nowhere");
    client.close().await;
}

#[tokio::test]
async fn the_other_function_may_be_a_text_and_each_step_is_heard() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let with = json!({ "source": "def other(a):\n    return a\n", "function": "other" });
    let more = json!({ "steps": 3, "partialResultToken": 7 });
    let id = client.ask("lerp/blend", asked(8, with, more)).await;
    for expect in 1..=3 {
        let progress = client.expect("$/progress", Value::Null).await;
        assert_eq!((&progress["token"], &progress["value"]["complete"]), (&json!(7), &json!(false)));
        assert_eq!(progress["value"]["candidates"].as_array().unwrap().len(), expect);
    }
    let answer = client.answer(id).await.unwrap();
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 3);
    assert!(answer["candidates"][2]["diff"].as_str().unwrap().contains("+# A.printing to other, 1.00"), "{answer}");
    client.close().await;
}

#[tokio::test]
async fn mistakes_are_named_and_it_can_be_cancelled() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let (invalid, failed, cancelled) = (-32602, -32803, -32800);
    let text = json!({ "source": "def other(a): pass\n" });
    for (params, expect) in [
        (asked(1, text.clone(), json!({ "steps": 1 })), invalid),
        (asked(1, text.clone(), json!({ "steps": 17 })), invalid),
        (asked(1, json!({}), json!({})), invalid),
        (asked(1, json!({ "textDocument": { "uri": "file:///other.py" }, "range": at(0) }), json!({})), invalid),
        (asked(1, json!({ "textDocument": { "uri": URI }, "range": at(5) }), json!({})), failed),
        (asked(5, text.clone(), json!({})), failed),
    ] {
        assert_eq!(client.request("lerp/blend", params.clone()).await, Err(expect), "{params}");
    }
    client.open(URI, "def slow(a):\n    return a\n").await;
    let id = client.ask("lerp/blend", asked(1, text, json!({}))).await;
    let token = client.expect("window/workDoneProgress/create", Value::Null).await["token"].clone();
    client.expect("$/progress", Value::Null).await;
    client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
    assert_eq!(client.answer(id).await, Err(cancelled));
    client.close().await;
}
