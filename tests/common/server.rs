//! `lerp server` as a process, and a client of it that can little: no versioned edits, no dynamic registration, nothing
//! resolved but edits.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic, reason = "used by tests and benchmarks alone")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Far longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Client {
    pub child: Child,
    input: ChildStdin,
    output: Receiver<(Instant, Value)>,
    next: i64,
    /// What came and was not asked for yet, with the time when it came.
    pub unread: Vec<(Instant, Value)>,
}

impl Client {
    /// A server in a folder, with the model of the repository.
    pub fn new(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lerp"));
        command.args(["server"]).stdin(Stdio::piped()).stdout(Stdio::piped()).current_dir(folder);
        command.env("LERP_MODEL", Path::new(env!("CARGO_MANIFEST_DIR")).join("models/base"));
        command.env("XDG_DATA_HOME", folder.join("data")).env("HOME", folder.join("home"));
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send((Instant::now(), message)).is_err() {
                    return;
                }
            }
        });
        let mut client = Self { child, input, output: receiver, next: 0, unread: Vec::new() };
        let code_action = json!({
            "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["refactor"] } },
            "dataSupport": true, "resolveSupport": { "properties": ["edit"] },
        });
        let can =
            json!({ "general": { "positionEncodings": ["utf-8"] }, "textDocument": { "codeAction": code_action } });
        let answer = client.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": can }));
        assert_eq!(answer.unwrap()["capabilities"]["positionEncoding"], "utf-8");
        client.notify("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        // in one piece: a pipe wakes its reader for each write
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(frame.as_bytes()).unwrap();
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Sends a request, and does not wait for the answer.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The answer to a request, and when it came.
    pub fn answer(&mut self, id: i64) -> (Instant, Result<Value, Value>) {
        loop {
            if let Some(answer) = self.answered(id) {
                return answer;
            }
            let message = self.output.recv_timeout(PATIENCE);
            self.unread.push(message.unwrap_or_else(|_| panic!("the server says nothing, or has gone")));
        }
    }

    /// The answer, if it is there.
    pub fn answered(&mut self, id: i64) -> Option<(Instant, Result<Value, Value>)> {
        self.unread.extend(self.output.try_iter());
        let is_it = |(_, message): &(Instant, Value)| message["id"] == id && message.get("method").is_none();
        let at = self.unread.iter().position(is_it)?;
        let (when, message) = self.unread.remove(at);
        Some((when, message.get("error").map_or_else(|| Ok(message["result"].clone()), |error| Err(error.clone()))))
    }

    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(id).1
    }

    /// Of the server; 0 where that is not known.
    pub fn resident_megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() / 1024
    }

    pub fn close(mut self) {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // a test that failed leaves no process
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// xorshift: the same numbers each time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}
