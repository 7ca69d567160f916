//! A client for the server under test, in the same process. It keeps what it was not asked about: a test that leaves
//! messages unread, or does not end the server properly, fails.
#![allow(dead_code, reason = "tests use it that need only some of it")]

use crate::scripted::{Scripted, Seen};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Far longer than anything takes, also on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    writer: Option<DuplexStream>,
    incoming: mpsc::UnboundedReceiver<Value>,
    unread: VecDeque<Value>,
    server: Option<JoinHandle<bool>>,
    next: i64,
    pub seen: Arc<Seen>,
}

/// What a current editor can.
pub fn modern() -> Value {
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": true }, "configuration": false },
        "textDocument": { "codeAction": {
            "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [""] } },
            "dataSupport": true, "disabledSupport": true, "resolveSupport": { "properties": ["edit"] },
        } },
        "notebookDocument": { "synchronization": {} },
        "window": { "workDoneProgress": true },
    })
}

impl Client {
    /// A server that nothing was said to yet.
    pub fn silent(tools: Scripted) -> Self {
        let seen = Arc::clone(&tools.seen);
        let (writer, input) = tokio::io::duplex(1 << 16);
        let (output, reader) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(lerp::lsp::serve(input, output, Arc::new(tools)));
        let (sender, incoming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut reader = BufReader::new(reader);
            while let Some(message) = read(&mut reader).await {
                let _ = sender.send(message);
            }
        });
        Self { writer: Some(writer), incoming, unread: VecDeque::new(), server: Some(server), next: 0, seen }
    }

    /// A server that was initialized.
    pub async fn new(tools: Scripted, capabilities: Value, options: Value) -> Self {
        let mut client = Self::silent(tools);
        let params = json!({ "capabilities": capabilities, "initializationOptions": options });
        client.request("initialize", params).await.unwrap();
        client.notify("initialized", json!({})).await;
        client
    }

    /// A current editor, no settings.
    pub async fn modern() -> Self {
        Self::new(Scripted::default(), modern(), Value::Null).await
    }

    pub async fn raw(&mut self, bytes: &[u8]) {
        self.writer.as_mut().unwrap().write_all(bytes).await.unwrap();
    }

    async fn send(&mut self, message: Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request, and does not wait for the answer.
    pub async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// The answer to a request; an error is its code.
    pub async fn answer(&mut self, id: i64) -> Result<Value, i64> {
        let response = self.take(|message| message["id"] == id && message.get("method").is_none()).await;
        match response.get("error") {
            Some(error) => Err(error["code"].as_i64().unwrap()),
            None => Ok(response["result"].clone()),
        }
    }

    pub async fn request(&mut self, method: &str, params: Value) -> Result<Value, i64> {
        let id = self.ask(method, params).await;
        self.answer(id).await
    }

    pub async fn cancel(&mut self, id: i64) {
        self.notify("$/cancelRequest", json!({ "id": id })).await;
    }

    /// The next notification or request of this method; requests are answered with `result`.
    pub async fn expect(&mut self, method: &str, result: Value) -> Value {
        let message = self.take(|message| message["method"] == method).await;
        if let Some(id) = message.get("id") {
            self.send(json!({ "jsonrpc": "2.0", "id": id, "result": result })).await;
        }
        message["params"].clone()
    }

    /// The text of the next message to the user.
    pub async fn shown(&mut self) -> String {
        let params = self.expect("window/showMessage", Value::Null).await;
        params["message"].as_str().unwrap().to_owned()
    }

    async fn take(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at).unwrap();
        }
        loop {
            let next = timeout(PATIENCE, self.incoming.recv()).await;
            let message = next.unwrap_or_else(|_| panic!("the server says nothing; unread: {:?}", self.unread));
            let message = message.unwrap_or_else(|| panic!("the server has gone; unread: {:?}", self.unread));
            if wanted(&message) {
                return message;
            }
            self.unread.push_back(message);
        }
    }

    pub async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    pub async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params).await;
    }

    /// The actions at a place, as a user gets them who asks.
    pub async fn actions(&mut self, uri: &str, line: u32, context: Value) -> Vec<Value> {
        let at = json!({ "line": line, "character": 0 });
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
        match self.request("textDocument/codeAction", params).await.unwrap() {
            Value::Array(actions) => actions,
            other => {
                assert_eq!(other, Value::Null);
                Vec::new()
            }
        }
    }

    /// Says goodbye; nothing may be left unread.
    pub async fn close(mut self) {
        self.request("shutdown", Value::Null).await.unwrap();
        self.notify("exit", Value::Null).await;
        assert!(self.gone().await, "not a clean end");
        while let Ok(Some(message)) = timeout(PATIENCE, self.incoming.recv()).await {
            self.unread.push_back(message);
        }
        // on a slow machine anything may take long enough to have a progress
        let progress = ["window/workDoneProgress/create", "$/progress"];
        self.unread.retain(|message| !progress.contains(&message["method"].as_str().unwrap_or_default()));
        assert!(self.unread.is_empty(), "unread: {:#?}", self.unread);
    }

    /// How the server ended; what it sent is not looked at.
    pub async fn gone(&mut self) -> bool {
        let server = self.server.take().unwrap();
        timeout(PATIENCE, server).await.expect("the server does not end").unwrap()
    }

    /// The client dies.
    pub async fn die(mut self) -> bool {
        self.writer = None;
        self.gone().await
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        assert!(self.server.is_none() || std::thread::panicking(), "the server was not ended");
    }
}

async fn read(reader: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// Applies the edits that the server gave, as an editor does.
pub fn applied(text: &str, edits: &Value, columns: lerp::text::Columns) -> String {
    let index = lerp::text::LineIndex::new(text);
    let offset = |at: &Value| {
        let number = |key: &str| usize::try_from(at[key].as_u64().unwrap()).unwrap();
        let position = lerp::text::Position { line: number("line"), column: number("character") };
        index.offset(position, columns).unwrap()
    };
    let edit = |edit: &Value| lerp::text::TextEdit {
        range: offset(&edit["range"]["start"])..offset(&edit["range"]["end"]),
        new_text: edit["newText"].as_str().unwrap().to_owned(),
    };
    let edits: Vec<_> = edits.as_array().unwrap().iter().map(edit).collect();
    lerp::text::apply_edits(text, &edits)
}

impl Client {
    /// Reads what the storm left: messages and progress that nobody looked at. Work must have ended.
    pub async fn quiet(&mut self) {
        use std::sync::atomic::Ordering;
        while self.seen.running.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // progress that was about to be shown is shown by now
        while let Ok(Some(message)) = timeout(Duration::from_millis(600), self.incoming.recv()).await {
            self.unread.push_back(message);
        }
        let unread = std::mem::take(&mut self.unread);
        for message in &unread {
            let method = message["method"].as_str().unwrap_or_default();
            let known = ["window/showMessage", "window/workDoneProgress/create", "$/progress"];
            assert!(known.contains(&method), "{message}");
        }
    }
}
