//! What can go wrong with the model.

use std::path::PathBuf;

/// Why the model can not be used.
#[derive(Debug, thiserror::Error)]
pub enum LatentError {
    /// No bundle was found.
    #[error("no model bundle: looked in {}; reinstall lerp, or point LERP_MODEL at a bundle", .looked.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoBundle {
        /// Where was looked.
        looked: Vec<PathBuf>,
    },
    /// A file of the bundle is not what the manifest says.
    #[error("{}: {problem}; reinstall lerp, or remove the damaged bundle", .file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// No ONNX Runtime library was found.
    #[error(
        "no ONNX Runtime library: {problem}; run `pip install onnxruntime` in the environment of lerp, or set LERP_ONNXRUNTIME to the library"
    )]
    NoRuntime {
        /// What was tried.
        problem: String,
    },
    /// The runtime refused something.
    #[error("ONNX Runtime: {0}")]
    Runtime(String),
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
}
