//! What an editor feels of the language server, measured on the process: start, titles in a long file, changes beside a running
//! decoding, memory. `cargo bench --bench lsp` prints rows for a table; needs the bundle and ONNX Runtime, as the tests do.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a benchmark fails by panicking")]

#[path = "../tests/common/server.rs"]
mod server;

use serde_json::{Value, json};
use server::{Client, Random};
use std::path::Path;
use std::time::{Duration, Instant};

const STARTS: usize = 40;
const TITLES: usize = 1_000;
const BROKEN: usize = 200;
const CHANGES: usize = 2_000;
const EDITS: usize = 50;

/// Lines of the long file.
const LINES: usize = 5_000;
/// Two functions of 20 lines with their blanks; `NUMBER` makes each of its own.
const FUNCTIONS: &str = "def collect_NUMBER(self, items, limit=10, *, strict=False):
    names = []
    for item in items:
        names.append(item.name)
    print(\"collected\", len(names))
    if strict and len(names) > limit:
        raise ValueError(\"too many: %d\" % len(names))
    return {name: index for index, name in enumerate(names)}


class Report_NUMBER:
    def lines(self, stock, threshold=None):
        if threshold == None:
            threshold = 5
        found = \"\"
        for item in stock.low(threshold):
            found += item.label() + \"\\n\"
        return found


";

fn main() {
    // cargo says so when it does not merely see whether benchmarks start
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pyproject = folder.path().join("pyproject.toml");
    std::fs::write(pyproject, "").unwrap();
    println!("| of the language server | median | p99 | goal |\n|---|---|---|---|");
    start(folder.path());
    titles(folder.path());
    changes_and_memory(folder.path());
}

fn text(lines: usize) -> String {
    let block = FUNCTIONS.lines().count();
    (0..lines / block).map(|number| FUNCTIONS.replace("NUMBER", &number.to_string())).collect()
}

fn row(what: &str, goal: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    println!("| {what} ({} times) | {:.2} ms | {:.2} ms | {goal} |", times.len(), at(0.5), at(0.99));
}

fn start(folder: &Path) {
    let times = (0..STARTS).map(|_| {
        let begin = Instant::now();
        let client = Client::new(folder);
        let time = begin.elapsed();
        client.close();
        time
    });
    row("start: a process, to the answer to `initialize`", "50 ms", times.collect());
}

fn range(line: usize, character: usize) -> Value {
    let at = json!({ "line": line, "character": character });
    json!({ "start": at, "end": at })
}

fn typed(uri: &str, version: usize, line: usize) -> Value {
    let change = json!({ "range": range(line, 0), "text": "#" });
    json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] })
}

/// Titles anywhere in a long file, each after a character was typed into it, and all of them again.
fn titles(folder: &Path) {
    let mut client = Client::new(folder);
    let uri = format!("file://{}/long.py", folder.display());
    let text = text(LINES);
    client.open(&uri, &text);
    let blank: Vec<usize> = (0..).zip(text.lines()).filter(|(_, line)| line.is_empty()).map(|(at, _)| at).collect();
    let ask = |client: &mut Client, line: usize| {
        let mut params = json!({ "textDocument": { "uri": uri }, "range": range(line, 4) });
        params["context"] = json!({ "diagnostics": [], "triggerKind": 1 });
        let begin = Instant::now();
        let id = client.ask("textDocument/codeAction", params);
        let (end, answer) = client.answer(id);
        (end - begin, answer.unwrap().as_array().map_or(0, Vec::len))
    };
    let (first, _) = ask(&mut client, 3);
    let (mut random, mut found) = (Random(0x5eed), 0);
    let mut after_a_change = Vec::new();
    for version in 2..TITLES + 2 {
        client.notify("textDocument/didChange", typed(&uri, version, blank[random.below(blank.len())]));
        let (time, count) = ask(&mut client, random.below(LINES));
        after_a_change.push(time);
        found += count;
    }
    // as a file is most of the time that somebody types in it
    let change = json!({ "range": range(blank[blank.len() / 2], 0), "text": "(" });
    let document = json!({ "uri": uri, "version": TITLES + 2 });
    client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    let mut while_broken = Vec::new();
    for version in TITLES + 3..TITLES + BROKEN + 3 {
        client.notify("textDocument/didChange", typed(&uri, version, blank[random.below(blank.len())]));
        while_broken.push(ask(&mut client, random.below(LINES)).0);
    }
    let again = (0..TITLES).map(|_| ask(&mut client, random.below(LINES)).0).collect();
    assert!(found > TITLES, "{found} titles");
    row("titles, 5,000-line file, each after a change", "20 ms", after_a_change);
    row("titles, 5,000-line file, each after a change, with an open bracket in its middle", "20 ms", while_broken);
    row("titles, 5,000-line file, unchanged", "20 ms", again);
    println!("| titles, the first ones of a process | {:.2} ms | | |", first.as_secs_f64() * 1000.0);
    client.close();
}

/// A change and a request that is answered at once: how long until the server has dealt with both, while it decodes. An upper
/// bound of what a change takes.
fn changes_and_memory(folder: &Path) {
    let mut client = Client::new(folder);
    let (busy, long) = (format!("file://{}/busy.py", folder.display()), format!("file://{}/long.py", folder.display()));
    client.open(&busy, &text(40));
    client.open(&long, &text(LINES));
    let bare = client.resident_megabytes();
    let decode = || {
        let mut wish = json!({ "textDocument": { "uri": busy }, "range": range(1, 4), "count": 16 });
        wish["add"] = json!(["list-comprehension"]);
        wish
    };
    client.request("lerp/candidates", decode()).unwrap();
    let mut edits = Vec::new();
    for _ in 0..EDITS {
        let begin = Instant::now();
        let mut wish = json!({ "textDocument": { "uri": busy }, "range": range(1, 4), "count": 4 });
        wish["add"] = json!(["list-comprehension"]);
        client.request("lerp/candidates", wish).unwrap();
        edits.push(begin.elapsed());
    }
    let mut measure = |decoding: bool| {
        let mut running = decoding.then(|| client.ask("lerp/candidates", decode()));
        let (mut times, mut random, mut beside) = (Vec::new(), Random(7), 0);
        for version in 2..CHANGES + 2 {
            if let Some(id) = running {
                if client.answered(id).is_some() {
                    running = Some(client.ask("lerp/candidates", decode()));
                } else {
                    beside += 1;
                }
            }
            let version = version + usize::from(decoding) * CHANGES;
            let change = typed(&long, version, random.below(LINES));
            let begin = Instant::now();
            client.notify("textDocument/didChange", change);
            let id = client.ask("lerp/nothing", json!({}));
            let (end, answer) = client.answer(id);
            assert_eq!(answer.unwrap_err()["code"], -32601);
            times.push(end - begin);
            // as fast as nobody types, but not so fast that the pipe is what is measured
            std::thread::sleep(Duration::from_micros(500));
        }
        if let Some(id) = running {
            client.answer(id).1.unwrap();
            assert!(beside > CHANGES / 2, "a decoding ran beside {beside} of {CHANGES} changes");
        }
        times
    };
    let (quiet, beside) = (measure(false), measure(true));
    row("change of a 5,000-line file, with an answer behind it", "", quiet);
    row("the same beside a running decoding", "1 ms", beside);
    row("candidates for a function of about 100 tokens, up to 4", "", edits);
    println!("| memory, two files open, no model | {bare} MB | | |");
    println!("| memory, model loaded, after {} edits | {} MB | | 200 MB |", EDITS + 1, client.resident_megabytes());
    client.close();
}
