//! `lerp/concepts`: what can be asked for, and what of it applies at a place. Described in editors/PROTOCOL.md.

use super::code_action::LOOKING;
use super::documents::Snapshot;
use super::model::Standing;
use super::server::Shared;
use super::taught::TaughtOffer;
use super::titles::{Offer, function_at};
use crate::concepts::store::Stored;
use crate::concepts::{ConceptInfo, ExamplePair, Measured, Outline, catalogue};
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
    /// Whether its detector, or its pairs, say that it could be added at the place.
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

/// What applies at a place, taught ones beside the others.
#[derive(Default)]
struct Applying {
    built_in: Arc<Vec<Offer>>,
    taught: Vec<TaughtOffer>,
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, place: Place) -> Result<Vec<Listed>> {
    let snapshot = place.text_document.and_then(|document| {
        let columns = shared.agreed().columns;
        shared.documents.snapshot(&document.uri, columns)
    });
    let beside = Arc::clone(shared);
    let list = move || beside.listed(snapshot.as_ref(), place.range);
    Ok(shared.look(LOOKING, list).await?)
}

impl Shared {
    /// All concepts; blocks.
    fn listed(&self, snapshot: Option<&Snapshot>, range: Option<Range>) -> Vec<Listed> {
        let here = self.taught_at(snapshot.and_then(Snapshot::file).as_deref());
        let applying = snapshot.zip(range).map(|(snapshot, range)| {
            let bytes = snapshot.bytes(range);
            let parsed = self.documents.parsed_at(snapshot, &bytes);
            let function = function_at(&parsed, &snapshot.text, bytes);
            let Some(function) = function else { return Applying::default() };
            let taught = here.offers(&parsed, &snapshot.text, &function);
            Applying { built_in: self.titles.of(&snapshot.text, &function), taught }
        });
        let known = match self.model.standing() {
            Standing::Ready(editor) => Some(editor.concepts()),
            _ => None,
        };
        let measured = self.measured();
        let built_in = catalogue().iter().filter(|concept| known.as_ref().is_none_or(|known| known.contains(concept)));
        let built_in = built_in.map(|concept| {
            let applies = |remove: bool| {
                let offers = &applying.as_ref()?.built_in;
                Some(offers.iter().any(|offer| offer.concept.name == concept.name && offer.remove == remove))
            };
            Listed::built_in(concept, measured.get(&concept.name).copied().unwrap_or_default(), applies)
        });
        let taught = here.outlines.iter().map(|outline| {
            let applies = |remove: bool| {
                let is = |offer: &TaughtOffer| offer.remove == remove && Arc::ptr_eq(&offer.outline, outline);
                Some(applying.as_ref()?.taught.iter().any(is))
            };
            Listed::taught(outline, applies)
        });
        built_in.chain(taught).collect()
    }
}

impl Listed {
    fn built_in(concept: &ConceptInfo, figures: Measured, applies: impl Fn(bool) -> Option<bool>) -> Self {
        let ConceptInfo { name, title, description, family, reverse, changes_behaviour, example, .. } = concept.clone();
        Self {
            add: applies(false),
            remove: applies(true),
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
    }

    fn taught(outline: &Outline, applies: impl Fn(bool) -> Option<bool>) -> Self {
        let Stored { name, title, description, pairs, .. } = outline.stored.clone();
        let count = pairs.len();
        let example = pairs.into_iter().next().unwrap_or_default();
        Self {
            add: applies(false),
            remove: applies(true),
            origin: "taught",
            accuracy: None,
            removal_accuracy: None,
            experimental: Ways::default(),
            pairs: Some(count),
            name,
            title,
            description,
            family: "taught".to_owned(),
            reverse: true,
            changes_behaviour: String::new(),
            example: ExamplePair { before: example.before, after: example.after },
        }
    }
}
