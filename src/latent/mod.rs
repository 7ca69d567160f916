//! The model bundle and its ONNX sessions: encode, edit vectors, decode. The only module that names `ort`.

mod error;

pub use error::LatentError;
