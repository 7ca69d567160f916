//! `lerp/blend`: functions on the line between two functions, for looking. Described in editors/PROTOCOL.md.

use super::beside::Work;
use super::candidates::{Candidates, list};
use super::decode::{Answer, Tried, failure};
use super::documents::Snapshot;
use super::error::Failure;
use super::server::Shared;
use super::tools::Judged;
use super::wish::{Target, Tokens};
use crate::synthesis::{BLEND_CAPTION, Blend, BlendRequest, Candidate, Outcome, Places};
use crate::text::edits_between;
use serde::Deserialize;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Range;

/// Functions on a line, both ends among them.
const STEPS: RangeInclusive<usize> = 2..=16;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    text_document: Target,
    range: Range,
    with: With,
    steps: Option<usize>,
    #[serde(flatten)]
    tokens: Tokens,
}

/// The function that the line ends at.
#[derive(Debug, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum With {
    Place { text_document: Target, range: Range },
    Text { source: String, function: Option<String> },
}

/// The other function, as the client sees it now.
enum Other {
    Place(Box<Snapshot>, Range),
    Text(String, Option<String>),
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, asked: Asked) -> Result<Candidates> {
    let Asked { text_document, range, with, steps, tokens } = asked;
    let other = match with {
        With::Place { text_document, range } => Other::Place(Box::new(shared.snapshot(&text_document)?), range),
        With::Text { source, function } => Other::Text(source, function),
    };
    let steps = steps.unwrap_or(5);
    if !STEPS.contains(&steps) {
        let (least, most) = STEPS.into_inner();
        return Err(Failure::Invalid(format!("steps must be from {least} to {most}")).into());
    }
    let work = move |work: &Work| {
        let function = work.function(range)?;
        let (source, name) = match &other {
            Other::Place(snapshot, range) => {
                (snapshot.text.as_str(), Some(work.shared.function_name(snapshot, *range)?))
            }
            Other::Text(source, function) => (source.as_str(), function.clone()),
        };
        let engine = work.engine(&work.settings(None)?)?;
        let request = BlendRequest {
            source: &work.snapshot.text,
            function: Some(&function),
            other_source: source,
            other_function: name.as_deref(),
            steps,
        };
        let answer =
            Answer { function: function.clone(), outcome: Outcome::default(), tried: Vec::new(), sure: Some(0.0) };
        let known = Mutex::new(answer);
        let heard = |blend: &Blend| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let id = known.tried.len();
            known.tried.push(tried(id, blend, &work.snapshot.text));
            work.say(|| serde_json::to_value(list(&work.snapshot, &known, false)).unwrap_or_default());
        };
        let blends = engine.blend(&request, &work.cancel, &heard);
        blends.map_err(|error| failure(error, &work.cancel))?;
        let known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(list(&work.snapshot, &known, true).saying(BLEND_CAPTION))
    };
    shared.beside(&text_document, "lerp: blend".to_owned(), tokens, work).await.map_err(Into::into)
}

/// A function of the line as a candidate. Nothing is claimed of it.
fn tried(id: usize, blend: &Blend, text: &str) -> Tried {
    let candidate = Candidate {
        source: blend.source.clone(),
        edits: edits_between(text, &blend.source),
        score: 0.0,
        concept_gain: 0.0,
        confidence: 0.0,
        threshold: 0.0,
        places: Places::default(),
        millis: 0.0,
    };
    let unbound = (!blend.unbound.is_empty()).then(|| format!("nothing binds {}", blend.unbound.join(", ")));
    Tried { id, candidate, judged: Judged::untested(unbound), position: Some(blend.t) }
}
