//! `lerp/candidates`: all candidates for a function, for pickers. Described in editors/PROTOCOL.md.

use super::beside::Work;
use super::decode::{Answer, Job, Tried};
use super::documents::Snapshot;
use super::error::Failure;
use super::server::Shared;
use super::tools::Ruling;
use super::wish::{Tokens, Wish};
use crate::text::unified;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextEdit;

/// The request.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(flatten)]
    wish: Wish,
    #[serde(flatten)]
    tokens: Tokens,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    /// Qualified name of the function.
    function: String,
    /// The version that the edits are for.
    version: i32,
    /// Whether it is the answer, and not what is known before it.
    complete: bool,
    /// Whether the model would change nothing.
    unchanged: bool,
    /// How sure the model is of its first answer, 0 to 1.
    confidence: f32,
    /// Why there is no candidate that could be applied.
    message: Option<String>,
    /// Concepts of the wish that stand in each other's way, in words.
    conflicts: Vec<String>,
    /// Best first; those that failed their tests stand last.
    candidates: Vec<Listed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: usize,
    edits: Vec<TextEdit>,
    diff: String,
    score: f32,
    confidence: f32,
    threshold: f32,
    concept_gain: f32,
    strength: &'static str,
    places: usize,
    places_changed: usize,
    verdict: Ruling,
    tests_run: usize,
    same_calls: Option<usize>,
    reason: Option<String>,
    tests: String,
    position: Option<f32>,
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, asked: Asked) -> Result<Candidates> {
    let Asked { wish, tokens } = asked;
    let (target, title) = (wish.text_document.clone(), wish.progress_title());
    let work = move |work: &Work| {
        let range = wish
            .range
            .ok_or_else(|| Failure::Invalid("range is needed: candidates are for one function".to_owned()))?;
        let function = work.function(range)?;
        let job = Job::new(work, &wish)?;
        let snapshot = &work.snapshot;
        let heard =
            |answer: &Answer| work.say(|| serde_json::to_value(list(snapshot, answer, false)).unwrap_or_default());
        let answer = job.one(&snapshot.text, &function, &heard)?;
        Ok(list(snapshot, &answer, true))
    };
    shared.beside(&target, title, tokens, work).await.map_err(Into::into)
}

impl Candidates {
    /// With another message.
    pub fn saying(self, message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..self }
    }
}

/// The answer as the client gets it.
pub fn list(snapshot: &Snapshot, answer: &Answer, complete: bool) -> Candidates {
    let path = snapshot.uri.path().as_str();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("untitled.py");
    let labels = (format!("a/{name}"), format!("b/{name}"));
    let listed = answer.tried.iter().map(|Tried { id, candidate, judged, position }| Listed {
        id: *id,
        edits: candidate.edits.iter().map(|edit| snapshot.edit(edit)).collect(),
        diff: unified(&snapshot.text, &candidate.source, (&labels.0, &labels.1)),
        score: candidate.score,
        confidence: candidate.confidence,
        threshold: candidate.threshold,
        concept_gain: candidate.concept_gain,
        strength: candidate.places.strength(),
        places: candidate.places.of,
        places_changed: candidate.places.changed,
        verdict: judged.ruling,
        tests_run: judged.tests_run,
        same_calls: judged.same_calls,
        reason: judged.reason.clone(),
        tests: judged.words(),
        position: *position,
    });
    Candidates {
        function: answer.function.clone(),
        version: snapshot.version,
        complete,
        unchanged: answer.outcome.unchanged,
        confidence: answer.outcome.confidence,
        message: if complete { answer.best().err() } else { None },
        conflicts: answer.outcome.conflicts.clone(),
        candidates: listed.collect(),
    }
}
