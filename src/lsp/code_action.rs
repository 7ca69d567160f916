//! `textDocument/codeAction`: titles of what applies to the function under the cursor. Edits are made when an action is
//! resolved.

use super::decode::{Target, Wish};
use super::execute::APPLY;
use super::server::Shared;
use super::titles::{Offer, function_at};
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams,
    CodeActionTriggerKind, Command, Range,
};

/// What all kinds of actions begin with.
pub const KIND: &str = "refactor.rewrite.lerp";

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, params: CodeActionParams) -> Result<Option<Vec<CodeActionOrCommand>>> {
    let agreed = shared.agreed();
    let snapshot = shared.documents.snapshot(&params.text_document.uri, agreed.columns);
    let Some(snapshot) = snapshot.filter(|_| may_be_wanted(&params.context)) else {
        return Ok(None);
    };
    let (uri, version) = (snapshot.uri.clone(), snapshot.version);
    let beside = Arc::clone(shared);
    let titles = move || {
        let parsed = beside.documents.parsed(&snapshot);
        let text = snapshot.text.as_str();
        let function = function_at(&parsed, text, snapshot.bytes(params.range))?;
        let start = snapshot.position(function.signature.start);
        Some((beside.titles.of(text, &function), Range { start, end: start }))
    };
    let Some((offers, range)) = tokio::task::spawn_blocking(titles).await.ok().flatten() else {
        return Ok(None);
    };
    let known = shared.model.ready().map(|editor| editor.concepts());
    let failure = shared.model.failure();
    if failure.is_some() && !agreed.disabled {
        return Ok(None);
    }
    let offered = offers.iter().filter(|offer| is_wanted(&params.context, offer));
    // once the model is there, what it was not taught is not offered
    let offered = offered.filter(|offer| known.as_ref().is_none_or(|known| known.contains(&offer.concept)));
    let action = |offer: &Offer| {
        let name = vec![offer.concept.name.clone()];
        let (add, remove) = if offer.remove { (Vec::new(), name) } else { (name, Vec::new()) };
        let text_document = Target { uri: uri.clone(), version: Some(version) };
        let wish = Wish { text_document, range, add, remove, strength: None, count: None, tests: None };
        let data = serde_json::to_value(wish).ok();
        let command = || Command {
            title: offer.title(),
            command: APPLY.to_owned(),
            arguments: data.clone().map(|data| vec![data]),
        };
        if !agreed.literals {
            return CodeActionOrCommand::Command(command());
        }
        CodeActionOrCommand::CodeAction(CodeAction {
            title: offer.title(),
            kind: Some(CodeActionKind::from(offer.kind())),
            disabled: failure.clone().map(|reason| CodeActionDisabled { reason }),
            command: (!agreed.resolves).then(command),
            data: data.clone().filter(|_| agreed.resolves),
            ..CodeAction::default()
        })
    };
    Ok(Some(offered.map(action).collect()))
}

/// Whether any of our actions can be among the wanted kinds.
fn may_be_wanted(context: &CodeActionContext) -> bool {
    let ours = |only: &CodeActionKind| is_kind(KIND, only.as_str()) || is_kind(only.as_str(), KIND);
    context.only.as_deref().is_none_or(|only| only.iter().any(ours))
}

fn is_wanted(context: &CodeActionContext, offer: &Offer) -> bool {
    // nobody asked: a light bulb at every function, for what any function could have, is one that nobody looks at
    if context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC) && !offer.is_specific() {
        return false;
    }
    context.only.as_deref().is_none_or(|only| only.iter().any(|only| is_kind(&offer.kind(), only.as_str())))
}

/// Whether a kind is the other or one of its children; all are children of the empty one.
fn is_kind(kind: &str, of: &str) -> bool {
    let rest = kind.strip_prefix(of);
    of.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_children() {
        assert!(is_kind("refactor.rewrite.lerp", ""));
        assert!(is_kind("refactor.rewrite.lerp", "refactor"));
        assert!(is_kind("refactor", "refactor"));
        assert!(!is_kind("refactor", "refactor.rewrite"));
        assert!(!is_kind("refactoring", "refactor"));
    }
}
