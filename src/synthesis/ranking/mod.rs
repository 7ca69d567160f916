//! Which candidate comes first, and how sure lerp is of it: a regression over what the latent space says of each candidate.
//!
//! The weights belong to those of the model and are a file of its bundle, fitted on validation packages
//! (`lerp_training rank`). Without the file, scripts come in the order of their log-probability, and that is the confidence.

mod features;
mod own;
mod shown;

pub use features::{Features, NAMES, Passing, Setting, Wanted, features};
pub use own::{Margins, Own};
pub use shown::Shown;

use crate::latent::LatentError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The bundle's file.
const FILE: &str = "ranking.json";

/// The regressions of a bundle.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ranking {
    /// For concepts that the bundle brings.
    built_in: Regression,
    /// For concepts that pairs teach.
    taught: Regression,
}

/// The candidates of a request, and that none of them is right, share one probability: candidate i is right with
/// exp(sᵢ) / (1 + Σ exp(sⱼ)), where s is a weighted sum of its features.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Regression {
    bias: f32,
    weights: BTreeMap<String, f32>,
    /// A concept applies where its likeliest candidate is at least so probably right.
    pub applies_from: f32,
    /// Candidates are looked at where the likeliest script is at least so much likelier, in log-probability, than changing
    /// nothing: elsewhere the filters are spared.
    pub reluctance: f32,
}

impl Ranking {
    /// Reads that of a bundle; `None` where it has none.
    pub fn read(folder: &Path) -> Result<Option<Self>, LatentError> {
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        let corrupt = |problem: String| LatentError::Corrupt { file: file.clone(), problem };
        let text = std::fs::read_to_string(&file).map_err(|error| corrupt(error.to_string()))?;
        let ranking: Self = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
        for regression in [&ranking.built_in, &ranking.taught] {
            if let Some(name) = regression.weights.keys().find(|name| !NAMES.contains(&name.as_str())) {
                return Err(corrupt(format!("this release knows no feature {name:?}")));
            }
            if !(0.0..=1.0).contains(&regression.applies_from) {
                return Err(corrupt("applies_from is not a number from 0 to 1".to_owned()));
            }
        }
        Ok(Some(ranking))
    }

    /// That of a kind of concept.
    pub fn of(&self, taught: bool) -> &Regression {
        if taught { &self.taught } else { &self.built_in }
    }
}

impl Regression {
    /// What its features need.
    pub fn wanted(&self) -> Wanted {
        let used = self.weights.iter().filter(|(_, weight)| **weight != 0.0);
        Wanted::of(used.map(|(name, _)| name.as_str()))
    }

    /// How probably each candidate of a request is right.
    pub fn probabilities(&self, candidates: &[Features]) -> Vec<f32> {
        let weight = |name: &str| self.weights.get(name).copied().unwrap_or(0.0);
        let score =
            |features: &Features| self.bias + features.iter().map(|(name, value)| weight(name) * value).sum::<f32>();
        let scores: Vec<f32> = candidates.iter().map(score).collect();
        let highest = scores.iter().copied().fold(0.0, f32::max);
        let total = (-highest).exp() + scores.iter().map(|score| (score - highest).exp()).sum::<f32>();
        scores.iter().map(|score| (score - highest).exp() / total).collect()
    }
}

#[cfg(test)]
mod tests;
