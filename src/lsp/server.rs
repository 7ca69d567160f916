//! The methods of the protocol, each handed to its file, and the state that requests share.

use super::candidates::{self, Candidates};
use super::capabilities::Agreed;
use super::concepts::{Listed, Place};
use super::documents::Documents;
use super::model::Model;
use super::progress::Progresses;
use super::taught::Taught;
use super::titles::Titles;
use super::tools::Tools;
use super::{blend, code_action, concepts, execute, parent, resolve, settings, slices, status, teach};
use crate::concepts::Measured;
use crate::concepts::store::Store;
use crate::latent::ModelSettings;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::{Semaphore, SetOnce};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::*;
use tower_lsp::{Client, LanguageServer};

/// Functions that are decoded and tested at a time. The model has one thread; the others prepare and test.
const TURNS: usize = 4;

/// The server, as the framework wants it.
pub struct Server(Arc<Shared>);

/// How well the model does its concepts, by name.
pub type Figures = Arc<HashMap<String, Measured>>;

/// What requests share.
pub struct Shared {
    /// For what the server says by itself.
    pub client: Client,
    /// The rest of lerp.
    pub tools: Arc<dyn Tools>,
    /// The open documents.
    pub documents: Documents,
    /// The model.
    pub model: Model,
    /// What applies to which function.
    pub titles: Titles,
    /// What was taught.
    pub taught: Taught,
    /// Work that is shown.
    pub progresses: Progresses,
    /// Who may decode.
    pub turns: Arc<Semaphore>,
    agreed: OnceLock<Agreed>,
    /// The client's process, if it said which.
    process: SetOnce<u32>,
    editor: Mutex<settings::Editor>,
    folders: Mutex<Vec<PathBuf>>,
    measured: Mutex<Option<(Option<PathBuf>, Figures)>>,
    shut_down: AtomicBool,
}

impl Shared {
    /// What was agreed on with the client.
    pub fn agreed(&self) -> Agreed {
        self.agreed.get().cloned().unwrap_or_default()
    }

    /// The editor's settings.
    pub fn editor_settings(&self) -> settings::Editor {
        self.editor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the client asked for the shutdown.
    pub fn was_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::Relaxed)
    }

    /// Waits for the end of the client's process.
    pub async fn end_of_client(&self) {
        parent::end_of(*self.process.wait().await).await;
    }

    /// A message came.
    pub fn saw(&self, method: &str) {
        if method == "shutdown" {
            self.shut_down.store(true, Ordering::Relaxed);
        }
    }

    /// Where taught concepts are kept that hold for a file; what is no file belongs to all folders of the workspace.
    pub fn stores(&self, file: Option<&Path>) -> Vec<Store> {
        let folders = || self.folders.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.tools.stores(&file.map_or_else(folders, |file| vec![file.to_owned()]))
    }

    fn change_folders(&self, added: &[WorkspaceFolder], removed: &[WorkspaceFolder]) {
        let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
            let path = |folder: &WorkspaceFolder| Some(folder.uri.to_file_path()?.into_owned());
            folders.iter().filter_map(path).filter(|path| path.is_absolute()).collect()
        };
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = paths(removed);
        folders.retain(|folder| !gone.contains(folder));
        folders.extend(paths(added));
    }

    /// How well the model does its concepts. Blocks when the model is another one than before.
    pub fn measured(&self) -> Figures {
        let settings = settings::resolve(None, &self.editor_settings().layer);
        let Ok(settings) = settings else { return Figures::default() };
        let mut known = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((model, figures)) = &*known
            && *model == settings.model
        {
            return Arc::clone(figures);
        }
        let model = ModelSettings { bundle: settings.model.clone(), runtime: None };
        let figures = Arc::new(self.tools.measured(&model));
        // nothing is remembered of a model that is not there: it may be soon
        if !figures.is_empty() {
            *known = Some((settings.model, Arc::clone(&figures)));
        }
        figures
    }

    fn set_editor_settings(&self, editor: settings::Editor) {
        let mut held = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != editor {
            *held = editor;
            self.model.forget_failure();
        }
    }

    /// Takes settings over; what does not fit is said.
    async fn configure(&self, value: &Value) {
        let (editor, problems) = settings::read(value);
        self.set_editor_settings(editor);
        if !problems.is_empty() {
            let message = format!("lerp: {}", problems.join("; "));
            self.client.show_message(MessageType::WARNING, message).await;
        }
    }

    /// Asks the client for its settings.
    async fn pull_configuration(&self) {
        let item = ConfigurationItem { scope_uri: None, section: Some("lerp".to_owned()) };
        if let Ok(values) = self.client.configuration(vec![item]).await
            && let Some(value) = values.first().filter(|value| !value.is_null())
        {
            self.configure(value).await;
        }
    }
}

impl Server {
    /// A server for one client.
    pub fn new(client: Client, tools: Arc<dyn Tools>) -> Self {
        Self(Arc::new(Shared {
            client,
            model: Model::new(Arc::clone(&tools)),
            tools,
            documents: Documents::default(),
            titles: Titles::default(),
            taught: Taught::default(),
            progresses: Progresses::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            agreed: OnceLock::new(),
            process: SetOnce::new(),
            editor: Mutex::default(),
            folders: Mutex::default(),
            measured: Mutex::default(),
            shut_down: AtomicBool::new(false),
        }))
    }

    /// The state, for whoever drives the server.
    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0)
    }

    /// `lerp/candidates`.
    pub async fn candidates(&self, asked: candidates::Asked) -> Result<Candidates> {
        candidates::handle(&self.0, asked).await
    }

    /// `lerp/status`.
    pub async fn status(&self, asked: status::Asked) -> Result<status::Status> {
        status::handle(&self.0, asked).await
    }

    /// `lerp/teach`.
    pub async fn teach(&self, asked: teach::Asked) -> Result<teach::Learned> {
        teach::handle(&self.0, asked).await
    }

    /// `lerp/forget`.
    pub async fn forget(&self, asked: teach::Forget) -> Result<teach::Forgotten> {
        teach::forgotten(&self.0, asked).await
    }

    /// `lerp/blend`.
    pub async fn blend(&self, asked: blend::Asked) -> Result<Candidates> {
        blend::handle(&self.0, asked).await
    }

    /// `lerp/concepts`.
    pub async fn concepts(&self, place: Place) -> Result<Vec<Listed>> {
        concepts::handle(&self.0, place).await
    }

    /// What the reader of messages puts in the place of one that was none.
    pub async fn malformed(&self, params: Value) {
        let problem = params["problem"].as_str().unwrap_or_default().to_owned();
        let message = format!("a message was passed over: it is not JSON-RPC ({problem})");
        self.0.client.log_message(MessageType::ERROR, message).await;
    }

    /// `window/workDoneProgress/cancel`.
    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        self.0.progresses.cancel(&params.token);
    }

    /// `$/setTrace`: there is no trace.
    pub async fn set_trace(&self, _: Value) {}
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let agreed = Agreed::with(&params.capabilities);
        let answer = agreed.answer();
        // a second `initialize` is refused by the framework
        let _ = self.0.agreed.set(agreed);
        // looked at now: who dies before anybody looks has died all the same
        if let Some(process) = params.process_id.filter(|process| parent::lives(*process)) {
            let _ = self.0.process.set(process);
        }
        #[allow(deprecated, reason = "older clients say nothing else")]
        let root = params.root_uri.map(|uri| WorkspaceFolder { uri, name: String::new() });
        let folders = params.workspace_folders.unwrap_or_else(|| root.into_iter().collect());
        self.0.change_folders(&folders, &[]);
        if let Some(options) = params.initialization_options {
            let (editor, _) = settings::read(&options);
            *self.0.editor.lock().unwrap_or_else(PoisonError::into_inner) = editor;
        }
        Ok(answer)
    }

    async fn initialized(&self, _: InitializedParams) {
        // not before: what starts is one long piece of work, and short slices would only break it up
        slices::short();
        let shared = self.shared();
        tokio::task::spawn_blocking(move || {
            Titles::warm_up();
            shared.measured();
        });
        // asked beside the loop: a client that does not answer must not hold up its own exit
        let shared = self.shared();
        tokio::spawn(async move {
            let agreed = shared.agreed();
            if agreed.configuration_changes {
                let options = serde_json::json!({ "section": "lerp" });
                let registration = Registration {
                    id: "lerp/configuration".to_owned(),
                    method: "workspace/didChangeConfiguration".to_owned(),
                    register_options: Some(options),
                };
                let _ = shared.client.register_capability(vec![registration]).await;
            }
            if agreed.configuration {
                shared.pull_configuration().await;
            }
        });
    }

    async fn shutdown(&self) -> Result<()> {
        self.0.documents.cancel_all();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.0.opened(vec![params.text_document]);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        self.0.documents.change(&uri, version, params.content_changes, self.0.agreed().columns);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.0.closed(&[params.text_document]);
    }

    async fn notebook_did_open(&self, params: DidOpenNotebookDocumentParams) {
        self.0.opened(params.cell_text_documents);
    }

    async fn notebook_did_change(&self, params: DidChangeNotebookDocumentParams) {
        self.0.notebook_changed(params);
    }

    async fn notebook_did_close(&self, params: DidCloseNotebookDocumentParams) {
        self.0.closed(&params.cell_text_documents);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let shared = self.shared();
        tokio::spawn(async move {
            if shared.agreed().configuration {
                shared.pull_configuration().await;
            } else {
                shared.configure(&params.settings).await;
            }
        });
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        // settings are looked up from the file, not from a folder; taught concepts may be asked for without a file
        self.0.change_folders(&params.event.added, &params.event.removed);
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        code_action::handle(&self.0, params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        resolve::handle(&self.0, action).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        execute::handle(&self.0, params).await
    }
}
