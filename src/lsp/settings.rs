//! Settings of the editor, over those of the environment, over those of the project.
//!
//! A project's pyproject.toml only sets numbers here: opening a folder must not choose which library is loaded, which
//! Python is run, or that tests run at all. Those come from the environment and from the editor, which are the user's own.

use crate::config::{ConfigError, Layer, Settings, TestChoice};
use crate::text::nearest;
use serde_json::{Map, Value};
use std::path::Path;

/// Keys that the editor may set, as they are written in `[tool.lerp]`; in the editor `test-timeout` is `testTimeout`.
const KEYS: [&str; 9] =
    ["model", "onnxruntime", "python", "tests", "test-timeout", "strength", "confidence", "candidates", "seed"];
/// Keys of the editor alone.
const OWN_KEYS: [&str; 2] = ["test-budget", "experimental"];

/// Seconds for the tests of one edit, unless set.
const TEST_TIMEOUT: f64 = 20.0;
/// Seconds for the tests of all candidates of a request, unless set.
const TEST_BUDGET: f64 = 30.0;

/// What the editor sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Editor {
    /// What can be set elsewhere, too.
    pub layer: Layer,
    /// Seconds for the tests of all candidates of a request.
    pub test_budget: f64,
    /// Whether concepts are offered that are right too seldom.
    pub experimental: bool,
}

impl Default for Editor {
    fn default() -> Self {
        Self { layer: Layer::default(), test_budget: TEST_BUDGET, experimental: false }
    }
}

/// Reads the editor's settings: the object itself, or the one under `lerp` or `settings`. What does not fit is left out,
/// and said.
pub fn read(value: &Value) -> (Editor, Vec<String>) {
    let mut problems = Vec::new();
    let mut editor = Editor::default();
    let inner = ["lerp", "settings"].iter().find_map(|key| value.get(key).filter(|inner| inner.is_object()));
    let value = inner.unwrap_or(value);
    let Some(object) = value.as_object() else {
        if !value.is_null() {
            problems.push("the settings of lerp must be an object".to_owned());
        }
        return (editor, problems);
    };
    let mut layer = Map::new();
    for (key, value) in object {
        let name = kebab(key);
        // an empty text is how editors write "not set"
        let is_set = !value.is_null() && value.as_str() != Some("");
        match name.as_str() {
            "experimental" if is_set => match value.as_bool() {
                Some(experimental) => editor.experimental = experimental,
                None => problems.push(format!("lerp.{key} must be true or false")),
            },
            "test-budget" if is_set => match value.as_f64() {
                Some(budget) if (0.0..=86_400.0).contains(&budget) => editor.test_budget = budget,
                _ => problems.push(format!("lerp.{key} must be from 0 to 86400 seconds")),
            },
            name if KEYS.contains(&name) && is_set => {
                let one: Map<String, Value> = [(name.to_owned(), value.clone())].into_iter().collect();
                match serde_json::from_value::<Layer>(Value::Object(one.clone())) {
                    Ok(_) => layer.extend(one),
                    Err(error) => problems.push(format!("lerp.{key}: {error}")),
                }
            }
            name if KEYS.contains(&name) || OWN_KEYS.contains(&name) => {}
            name => {
                let known = KEYS.into_iter().chain(OWN_KEYS);
                let hint = nearest(name, known).map(|near| format!("; did you mean {:?}?", camel(near)));
                problems.push(format!("unknown setting lerp.{key}{}", hint.unwrap_or_default()));
            }
        }
    }
    let layer: Layer = serde_json::from_value(Value::Object(layer)).unwrap_or_default();
    match Settings::resolve(std::slice::from_ref(&layer)) {
        Ok(_) => editor.layer = layer,
        Err(error) => problems.push(format!("lerp: {error}")),
    }
    (editor, problems)
}

/// What holds for one file. Reads the project's pyproject.toml.
pub fn resolve(file: Option<&Path>, editor: &Layer) -> Result<Settings, ConfigError> {
    let server = Layer { tests: Some(TestChoice::None), test_timeout: Some(TEST_TIMEOUT), ..Layer::default() };
    let project = match file.and_then(Path::parent) {
        Some(folder) => Layer::discover(folder)?.0,
        None => Layer::default(),
    };
    let project = Layer {
        test_timeout: project.test_timeout,
        strength: project.strength,
        confidence: project.confidence,
        candidates: project.candidates,
        seed: project.seed,
        ..Layer::default()
    };
    let environment = Layer::from_environment(|name| std::env::var_os(name))?;
    Settings::resolve(&[server, project, environment, editor.clone()])
}

fn kebab(key: &str) -> String {
    let mut out = String::new();
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn camel(key: &str) -> String {
    let mut words = key.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |out, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        out + &head.to_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_editors_settings_are_read_as_far_as_they_fit() {
        let check_editor = |value: Value, expect: Editor, problem: &str| {
            let (editor, problems) = read(&value);
            assert_eq!(editor, expect, "{value}");
            let found = problems.join("\n");
            assert!(found.contains(problem) && found.is_empty() == problem.is_empty(), "{found:?} {problem:?}");
        };
        let check = |value, layer, problem: &str| check_editor(value, Editor { layer, ..Editor::default() }, problem);
        let two = || Layer { candidates: Some(2), ..Layer::default() };
        check(Value::Null, Layer::default(), "");
        check(json!({}), Layer::default(), "");
        check(json!({ "candidates": 2, "model": "" }), two(), "");
        check(json!({ "lerp": { "candidates": 2 } }), two(), "");
        check(json!({ "settings": { "candidates": 2 } }), two(), "");
        check(json!({ "testTimeout": 3.0 }), Layer { test_timeout: Some(3.0), ..Layer::default() }, "");
        check(json!({ "test-timeout": 3.0 }), Layer { test_timeout: Some(3.0), ..Layer::default() }, "");
        check(json!({ "candidates": 2, "testTimout": 1 }), two(), "did you mean \"testTimeout\"?");
        check(json!({ "candidates": 2, "seed": "x" }), two(), "lerp.seed: ");
        check(json!({ "candidates": 0 }), Layer::default(), "candidates must be from 1 to 64");
        check(json!([1]), Layer::default(), "must be an object");
        check_editor(
            json!({ "testBudget": 0, "experimental": true }),
            Editor { test_budget: 0.0, experimental: true, ..Editor::default() },
            "",
        );
        check(json!({ "testBudget": -1 }), Layer::default(), "lerp.testBudget must be");
        check(json!({ "experimental": "yes" }), Layer::default(), "lerp.experimental must be");
        check(json!({ "experimentel": true }), Layer::default(), "did you mean \"experimental\"?");
    }
}
