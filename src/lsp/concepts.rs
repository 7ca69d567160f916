//! `lerp/concepts`: what can be asked for, and what of it applies at a place. Described in editors/PROTOCOL.md.

use super::server::Shared;
use super::titles::function_at;
use crate::concepts::{ExamplePair, catalogue};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Range, TextDocumentIdentifier};

/// The request; both or neither of its fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    text_document: Option<TextDocumentIdentifier>,
    range: Option<Range>,
}

/// One concept of the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    family: &'static str,
    /// Whether it can be removed.
    reverse: bool,
    changes_behaviour: &'static str,
    example: &'static ExamplePair,
    /// Whether its detector says that it could be added at the place.
    add: Option<bool>,
    /// Whether it could be removed there.
    remove: Option<bool>,
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, place: Place) -> Result<Vec<Listed>> {
    let snapshot = place.text_document.and_then(|document| {
        let columns = shared.agreed().columns;
        shared.documents.snapshot(&document.uri, columns)
    });
    let offers = match (snapshot, place.range) {
        (Some(snapshot), Some(range)) => {
            let beside = Arc::clone(shared);
            let offers = move || {
                let parsed = beside.documents.parsed(&snapshot);
                let function = function_at(&parsed, &snapshot.text, snapshot.bytes(range));
                function.map_or_else(Arc::default, |function| beside.titles.of(&snapshot.text, &function))
            };
            tokio::task::spawn_blocking(offers).await.ok()
        }
        _ => None,
    };
    let known = shared.model.ready().map(|editor| editor.concepts());
    let listed = catalogue().iter().filter(|concept| known.as_ref().is_none_or(|known| known.contains(concept)));
    let applies = |name: &str, remove: bool| {
        let offers = offers.as_ref()?;
        Some(offers.iter().any(|offer| offer.concept.name == name && offer.remove == remove))
    };
    let listed = listed.map(|concept| Listed {
        name: &concept.name,
        title: &concept.title,
        description: &concept.description,
        family: &concept.family,
        reverse: concept.reverse,
        changes_behaviour: &concept.changes_behaviour,
        example: &concept.example,
        add: applies(&concept.name, false),
        remove: applies(&concept.name, true),
    });
    Ok(listed.collect())
}
