//! JSON that subcommands print, in the order in which it is printed. The formats are described in the README.

use super::refactor::{Fate, Summary};
use super::referee::Status;
use crate::text::{Columns, LineIndex, TextEdit};
use crate::verify::Differential;
use serde::Serialize;

/// What `lerp refactor --format json` prints.
#[derive(Debug, Serialize)]
pub struct RefactorJson<'a> {
    /// Of the format.
    pub version: u32,
    /// Files in which something was tried.
    pub files: Vec<FileJson<'a>>,
    /// Over all files.
    pub summary: &'a Summary,
}

/// One file.
#[derive(Debug, Serialize)]
pub struct FileJson<'a> {
    pub path: String,
    pub applied: bool,
    pub verdict: Option<Status>,
    pub tests_run: usize,
    pub message: Option<&'a str>,
    pub diff: String,
    pub edits: Vec<EditJson>,
    pub functions: Vec<FunctionJson<'a>>,
}

/// One function.
#[derive(Debug, Serialize)]
pub struct FunctionJson<'a> {
    pub name: &'a str,
    pub line: usize,
    pub outcome: Fate,
    pub message: Option<&'a str>,
    pub add: &'a [String],
    pub remove: &'a [String],
    pub verdict: Option<Status>,
    pub tests_run: Option<usize>,
    pub score: Option<f32>,
    pub concept_gain: Option<f32>,
    pub confidence: Option<f32>,
    pub strength: Option<&'static str>,
    pub places: Option<usize>,
    pub places_changed: Option<usize>,
    pub conflicts: &'a [String],
    pub candidates_failed: usize,
    pub differential: Option<&'a Differential>,
}

/// An edit as the language server protocol writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditJson {
    range: RangeJson,
    new_text: String,
}

#[derive(Debug, Serialize)]
struct RangeJson {
    start: PositionJson,
    end: PositionJson,
}

/// Line, and column in UTF-16 code units, both from 0.
#[derive(Debug, Serialize)]
struct PositionJson {
    line: usize,
    character: usize,
}

impl EditJson {
    /// An edit of the text that `lines` is about.
    pub fn new(edit: &TextEdit, lines: &LineIndex<'_>) -> Self {
        let position = |offset| {
            let at = lines.position(offset, Columns::Utf16);
            PositionJson { line: at.line, character: at.column }
        };
        Self {
            range: RangeJson { start: position(edit.range.start), end: position(edit.range.end) },
            new_text: edit.new_text.clone(),
        }
    }
}
