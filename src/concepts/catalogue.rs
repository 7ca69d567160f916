//! The concepts that lerp knows by name: what each is called, does, and may bring along.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// One named concept, as the catalogue describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConceptInfo {
    /// Name on the command line: `list-comprehension`.
    pub name: String,
    /// Title in menus.
    pub title: String,
    /// One line on what adding it does.
    pub description: String,
    /// `idioms`, `structure`, `signature`, `cross-cutting`.
    pub family: String,
    /// Whether it can be removed too.
    pub reverse: bool,
    /// What it may change of the function's behaviour; empty when it promises to keep it.
    #[serde(default)]
    pub changes_behaviour: String,
    /// Module-level statements that the edit may need.
    #[serde(default)]
    pub imports: Vec<String>,
    /// A pair that shows it.
    pub example: ExamplePair,
}

/// A function before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamplePair {
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// All named concepts, in the catalogue's order.
pub fn catalogue() -> &'static [ConceptInfo] {
    static CATALOGUE: OnceLock<Vec<ConceptInfo>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let text = include_str!("../../grammars/python/concepts/catalogue.json");
        match serde_json::from_str(text) {
            Ok(concepts) => concepts,
            Err(error) => unreachable!("grammars/python/concepts/catalogue.json is built in and tested: {error}"),
        }
    })
}

/// The concept of this name.
pub fn find(name: &str) -> Option<&'static ConceptInfo> {
    catalogue().iter().find(|concept| concept.name == name)
}

/// The known name that is spelled most like this one.
pub fn nearest(name: &str) -> Option<String> {
    let names = catalogue().iter().map(|concept| concept.name.as_str());
    nearest_of(name, names).map(str::to_owned)
}

/// The candidate that is spelled most like `name`, if any is near.
pub fn nearest_of<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    scored.filter(|(score, _)| *score > 0.7).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}
