//! The concepts that a bundle brings: the windows of their pairs, learned vectors, the spellings that travel along,
//! measured accuracy.

use super::Taught;
use crate::latent::{EditVector, LatentError};
use safetensors::tensor::{Dtype, SafeTensors};
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
    /// Its vector, of near unit RMS, where one was learned from all of its pairs; that of the windows otherwise.
    #[serde(skip)]
    pub vector: Option<EditVector>,
    /// Share of held-out functions on which adding it was exactly right.
    #[serde(default)]
    pub accuracy: Option<f32>,
    /// The same for removing it.
    #[serde(default)]
    pub removal_accuracy: Option<f32>,
}

/// The file of learned vectors: a tensor (vectors, width) in fp32 for each concept that has one.
const VECTORS: &str = "concepts.safetensors";

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

/// Reads `concepts.json` of a bundle, and `concepts.safetensors` where there is one; an edit is `size` numbers.
pub fn read(folder: &Path, size: usize) -> Result<HashMap<String, BuiltIn>, LatentError> {
    let concepts: Vec<BuiltIn> = read_as(folder)?;
    let mut concepts: HashMap<String, BuiltIn> =
        concepts.into_iter().map(|concept| (concept.name.clone(), concept)).collect();
    for (name, vector) in read_vectors(folder, size)? {
        if let Some(concept) = concepts.get_mut(&name) {
            concept.vector = Some(vector);
        }
    }
    Ok(concepts)
}

fn read_vectors(folder: &Path, size: usize) -> Result<Vec<(String, EditVector)>, LatentError> {
    let file = folder.join(VECTORS);
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let corrupt = |problem: String| LatentError::Corrupt { file: file.clone(), problem };
    let bytes = std::fs::read(&file).map_err(|error| corrupt(error.to_string()))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| corrupt(error.to_string()))?;
    let vector = |(name, tensor): (String, safetensors::tensor::TensorView<'_>)| {
        let data = tensor.data();
        if tensor.dtype() != Dtype::F32 || data.len() != 4 * size {
            return Err(corrupt(format!("the vector of {name} is not {size} numbers in fp32")));
        }
        let numbers = data.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        Ok((name, EditVector(numbers.collect())))
    };
    tensors.tensors().into_iter().map(vector).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;

    const CONCEPTS: &str =
        r#"[{"name": "logging", "concept": {"names": [], "strings": [], "numbers": []}, "windows": []}]"#;

    fn bundle(vector: &[f32]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("concepts.json"), CONCEPTS).unwrap();
        let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![1, vector.len()], &bytes).unwrap();
        std::fs::write(folder.path().join(VECTORS), safetensors::serialize([("logging", view)], None).unwrap())
            .unwrap();
        folder
    }

    #[test]
    fn a_learned_vector_is_read_with_its_concept() {
        let folder = bundle(&[1.0, -2.0, 0.5]);
        assert_eq!(read(folder.path(), 3).unwrap()["logging"].vector, Some(EditVector(vec![1.0, -2.0, 0.5])));
        std::fs::remove_file(folder.path().join(VECTORS)).unwrap();
        assert_eq!(read(folder.path(), 3).unwrap()["logging"].vector, None);
    }

    #[test]
    fn a_vector_of_another_size_or_a_broken_file_is_said() {
        let folder = bundle(&[1.0, -2.0, 0.5]);
        let error = read(folder.path(), 4).unwrap_err().to_string();
        assert!(error.contains("the vector of logging is not 4 numbers"), "{error}");
        std::fs::write(folder.path().join(VECTORS), b"no tensors").unwrap();
        assert!(read(folder.path(), 3).unwrap_err().to_string().contains(VECTORS));
    }
}
