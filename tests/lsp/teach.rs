//! `lerp/teach`, `lerp/forget`, and taught concepts among the others.

use crate::client::{Client, applied, modern};
use crate::scripted::Scripted;
use lerp::text::Columns;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::Ordering;

const INVALID: i64 = -32602;
const FAILED: i64 = -32803;
const CANCELLED: i64 = -32800;
const ADD: &str = "refactor.rewrite.lerp.add.no-prints";

/// A project, and a client with a file of it open.
struct Project {
    folder: tempfile::TempDir,
    client: Client,
}

const TEXT: &str = "def f(a):\n    print(a)\n    return a\n\n\ndef g(a):\n    return a\n";

impl Project {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pyproject.toml"), "").unwrap();
        let tools = Scripted { user: Some(folder.path().join("user")), ..Scripted::default() };
        let mut client = Client::new(tools, modern(), Value::Null).await;
        client.open(&uri(folder.path()), TEXT).await;
        Self { folder, client }
    }

    fn uri(&self) -> String {
        uri(self.folder.path())
    }

    fn stored(&self, name: &str) -> bool {
        self.folder.path().join(".lerp/concepts").join(name).is_dir()
    }

    fn place(&self, line: u32) -> Value {
        let at = json!({ "line": line, "character": 4 });
        json!({ "textDocument": { "uri": self.uri() }, "range": { "start": at, "end": at } })
    }

    async fn teach(&mut self, more: Value) -> Result<Value, i64> {
        let mut params = json!({ "name": "no-prints", "textDocument": { "uri": self.uri() } });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.client.request("lerp/teach", params).await
    }

    async fn kinds(&mut self, line: u32, context: Value) -> Vec<String> {
        let uri = self.uri();
        let actions = self.client.actions(&uri, line, context).await;
        actions.iter().map(|action| action["kind"].as_str().unwrap().to_owned()).collect()
    }
}

fn uri(folder: &Path) -> String {
    format!("file://{}/a.py", folder.display())
}

fn pair(name: &str) -> Value {
    let text = |body: &str| format!("def {name}(x):\n{body}    return x\n");
    json!({ "before": text("    print(x)\n"), "after": text("") })
}

fn context() -> Value {
    json!({ "diagnostics": [] })
}

#[tokio::test]
async fn what_was_taught_is_offered_where_its_pairs_allow_it_and_can_be_forgotten() {
    let mut project = Project::new().await;
    let examples = json!([pair("load"), pair("save"), pair("fetch")]);
    let learned = project.teach(json!({ "title": "No prints", "examples": examples })).await.unwrap();
    assert_eq!(
        (&learned["name"], &learned["pairs"], &learned["level"]),
        (&json!("no-prints"), &json!(3), &json!("project"))
    );
    assert_eq!(
        (&learned["confidence"], &learned["warnings"], &learned["examples"]),
        (&json!(0.75), &json!([]), &examples)
    );
    assert!(project.stored("no-prints"));

    assert!(project.kinds(1, context()).await.contains(&ADD.to_owned()));
    // three pairs agree that there has to be a print
    assert!(!project.kinds(6, context()).await.contains(&ADD.to_owned()));
    let automatic = json!({ "diagnostics": [], "triggerKind": 2 });
    assert!(!project.kinds(1, automatic).await.contains(&ADD.to_owned()));
    let named = json!({ "diagnostics": [], "only": [ADD] });
    let uri = project.uri();
    let actions = project.client.actions(&uri, 6, named.clone()).await;
    assert_eq!(actions[0]["disabled"]["reason"], "g has no place for it");
    let actions = project.client.actions(&uri, 1, named).await;
    assert_eq!((&actions[0]["title"], actions.len()), (&json!("Add: no prints (taught)"), 1));

    let resolved = project.client.request("codeAction/resolve", actions[0].clone()).await.unwrap();
    let new = applied(TEXT, &resolved["edit"]["documentChanges"][0]["edits"], Columns::Utf16);
    assert!(new.starts_with("# added no-prints 1\ndef f("), "{new}");
    let mut wish = project.place(1);
    wish["remove"] = json!(["no-prints"]);
    let answer = project.client.request("lerp/candidates", wish.clone()).await.unwrap();
    assert!(answer["candidates"][0]["diff"].as_str().unwrap().contains("+# removed no-prints 1"), "{answer}");
    // a whole file, where the pairs allow it
    wish.as_object_mut().unwrap().remove("range");
    (wish["add"], wish["remove"]) = (json!(["no-prints"]), json!([]));
    let whole = json!({ "title": "x", "data": wish });
    let resolved = project.client.request("codeAction/resolve", whole).await.unwrap();
    let new = applied(TEXT, &resolved["edit"]["documentChanges"][0]["edits"], Columns::Utf16);
    assert_eq!(new.matches("# added no-prints").count(), 1, "{new}");

    let listed = |all: Value| all.as_array().unwrap().iter().find(|one| one["origin"] == "taught").cloned();
    let (print, none) = (project.place(1), project.place(6));
    let here = listed(project.client.request("lerp/concepts", print).await.unwrap()).unwrap();
    assert_eq!((&here["name"], &here["add"], &here["pairs"]), (&json!("no-prints"), &json!(true), &json!(3)));
    assert_eq!((&here["family"], &here["accuracy"]), (&json!("taught"), &Value::Null));
    let there = listed(project.client.request("lerp/concepts", none).await.unwrap()).unwrap();
    assert_eq!((&there["add"], &there["remove"]), (&json!(false), &json!(true)));

    let forget = json!({ "name": "no-prints", "textDocument": { "uri": project.uri() } });
    let forgotten = project.client.request("lerp/forget", forget.clone()).await.unwrap();
    assert_eq!(forgotten, json!({ "name": "no-prints", "forgotten": true, "level": "project" }));
    assert!(!project.stored("no-prints"));
    assert!(!project.kinds(1, context()).await.contains(&ADD.to_owned()));
    assert_eq!(project.client.request("lerp/forget", forget).await, Err(INVALID));
    let built_in = json!({ "name": "logging", "textDocument": { "uri": project.uri() } });
    assert_eq!(project.client.request("lerp/forget", built_in).await, Err(INVALID));
    project.client.close().await;
}

#[tokio::test]
async fn the_last_edit_teaches() {
    let mut project = Project::new().await;
    let place = project.place(1);
    assert_eq!(project.teach(json!({ "lastEdit": place })).await, Err(FAILED), "nothing was changed yet");
    // two changes without a pause, the second elsewhere
    let uri = project.uri();
    let range = |line: u32, end: u32| json!({ "start": { "line": line, "character": 0 }, "end": { "line": end, "character": 0 } });
    project.client.change(&uri, 2, json!([{ "range": range(1, 2), "text": "    log.info(a)\n" }])).await;
    project.client.change(&uri, 3, json!([{ "range": range(0, 0), "text": "from ours import log\n" }])).await;
    let place = project.place(2);
    let learned = project.teach(json!({ "lastEdit": place })).await.unwrap();
    let expect = json!([{
        "before": "def f(a):\n    print(a)\n    return a\n", "after": "def f(a):\n    log.info(a)\n    return a\n",
    }]);
    assert_eq!((&learned["pairs"], &learned["examples"]), (&json!(1), &expect));
    assert!(learned["warnings"][0].as_str().unwrap().starts_with("One example does not say"), "{learned}");
    // what the edit needs of the module came along
    let folder = project.folder.path().join(".lerp/concepts/no-prints/pairs");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_to_string(file).unwrap().contains("from ours import log"));
    // the function that was not touched
    let place = project.place(6);
    assert_eq!(project.teach(json!({ "lastEdit": place })).await, Err(FAILED));
    // a client that knows better what was before
    let mut place = project.place(6);
    place["before"] = json!("def g(a):\n    return [a]\n");
    let learned = project.teach(json!({ "name": "unboxed", "lastEdit": place })).await.unwrap();
    assert_eq!(learned["examples"][0]["before"], "def g(a):\n    return [a]\n");
    project.client.close().await;
}

#[tokio::test]
async fn more_pairs_extend_a_concept_or_take_its_place() {
    let mut project = Project::new().await;
    project.teach(json!({ "examples": [pair("load")] })).await.unwrap();
    let learned = project.teach(json!({ "examples": [pair("save"), pair("unlike"), pair("hard")] })).await.unwrap();
    assert_eq!(learned["pairs"], 3);
    let warnings = learned["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|one| one == "example 2 was not used: it is unlike the rest."), "{warnings:?}");
    assert!(warnings.iter().any(|one| one == "It reproduces 2 of its 3 examples."), "{warnings:?}");
    let learned = project.teach(json!({ "examples": [pair("hard")], "replace": true })).await.unwrap();
    assert_eq!((&learned["pairs"], &learned["confidence"]), (&json!(1), &json!(0.0)));
    // two of three that do not follow from what the others show
    let examples = json!([pair("load"), pair("odd"), pair("oddly")]);
    let learned = project.teach(json!({ "examples": examples, "replace": true })).await.unwrap();
    let warning = learned["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("1 of its 3 examples follow from the others"), "{learned}");
    // with the user, for all projects; where the project has one of this name, that one holds
    let learned = project.teach(json!({ "examples": [pair("load")], "level": "user" })).await.unwrap();
    assert!(
        learned["warnings"].as_array().unwrap().iter().any(|one| one.as_str().unwrap().contains("used there instead"))
    );
    project.client.close().await;
}

#[tokio::test]
async fn mistakes_are_named_and_nothing_is_stored() {
    let mut project = Project::new().await;
    let good = pair("load");
    let undone = json!({ "before": good["after"], "after": good["before"] });
    let cases = [
        (json!({ "examples": [] }), INVALID),
        (json!({ "name": "No Prints", "examples": [good] }), INVALID),
        (json!({ "name": "logging", "examples": [good] }), INVALID),
        (json!({ "examples": [{ "before": "x = 1\n", "after": "x = 2\n" }] }), INVALID),
        (json!({ "examples": [{ "before": good["before"], "after": good["before"] }] }), INVALID),
        (json!({ "examples": [{ "before": "def f(:\n", "after": good["after"] }] }), INVALID),
        (json!({ "examples": [good, undone] }), INVALID),
        (json!({ "examples": [good, good, good, good, good, good] }), INVALID),
        (json!({ "examples": [{ "before": "def f(a):\n    return '\0'\n", "after": good["after"] }] }), INVALID),
        (json!({ "examples": "x" }), INVALID),
        (json!({ "lastEdit": project.place(4) }), FAILED),
    ];
    for (more, expect) in cases {
        assert_eq!(project.teach(more.clone()).await, Err(expect), "{more}");
    }
    assert!(!project.stored("no-prints"));
    project.client.close().await;
}

#[tokio::test]
async fn learning_can_be_cancelled_and_does_not_mind_typing() {
    let mut project = Project::new().await;
    let uri = project.uri();
    for by_progress in [false, true] {
        let params = json!({ "name": "no-prints", "textDocument": { "uri": uri }, "examples": [pair("slow")] });
        let id = project.client.ask("lerp/teach", params).await;
        let token = project.client.expect("window/workDoneProgress/create", Value::Null).await["token"].clone();
        let begin = project.client.expect("$/progress", Value::Null).await;
        assert_eq!(
            (&begin["value"]["title"], &begin["value"]["cancellable"]),
            (&json!("lerp: learning"), &json!(true))
        );
        let seen = std::sync::Arc::clone(&project.client.seen);
        while seen.running.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let version = if by_progress { 3 } else { 2 };
        project.client.change(&uri, version, json!([{ "text": TEXT }])).await;
        project.client.request("lerp/concepts", json!({})).await.unwrap();
        assert_eq!(seen.running.load(Ordering::SeqCst), 1, "typing does not stop it");
        if by_progress {
            project.client.notify("window/workDoneProgress/cancel", json!({ "token": token })).await;
        } else {
            project.client.cancel(id).await;
        }
        assert_eq!(project.client.answer(id).await, Err(CANCELLED));
        assert_eq!(project.client.expect("$/progress", Value::Null).await["value"]["kind"], "end");
        while seen.running.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        assert!(!project.stored("no-prints"));
    }
    project.client.close().await;
}

#[tokio::test]
async fn other_processes_may_teach_and_forget() {
    use lerp::concepts::store::{About, Store, StoreError, StoredPair};
    let mut project = Project::new().await;
    assert!(!project.kinds(1, context()).await.contains(&ADD.to_owned()));
    let store = Store::of_project(project.folder.path()).unwrap();
    let text = |key: &str| pair("load")[key].as_str().unwrap().to_owned();
    let stored = StoredPair { before: text("before"), after: text("after"), ..StoredPair::default() };
    store.add::<StoreError>("no-prints", &About::default(), &[stored], false, |_| Ok(None)).unwrap();
    assert!(project.kinds(1, context()).await.contains(&ADD.to_owned()));
    // a damaged file is said once, and the rest goes on
    let pairs = store.folder().join("no-prints/pairs");
    std::fs::write(pairs.join("broken.toml"), "nonsense").unwrap();
    assert!(project.kinds(1, context()).await.contains(&ADD.to_owned()));
    let logged = project.client.expect("window/logMessage", Value::Null).await;
    assert!(logged["message"].as_str().unwrap().contains("broken.toml"), "{logged}");
    assert!(project.kinds(1, context()).await.contains(&ADD.to_owned()));
    store.forget("no-prints").unwrap();
    assert!(!project.kinds(1, context()).await.contains(&ADD.to_owned()));
    project.client.close().await;
}

#[tokio::test]
async fn projects_do_not_share_what_they_were_taught() {
    let mut project = Project::new().await;
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("pyproject.toml"), "").unwrap();
    let there = uri(other.path());
    project.client.open(&there, TEXT).await;
    project.teach(json!({ "examples": [pair("load")] })).await.unwrap();
    let context = json!({ "diagnostics": [], "only": [ADD] });
    assert!(project.client.actions(&there, 1, context).await.is_empty());
    let mut wish = project.place(1);
    wish["add"] = json!(["no-prints"]);
    assert!(project.client.request("lerp/candidates", wish.clone()).await.is_ok());
    wish["textDocument"]["uri"] = json!(there);
    assert_eq!(project.client.request("lerp/candidates", wish).await, Err(INVALID));
    // what is in no file belongs to the folders of the workspace
    let all = project.client.request("lerp/concepts", json!({})).await.unwrap();
    assert!(all.as_array().unwrap().iter().all(|one| one["origin"] == "built-in"));
    let added = json!([{ "uri": format!("file://{}", project.folder.path().display()), "name": "x" }]);
    let event = json!({ "event": { "added": added, "removed": [] } });
    project.client.notify("workspace/didChangeWorkspaceFolders", event).await;
    let all = project.client.request("lerp/concepts", json!({})).await.unwrap();
    assert_eq!(all.as_array().unwrap().last().unwrap()["name"], "no-prints");
    let learned = project.client.request("lerp/teach", json!({ "name": "other", "examples": [pair("load")] })).await;
    assert_eq!(learned.unwrap()["level"], "project");
    project.client.request("lerp/forget", json!({ "name": "other" })).await.unwrap();
    project.client.close().await;
}
