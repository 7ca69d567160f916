//! The model: bundle, runtime, graphs, decoding, and the arithmetic on edits. The only module that names `ort`.
//!
//! One thread owns the sessions ([`Worker`]); everybody else sends it jobs. No text and no Python here: ids in, scripts out.

mod algebra;
mod bundle;
mod decode;
mod error;
mod line;
mod model;
mod practice;
mod row;
mod runtime;
mod search;
mod walk;
mod worker;

pub use bundle::{Bundle, Shapes};
pub use decode::{DecodeOptions, Decoded, Script};
pub use error::LatentError;
pub use model::{EditVector, Locals, Model};
pub use practice::Practice;
pub use row::Row;
pub use runtime::{Runtime, find as find_runtime};
pub use search::{Ended, Search, SearchReport};
pub use walk::Expects;
pub use worker::{ModelSettings, Worker};
