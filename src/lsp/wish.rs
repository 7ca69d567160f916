//! What is wanted: the same in an action's data, in the arguments of the command, and in `lerp/candidates`.

use crate::config::TestChoice;
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{ProgressToken, Range, Uri};

/// What is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// Which document.
    pub text_document: Target,
    /// A place in the function, or a selection; all functions of the document when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
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

/// What clients may say with a request that takes long.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tokens {
    /// Where the client wants to see progress.
    pub work_done_token: Option<ProgressToken>,
    /// Where it wants to see what is known before the answer.
    pub partial_result_token: Option<ProgressToken>,
}

impl Wish {
    /// `lerp: add guard-clause, remove logging`.
    pub fn progress_title(&self) -> String {
        let add = self.add.iter().map(|name| format!("add {name}"));
        let remove = self.remove.iter().map(|name| format!("remove {name}"));
        format!("lerp: {}", add.chain(remove).collect::<Vec<_>>().join(", "))
    }
}
