//! `textDocument/codeAction` and `lerp/concepts`.

use crate::client::{Client, modern};
use crate::scripted::Scripted;
use crate::{TEXT, URI};
use lerp::concepts::Measured;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn context() -> Value {
    json!({ "diagnostics": [] })
}

fn kinds(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["kind"].as_str().unwrap()).collect()
}

const ADD: &str = "refactor.rewrite.lerp.add.none-comparison";
const REMOVE: &str = "refactor.rewrite.lerp.remove.print-debugging";

#[tokio::test]
async fn titles_come_from_the_detectors_and_need_no_model() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let actions = client.actions(URI, 1, context()).await;
    assert!(kinds(&actions).contains(&ADD), "{actions:#?}");
    assert!(!kinds(&actions).contains(&REMOVE), "{actions:#?}");
    let action = actions.iter().find(|action| action["kind"] == ADD).unwrap();
    assert_eq!(action["title"], "Add: is None");
    assert_eq!(action["data"]["textDocument"]["version"], 1);
    assert!(action.get("edit").is_none() && action.get("command").is_none(), "{action}");
    let actions = client.actions(URI, 8, context()).await;
    assert!(kinds(&actions).contains(&REMOVE) && !kinds(&actions).contains(&ADD), "{actions:#?}");
    assert!(client.actions(URI, 5, context()).await.is_empty(), "between two functions");
    assert!(client.actions(URI, 12, context()).await.is_empty(), "a broken function");
    assert!(client.actions(URI, 999, context()).await.is_empty(), "below the text");
    assert_eq!(client.seen.loads.load(Ordering::SeqCst), 0);
    client.close().await;
}

#[tokio::test]
async fn only_what_is_wanted_is_offered() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let cases = [
        ("", true),
        ("refactor", true),
        ("refactor.rewrite", true),
        ("refactor.rewrite.lerp.remove", true),
        (REMOVE, true),
        ("refactor.rewrite.lerp.add", false),
        ("refactor.rewrite.ler", false),
        ("quickfix", false),
        ("source", false),
    ];
    for (only, offered) in cases {
        let context = json!({ "diagnostics": [], "only": [only] });
        let actions = client.actions(URI, 8, context).await;
        assert_eq!(kinds(&actions).contains(&REMOVE), offered, "only {only:?}: {actions:#?}");
    }
    // prints could be in any function: nobody is told who did not ask
    let automatic = json!({ "diagnostics": [], "triggerKind": 2 });
    assert!(!kinds(&client.actions(URI, 8, automatic.clone()).await).contains(&REMOVE));
    assert!(kinds(&client.actions(URI, 1, automatic).await).contains(&ADD));
    client.close().await;
}

#[tokio::test]
async fn any_scheme_will_do_and_documents_come_and_go() {
    let mut client = Client::modern().await;
    for uri in ["untitled:Untitled-1", "vscode-vfs://github/x/y.py", "file://", "file:///a%20b/%C3%A9.py"] {
        client.open(uri, TEXT).await;
        assert!(!client.actions(uri, 1, context()).await.is_empty(), "{uri}");
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
        assert!(client.actions(uri, 1, context()).await.is_empty(), "{uri} is closed");
    }
    client.close().await;
}

#[tokio::test]
async fn older_clients_get_what_they_know() {
    let literals = json!({ "codeActionKind": { "valueSet": [] } });
    let can = json!({ "textDocument": { "codeAction": { "codeActionLiteralSupport": literals } } });
    let mut client = Client::new(Scripted::default(), can, Value::Null).await;
    client.open(URI, TEXT).await;
    let actions = client.actions(URI, 1, context()).await;
    let action = actions.iter().find(|action| action["kind"] == ADD).unwrap();
    assert_eq!(action["command"]["command"], "lerp.apply");
    assert!(action.get("data").is_none());
    client.close().await;

    let mut client = Client::new(Scripted::default(), json!({}), Value::Null).await;
    client.open(URI, TEXT).await;
    let actions = client.actions(URI, 1, context()).await;
    let command = actions.iter().find(|action| action["title"] == "Add: is None").unwrap();
    assert_eq!(command["command"], "lerp.apply");
    assert_eq!(command["arguments"][0]["add"][0], "none-comparison");
    client.close().await;
}

#[tokio::test]
async fn a_long_file_is_no_obstacle() {
    let mut client = Client::modern().await;
    let sound = TEXT.split("def broken").next().unwrap();
    let text = sound.repeat(50_000 / sound.lines().count());
    client.open(URI, &text).await;
    // the last print
    let line = u32::try_from(text.lines().count()).unwrap() - 4;
    for version in 2..10 {
        let at = json!({ "line": 1, "character": 0 });
        let change = json!([{ "range": { "start": at, "end": at }, "text": "    x = 1\n" }]);
        client.change(URI, version, change).await;
        let actions = client.actions(URI, line + u32::try_from(version).unwrap() - 1, context()).await;
        assert!(kinds(&actions).contains(&REMOVE), "{version}: {actions:#?}");
    }
    client.close().await;
}

#[tokio::test]
async fn concepts_say_whether_they_apply() {
    let mut client = Client::new(Scripted::default(), modern(), Value::Null).await;
    let all = client.request("lerp/concepts", json!({})).await.unwrap();
    let named = |list: &Value, name: &str| -> Value {
        list.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    };
    assert_eq!(named(&all, "print-debugging")["remove"], Value::Null);
    client.open(URI, TEXT).await;
    let at = json!({ "line": 8, "character": 8 });
    let place = json!({ "textDocument": { "uri": URI }, "range": { "start": at, "end": at } });
    let here = client.request("lerp/concepts", place).await.unwrap();
    assert_eq!(named(&here, "print-debugging")["remove"], true);
    assert_eq!(named(&here, "none-comparison")["add"], false);
    assert!(named(&here, "none-comparison")["example"]["before"].is_string());
    client.close().await;
}

#[tokio::test]
async fn experimental_concepts_are_listed_and_not_offered() {
    let poor = Measured { accuracy: Some(0.59), removal_accuracy: Some(0.6) };
    let tools = || Scripted { measured: [("none-comparison".to_owned(), poor)].into(), ..Scripted::default() };
    let named = json!({ "diagnostics": [], "only": [ADD] });
    for (experimental, offered) in [(false, false), (true, true)] {
        let mut client = Client::new(tools(), modern(), json!({ "experimental": experimental })).await;
        client.open(URI, TEXT).await;
        assert_eq!(kinds(&client.actions(URI, 1, context()).await).contains(&ADD), offered, "{experimental}");
        // who asks for it by its name gets it
        let asked = client.actions(URI, 1, named.clone()).await;
        assert!(kinds(&asked).contains(&ADD) && asked[0].get("disabled").is_none(), "{asked:?}");
        let all = client.request("lerp/concepts", json!({})).await.unwrap();
        let one = all.as_array().unwrap().iter().find(|one| one["name"] == "none-comparison").unwrap().clone();
        assert_eq!(one["experimental"], json!({ "add": true, "remove": false }));
        assert_eq!((&one["origin"], one["accuracy"].as_f64().unwrap() < 0.6), (&json!("built-in"), true));
        client.close().await;
    }
}

#[tokio::test]
async fn what_was_asked_for_and_can_not_be_has_a_reason() {
    let mut client = Client::modern().await;
    client.open(URI, TEXT).await;
    let only = json!({ "diagnostics": [], "only": [ADD] });
    let actions = client.actions(URI, 8, only.clone()).await;
    assert_eq!(actions[0]["disabled"]["reason"], "A.printing has no place for it");
    let actions = client.actions(URI, 12, only.clone()).await;
    let reason = actions.first().map(|one| one["disabled"]["reason"].as_str().unwrap_or_default().to_owned());
    assert!(reason.is_none_or(|reason| reason.contains("syntax error")), "{actions:?}");
    client.close().await;
    let mut can = modern();
    can["textDocument"]["codeAction"]["disabledSupport"] = json!(false);
    let mut client = Client::new(Scripted::default(), can, Value::Null).await;
    client.open(URI, TEXT).await;
    assert!(client.actions(URI, 8, only).await.is_empty());
    client.close().await;
}
