//! `workspace/executeCommand`: the one command, `lerp.apply`, decodes and has the client apply the edit. For clients
//! that resolve no actions, and for key bindings.

use super::edits::workspace_edit;
use super::error::Failure;
use super::server::Shared;
use super::wish::Wish;
use serde_json::json;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{ExecuteCommandParams, LSPAny};

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
    let title = wish.progress_title();
    match shared.best(wish).await {
        Ok(edit) => {
            let changes = workspace_edit(&edit.snapshot, &edit.edits, &shared.agreed());
            let response = shared.client.apply_edit(changes).await?;
            if response.applied {
                shared.announce(&title, &edit).await;
            }
            Ok(Some(json!({ "applied": response.applied, "message": response.failure_reason })))
        }
        Err(failure) => {
            let message = shared.explain(failure).await?;
            Ok(Some(json!({ "applied": false, "message": message })))
        }
    }
}
