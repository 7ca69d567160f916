//! `codeAction/resolve`: the edit of a chosen action.

use super::edits::workspace_edit;
use super::error::Failure;
use super::server::Shared;
use super::wish::Wish;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::CodeAction;

/// Answers the request. Without a suitable edit the user is told why, and the action stays as it was: nothing happens.
pub async fn handle(shared: &Arc<Shared>, mut action: CodeAction) -> Result<CodeAction> {
    let data = action.data.clone().unwrap_or_default();
    let wish: Wish = serde_json::from_value(data).map_err(|error| Failure::Invalid(format!("data: {error}")))?;
    match shared.best(wish).await {
        Ok(edit) => {
            action.edit = Some(workspace_edit(&edit.snapshot, &edit.edits, &shared.agreed()));
            action.title = shared.announce(&action.title, &edit).await;
        }
        Err(failure) => {
            shared.explain(failure).await?;
        }
    }
    Ok(action)
}
