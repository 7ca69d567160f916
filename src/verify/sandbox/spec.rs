//! What lerp asks of the sandbox, and what it hears back.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One program to run confined.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Launch {
    /// Program (an absolute path) and arguments.
    pub argv: Vec<String>,
    /// The whole environment; nothing else is inherited.
    pub env: Vec<(String, String)>,
    /// Working directory.
    pub cwd: PathBuf,
    /// What the program finds on its standard input; at most a few kilobytes.
    pub stdin: String,
    /// The folder removed when lerp itself is killed.
    pub scratch: PathBuf,
    /// Caps.
    pub limits: Limits,
    /// Rights.
    pub policy: Policy,
}

/// Caps on one run. What goes over is killed, and the cap is named ([`Kill`]).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time, milliseconds.
    pub wall_ms: u64,
    /// Processor time of each process, seconds.
    pub cpu_s: u64,
    /// Private memory of each process, megabytes (`RLIMIT_DATA`; `RLIMIT_AS` is four times this, libraries reserve widely).
    pub memory_mb: u64,
    /// One file, megabytes.
    pub file_mb: u64,
    /// All that is written to the writable folders, megabytes.
    pub scratch_mb: u64,
    /// Standard output, standard error and report together, megabytes.
    pub output_mb: u64,
    /// Open files of each process.
    pub open_files: u64,
    /// Processes at one time, where processes are allowed at all.
    pub processes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_ms: 60_000,
            cpu_s: 120,
            memory_mb: 2048,
            file_mb: 64,
            scratch_mb: 256,
            output_mb: 16,
            open_files: 512,
            processes: 32,
        }
    }
}

/// What the program may touch. Paths that do not exist are skipped.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    /// `false` only when the user asked to run without a sandbox.
    pub confine: bool,
    /// Fork and exec stay possible (capped, and killed at the end).
    pub processes: bool,
    /// Folders and files that can be read.
    pub read: Vec<PathBuf>,
    /// Folders that can be written.
    pub write: Vec<PathBuf>,
    /// Folders and files that can be executed.
    pub execute: Vec<PathBuf>,
}

/// Why `init` ended a run before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kill {
    /// Over the time limit.
    Time,
    /// Wrote too much to its standard streams.
    Output,
    /// Wrote too much to the scratch folder.
    Disk,
    /// Too many processes.
    Processes,
    /// lerp asked, or lerp is gone.
    Cancelled,
}

/// How a run ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ended {
    /// Exit status, when the program ended by itself.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Cap that it went over.
    pub kill: Option<Kill>,
    /// The end of its standard output.
    pub stdout: String,
    /// The end of its standard error.
    pub stderr: String,
    /// Wall-clock milliseconds.
    pub millis: u64,
}

/// One line from `init`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "lowercase")]
pub enum Message {
    /// A line that the program wrote to the report descriptor.
    Report {
        /// The line, without its line feed.
        line: String,
    },
    /// The program was never started: the confinement could not be set up.
    Refused {
        /// Which part, and the system's word for it.
        reason: String,
    },
    /// The program is over, and so is everything that it started.
    Ended(Ended),
}

/// What lerp asks of the stage that keeps warm processes, one JSON line each, after the launch of the first of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "lowercase")]
pub enum Order {
    /// A fork of a warm process.
    Fork(Fork),
    /// The fork is warm now: its time is no longer limited.
    Keep {
        /// Its number.
        id: u64,
    },
    /// Ends one fork.
    End {
        /// Its number.
        id: u64,
    },
    /// Ends all, and the stage.
    Quit,
}

/// A fork that is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fork {
    /// Its number, not used before; 0 is the first warm process.
    pub id: u64,
    /// Number of the warm process to fork.
    pub from: u64,
    /// The fork will be forked in turn: it is not confined further.
    pub warm: bool,
    /// What it is to do.
    pub payload: PathBuf,
    /// Its own folder, which holds `home` and `tmp`.
    pub folder: PathBuf,
    /// Stands in each of its reports.
    pub token: String,
    /// Caps; those on processor time and memory are the first process's.
    pub limits: Limits,
}

/// A message of one warm process or fork.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Word {
    /// Its number.
    pub id: u64,
    /// What it, or the stage about it, says.
    #[serde(flatten)]
    pub message: Message,
}

impl Launch {
    /// Writes the launch with its length in front, so that the reader takes not one byte more.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let json = serde_json::to_vec(self)?;
        out.write_all(&(json.len() as u64).to_le_bytes())?;
        out.write_all(&json)?;
        out.flush()
    }

    /// Reads what [`Launch::write_to`] wrote.
    pub fn read_from(input: &mut impl Read) -> io::Result<Self> {
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        let mut json = Vec::new();
        let length = u64::from_le_bytes(length);
        if input.take(length).read_to_end(&mut json)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_slice(&json)?)
    }
}
