//! `lerp/status`.

use crate::URI;
use crate::client::{Client, modern};
use crate::scripted::Scripted;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_status_says_what_is_missing_and_what_became_of_the_model() {
    let at = json!({ "line": 0, "character": 4 });
    let wish = json!({ "textDocument": { "uri": URI }, "range": { "start": at, "end": at }, "add": ["logging"] });
    for missing in [false, true] {
        let tools = Scripted { missing, ..Scripted::default() };
        let mut client = Client::new(tools, modern(), Value::Null).await;
        client.open(URI, "def f(x):\n    return x\n").await;
        let before = client.request("lerp/status", json!({})).await.unwrap();
        assert_eq!((&before["model"], &before["problem"]), (&json!("idle"), &Value::Null));
        assert_eq!(before["healthy"], !missing);
        assert_eq!(before["rows"][0]["fix"].is_string(), missing);
        let _ = client.request("lerp/candidates", wish.clone()).await;
        let after = client.request("lerp/status", json!({ "textDocument": { "uri": URI } })).await.unwrap();
        assert_eq!(after["model"], if missing { "failed" } else { "ready" });
        assert_eq!(after["problem"].is_string(), missing, "{after}");
        client.close().await;
    }
}

#[tokio::test]
async fn looking_for_long_has_a_progress_that_can_be_cancelled() {
    let tools = Scripted { doctor: Duration::from_secs(3), ..Scripted::default() };
    let mut client = Client::new(tools, modern(), Value::Null).await;
    let id = client.ask("lerp/status", json!({})).await;
    let token = client.expect("window/workDoneProgress/create", Value::Null).await["token"].clone();
    let begin = client.expect("$/progress", Value::Null).await;
    assert_eq!((&begin["value"]["kind"], &begin["value"]["cancellable"]), (&json!("begin"), &json!(true)), "{begin}");
    client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
    assert_eq!(client.answer(id).await, Err(-32800));
    assert_eq!(client.expect("$/progress", Value::Null).await["value"]["kind"], "end");
    client.close().await;
}
