//! The binary as its users meet it: arguments, files and exit codes.

#![allow(clippy::unwrap_used, reason = "tests may panic: that is how they fail")]

mod bad_input;
mod packaging;
mod settings;
mod streams;
mod teach;
mod tests;
mod verify;
mod with_model;

use assert_cmd::Command;
use std::fs;
use std::path::Path;

/// A folder with some files in it, the binary run in it, and the folder of what it remembers.
struct Dir(tempfile::TempDir, tempfile::TempDir);

/// What a run gave.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Dir {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(root, tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The binary, here, with nothing set in the environment that it reads.
    fn command(&self) -> Command {
        let mut command = Command::cargo_bin("lerp").unwrap();
        command.current_dir(self.path());
        for (name, _) in std::env::vars() {
            if name.starts_with("LERP_") {
                command.env_remove(name);
            }
        }
        command.env("LERP_CACHE", self.1.path());
        command
    }

    fn run(&self, arguments: &str) -> Ran {
        ran(self.command().args(arguments.split_whitespace()))
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
