//! What a warm process and its forks give up themselves, after the sandbox of their launch: plain data for the runner.

use std::path::PathBuf;

use serde::Serialize;

/// Filters as hexadecimal BPF instructions of eight bytes, and a Landlock layer.
#[derive(Debug, Clone, Serialize)]
pub struct WarmRights {
    /// No new program: for the first warm process, before anything of the user's is imported.
    pub exec_filter: String,
    /// No new process and no signal to another: for a fork, before it sees a candidate.
    pub fork_filter: String,
    /// The number in `fork_filter` that stands for the fork's own; see [`OWN_NUMBER`](super::OWN_NUMBER).
    pub own: u32,
    /// For a fork: its own folder alone can be written.
    pub layer: Layer,
}

/// A Landlock layer in the kernel's numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Layer {
    /// `struct landlock_ruleset_attr`, as long as this kernel knows it.
    pub attribute: Vec<u64>,
    /// The right to read.
    pub read: u64,
    /// The right to write.
    pub write: u64,
    /// The right to use devices that keep nothing.
    pub device: u64,
    /// What can be read, beside the fork's own folder.
    pub read_paths: Vec<PathBuf>,
    /// Devices that keep nothing.
    pub device_paths: Vec<PathBuf>,
}
