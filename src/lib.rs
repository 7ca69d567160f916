//! lerp: Latent Editing and Refactoring for Python.

pub mod cli;
pub mod codec;
pub mod concepts;
pub mod latent;
pub mod syntax;
pub mod synthesis;
pub mod text;
