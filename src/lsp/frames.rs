//! The client's messages on their way to the framework. Its reader ends at the first message that is none, so those are
//! taken out here and said in the log.

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tower_lsp::jsonrpc::Id;

/// No message is longer; a length above it is a mistake.
const LONGEST: u64 = 1 << 30;
/// No header line is longer.
const LONGEST_HEADER: u64 = 4096;

/// Copies messages until `exit` or the end of the input. `seen` is told each method before the framework has the message:
/// the framework drops a `shutdown` that is followed by `exit` at once.
pub async fn copy(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin, seen: impl Fn(&str)) {
    let mut input = BufReader::new(input);
    loop {
        let body = match read(&mut input).await {
            Ok(body) => body,
            Err(_) => return,
        };
        let (body, method) = match check(&body) {
            Ok(method) => (body, method),
            Err(problem) => (malformed(&problem), None),
        };
        seen(method.as_deref().unwrap_or_default());
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        let written = async {
            output.write_all(header.as_bytes()).await?;
            output.write_all(&body).await?;
            output.flush().await
        };
        if written.await.is_err() || method.as_deref() == Some("exit") {
            return;
        }
    }
}

/// The body of the next message; lines that are no header of one are passed over.
async fn read(input: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if (&mut *input).take(LONGEST_HEADER).read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&line);
        match (line.trim().split_once(':'), length) {
            (Some((name, value)), _) if name.trim().eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok().filter(|length| *length <= LONGEST);
            }
            (None, Some(length)) if line.trim().is_empty() => {
                let mut body = Vec::new();
                input.take(length).read_to_end(&mut body).await?;
                let complete = body.len() as u64 == length;
                return if complete { Ok(body) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) };
            }
            _ => {}
        }
    }
}

/// As much of a message as the framework insists on.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default, rename = "id")]
    _id: Option<Id>,
}

/// The message's method, if it is no answer; an error says why it is no message.
fn check(body: &[u8]) -> Result<Option<String>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    // the whole of it, since the framework reads the whole: JSON may be too deep for its reader
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let envelope = Envelope::deserialize(value).map_err(|error| error.to_string())?;
    match envelope {
        Envelope { jsonrpc, .. } if jsonrpc != "2.0" => Err(format!("jsonrpc is {jsonrpc:?}, not \"2.0\"")),
        Envelope { method, .. } => Ok(method),
    }
}

/// Takes the place of what was no message.
fn malformed(problem: &str) -> Vec<u8> {
    let params = serde_json::json!({ "problem": problem });
    serde_json::json!({ "jsonrpc": "2.0", "method": "lerp/malformed", "params": params }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_is_replaced() {
        let check = |sent: &str, expect: &[&str]| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut out = Vec::new();
            runtime.block_on(copy(sent.as_bytes(), &mut out, |_| {}));
            let out = String::from_utf8(out).unwrap();
            let bodies = out.split("Content-Length: ").skip(1).map(|one| one.split_once("\r\n\r\n").unwrap().1);
            let methods: Vec<String> = bodies
                .map(|body| serde_json::from_str::<serde_json::Value>(body).unwrap()["method"].to_string())
                .collect();
            assert_eq!(methods, expect, "{sent:?}");
        };
        let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let good = frame(r#"{"jsonrpc":"2.0","method":"a","params":{"b":[]}}"#);
        let bad = frame(r#"{"jsonrpc":"2.0","method":"#);
        let replaced = "\"lerp/malformed\"";
        check("", &[]);
        check(&good, &["\"a\""]);
        check(&format!("{bad}{good}"), &[replaced, "\"a\""]);
        check(&format!("{}{good}", frame("[1]")), &[replaced, "\"a\""]);
        check(&format!("{}{good}", frame(r#"{"method":"a"}"#)), &[replaced, "\"a\""]);
        check(&format!("{}{good}", frame(r#"{"jsonrpc":"2.0","method":7}"#)), &[replaced, "\"a\""]);
        let deep = format!(r#"{{"jsonrpc":"2.0","method":"a","params":{}{}}}"#, "[".repeat(999), "]".repeat(999));
        check(&format!("{}{good}", frame(&deep)), &[replaced, "\"a\""]);
        check(&format!("hello\r\n\r\n{good}"), &["\"a\""]);
        check(&format!("Content-Length: no\r\n\r\n{good}"), &["\"a\""]);
        check(&format!("content-length: 2\r\nX: y\r\n\r\n{{}}{good}"), &[replaced, "\"a\""]);
        check(&good[..good.len() - 1], &[]);
        let exit = frame(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        check(&format!("{exit}{good}"), &["\"exit\""]);
    }
}
