//! The binary with the real model: what an editor asks for when a concept is taught, used, blended with and forgotten. What
//! the model makes of it is looked at only where it has to be right: the ends of a line, and that edits are of the text.

use crate::client::applied;
use crate::server::Client;
use lerp::text::Columns;
use serde_json::{Value, json};

fn place(uri: &str, line: u32) -> Value {
    let at = json!({ "line": line, "character": 4 });
    json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at } })
}

fn pair(name: &str) -> Value {
    let text = |body: &str| format!("def {name}(a, b):\n{body}    return a + b\n");
    json!({ "before": text(&format!("    print('{name}', a, b)\n")), "after": text("") })
}

const TEXT: &str = "def add(a, b):\n    # é😀\n    print('add', a, b)\n    return a + b\n\n\ndef double(number):\n    if number == None:\n        return 0\n    return 2 * number\n";

#[test]
fn the_real_model_is_taught_asked_blended_with_and_forgets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pyproject.toml"), "[tool.lerp]\nconfidence = 0.0\n").unwrap();
    let uri = format!("file://{}/a.py", folder.path().display());
    let mut client = Client::new(folder.path());
    client.open(&uri, TEXT);

    let kind = "refactor.rewrite.lerp.add.none-comparison";
    let mut params = place(&uri, 7);
    params["context"] = json!({ "diagnostics": [], "only": [kind] });
    let actions = client.request("textDocument/codeAction", params).unwrap();
    let resolved = client.request("codeAction/resolve", actions[0].clone()).unwrap();
    let edits = &resolved["edit"]["changes"][&uri];
    let new = applied(TEXT, edits, Columns::Utf8);
    // which of the two is the model's affair; that nothing else is touched is ours
    let expect = ["is None", "is not None"].map(|now| TEXT.replace("== None", now));
    assert!(expect.contains(&new), "{resolved}");
    // 0 where it is not known
    assert!(client.resident_megabytes() <= 200, "{} MB with the model loaded", client.resident_megabytes());

    let examples = json!([pair("load"), pair("save"), pair("fetch")]);
    let lesson = json!({ "name": "no-prints", "examples": examples, "textDocument": { "uri": uri } });
    let learned = client.request("lerp/teach", lesson).unwrap();
    assert_eq!((&learned["pairs"], &learned["level"]), (&json!(3), &json!("project")), "{learned}");
    assert!(learned["confidence"].as_f64().unwrap() > 0.5, "{learned}");
    let kind = "refactor.rewrite.lerp.add.no-prints";
    let titles = |client: &mut Client, line: u32| {
        let mut params = place(&uri, line);
        params["context"] = json!({ "diagnostics": [], "only": [kind] });
        client.request("textDocument/codeAction", params).unwrap().as_array().cloned().unwrap_or_default()
    };
    let offered = titles(&mut client, 2);
    assert_eq!(offered[0]["title"], "Add: no prints (taught)", "{offered:?}");
    assert!(titles(&mut client, 8).is_empty(), "nothing is printed there");
    let mut wish = place(&uri, 2);
    wish["add"] = json!(["no-prints"]);
    let answer = client.request("lerp/candidates", wish).unwrap();
    for candidate in answer["candidates"].as_array().unwrap() {
        let new = applied(TEXT, &candidate["edits"], Columns::Utf8);
        assert!(new.contains("    # é😀\n") && new.contains("\n\n\ndef double(number):\n"), "{new}");
    }

    let mut blend = place(&uri, 1);
    blend["with"] = json!({ "source": "def other(a, b):\n    total = a * b\n    return total\n" });
    blend["steps"] = json!(4);
    let answer = client.request("lerp/blend", blend).unwrap();
    let blends = answer["candidates"].as_array().unwrap();
    assert_eq!((blends.len(), &blends[0]["edits"]), (4, &json!([])), "the line begins at the function itself");
    let last = applied(TEXT, &blends[3]["edits"], Columns::Utf8);
    assert!(last.starts_with("def other(a, b):\n    total = a * b\n    return total\n\n\ndef double("), "{last}");

    let status = client.request("lerp/status", json!({})).unwrap();
    assert_eq!(status["model"], "ready");
    client.request("lerp/forget", json!({ "name": "no-prints", "textDocument": { "uri": uri } })).unwrap();
    assert!(titles(&mut client, 2).is_empty(), "it is forgotten");
    // nothing was asked of a client that can not answer
    let asked: Vec<_> = client.unread.iter().filter(|(_, message)| message.get("id").is_some()).collect();
    assert!(asked.is_empty(), "{asked:?}");
    client.close();
}
