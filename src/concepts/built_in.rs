//! The concepts that a bundle brings: the windows of their pairs, the spellings that travel along, measured accuracy.

use super::Taught;
use crate::latent::LatentError;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// A concept of a bundle.
#[derive(Debug, Clone, Deserialize)]
pub struct BuiltIn {
    /// Its name, as in the catalogue.
    pub name: String,
    /// Windows and spellings.
    #[serde(flatten)]
    pub taught: Taught,
    /// Share of held-out functions on which adding it was exactly right.
    #[serde(default)]
    pub accuracy: Option<f32>,
    /// The same for removing it.
    #[serde(default)]
    pub removal_accuracy: Option<f32>,
}

/// Reads `concepts.json` of a bundle.
pub fn read(folder: &Path) -> Result<HashMap<String, BuiltIn>, LatentError> {
    let file = folder.join("concepts.json");
    let corrupt = |problem: String| LatentError::Corrupt { file: file.clone(), problem };
    let text = std::fs::read_to_string(&file).map_err(|error| corrupt(error.to_string()))?;
    let concepts: Vec<BuiltIn> = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
    Ok(concepts.into_iter().map(|concept| (concept.name.clone(), concept)).collect())
}
