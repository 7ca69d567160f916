//! Standard output: completions, help, and a reader that goes away.

use crate::Dir;
use std::process::{Command, Stdio};

#[test]
fn completions_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = Dir::new(&[]).run(&format!("completions {shell}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(ran.stdout.contains("refactor") && ran.stdout.contains("doctor"), "{shell}");
    }
}

#[test]
fn the_help_names_every_subcommand() {
    let help = Dir::new(&[]).run("--help").stdout;
    for name in ["refactor", "concepts", "batch", "doctor", "tokenize", "completions"] {
        assert!(help.contains(name), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let binary = assert_cmd::cargo::cargo_bin("lerp");
    let script = format!("'{}' completions bash | head -c 10", binary.display());
    let mut command = Command::new("bash");
    let command = command.args(["-c", &format!("set -o pipefail; {script}")]).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(output.stdout.len(), 10);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}
