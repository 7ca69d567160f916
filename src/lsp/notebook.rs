//! Notebooks: each Python cell is a document of its own, and what it says of other cells is not looked at.

use super::server::Shared;
use tower_lsp::ls_types::{DidChangeNotebookDocumentParams, TextDocumentIdentifier, TextDocumentItem};

impl Shared {
    /// Documents were opened, one or all cells of a notebook. Parsed now, so that the first light bulb is as quick as the
    /// others.
    pub fn opened(self: &std::sync::Arc<Self>, documents: Vec<TextDocumentItem>) {
        for document in documents {
            let uri = document.uri.clone();
            self.documents.open(document.uri, document.version, document.text);
            if let Some(snapshot) = self.documents.snapshot(&uri, self.agreed().columns) {
                let shared = std::sync::Arc::clone(self);
                tokio::task::spawn_blocking(move || {
                    shared.documents.parsed(&snapshot);
                });
            }
        }
    }

    /// Documents were closed.
    pub fn closed(&self, documents: &[TextDocumentIdentifier]) {
        for document in documents {
            self.documents.close(&document.uri);
        }
    }

    /// Cells came, went, or changed their text; of a cell that only moved nothing has to be known.
    pub fn notebook_changed(self: &std::sync::Arc<Self>, params: DidChangeNotebookDocumentParams) {
        let Some(cells) = params.change.cells else { return };
        if let Some(structure) = cells.structure {
            self.closed(&structure.did_close.unwrap_or_default());
            self.opened(structure.did_open.unwrap_or_default());
        }
        for change in cells.text_content.unwrap_or_default() {
            let columns = self.agreed().columns;
            self.documents.change(&change.document.uri, change.document.version, change.changes, columns);
        }
    }
}
