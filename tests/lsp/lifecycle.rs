//! Start, end, settings, and what is no message.

use crate::client::{Client, modern};
use crate::scripted::Scripted;
use crate::{TEXT, URI};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn the_server_says_what_it_can() {
    let mut client = Client::silent(Scripted::default());
    assert_eq!(client.request("lerp/concepts", json!({})).await, Err(-32002), "not initialized");
    let answer = client.request("initialize", json!({ "capabilities": modern() })).await.unwrap();
    assert_eq!(answer["serverInfo"]["name"], "lerp");
    let can = &answer["capabilities"];
    assert_eq!(can["positionEncoding"], "utf-16");
    assert_eq!(can["textDocumentSync"]["change"], 2);
    assert_eq!(can["codeActionProvider"]["resolveProvider"], true);
    assert_eq!(can["notebookDocumentSync"]["notebookSelector"], json!([{ "cells": [{ "language": "python" }] }]));
    assert_eq!(can["executeCommandProvider"]["commands"], json!(["lerp.apply"]));
    assert_eq!(client.request("nothing/like/it", json!({})).await, Err(-32601));
    client.notify("nothing/like/it", json!({})).await;
    client.notify("$/nothing", json!({})).await;
    client.notify("$/setTrace", json!({ "value": "off" })).await;
    client.close().await;
}

#[tokio::test]
async fn it_ends_with_its_client() {
    let mut client = Client::modern().await;
    client.notify("exit", Value::Null).await;
    assert!(!client.gone().await, "exit without shutdown");
    assert!(!Client::modern().await.die().await, "the end of the input");
    assert!(!Client::silent(Scripted::default()).die().await);

    // with work under way, and with questions that are never answered
    for dies in [false, true] {
        let mut can = modern();
        can["workspace"]["configuration"] = json!(true);
        let mut client = Client::new(Scripted::default(), can, Value::Null).await;
        client.open(URI, "def slow():\n    pass\n").await;
        let at = json!({ "line": 0, "character": 0 });
        let wish = json!({ "textDocument": { "uri": URI }, "range": { "start": at, "end": at }, "add": ["logging"] });
        client.ask("lerp/candidates", wish).await;
        client.expect("window/workDoneProgress/create", Value::Null).await;
        let seen = std::sync::Arc::clone(&client.seen);
        if dies {
            assert!(!client.die().await);
        } else {
            client.request("shutdown", Value::Null).await.unwrap();
            client.notify("exit", Value::Null).await;
            assert!(client.gone().await);
        }
        while seen.running.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test]
async fn what_is_no_message_is_passed_over() {
    let mut client = Client::modern().await;
    let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let brackets = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep = format!(r#"{{"jsonrpc":"2.0","method":"initialized","params":{brackets}}}"#);
    for body in ["{", "[]", "{}", "null", r#"{"jsonrpc":"2.0","id":[],"method":"shutdown"}"#, &deep] {
        client.raw(&frame(body)).await;
        let logged = client.expect("window/logMessage", Value::Null).await;
        assert!(logged["message"].as_str().unwrap().starts_with("a message was passed over"), "{body:.40}");
    }
    client.raw(b"Content-Length: x\r\n\r\nnoise\r\n").await;
    client.raw(&[b"Content-Length: 2\r\n\r\n".as_slice(), &[0xff, 0xfe]].concat()).await;
    client.expect("window/logMessage", Value::Null).await;
    // right in form, wrong in content
    client.notify("textDocument/didOpen", json!({ "textDocument": 7 })).await;
    client
        .notify("textDocument/didChange", json!({ "textDocument": { "uri": URI, "version": 3 }, "contentChanges": [] }))
        .await;
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": "no uri" } })).await;
    assert_eq!(client.request("textDocument/codeAction", json!([])).await, Err(-32602));
    client.open(URI, TEXT).await;
    assert!(!client.actions(URI, 1, json!({ "diagnostics": [] })).await.is_empty());
    client.close().await;
}

#[tokio::test]
async fn settings_are_pushed_or_pulled() {
    let count = |client: Client| async move {
        let mut client = client;
        let at = json!({ "line": 1, "character": 0 });
        let wish = json!({ "textDocument": { "uri": URI }, "range": { "start": at, "end": at }, "add": ["logging"] });
        let answer = client.request("lerp/candidates", wish).await.unwrap();
        (client, answer["candidates"].as_array().unwrap().len())
    };
    let mut client = Client::new(Scripted::default(), modern(), json!({ "candidates": 2 })).await;
    client.open(URI, TEXT).await;
    let (mut client, found) = count(client).await;
    assert_eq!(found, 2);
    let settings = json!({ "settings": { "lerp": { "candidates": 3, "tests": "none", "colour": "red" } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    assert!(client.shown().await.contains("unknown setting lerp.colour"));
    let (client, found) = count(client).await;
    assert_eq!(found, 3);
    client.close().await;

    let mut can = modern();
    can["workspace"]["configuration"] = json!(true);
    can["workspace"]["didChangeConfiguration"] = json!({ "dynamicRegistration": true });
    let mut client = Client::new(Scripted::default(), can, Value::Null).await;
    let registered = client.expect("client/registerCapability", Value::Null).await;
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeConfiguration");
    let asked = client.expect("workspace/configuration", json!([{ "candidates": 5, "seed": "x" }])).await;
    assert_eq!(asked["items"], json!([{ "section": "lerp" }]));
    assert!(client.shown().await.contains("lerp.seed"));
    client.open(URI, TEXT).await;
    let (mut client, found) = count(client).await;
    assert_eq!(found, 5);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null })).await;
    client.expect("workspace/configuration", json!([{ "candidates": 0 }])).await;
    assert!(client.shown().await.contains("candidates must be"));
    client.close().await;
}

#[tokio::test]
async fn a_project_chooses_numbers_but_not_what_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let project = "[tool.lerp]\ncandidates = 2\ntests = 'auto'\nmodel = 'evil'\n";
    std::fs::write(folder.path().join("pyproject.toml"), project).unwrap();
    let uri = format!("file://{}/a.py", folder.path().display());
    let mut client = Client::modern().await;
    client.open(&uri, TEXT).await;
    let at = json!({ "line": 1, "character": 0 });
    let wish = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "add": ["logging"] });
    let answer = client.request("lerp/candidates", wish).await.unwrap();
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(answer["candidates"][0]["verdict"], "untested");
    client.close().await;
}
