//! The open documents: text, lines and tree of the newest version. Texts change on the loop's thread, in the order in
//! which the client changed them; everything else works on snapshots.

use super::history::History;
use crate::syntax::{Mended, Parsed, Replacement, Spot, parse, parse_again};
use crate::synthesis::Cancel;
use crate::text::{Columns, LineIndex, LineStarts, Position};
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tower_lsp::ls_types::{self, TextDocumentContentChangeEvent, TextEdit, Uri};

/// The open documents by URI, whatever its scheme.
#[derive(Default)]
pub struct Documents(Mutex<HashMap<String, Document>>);

struct Document {
    uri: Uri,
    version: i32,
    text: Arc<String>,
    lines: Arc<LineStarts>,
    /// Follows the text's changes, once it was asked for.
    tree: Option<Arc<Mended>>,
    /// Whether a `\r` alone ends a line somewhere: the tree counts other lines then.
    lone_return: bool,
    /// What works on this version, and is in vain once there is another.
    running: Vec<Cancel>,
    history: History,
}

/// One version of a document.
#[derive(Clone)]
pub struct Snapshot {
    /// Which document.
    pub uri: Uri,
    /// Which version.
    pub version: i32,
    /// Its text.
    pub text: Arc<String>,
    lines: Arc<LineStarts>,
    tree: Option<Arc<Mended>>,
    columns: Columns,
}

impl Documents {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Document>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A document was opened.
    pub fn open(&self, uri: Uri, version: i32, text: String) {
        let lone_return = lone_return(&text, 0..text.len());
        let lines = Arc::new(LineStarts::new(&text));
        let key = uri.as_str().to_owned();
        let text = Arc::new(text);
        let (running, history) = (Vec::new(), History::default());
        let document = Document { uri, version, text, lines, tree: None, lone_return, running, history };
        if let Some(before) = self.lock().insert(key, document) {
            before.stop();
        }
    }

    /// A document was closed.
    pub fn close(&self, uri: &Uri) {
        if let Some(document) = self.lock().remove(uri.as_str()) {
            document.stop();
        }
    }

    /// A document was changed. Positions outside of the text are taken as its nearest end.
    pub fn change(&self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>, columns: Columns) {
        let mut documents = self.lock();
        let Some(document) = documents.get_mut(uri.as_str()) else {
            return;
        };
        document.stop();
        document.running.clear();
        document.version = version;
        document.history.change(&document.text, Instant::now());
        for change in changes {
            match change.range {
                Some(range) => {
                    let range = bytes(&document.lines.index(&document.text), range, columns);
                    document.replace(range, &change.text);
                }
                None => {
                    document.lone_return = lone_return(&change.text, 0..change.text.len());
                    document.lines = Arc::new(LineStarts::new(&change.text));
                    document.text = Arc::new(change.text);
                    document.tree = None;
                }
            }
        }
    }

    /// The newest version of a document.
    pub fn snapshot(&self, uri: &Uri, columns: Columns) -> Option<Snapshot> {
        let documents = self.lock();
        let document = documents.get(uri.as_str())?;
        Some(Snapshot {
            uri: document.uri.clone(),
            version: document.version,
            text: Arc::clone(&document.text),
            lines: Arc::clone(&document.lines),
            tree: document.tree.clone(),
            columns,
        })
    }

    /// What the document was before its last stretches of changes, the newest first.
    pub fn before(&self, uri: &Uri) -> Vec<Arc<String>> {
        self.lock().get(uri.as_str()).map(|document| document.history.texts()).unwrap_or_default()
    }

    /// The newest version's number.
    pub fn version(&self, uri: &Uri) -> Option<i32> {
        self.lock().get(uri.as_str()).map(|document| document.version)
    }

    /// Has `cancel` asked to stop when the document is no longer at this version.
    pub fn stop_with(&self, snapshot: &Snapshot, cancel: &Cancel) {
        match self.lock().get_mut(snapshot.uri.as_str()) {
            Some(document) if document.version == snapshot.version => {
                document.running.retain(|other| !other.is_cancelled());
                document.running.push(cancel.clone());
            }
            _ => cancel.cancel(),
        }
    }

    /// Stops all work.
    pub fn cancel_all(&self) {
        self.lock().values().for_each(Document::stop);
    }

    /// The tree of a snapshot, kept for the requests to come. Blocks while it parses.
    pub fn parsed(&self, snapshot: &Snapshot) -> Parsed {
        let parsed = match &snapshot.tree {
            Some(tree) => match tree.whole() {
                Some(parsed) => return parsed.clone(),
                None => parse_again(&snapshot.text, tree.before()),
            },
            None => parse(&snapshot.text),
        };
        self.keep(snapshot, Mended::new(parsed.clone()));
        parsed
    }

    /// A tree of a snapshot that is right at the lines of a range, whatever it says of others. Blocks, but not long, unless the
    /// text is broken.
    pub fn parsed_at(&self, snapshot: &Snapshot, range: &Range<usize>) -> Parsed {
        let mended = snapshot.tree.as_ref().and_then(|tree| {
            let mut tree = Mended::clone(tree);
            tree.mend(&snapshot.text).then_some(tree)
        });
        let Some(tree) = mended else { return self.parsed(snapshot) };
        let found = tree.at(range).cloned();
        self.keep(snapshot, tree);
        found.unwrap_or_else(|| self.parsed(snapshot))
    }

    fn keep(&self, snapshot: &Snapshot, tree: Mended) {
        if let Some(document) = self.lock().get_mut(snapshot.uri.as_str())
            && document.version == snapshot.version
        {
            document.tree = Some(Arc::new(tree));
        }
    }
}

impl Document {
    fn stop(&self) {
        self.running.iter().for_each(Cancel::cancel);
    }

    fn replace(&mut self, range: Range<usize>, new: &str) {
        let spot = |text: &str, lines: &LineStarts, offset| {
            let at = lines.index(text).position(offset, Columns::Utf8);
            Spot { offset, line: at.line, column: at.column }
        };
        let start = spot(&self.text, &self.lines, range.start);
        let old_end = spot(&self.text, &self.lines, range.end);
        // copied only when a snapshot is in use
        let text = Arc::make_mut(&mut self.text);
        text.replace_range(range.clone(), new);
        Arc::make_mut(&mut self.lines).replaced(text, range.start, range.len(), new.len());
        let end = range.start + new.len();
        self.lone_return |= lone_return(text, range.start.saturating_sub(1)..end + 1);
        let new_end = spot(text, &self.lines, end);
        match &mut self.tree {
            Some(tree) if !self.lone_return => Arc::make_mut(tree).replaced(&Replacement { start, old_end, new_end }),
            _ => self.tree = None,
        }
    }
}

impl Snapshot {
    /// The bytes of a range.
    pub fn bytes(&self, range: ls_types::Range) -> Range<usize> {
        bytes(&self.lines.index(&self.text), range, self.columns)
    }

    /// The position of a byte offset.
    pub fn position(&self, offset: usize) -> ls_types::Position {
        let at = self.lines.index(&self.text).position(offset, self.columns);
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        ls_types::Position { line: number(at.line), character: number(at.column) }
    }

    /// An edit in the client's positions.
    pub fn edit(&self, edit: &crate::text::TextEdit) -> TextEdit {
        let range = ls_types::Range { start: self.position(edit.range.start), end: self.position(edit.range.end) };
        TextEdit { range, new_text: edit.new_text.clone() }
    }

    /// Where the document is on disk, if it is.
    pub fn file(&self) -> Option<PathBuf> {
        let is_file = self.uri.scheme().as_str() == "file";
        let path = is_file.then(|| self.uri.to_file_path()).flatten()?;
        Some(path.into_owned()).filter(|path| path.is_absolute())
    }
}

fn bytes(lines: &LineIndex<'_>, range: ls_types::Range, columns: Columns) -> Range<usize> {
    let offset = |at: ls_types::Position| {
        let position = Position { line: at.line as usize, column: at.character as usize };
        lines.offset(position, columns).unwrap_or(lines.end())
    };
    let (start, end) = (offset(range.start), offset(range.end));
    start.min(end)..start.max(end)
}

/// Whether a `\r` in the range stands without `\n`.
fn lone_return(text: &str, range: Range<usize>) -> bool {
    let text = text.as_bytes();
    let range = range.start..range.end.min(text.len());
    range.clone().any(|at| text[at] == b'\r' && text.get(at + 1) != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let position = |line: u32, character: u32| ls_types::Position { line, character };
        let range = range.map(|[a, b, c, d]| ls_types::Range { start: position(a, b), end: position(c, d) });
        serde_json::from_value(json!({ "range": range, "text": text })).unwrap()
    }

    #[test]
    fn changes_are_applied_in_order_and_trees_follow() {
        let uri: Uri = "untitled:x".parse().unwrap();
        let documents = Documents::default();
        documents.open(uri.clone(), 1, "def f():\n    return 1\n".to_owned());
        let mut version = 1;
        let mut check = |changes: Vec<TextDocumentContentChangeEvent>, expect: &str| {
            version += 1;
            // a tree is there before, so that it has to follow
            documents.parsed(&documents.snapshot(&uri, Columns::Utf16).unwrap());
            documents.change(&uri, version, changes, Columns::Utf16);
            let snapshot = documents.snapshot(&uri, Columns::Utf16).unwrap();
            assert_eq!((snapshot.text.as_str(), snapshot.version), (expect, version));
            assert_eq!(*snapshot.lines, LineStarts::new(expect));
            let tree = |parsed: &Parsed| (parsed.root().to_sexp(), parsed.root().end_position());
            assert_eq!(tree(&documents.parsed(&snapshot)), tree(&parse(expect)), "{expect:?}");
        };
        check(vec![change(Some([1, 11, 1, 12]), "2")], "def f():\n    return 2\n");
        check(
            vec![change(Some([0, 0, 0, 0]), "# é😀\n"), change(Some([0, 3, 0, 5]), "")],
            "# é\ndef f():\n    return 2\n",
        );
        check(vec![change(Some([1, 4, 1, 5]), "g"), change(Some([2, 99, 99, 0]), "")], "# é\ndef g():\n    return 2");
        check(vec![change(Some([9, 0, 9, 0]), "\r\nx = (\r")], "# é\ndef g():\n    return 2\r\nx = (\r");
        check(vec![change(Some([3, 0, 0, 0]), "")], "x = (\r");
        check(vec![change(None, "def h():\n    pass\n")], "def h():\n    pass\n");
        check(
            vec![change(Some([1, 4, 1, 8]), "return [\n        1,\n    ]")],
            "def h():\n    return [\n        1,\n    ]\n",
        );
    }

    #[test]
    fn work_stops_with_its_version() {
        let uri: Uri = "file:///a.py".parse().unwrap();
        let documents = Documents::default();
        let stopped = |act: &dyn Fn()| {
            documents.open(uri.clone(), 1, "x\n".to_owned());
            let snapshot = documents.snapshot(&uri, Columns::Utf16).unwrap();
            let cancel = Cancel::default();
            documents.stop_with(&snapshot, &cancel);
            assert!(!cancel.is_cancelled());
            act();
            let late = Cancel::default();
            documents.stop_with(&snapshot, &late);
            (cancel.is_cancelled(), late.is_cancelled())
        };
        assert_eq!(stopped(&|| {}), (false, false));
        assert_eq!(stopped(&|| documents.change(&uri, 2, vec![change(None, "y\n")], Columns::Utf16)), (true, true));
        assert_eq!(stopped(&|| documents.close(&uri)), (true, true));
        assert_eq!(stopped(&|| documents.cancel_all()), (true, false));
    }

    #[test]
    fn only_files_are_on_disk() {
        let file = |uri: &str| {
            let documents = Documents::default();
            let uri: Uri = uri.parse().unwrap();
            documents.open(uri.clone(), 1, String::new());
            documents.snapshot(&uri, Columns::Utf16).unwrap().file()
        };
        assert_eq!(file("untitled:a.py"), None);
        assert_eq!(file("file://"), None);
        assert_eq!(file("vscode-vfs://github/a.py"), None);
        #[cfg(unix)]
        assert_eq!(file("file:///a%20b/%C3%A9.py"), Some(PathBuf::from("/a b/é.py")));
    }
}
