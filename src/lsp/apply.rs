//! The one edit that an action or the command stands for, and what the client is told of it.

use super::decode::Job;
use super::documents::Snapshot;
use super::error::Failure;
use super::server::Shared;
use super::tools::{Judged, Ruling};
use super::wish::{Tokens, Wish};
use crate::text::{TextEdit, edits_between};
use serde_json::{Value, json};
use std::sync::Arc;
use tower_lsp::ls_types::MessageType;
use tower_lsp::ls_types::notification::Notification;

/// An edit that may be applied.
pub struct Edit {
    /// The version that it is for.
    pub snapshot: Snapshot,
    /// One for each hunk.
    pub edits: Vec<TextEdit>,
    /// The function, or the functions.
    function: String,
    /// What its tests say.
    judged: Judged,
    /// Concepts that stand in each other's way, in words.
    conflicts: Vec<String>,
}

/// `lerp/verdict`, for clients that want it.
enum Verdict {}

impl Notification for Verdict {
    type Params = Value;
    const METHOD: &'static str = "lerp/verdict";
}

impl Shared {
    /// The best edit for a wish; call it before a handler's first await.
    pub fn best(self: &Arc<Self>, wish: Wish) -> impl Future<Output = Result<Edit, Failure>> + Send + use<> {
        let (target, title) = (wish.text_document.clone(), wish.progress_title());
        self.beside(&target, title, Tokens::default(), move |work| {
            let function = wish.range.map(|range| work.function(range)).transpose()?;
            let job = Job::new(work, &wish)?;
            let text = work.snapshot.text.as_str();
            let snapshot = work.snapshot.clone();
            let Some(function) = function else {
                let whole = job.all(text)?;
                let judged = Judged::of_all(whole.edited.iter().map(|(_, judged)| judged));
                let names: Vec<&str> = whole.edited.iter().map(|(name, _)| name.as_str()).collect();
                let Some(judged) = judged else {
                    let reason = whole.refused.into_iter().next();
                    return Err(Failure::Unsuitable(
                        reason.unwrap_or_else(|| "nothing in this file to change".to_owned()),
                    ));
                };
                let edits = edits_between(text, &whole.text);
                let function = names.join(", ");
                return Ok(Edit { snapshot, edits, function, judged, conflicts: Vec::new() });
            };
            let answer = job.one(text, &function, &|_| {})?;
            let best = answer.best().map_err(Failure::Unsuitable)?;
            let (edits, judged) = (best.candidate.edits.clone(), best.judged.clone());
            Ok(Edit { snapshot, edits, function, judged, conflicts: answer.outcome.conflicts })
        })
    }

    /// Says what the tests say of an edit. Returns the title with it.
    pub async fn announce(&self, title: &str, edit: &Edit) -> String {
        let Edit { snapshot, function, judged, conflicts, .. } = edit;
        for conflict in conflicts {
            self.client.log_message(MessageType::WARNING, format!("{title} in {function}: {conflict}")).await;
        }
        let tests = judged.words();
        if judged.ruling != Ruling::Untested || judged.reason.is_some() {
            let reason = judged.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            self.client.log_message(MessageType::INFO, format!("{title} in {function}: {tests}{reason}")).await;
        }
        if self.agreed().verdicts {
            let params = json!({
                "uri": snapshot.uri, "version": snapshot.version, "title": title, "function": function,
                "verdict": judged.ruling, "testsRun": judged.tests_run, "sameCalls": judged.same_calls,
                "tests": tests, "reason": judged.reason,
            });
            self.client.send_notification::<Verdict>(params).await;
        }
        format!("{title} ({tests})")
    }
}
