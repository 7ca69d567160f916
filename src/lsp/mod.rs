//! The language server: one file per request.
//!
//! | file | what it is |
//! |---|---|
//! | `server` | the methods, and where each is handled; the state that requests share |
//! | `code_action`, `resolve`, `execute`, `candidates`, `blend`, `concepts`, `teach`, `status` | one request each |
//! | `titles`, `taught` | which concepts apply to a function: detectors, or the pairs of a taught one; no model |
//! | `wish`, `beside`, `decode`, `apply` | what is wanted; work beside the loop; candidates and their tests; the one edit |
//! | `documents`, `history`, `notebook` | the open texts, their lines and trees; what they were; cells |
//! | `model` | the model, loaded when the first edit is wanted |
//! | `settings`, `capabilities` | what the editor wants and can |
//! | `edits`, `progress`, `error`, `stdio`, `slices`, `frames`, `parent`, `tools` | what the above need |
//!
//! # Invariants, held by `tests/lsp`
//!
//! 1. A document is changed before the handler's first await: later requests see the change, whatever else runs.
//! 2. No handler computes on the loop's thread: parsing, detecting, decoding and reading files are blocking tasks.
//! 3. A title needs no model; an edit carries the version it was made for, and a stale one is refused.
//! 4. Dropping a request's future stops its decoding within a step.
//! 5. Nothing that a client sends ends the server, but `exit` and the end of its input.

mod apply;
mod beside;
mod blend;
mod candidates;
mod capabilities;
mod code_action;
mod concepts;
mod decode;
mod documents;
mod edits;
mod error;
mod execute;
mod frames;
mod history;
mod model;
mod notebook;
mod parent;
mod progress;
mod resolve;
mod server;
mod settings;
mod slices;
mod status;
mod stdio;
mod taught;
mod teach;
mod titles;
mod tools;
mod wish;

pub use tools::{Check, Editor, Heard, Judged, Ruling, Tools, Trial};

use server::Server;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::LspService;

/// Requests that may be in flight; fewer would make a cancellation wait behind what it cancels.
const IN_FLIGHT: usize = 256;
/// How long answers may still be written after the client has gone.
const GRACE: Duration = Duration::from_millis(500);
/// Bytes between the reader of messages and the framework.
const PIPE: usize = 1 << 16;

/// Serves one client until it says `exit` or its end is closed. Whether it asked for the shutdown first, as it should.
pub async fn serve<I, O>(input: I, output: O, tools: Arc<dyn Tools>) -> bool
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite,
{
    let (service, socket) = LspService::build(|client| Server::new(client, tools))
        .custom_method("lerp/candidates", Server::candidates)
        .custom_method("lerp/concepts", Server::concepts)
        .custom_method("lerp/status", Server::status)
        .custom_method("lerp/teach", Server::teach)
        .custom_method("lerp/forget", Server::forget)
        .custom_method("lerp/blend", Server::blend)
        .custom_method("lerp/malformed", Server::malformed)
        .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
        .custom_method("$/setTrace", Server::set_trace)
        .finish();
    let shared = service.inner().shared();
    let (to_framework, messages) = tokio::io::duplex(PIPE);
    let serving = tower_lsp::Server::new(messages, output, socket).concurrency_level(IN_FLIGHT).serve(service);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = frames::copy(input, to_framework, |method| shared.saw(method)) => {
            // handlers that wait for the client would wait for ever
            shared.documents.cancel_all();
            let _ = tokio::time::timeout(GRACE, serving).await;
        }
        () = shared.end_of_client() => {}
    }
    shared.documents.cancel_all();
    shared.was_shut_down()
}

/// Serves the client at standard input and output.
pub fn serve_stdio(tools: Arc<dyn Tools>) -> std::io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().thread_name("lerp-lsp").build()?;
    let clean = runtime.block_on(async {
        let (input, output) = stdio::open();
        serve(input, output, tools).await
    });
    // reading standard input may be what can not be interrupted, and a model that is loading is not waited for
    runtime.shutdown_background();
    Ok(clean)
}
