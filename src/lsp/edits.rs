//! Edits in the protocol's shape: versioned, one per hunk.

use super::capabilities::Agreed;
use super::documents::Snapshot;
use crate::text::TextEdit;
use std::collections::HashMap;
use tower_lsp::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, WorkspaceEdit,
};

/// The edit of one document. Clients that know no versions get none; they apply at once what they asked for.
pub fn workspace_edit(snapshot: &Snapshot, edits: &[TextEdit], agreed: &Agreed) -> WorkspaceEdit {
    let edits = edits.iter().map(|edit| snapshot.edit(edit));
    let uri = snapshot.uri.clone();
    if !agreed.document_changes {
        let changes = HashMap::from([(uri, edits.collect())]);
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: Some(snapshot.version) };
    let edit = TextDocumentEdit { text_document, edits: edits.map(OneOf::Left).collect() };
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(vec![edit])), ..WorkspaceEdit::default() }
}
