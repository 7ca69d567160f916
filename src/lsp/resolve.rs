//! `codeAction/resolve`: the edit of a chosen action.

use super::decode::Wish;
use super::edits::workspace_edit;
use super::error::Failure;
use super::server::Shared;
use super::tools::Ruling;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{CodeAction, MessageType};

/// Answers the request. Without a suitable edit the user is told why, and the action stays as it was: nothing happens.
pub async fn handle(shared: &Arc<Shared>, mut action: CodeAction) -> Result<CodeAction> {
    let data = action.data.clone().unwrap_or_default();
    let wish: Wish = serde_json::from_value(data).map_err(|error| Failure::Invalid(format!("data: {error}")))?;
    let answer = match shared.decode(wish).await {
        Ok(answer) => answer,
        Err(Failure::Impossible(reason)) => {
            shared.client.show_message(MessageType::ERROR, format!("lerp: {reason}")).await;
            return Ok(action);
        }
        Err(other) => return Err(other.into()),
    };
    match answer.best() {
        Ok((candidate, verdict)) => {
            action.edit = Some(workspace_edit(&answer.snapshot, &candidate.edits, &shared.agreed()));
            if verdict.ruling == Ruling::Passed {
                let (title, tests) = (&action.title, verdict.tests_run);
                let message = format!("{title} in {}: {tests} tests passed", answer.function);
                shared.client.log_message(MessageType::INFO, message).await;
            }
        }
        Err(reason) => shared.client.show_message(MessageType::INFO, format!("lerp: {reason}")).await,
    }
    Ok(action)
}
