//! lerp: Latent Editing and Refactoring for Python.
//!
//! A Python function becomes tokens and a latent; concept vectors are added to or taken from it; a decoder reads the result
//! and writes an *edit script* over the function's own tokens; the script is merged into the user's text, filtered, and
//! verified by the user's tests.
//!
//! ```text
//! text → syntax → codec → latent (+ concepts) → codec → synthesis → verify → cli | lsp
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`text`] | positions, encodings, edits, diffs (pure) |
//! | [`syntax`] | tree-sitter: parse, functions, lexemes, scopes; never fails on broken code |
//! | [`codec`] | function ⇄ ids + slot table; pairs → windows and scripts |
//! | [`latent`] | bundle, ONNX sessions, encode, decode, arithmetic on edits |
//! | [`concepts`] | catalogue, detectors, what examples teach |
//! | [`synthesis`] | request → candidates: decode, merge, filter, rank |
//! | [`verify`] | tests as a filter: selection, sandbox, verdicts; knows [`text`] only |
//! | [`lsp`] | the language server, one file per request |
//! | [`cli`] | one file per subcommand |
//!
//! # Invariants, and the test that holds each
//!
//! 1. Imports run one way, and tree-sitter, ort, clap each have one home: `tests/architecture.rs`.
//! 2. A function's text comes back byte for byte from ids, slot table and layout; an empty script changes nothing:
//!    `tests/roundtrip.rs`.
//! 3. What a script does not name keeps its bytes; comments are not lost: `tests/merge.rs`.
//! 4. Nothing panics on broken or hostile text: `tests/hostile_text.rs`.
//! 5. Edits come from the decoder alone; detectors and filters only reject: `tests/engine.rs`.
//! 6. The same request gives the same candidates: `tests/engine.rs`.
//! 7. Documents change in the client's order, a stale edit is refused, and nothing a client sends ends the server:
//!    `tests/lsp`.
//! 8. PyTorch, ONNX and this runtime write the same scripts: `tests/parity.rs`.

pub mod cli;
pub mod codec;
pub mod concepts;
pub mod config;
pub mod latent;
pub mod lsp;
pub mod syntax;
pub mod synthesis;
pub mod text;
pub mod verify;
