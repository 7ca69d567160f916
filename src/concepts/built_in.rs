//! The concepts that a bundle brings: the windows of their pairs, the spellings that travel along, measured accuracy.

use super::Taught;
use crate::latent::LatentError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
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

/// How well a bundle does one of its concepts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// Share of held-out functions on which adding it was exactly right.
    pub accuracy: Option<f32>,
    /// The same for removing it.
    pub removal_accuracy: Option<f32>,
}

/// A concept that is right less often than this is experimental: it is listed, and not offered unasked.
pub const EXPERIMENTAL_BELOW: f32 = 0.6;

impl Measured {
    /// Whether it is measured to be right too seldom to be offered.
    pub fn is_experimental(self, remove: bool) -> bool {
        let share = if remove { self.removal_accuracy } else { self.accuracy };
        share.is_some_and(|share| share < EXPERIMENTAL_BELOW)
    }
}

/// Reads `concepts.json` of a bundle.
pub fn read(folder: &Path) -> Result<HashMap<String, BuiltIn>, LatentError> {
    let concepts: Vec<BuiltIn> = read_as(folder)?;
    Ok(concepts.into_iter().map(|concept| (concept.name.clone(), concept)).collect())
}

/// Reads of `concepts.json` only how well each concept is done.
pub fn read_measured(folder: &Path) -> Result<HashMap<String, Measured>, LatentError> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
        accuracy: Option<f32>,
        removal_accuracy: Option<f32>,
    }
    let concepts: Vec<Named> = read_as(folder)?;
    let measured = concepts
        .into_iter()
        .map(|Named { name, accuracy, removal_accuracy }| (name, Measured { accuracy, removal_accuracy }));
    Ok(measured.collect())
}

fn read_as<T: DeserializeOwned>(folder: &Path) -> Result<T, LatentError> {
    let file = folder.join("concepts.json");
    let corrupt = |problem: String| LatentError::Corrupt { file: file.clone(), problem };
    let text = std::fs::read_to_string(&file).map_err(|error| corrupt(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))
}
