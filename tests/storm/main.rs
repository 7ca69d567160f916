//! Many edits and requests with random cancels: in the end the server has the client's text, and nothing is left over. A process
//! of its own, so that what is allocated in it is the storm's.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../lsp/client.rs"]
mod client;
mod live;
#[path = "../editors/scripted.rs"]
mod scripted;
#[path = "../common/server.rs"]
mod server;

use client::Client;
use lerp::text::{Columns, LineIndex};
use scripted::fingerprint;
use serde_json::{Value, json};
use server::Random;

const URI: &str = "file:///nowhere/a.py";
const STEPS: usize = 10_000;
/// What is remembered of functions comes and goes; 5,000 steps that each left 400 bytes behind would be more.
const MOST_GROWTH: usize = 2 << 20;

fn position(text: &str, offset: usize) -> Value {
    let at = LineIndex::new(text).position(offset, Columns::Utf16);
    json!({ "line": at.line, "character": at.column })
}

#[tokio::test]
async fn documents_stay_the_same_on_both_sides() {
    let pieces =
        ["x", "é", "😀", "\n", "\r\n", "    ", "def slow(a):\n    return a\n", "(", "\"\"\"", "# c\n", "print(a)\n"];
    let mut client = Client::modern().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    client.request("lerp/status", json!({})).await.unwrap();
    let before = tasks();
    let mut random = Random(0x5eed);
    let mut text = "def f(a):\n    return a\n".to_owned();
    let mut waiting: Vec<i64> = Vec::new();
    let mut version = 1;
    client.open(URI, &text).await;
    let mut half = 0;
    for step in 0..STEPS {
        if step == STEPS / 2 {
            half = live::bytes();
        }
        match random.below(10) {
            0..=5 => {
                let mut place = || {
                    let mut at = random.below(text.len() + 1);
                    while !text.is_char_boundary(at) {
                        at -= 1;
                    }
                    at
                };
                let (a, b) = (place(), place());
                let start = a.min(b);
                let mut end = if text.len() > 2_000 { a.max(b) } else { (start + random.below(4)).min(text.len()) };
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                // the protocol has no position between the two halves of a line's end
                let inside = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
                if inside(start) || inside(end) {
                    continue;
                }
                let new = pieces[random.below(pieces.len())];
                let range = json!({ "start": position(&text, start), "end": position(&text, end) });
                text.replace_range(start..end, new);
                version += 1;
                client.change(URI, version, json!([{ "range": range, "text": new }])).await;
            }
            6 => {
                version += 1;
                text = pieces[6].repeat(random.below(20));
                client.change(URI, version, json!([{ "text": text }])).await;
            }
            7 | 8 => {
                let at = position(&text, text.len() / 2);
                let range = json!({ "start": at, "end": at });
                let document = json!({ "uri": URI, "version": version - i32::from(random.below(4) == 0) });
                let (method, params) = match random.below(3) {
                    0 => {
                        let context = json!({ "diagnostics": [] });
                        let params = json!({ "textDocument": { "uri": URI }, "range": range, "context": context });
                        ("textDocument/codeAction", params)
                    }
                    1 => {
                        let data = json!({ "textDocument": document, "range": range, "add": ["logging"] });
                        ("codeAction/resolve", json!({ "title": "x", "data": data }))
                    }
                    _ => ("lerp/candidates", json!({ "textDocument": document, "range": range, "add": ["logging"] })),
                };
                waiting.push(client.ask(method, params).await);
            }
            _ => {
                if let Some(at) = waiting.len().checked_sub(1) {
                    client.cancel(waiting[random.below(at + 1)]).await;
                }
            }
        }
        // at most as many open questions as an editor has
        while waiting.len() > 20 {
            let id = waiting.remove(0);
            client.cancel(id).await;
            let _ = client.answer(id).await;
        }
    }
    for id in waiting {
        client.cancel(id).await;
        let _ = client.answer(id).await;
    }
    let behind = "\n\n\ndef refused(a):\n    return a\n";
    let end = position(&text, text.len());
    // whatever the text ends in, a string or a bracket, a function alone can be asked about
    version += 1;
    client.change(URI, version, json!([{ "range": { "start": end, "end": end }, "text": behind }])).await;
    text.push_str(behind);
    let start = json!({ "line": 0, "character": 0 });
    let marked = "def refused(a):\n    return a\n";
    version += 1;
    client.change(URI, version, json!([{ "range": { "start": start, "end": start }, "text": marked }])).await;
    text.insert_str(0, marked);
    let wish = json!({ "textDocument": { "uri": URI }, "range": { "start": start, "end": start }, "add": ["logging"] });
    let answer = client.request("lerp/candidates", wish).await.unwrap();
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains(&format!("(source {})", fingerprint(&text))), "{message}");
    client.quiet().await;
    let grown = live::bytes().saturating_sub(half);
    assert!(grown < MOST_GROWTH, "the second half left {grown} bytes behind");
    assert!(tasks() <= before, "{} tasks are left over", tasks() - before);
    client.close().await;
}
