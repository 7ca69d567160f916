//! What the client can, and what the server offers it.

use super::code_action::{KIND, WHOLE_KIND};
use super::execute::APPLY;
use crate::text::Columns;
use tower_lsp::ls_types::*;

/// What was agreed on with the client.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// How columns are counted.
    pub columns: Columns,
    /// It takes edits that say which version they are for.
    pub document_changes: bool,
    /// It asks for an action's edit when the action was chosen.
    pub resolves: bool,
    /// It knows actions, not only commands.
    pub literals: bool,
    /// It shows actions that can not be done, and why.
    pub disabled: bool,
    /// It shows progress that the server starts.
    pub progress: bool,
    /// It can be asked for settings.
    pub configuration: bool,
    /// It can be told which changes of its settings matter.
    pub configuration_changes: bool,
    /// It has notebooks. Others are not told that the server knows them: there are clients that can not read that.
    pub notebooks: bool,
    /// It wants to hear what the tests say of edits.
    pub verdicts: bool,
}

impl Default for Agreed {
    fn default() -> Self {
        Self::with(&ClientCapabilities::default())
    }
}

impl Agreed {
    /// The best of what the client can.
    pub fn with(client: &ClientCapabilities) -> Self {
        let general = client.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        // the client's order is its preference; UTF-16 is what everyone knows
        let columns = encodings.iter().find_map(columns).unwrap_or(Columns::Utf16);
        let workspace = client.workspace.as_ref();
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let actions = client.text_document.as_ref().and_then(|document| document.code_action.as_ref());
        let resolve = actions.and_then(|actions| actions.resolve_support.as_ref());
        let data = actions.and_then(|actions| actions.data_support) == Some(true);
        let changes = workspace.and_then(|workspace| workspace.did_change_configuration.as_ref());
        let window = client.window.as_ref();
        Self {
            columns,
            document_changes: edits.and_then(|edits| edits.document_changes) == Some(true),
            resolves: data && resolve.is_some_and(|resolve| resolve.properties.iter().any(|name| name == "edit")),
            literals: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
            disabled: actions.and_then(|actions| actions.disabled_support) == Some(true),
            progress: window.and_then(|window| window.work_done_progress) == Some(true),
            configuration: workspace.and_then(|workspace| workspace.configuration) == Some(true),
            configuration_changes: changes.and_then(|changes| changes.dynamic_registration) == Some(true),
            notebooks: client.notebook_document.is_some(),
            verdicts: client.experimental.as_ref().is_some_and(|own| own["lerp"]["verdicts"] == true),
        }
    }

    /// The answer to `initialize`.
    pub fn answer(&self) -> InitializeResult {
        let encoding = match self.columns {
            Columns::Utf8 => PositionEncodingKind::UTF8,
            Columns::Utf16 => PositionEncodingKind::UTF16,
            Columns::Utf32 => PositionEncodingKind::UTF32,
        };
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        };
        let ways = ["", ".add", ".remove"];
        let kinds = [KIND, WHOLE_KIND].into_iter().flat_map(|kind| ways.map(|way| format!("{kind}{way}")));
        let actions = CodeActionOptions {
            code_action_kinds: Some(kinds.map(CodeActionKind::from).collect()),
            resolve_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        };
        let change_notifications = Some(OneOf::Left(true));
        let folders = WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications };
        let capabilities = ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(sync.into()),
            notebook_document_sync: self.notebooks.then(|| OneOf::Left(notebooks())),
            code_action_provider: Some(actions.into()),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![APPLY.to_owned()],
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(folders),
                ..WorkspaceServerCapabilities::default()
            }),
            ..ServerCapabilities::default()
        };
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let server_info = Some(ServerInfo { name: "lerp".to_owned(), version });
        InitializeResult { capabilities, server_info, ..InitializeResult::default() }
    }
}

/// The cells of all notebooks that are Python.
fn notebooks() -> NotebookDocumentSyncOptions {
    let cells = vec![NotebookCellSelector { language: "python".to_owned() }];
    let selector = NotebookSelector::ByCells { notebook: None, cells };
    NotebookDocumentSyncOptions { notebook_selector: vec![selector], save: Some(false) }
}

fn columns(kind: &PositionEncodingKind) -> Option<Columns> {
    match kind.as_str() {
        "utf-8" => Some(Columns::Utf8),
        "utf-16" => Some(Columns::Utf16),
        "utf-32" => Some(Columns::Utf32),
        _ => None,
    }
}
