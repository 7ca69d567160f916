//! One function decoded beside the loop: a blocking task that stops when its request is dropped, when the document
//! changes, or when the user cancels its progress.

use super::error::Failure;
use super::server::Shared;
use super::titles::function_at;
use super::tools::{Editor, Judged, Ruling, Trial};
use super::{documents::Snapshot, settings};
use crate::config::{Layer, Settings, TestChoice};
use crate::latent::ModelSettings;
use crate::synthesis::{Cancel, Candidate, Outcome, Request, SynthesisError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tower_lsp::ls_types::{Range, Uri};

/// What is wanted: the same in an action's data, in the arguments of the command, and in `lerp/candidates`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// Which document.
    pub text_document: Target,
    /// A place in the function, or a selection.
    pub range: Range,
    /// Concepts to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    /// Concepts to remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// Factor on the concept vectors, instead of the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f32>,
    /// At most this many candidates, instead of the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Which tests decide, instead of the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestChoice>,
}

/// A document, and the version that the range is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// Which document.
    pub uri: Uri,
    /// Which version; the newest when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

/// What came of a wish.
pub struct Answer {
    /// The version that the edits are for.
    pub snapshot: Snapshot,
    /// Qualified name of the function.
    pub function: String,
    /// What the engine says, without the candidates.
    pub outcome: Outcome,
    /// The candidates with their verdicts, best first.
    pub candidates: Vec<(Candidate, Judged)>,
    /// A candidate that no test reached is applied from this confidence on.
    pub sure: f32,
}

/// Stops the work when its request is dropped.
struct StopOnDrop(Cancel);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Shared {
    /// Decodes. Call it before the first await of a handler: the snapshot is taken here, the rest is done later.
    pub fn decode(self: &Arc<Self>, wish: Wish) -> impl Future<Output = Result<Answer, Failure>> + Send + use<> {
        let shared = Arc::clone(self);
        let snapshot = self.snapshot(&wish.text_document);
        async move {
            let snapshot = snapshot?;
            let cancel = Cancel::default();
            let _stop = StopOnDrop(cancel.clone());
            shared.documents.stop_with(&snapshot, &cancel);
            let progress = shared.agreed().progress;
            let _progress = progress.then(|| shared.progresses.start(&shared.client, wish.progress_title(), &cancel));
            let turn = Arc::clone(&shared.turns).acquire_owned().await;
            let turn = turn.map_err(|error| Failure::Internal(error.to_string()))?;
            let (uri, version) = (snapshot.uri.clone(), snapshot.version);
            let work = {
                let (shared, cancel, editor) = (Arc::clone(&shared), cancel.clone(), shared.editor_settings());
                move || {
                    let _turn = turn;
                    shared.work(&wish, snapshot, &editor, &cancel)
                }
            };
            let done = tokio::task::spawn_blocking(work).await;
            if shared.documents.version(&uri) != Some(version) {
                return Err(Failure::Stale);
            }
            done.unwrap_or_else(|error| Err(Failure::Internal(error.to_string())))
        }
    }

    fn snapshot(&self, target: &Target) -> Result<Snapshot, Failure> {
        let snapshot = self.documents.snapshot(&target.uri, self.agreed().columns);
        let snapshot = snapshot.ok_or_else(|| Failure::NotOpen(target.uri.as_str().to_owned()))?;
        match target.version {
            Some(version) if version != snapshot.version => Err(Failure::Stale),
            _ => Ok(snapshot),
        }
    }

    /// Blocks.
    fn work(&self, wish: &Wish, snapshot: Snapshot, editor: &Layer, cancel: &Cancel) -> Result<Answer, Failure> {
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let file = snapshot.file();
        let wanted = Layer { strength: wish.strength, candidates: wish.count, ..Layer::default() };
        // a number that does not fit is the request's mistake when the settings alone are right
        let settings = settings::resolve(file.as_deref(), editor).map_err(|e| Failure::Impossible(e.to_string()))?;
        let settings = Settings { tests: wish.tests.clone().unwrap_or(settings.tests), ..settings };
        Settings::resolve(std::slice::from_ref(&wanted)).map_err(|error| Failure::Invalid(error.to_string()))?;

        let parsed = self.documents.parsed(&snapshot);
        let text = snapshot.text.as_str();
        let found = function_at(&parsed, text, snapshot.bytes(wish.range));
        let found = found.ok_or_else(|| Failure::Impossible("there is no function here".to_owned()))?;
        // the name that tells it from others of the same name
        let all = crate::syntax::find_functions(&parsed, text);
        let function = all.into_iter().find(|one| one.range == found.range).map_or(found.qualname, |one| one.qualname);
        drop(parsed);

        let model = ModelSettings { bundle: settings.model.clone(), runtime: settings.onnxruntime.clone() };
        let engine = self.model.get(&model).map_err(Failure::Impossible)?;
        let outcome = self.run(&*engine, wish, &settings, text, &function, cancel);
        let mut outcome = outcome.map_err(|error| failure(error, cancel))?;

        let candidates = std::mem::take(&mut outcome.candidates);
        let verdicts = match &file {
            Some(file) if settings.tests != TestChoice::None && !candidates.is_empty() => {
                let trial = Trial {
                    settings: &settings,
                    file,
                    original: text,
                    candidates: candidates.iter().map(|candidate| candidate.source.as_str()).collect(),
                    function: &function,
                    concepts: wish.add.iter().chain(&wish.remove).map(String::as_str).collect(),
                };
                self.tools.judge(&trial, cancel)
            }
            _ => vec![Judged::untested(); candidates.len()],
        };
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let mut candidates: Vec<_> = candidates.into_iter().zip(verdicts).collect();
        // stable: among equal verdicts the model's order stands
        candidates.sort_by_key(|(_, verdict)| verdict.ruling);
        Ok(Answer { snapshot, function, outcome, candidates, sure: settings.confidence })
    }

    fn run(
        &self,
        engine: &dyn Editor,
        wish: &Wish,
        settings: &Settings,
        text: &str,
        function: &str,
        cancel: &Cancel,
    ) -> Result<Outcome, SynthesisError> {
        let request = Request {
            source: text,
            function: Some(function),
            add: wish.add.clone(),
            remove: wish.remove.clone(),
            examples: Vec::new(),
            reverse_examples: false,
            search: Duration::ZERO,
            strength: wish.strength.unwrap_or(settings.strength),
            candidates: wish.count.unwrap_or(settings.candidates),
            seed: settings.seed,
        };
        engine.run(&request, cancel)
    }
}

fn failure(error: SynthesisError, cancel: &Cancel) -> Failure {
    match error {
        SynthesisError::Cancelled => Failure::Cancelled,
        _ if cancel.is_cancelled() => Failure::Cancelled,
        SynthesisError::NoConcept { .. } | SynthesisError::NothingAsked => Failure::Invalid(error.to_string()),
        other => Failure::Impossible(other.to_string()),
    }
}

impl Wish {
    /// `lerp: add guard-clause, remove logging`.
    fn progress_title(&self) -> String {
        let add = self.add.iter().map(|name| format!("add {name}"));
        let remove = self.remove.iter().map(|name| format!("remove {name}"));
        format!("lerp: {}", add.chain(remove).collect::<Vec<_>>().join(", "))
    }
}

impl Answer {
    /// The best candidate that may be applied; the error says why there is none.
    pub fn best(&self) -> Result<&(Candidate, Judged), String> {
        let suits = |(candidate, verdict): &&(Candidate, Judged)| match verdict.ruling {
            Ruling::Passed => true,
            Ruling::Untested => candidate.confidence >= self.sure,
            Ruling::Timeout | Ruling::Failed => false,
        };
        if let Some(best) = self.candidates.iter().find(suits) {
            return Ok(best);
        }
        let function = &self.function;
        Err(match self.candidates.first() {
            Some((candidate, Judged { ruling: Ruling::Untested, .. })) => {
                let (confidence, sure) = (candidate.confidence, self.sure);
                format!(
                    "{function}: there is an edit, but the model is not sure of it (confidence {confidence:.2}, {sure:.2} is \
                     needed without tests)"
                )
            }
            Some((_, verdict)) => {
                let reason = verdict.reason.as_deref().unwrap_or("no test passed");
                format!("{function}: the tests fail on every candidate ({reason})")
            }
            None if self.outcome.unchanged => format!("{function}: the model would change nothing here"),
            None => match self.outcome.refused.first() {
                Some(reason) => format!("{function}: nothing suitable was found ({reason})"),
                None => format!("{function}: nothing suitable was found"),
            },
        })
    }
}
