//! `workspace/executeCommand`: the one command, `lerp.apply`, decodes and has the client apply the edit. For clients
//! that resolve no actions, and for key bindings.

use super::decode::Wish;
use super::edits::workspace_edit;
use super::error::Failure;
use super::server::Shared;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{ExecuteCommandParams, LSPAny, MessageType};

/// The command's name.
pub const APPLY: &str = "lerp.apply";

/// Answers the request with `{ applied, message }`.
pub async fn handle(shared: &Arc<Shared>, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
    if params.command != APPLY {
        return Err(
            Failure::Invalid(format!("there is no command {:?}; the command is {APPLY}", params.command)).into()
        );
    }
    let argument = params.arguments.into_iter().next().unwrap_or_default();
    let wish: Wish =
        serde_json::from_value(argument).map_err(|error| Failure::Invalid(format!("arguments[0]: {error}")))?;
    let (kind, reason) = match shared.decode(wish).await {
        Ok(answer) => match answer.best() {
            Ok((candidate, _)) => {
                let edit = workspace_edit(&answer.snapshot, &candidate.edits, &shared.agreed());
                let response = shared.client.apply_edit(edit).await?;
                let message = response.failure_reason;
                return Ok(Some(serde_json::json!({ "applied": response.applied, "message": message })));
            }
            Err(reason) => (MessageType::INFO, reason),
        },
        Err(Failure::Impossible(reason)) => (MessageType::ERROR, reason),
        Err(other) => return Err(other.into()),
    };
    shared.client.show_message(kind, format!("lerp: {reason}")).await;
    Ok(Some(serde_json::json!({ "applied": false, "message": reason })))
}
