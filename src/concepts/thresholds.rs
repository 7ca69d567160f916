//! From which confidence on an edit is shown that nothing else vouches for: measured for each kind of concept, and part of the
//! bundle, because it belongs to its weights.

use crate::latent::LatentError;
use serde::Deserialize;
use std::path::Path;

/// The bundle's file; `lerp_training field --confidence` writes it.
const FILE: &str = "confidence.json";
/// For a bundle that does not say.
const UNMEASURED: f32 = 0.75;

/// Chosen on validation packages so that, of the edits shown, a given share is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Of concepts that the bundle brings.
    pub built_in: f32,
    /// Of concepts that pairs teach.
    pub taught: f32,
}

impl Thresholds {
    /// Reads those of a bundle.
    pub fn read(folder: &Path) -> Result<Self, LatentError> {
        #[derive(Deserialize)]
        struct Chosen {
            threshold: f32,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Whole {
            built_in: Chosen,
            taught: Chosen,
        }
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(Self { built_in: UNMEASURED, taught: UNMEASURED });
        }
        let corrupt = |problem: String| LatentError::Corrupt { file: file.clone(), problem };
        let text = std::fs::read_to_string(&file).map_err(|error| corrupt(error.to_string()))?;
        let whole: Whole = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
        let read = Self { built_in: whole.built_in.threshold, taught: whole.taught.threshold };
        if [read.built_in, read.taught].iter().all(|share| (0.0..=1.0).contains(share)) {
            return Ok(read);
        }
        Err(corrupt("a threshold is not a number from 0 to 1".to_owned()))
    }

    /// Of a concept.
    pub fn of(self, taught: bool) -> f32 {
        if taught { self.taught } else { self.built_in }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_and_rubbish_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Thresholds::read(folder.path()).unwrap(), Thresholds { built_in: 0.75, taught: 0.75 });
        let write = |text: &str| std::fs::write(folder.path().join(FILE), text).unwrap();
        write(r#"{"split": "validation", "built-in": {"threshold": 0.5, "cases": 9}, "taught": {"threshold": 0.875}}"#);
        let read = Thresholds::read(folder.path()).unwrap();
        assert_eq!((read.of(false), read.of(true)), (0.5, 0.875));
        for text in ["", "{}", r#"{"built-in": {"threshold": 0.5}, "taught": {"threshold": 2}}"#] {
            write(text);
            let said = Thresholds::read(folder.path()).unwrap_err().to_string();
            assert!(said.contains("confidence.json"), "{said}");
        }
    }
}
