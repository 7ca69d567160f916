//! A stored vector: safetensors, named by the pairs and the model that it was made from.

use super::StoredPair;
use super::pair::digest;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;

/// The tensor's name in the file.
const TENSOR: &str = "v";

/// What a model made of the pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredVector {
    /// Version of the model.
    pub model: String,
    /// All numbers, as they are added to a function's edit.
    pub values: Vec<f32>,
    /// Mean cosine between the pairs' own edits.
    pub agreement: f32,
    /// Whether a latent search improved it.
    pub searched: bool,
}

impl StoredVector {
    /// The name of its file.
    pub fn file_name(&self, pairs: &[StoredPair]) -> String {
        let keys: Vec<String> = pairs.iter().map(StoredPair::key).collect();
        let parts = std::iter::once(self.model.as_bytes()).chain(keys.iter().map(String::as_bytes));
        format!("vector-{}.safetensors", digest(parts))
    }

    /// As a file.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let bytes: Vec<u8> = self.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![self.values.len()], &bytes).map_err(|error| error.to_string())?;
        let about = HashMap::from([
            ("model".to_owned(), self.model.clone()),
            ("agreement".to_owned(), self.agreement.to_string()),
            ("searched".to_owned(), self.searched.to_string()),
        ]);
        safetensors::serialize([(TENSOR, view)], Some(about)).map_err(|error| error.to_string())
    }

    /// Reads a file; says what is wrong with it.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
        let about = header.metadata().clone().unwrap_or_default();
        let get = |key: &str| about.get(key).ok_or_else(|| format!("it does not say its {key}"));
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let tensor = tensors.tensor(TENSOR).map_err(|error| error.to_string())?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!("its numbers are {:?}, not F32", tensor.dtype()));
        }
        let values: Vec<f32> = tensor.data().as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err("it has numbers that are not finite".to_owned());
        }
        let agreement: f32 = get("agreement")?.parse().map_err(|_| "its agreement is not a number".to_owned())?;
        Ok(Self { model: get("model")?.clone(), values, agreement, searched: get("searched")? == "true" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_comes_back_and_rubbish_does_not() {
        let vector = StoredVector { model: "1".into(), values: vec![0.5, -2.0], agreement: 0.75, searched: true };
        let bytes = vector.to_bytes().unwrap();
        assert_eq!(StoredVector::from_bytes(&bytes).unwrap(), vector);
        for cut in 0..bytes.len() {
            assert!(StoredVector::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let odd = StoredVector { values: vec![f32::NAN], ..vector };
        assert!(StoredVector::from_bytes(&odd.to_bytes().unwrap()).is_err());
    }
}
