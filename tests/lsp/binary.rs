//! The binary: standard input and output, and exit codes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Says the messages, waiting for the answer to each request, as clients do; or all at once.
fn run(messages: &[&str], patient: bool) -> (Option<i32>, String) {
    run_with(messages, patient, &[])
}

fn run_with(messages: &[&str], patient: bool, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lerp"));
    command.envs(variables.iter().copied());
    command.args(["server", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    for message in messages {
        write!(input, "Content-Length: {}\r\n\r\n{message}", message.len()).unwrap();
        input.flush().unwrap();
        if patient && message.contains("\"id\"") {
            said += &answer(&mut output);
        }
    }
    // it must not wait for the end of the input after an exit
    let exits = messages.last().is_some_and(|last| last.contains("exit"));
    let input = exits.then_some(input);
    let status = child.wait().unwrap();
    drop(input);
    (status.code(), said)
}

fn answer(output: &mut impl BufRead) -> String {
    let mut header = String::new();
    output.read_line(&mut header).unwrap();
    let length: usize = header.trim().strip_prefix("Content-Length: ").unwrap().parse().unwrap();
    // an empty line stands before it
    let mut body = vec![0; length + 2];
    output.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

#[test]
fn exit_codes() {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let shutdown = r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    let (code, said) = run(&[initialize, shutdown, exit], true);
    assert_eq!(code, Some(0));
    assert!(said.contains(r#""name":"lerp""#), "{said}");
    assert_eq!(run(&[initialize, shutdown, exit], false).0, Some(0));
    assert_eq!(run(&[initialize, exit], true).0, Some(1));
    assert_eq!(run(&[exit], true).0, Some(1));
    assert_eq!(run(&[initialize], true).0, Some(1));
    assert_eq!(run(&[], true).0, Some(1));
}

/// The pipe of a client that died may stay open: another process may have its end.
#[test]
#[cfg(target_os = "linux")]
fn it_ends_with_the_process_of_its_client() {
    let mut editor = Command::new("sleep").arg("600").spawn().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lerp"));
    let mut server = command.arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let process = editor.id();
    let initialize = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"processId":{process},"capabilities":{{}}}}}}"#
    );
    let mut input = server.stdin.take().unwrap();
    write!(input, "Content-Length: {}\r\n\r\n{initialize}", initialize.len()).unwrap();
    answer(&mut BufReader::new(server.stdout.take().unwrap()));
    editor.kill().unwrap();
    editor.wait().unwrap();
    let start = std::time::Instant::now();
    let status = loop {
        if let Some(status) = server.try_wait().unwrap() {
            break status;
        }
        if start.elapsed().as_secs() > 60 {
            server.kill().unwrap();
            panic!("the server outlives its client");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1));
    drop(input);
}

/// Without a runtime the server starts, offers titles, says what is missing, and goes on.
#[test]
fn a_missing_runtime_or_model_is_said() {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let opened = r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:x","languageId":"python","version":1,"text":"def f(a):\n    return a == None\n"}}}"#;
    let place = r#""textDocument":{"uri":"untitled:x"},"range":{"start":{"line":0,"character":4},"end":{"line":0,"character":4}}"#;
    let titles = format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"textDocument/codeAction","params":{{{place},"context":{{"diagnostics":[],"only":["refactor.rewrite.lerp.add.none-comparison"]}}}}}}"#
    );
    let wish = format!(
        r#"{{"jsonrpc":"2.0","id":3,"method":"lerp/candidates","params":{{{place},"add":["none-comparison"]}}}}"#
    );
    let shutdown = r#"{"jsonrpc":"2.0","id":4,"method":"shutdown"}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    for variable in ["LERP_ONNXRUNTIME", "LERP_MODEL"] {
        let messages = [initialize, opened, &titles, &wish, shutdown, exit];
        let (code, said) = run_with(&messages, true, &[(variable, "/nowhere/at-all")]);
        assert_eq!(code, Some(0), "{variable}: {said}");
        assert!(said.contains("Add: is None") && said.contains("-32803") && said.contains("/nowhere/at-all"), "{said}");
    }
}
