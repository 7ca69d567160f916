//! `lerp/candidates`: all candidates for a function, for pickers. Described in editors/PROTOCOL.md.

use super::decode::{Answer, Wish};
use super::server::Shared;
use super::tools::Ruling;
use crate::text::unified;
use serde::Serialize;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextEdit;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    /// Qualified name of the function.
    function: String,
    /// The version that the edits are for.
    version: i32,
    /// Whether the model would change nothing.
    unchanged: bool,
    /// How sure the model is of its first answer, 0 to 1.
    confidence: f32,
    /// Why there is no candidate that could be applied.
    message: Option<String>,
    /// Best first; those that failed their tests stand last.
    candidates: Vec<Listed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    edits: Vec<TextEdit>,
    diff: String,
    score: f32,
    confidence: f32,
    concept_gain: f32,
    verdict: Ruling,
    tests_run: usize,
    reason: Option<String>,
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, wish: Wish) -> Result<Candidates> {
    let answer = shared.decode(wish).await?;
    // diffs of a long file take a while
    let listed = tokio::task::spawn_blocking(move || list(&answer)).await;
    listed.map_err(|error| super::error::Failure::Internal(error.to_string()).into())
}

fn list(answer: &Answer) -> Candidates {
    let path = answer.snapshot.uri.path().as_str();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("untitled.py");
    let labels = (format!("a/{name}"), format!("b/{name}"));
    let listed = answer.candidates.iter().map(|(candidate, verdict)| Listed {
        edits: candidate.edits.iter().map(|edit| answer.snapshot.edit(edit)).collect(),
        diff: unified(&answer.snapshot.text, &candidate.source, (&labels.0, &labels.1)),
        score: candidate.score,
        confidence: candidate.confidence,
        concept_gain: candidate.concept_gain,
        verdict: verdict.ruling,
        tests_run: verdict.tests_run,
        reason: verdict.reason.clone(),
    });
    Candidates {
        function: answer.function.clone(),
        version: answer.snapshot.version,
        unchanged: answer.outcome.unchanged,
        confidence: answer.outcome.confidence,
        message: answer.best().err(),
        candidates: listed.collect(),
    }
}
