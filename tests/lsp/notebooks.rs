//! Notebooks: cells are documents.

use crate::client::{Client, applied};
use lerp::text::Columns;
use serde_json::{Value, json};

const BOOK: &str = "file:///nowhere/a.ipynb";

fn cell(n: u32) -> String {
    format!("vscode-notebook-cell:/nowhere/a.ipynb#{n}")
}

fn item(n: u32, text: &str) -> Value {
    json!({ "uri": cell(n), "languageId": "python", "version": 1, "text": text })
}

#[tokio::test]
async fn cells_are_documents_that_come_change_and_go() {
    let mut client = Client::modern().await;
    let text = "def f(x):\n    return x == None\n";
    let code = |n: u32| json!({ "kind": 2, "document": cell(n) });
    let book = json!({ "uri": BOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": [code(1), code(2)] });
    let cells = json!([item(1, "import os\n"), item(2, text)]);
    client.notify("notebookDocument/didOpen", json!({ "notebookDocument": book, "cellTextDocuments": cells })).await;
    let context = json!({ "diagnostics": [] });
    assert!(client.actions(&cell(1), 0, context.clone()).await.is_empty());
    assert!(!client.actions(&cell(2), 1, context.clone()).await.is_empty());

    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    let typed = json!({ "range": { "start": at(0, 4), "end": at(0, 5) }, "text": "gg" });
    let structure = json!({
        "array": { "start": 0, "deleteCount": 1, "cells": [code(3)] },
        "didOpen": [item(3, text)], "didClose": [{ "uri": cell(1) }],
    });
    let content = json!([{ "document": { "uri": cell(2), "version": 2 }, "changes": [typed] }]);
    let change = json!({ "cells": { "structure": structure, "textContent": content } });
    let book = json!({ "uri": BOOK, "version": 2 });
    client.notify("notebookDocument/didChange", json!({ "notebookDocument": book, "change": change })).await;
    assert!(!client.actions(&cell(3), 1, context.clone()).await.is_empty());
    let wish = |version: i32| {
        let document = json!({ "uri": cell(2), "version": version });
        json!({ "textDocument": document, "range": { "start": at(1, 4), "end": at(1, 4) }, "add": ["logging"] })
    };
    assert_eq!(client.request("lerp/candidates", wish(1)).await, Err(-32801), "a stale cell");
    let answer = client.request("lerp/candidates", wish(2)).await.unwrap();
    assert_eq!(answer["function"], "gg");
    let new = applied("def gg(x):\n    return x == None\n", &answer["candidates"][0]["edits"], Columns::Utf16);
    assert!(new.starts_with("# added logging 1\ndef gg("), "{new}");

    let gone = json!([{ "uri": cell(2) }, { "uri": cell(3) }]);
    let book = json!({ "uri": BOOK });
    client.notify("notebookDocument/didClose", json!({ "notebookDocument": book, "cellTextDocuments": gone })).await;
    assert!(client.actions(&cell(2), 1, context).await.is_empty());
    client.close().await;
}
