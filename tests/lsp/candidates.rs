//! `lerp/candidates`.

use crate::client::{Client, applied, modern};
use crate::scripted::Scripted;
use crate::{TEXT, URI};
use lerp::text::Columns;
use serde_json::{Value, json};

fn wish(line: u32, more: Value) -> Value {
    let at = json!({ "line": line, "character": 0 });
    let mut wish = json!({ "textDocument": { "uri": URI }, "range": { "start": at, "end": at } });
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    wish
}

#[tokio::test]
async fn candidates_have_edits_and_diffs() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "candidates": 3 })).await;
    client.open(URI, TEXT).await;
    let more = json!({ "add": ["logging"], "remove": ["print-debugging"] });
    let answer = client.request("lerp/candidates", wish(8, more)).await.unwrap();
    assert_eq!(answer["function"], "A.printing");
    assert_eq!(
        (&answer["version"], &answer["unchanged"], &answer["message"]),
        (&json!(1), &json!(false), &Value::Null)
    );
    let candidates = answer["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 3);
    for (n, candidate) in (1..).zip(candidates) {
        let diff = candidate["diff"].as_str().unwrap();
        let line = format!("\n+    # added logging, removed print-debugging {n}\n");
        assert!(diff.starts_with("--- a/a.py\n+++ b/a.py\n@@") && diff.contains(&line), "{diff}");
        let text = applied(TEXT, &candidate["edits"], Columns::Utf16);
        assert!(text.contains(&line[2..]) && text.contains(&format!("return x  # end {n}\n")), "{text}");
        assert_eq!(candidate["verdict"], "untested");
        assert!(candidate["confidence"].as_f64().unwrap() <= 1.0);
    }
    client.close().await;
}

#[tokio::test]
async fn places_thresholds_and_conflicts_are_said() {
    let mut client = Client::modern().await;
    client.open(URI, "def places(x):\n    return x\n").await;
    let more = json!({ "add": ["logging"], "remove": ["timing", "caching"], "strength": 0.5 });
    let answer = client.request("lerp/candidates", wish(1, more)).await.unwrap();
    assert_eq!(answer["conflicts"], json!(["logging"]));
    let first = &answer["candidates"][0];
    assert_eq!(
        (&first["strength"], &first["places"], &first["placesChanged"]),
        (&json!("places"), &json!(4), &json!(2))
    );
    assert_eq!(first["threshold"], 0.75);
    client.open(URI, "def f(x):\n    return x\n").await;
    let answer = client.request("lerp/candidates", wish(1, json!({ "add": ["logging"] }))).await.unwrap();
    assert_eq!((&answer["conflicts"], &answer["candidates"][0]["strength"]), (&json!([]), &json!("switch")));
    client.close().await;
}

#[tokio::test]
async fn requests_may_say_more_and_mistakes_are_named() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let count = json!({ "add": ["logging"], "count": 2, "strength": 0.5, "tests": "auto" });
    let answer = client.request("lerp/candidates", wish(1, count)).await.unwrap();
    let verdicts: Vec<_> = answer["candidates"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["passed", "passed"]);
    let invalid = -32602;
    for more in [json!({ "count": 0 }), json!({ "count": "x" }), json!({ "strength": 99 })] {
        assert_eq!(client.request("lerp/candidates", wish(1, more.clone())).await, Err(invalid), "{more}");
    }
    let other = json!({ "textDocument": { "uri": "file:///other.py" }, "range": wish(0, json!({}))["range"] });
    assert_eq!(client.request("lerp/candidates", other).await, Err(invalid));
    let failed = -32803;
    assert_eq!(client.request("lerp/candidates", wish(5, json!({ "add": ["logging"] }))).await, Err(failed));
    client.close().await;
}

#[tokio::test]
async fn what_is_known_is_said_before_the_answer() {
    let mut client = Client::new(Scripted::default(), modern(), json!({ "candidates": 2, "tests": "auto" })).await;
    let text = "def fails_first(x):\n    return x\n";
    client.open(URI, text).await;
    let token = json!("mine");
    let more = json!({ "add": ["logging"], "partialResultToken": token });
    let id = client.ask("lerp/candidates", wish(1, more)).await;
    let mut said = Vec::new();
    for _ in 0..3 {
        let progress = client.expect("$/progress", Value::Null).await;
        assert_eq!(progress["token"], token);
        let value = progress["value"].clone();
        assert_eq!(
            (&value["complete"], &value["version"], &value["message"]),
            (&json!(false), &json!(1), &Value::Null)
        );
        let known = value["candidates"].as_array().unwrap().clone();
        said.push(known.iter().map(|one| format!("{} {}", one["id"], one["verdict"])).collect::<Vec<_>>().join(", "));
    }
    assert_eq!(said, [r#"0 "pending", 1 "pending""#, r#"1 "pending", 0 "failed""#, r#"1 "passed", 0 "failed""#,]);
    let answer = client.answer(id).await.unwrap();
    assert_eq!(answer["complete"], true);
    assert_eq!(answer["candidates"][0]["tests"], "tests: passed (3)");
    assert_eq!((&answer["candidates"][0]["id"], &answer["candidates"][1]["id"]), (&json!(1), &json!(0)));
    client.close().await;
}

#[tokio::test]
async fn a_client_may_bring_its_own_progress() {
    for token in [json!(7), json!("seven")] {
        let mut can = modern();
        can["window"] = json!({});
        let mut client = Client::new(Scripted::default(), can, Value::Null).await;
        client.open(URI, "def slow(x):\n    return x\n").await;
        let id = client.ask("lerp/candidates", wish(1, json!({ "add": ["logging"], "workDoneToken": token }))).await;
        let begin = client.expect("$/progress", Value::Null).await;
        assert_eq!((&begin["token"], &begin["value"]["kind"]), (&token, &json!("begin")));
        client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
        assert_eq!(client.answer(id).await, Err(-32800));
        client.close().await;
    }
}
