//! `lerp/concepts`: what can be asked for, and what of it applies at a place. Described in editors/PROTOCOL.md.

use super::model::Standing;
use super::server::Shared;
use super::titles::function_at;
use crate::concepts::{ConceptInfo, ExamplePair, catalogue};
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
    name: String,
    title: String,
    description: String,
    family: String,
    /// Whether it can be removed.
    reverse: bool,
    changes_behaviour: String,
    example: ExamplePair,
    /// Whether its detector says that it could be added at the place.
    add: Option<bool>,
    /// Whether it could be removed there.
    remove: Option<bool>,
    /// `built-in` or `taught`.
    origin: &'static str,
    accuracy: Option<f32>,
    removal_accuracy: Option<f32>,
    experimental: Ways,
    /// The number of pairs that a taught one was learned from.
    pairs: Option<usize>,
}

/// What is true of adding and of removing.
#[derive(Debug, Default, Serialize)]
struct Ways {
    add: bool,
    remove: bool,
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
    let known = match shared.model.standing() {
        Standing::Ready(editor) => Some(editor.concepts()),
        _ => None,
    };
    let beside = Arc::clone(shared);
    let measured = tokio::task::spawn_blocking(move || beside.measured()).await.unwrap_or_default();
    let listed = catalogue().iter().filter(|concept| known.as_ref().is_none_or(|known| known.contains(concept)));
    let applies = |name: &str, remove: bool| {
        let offers = offers.as_ref()?;
        Some(offers.iter().any(|offer| offer.concept.name == name && offer.remove == remove))
    };
    let listed = listed.map(|concept| {
        let ConceptInfo { name, title, description, family, reverse, changes_behaviour, example, .. } = concept.clone();
        let figures = measured.get(&name).copied().unwrap_or_default();
        Listed {
            add: applies(&name, false),
            remove: applies(&name, true),
            origin: "built-in",
            accuracy: figures.accuracy,
            removal_accuracy: figures.removal_accuracy,
            experimental: Ways { add: figures.is_experimental(false), remove: figures.is_experimental(true) },
            pairs: None,
            name,
            title,
            description,
            family,
            reverse,
            changes_behaviour,
            example,
        }
    });
    Ok(listed.collect())
}
