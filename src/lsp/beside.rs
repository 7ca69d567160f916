//! Work beside the loop: a blocking task on one version of a document, that stops when its request is dropped, when the
//! document changes, or when the user cancels its progress.

use super::documents::Snapshot;
use super::error::Failure;
use super::server::Shared;
use super::settings::{self, Editor as EditorSettings};
use super::taught::Here;
use super::titles::function_at;
use super::tools::Editor;
use super::wish::{Target, Tokens};
use crate::config::{Settings, TestChoice};
use crate::latent::ModelSettings;
use crate::syntax::find_functions;
use crate::synthesis::Cancel;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tower_lsp::ls_types::Range;
use tower_lsp::ls_types::notification::Notification;

/// How often it is looked whether somebody cancelled what can not be stopped.
const GLANCE: Duration = Duration::from_millis(50);

/// What a task works with.
pub struct Work {
    /// The state of the server.
    pub shared: Arc<Shared>,
    /// The version that it is about.
    pub snapshot: Snapshot,
    /// Says when to stop.
    pub cancel: Cancel,
    /// The editor's settings when it began.
    pub editor: EditorSettings,
    partial: Option<mpsc::UnboundedSender<Value>>,
}

/// `$/progress` with what is known before the answer.
enum Partial {}

impl Notification for Partial {
    type Params = Value;
    const METHOD: &'static str = "$/progress";
}

/// Stops the work when its request is dropped.
struct StopOnDrop(Cancel);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Shared {
    /// Does the work on a version of a document. Call it before the first await of a handler: the snapshot is taken here, the
    /// rest is done later.
    pub fn beside<T, W>(
        self: &Arc<Self>,
        target: &Target,
        title: String,
        tokens: Tokens,
        work: W,
    ) -> impl Future<Output = Result<T, Failure>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Work) -> Result<T, Failure> + Send + 'static,
    {
        let shared = Arc::clone(self);
        let snapshot = self.snapshot(target);
        async move {
            let snapshot = snapshot?;
            let (uri, version) = (snapshot.uri.clone(), snapshot.version);
            let cancel = Cancel::default();
            shared.documents.stop_with(&snapshot, &cancel);
            let all = Arc::clone(&shared);
            let done = shared.apart(title, tokens, cancel, move |cancel, partial| {
                let editor = all.editor_settings();
                work(&Work { shared: all, snapshot, cancel, editor, partial })
            });
            let done = done.await;
            if shared.documents.version(&uri) != Some(version) {
                return Err(Failure::Stale);
            }
            done
        }
    }

    /// Does work that takes long, and is no longer wanted when the returned future is dropped. It is told where to say what is
    /// known so far, if anybody hears it.
    pub async fn apart<T, W>(
        self: &Arc<Self>,
        title: String,
        tokens: Tokens,
        cancel: Cancel,
        work: W,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        W: FnOnce(Cancel, Option<mpsc::UnboundedSender<Value>>) -> Result<T, Failure> + Send + 'static,
    {
        let _stop = StopOnDrop(cancel.clone());
        let shown = self.agreed().progress || tokens.work_done_token.is_some();
        let progress = || self.progresses.start(&self.client, title, tokens.work_done_token, &cancel);
        let _progress = shown.then(progress);
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|error| Failure::Internal(error.to_string()))?;
        let (known, mut heard) = mpsc::unbounded_channel();
        let partial = tokens.partial_result_token.is_some().then_some(known);
        let stop = cancel.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            if stop.is_cancelled() { Err(Failure::Cancelled) } else { work(stop, partial) }
        });
        // ends with the work, which has the other end
        while let Some(value) = heard.recv().await {
            let params = json!({ "token": tokens.partial_result_token, "value": value });
            self.client.send_notification::<Partial>(params).await;
        }
        task.await.unwrap_or_else(|error| Err(Failure::Internal(error.to_string())))
    }

    /// Looks at something beside the loop. It waits for no turn; when it takes long, it is shown, and who cancels it gets an
    /// answer at once, though it can not be stopped.
    pub async fn look<T: Send + 'static>(
        &self,
        title: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let cancel = Cancel::default();
        let progress = || self.progresses.start(&self.client, title.to_owned(), None, &cancel);
        let _progress = self.agreed().progress.then(progress);
        let asked = async {
            while !cancel.is_cancelled() {
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::select! {
            done = tokio::task::spawn_blocking(work) => done.map_err(|error| Failure::Internal(error.to_string())),
            () = asked => Err(Failure::Cancelled),
        }
    }

    /// The newest version of a document; an error when it is another one than the client thinks.
    pub fn snapshot(&self, target: &Target) -> Result<Snapshot, Failure> {
        let snapshot = self.documents.snapshot(&target.uri, self.agreed().columns);
        let snapshot = snapshot.ok_or_else(|| Failure::NotOpen(target.uri.as_str().to_owned()))?;
        match target.version {
            Some(version) if version != snapshot.version => Err(Failure::Stale),
            _ => Ok(snapshot),
        }
    }
}

impl Work {
    /// Says what is known so far, to a client that wants to hear it.
    pub fn say(&self, value: impl FnOnce() -> Value) {
        if let Some(partial) = &self.partial {
            // nobody hears it when the request was dropped
            let _ = partial.send(value());
        }
    }

    /// Whether anybody hears what is said.
    pub fn is_heard(&self) -> bool {
        self.partial.is_some()
    }

    /// The settings for the document's file. Reads the project's pyproject.toml.
    pub fn settings(&self, tests: Option<&TestChoice>) -> Result<Settings, Failure> {
        let file = self.snapshot.file();
        let settings = settings::resolve(file.as_deref(), &self.editor.layer);
        let settings = settings.map_err(|error| Failure::Impossible(error.to_string()))?;
        Ok(Settings { tests: tests.cloned().unwrap_or(settings.tests), ..settings })
    }

    /// The model, with the taught concepts that hold here; loads it when it is not there.
    pub fn engine(&self, settings: &Settings) -> Result<Arc<dyn Editor>, Failure> {
        self.shared.engine(settings, &self.taught())
    }

    /// The taught concepts that hold here.
    pub fn taught(&self) -> Arc<Here> {
        self.shared.taught_at(self.snapshot.file().as_deref())
    }

    /// The function at a range, by the name that tells it from others of the same name.
    pub fn function(&self, range: Range) -> Result<String, Failure> {
        self.shared.function_name(&self.snapshot, range)
    }
}

impl Shared {
    /// The model with these taught concepts; loads it when it is not there.
    pub fn engine(&self, settings: &Settings, taught: &Here) -> Result<Arc<dyn Editor>, Failure> {
        let model = ModelSettings { bundle: settings.model.clone(), runtime: settings.onnxruntime.clone() };
        let plain = self.model.get(&model).map_err(Failure::Impossible)?;
        let (editor, problems) = taught.editor(plain);
        self.warn(problems);
        Ok(editor)
    }

    /// The function at a range, by the name that tells it from others of the same name.
    pub fn function_name(&self, snapshot: &Snapshot, range: Range) -> Result<String, Failure> {
        let parsed = self.documents.parsed(snapshot);
        let text = snapshot.text.as_str();
        let found = function_at(&parsed, text, snapshot.bytes(range));
        let found = found.ok_or_else(|| Failure::Impossible("there is no function here".to_owned()))?;
        let all = find_functions(&parsed, text);
        Ok(all.into_iter().find(|one| one.range == found.range).map_or(found.qualname, |one| one.qualname))
    }
}
