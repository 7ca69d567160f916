//! `lerp/status`: what `lerp doctor` finds, and what became of the model. Described in editors/PROTOCOL.md.

use super::error::Failure;
use super::model::Standing;
use super::server::Shared;
use super::settings;
use super::tools::Check;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

/// The request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    text_document: Option<TextDocumentIdentifier>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Status {
    version: &'static str,
    model: &'static str,
    problem: Option<String>,
    healthy: bool,
    rows: Vec<Check>,
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, asked: Asked) -> Result<Status> {
    let snapshot = asked.text_document.and_then(|one| shared.documents.snapshot(&one.uri, shared.agreed().columns));
    let beside = Arc::clone(shared);
    let look = move || {
        let file = snapshot.and_then(|snapshot| snapshot.file());
        let settings = settings::resolve(file.as_deref(), &beside.editor_settings().layer);
        let rows = beside.tools.doctor(&settings.map_err(|error| Failure::Impossible(error.to_string()))?);
        let (model, problem) = match beside.model.standing() {
            Standing::Idle => ("idle", None),
            Standing::Ready(_) => ("ready", None),
            Standing::Failed(reason) => ("failed", Some(reason)),
        };
        let healthy = problem.is_none() && rows.iter().all(|row| row.ok);
        Ok(Status { version: env!("CARGO_PKG_VERSION"), model, problem, healthy, rows })
    };
    Ok(shared.look("lerp: looking at what is there", look).await.flatten()?)
}
