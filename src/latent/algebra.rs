//! Arithmetic on edits: mean, norm, sum, sign, strength. It is literal.

use super::EditVector;

/// Vectors of an edit that spell what is inserted; they stand first (`content` in the training's ModelConfig).
const CONTENT: usize = 7;
/// Vectors of an edit that say what stands beside the change; they stand last.
const BESIDE: usize = 2;

impl EditVector {
    /// The mean of the edits that pairs show.
    pub fn mean(edits: &[Self]) -> Self {
        let mut sum = vec![0.0; edits.first().map_or(0, |edit| edit.0.len())];
        for edit in edits {
            for (at, value) in sum.iter_mut().zip(&edit.0) {
                *at += value;
            }
        }
        let count = edits.len().max(1) as f32;
        Self(sum.into_iter().map(|value| value / count).collect())
    }

    /// Each vector of the edit near unit RMS, so that a strength means the same for every edit; linear near zero, so
    /// that no edit stays no edit. `vector` is the width of one.
    pub fn soft_norm(&self, vector: usize) -> Self {
        let normed = self.0.chunks(vector).flat_map(|one| {
            let mean_square = one.iter().map(|value| value * value).sum::<f32>() / vector as f32;
            let factor = 1.0 / (mean_square + 0.05).sqrt();
            one.iter().map(move |value| value * factor)
        });
        Self(normed.collect())
    }

    /// `self + factor · other`; an empty edit is zero.
    pub fn plus(mut self, factor: f32, other: &Self) -> Self {
        if self.0.is_empty() {
            self.0 = vec![0.0; other.0.len()];
        }
        for (at, value) in self.0.iter_mut().zip(&other.0) {
            *at += factor * value;
        }
        self
    }

    /// Cosine with another edit; 0 when one is zero.
    pub fn cosine(&self, other: &Self) -> f32 {
        cosine(&self.0, &other.0)
    }

    /// The cosines of the parts of two edits, `vector` being the width of one of their vectors: what is inserted, where and
    /// when and what goes, and what stands beside it.
    pub fn cosines(&self, other: &Self, vector: usize) -> [f32; 3] {
        match (self.parts(vector), other.parts(vector)) {
            (Some(a), Some(b)) => [0, 1, 2].map(|at| cosine(a[at], b[at])),
            _ => [0.0; 3],
        }
    }

    fn parts(&self, vector: usize) -> Option<[&[f32]; 3]> {
        let (content, rest) = self.0.split_at_checked(CONTENT * vector)?;
        let (summary, beside) = rest.split_at_checked(rest.len().checked_sub(BESIDE * vector)?)?;
        Some([content, summary, beside])
    }

    /// Mean cosine between the pairs' own edits: the confidence of a taught concept. A single pair agrees with itself.
    pub fn agreement(edits: &[Self]) -> f32 {
        let mut sum = 0.0;
        let mut count = 0;
        for (i, a) in edits.iter().enumerate() {
            for b in &edits[..i] {
                sum += a.cosine(b);
                count += 1;
            }
        }
        if count == 0 { 1.0 } else { sum / count as f32 }
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let norm = |edit: &[f32]| edit.iter().map(|value| value * value).sum::<f32>().sqrt();
    let norms = norm(a) * norm(b);
    if norms > 0.0 { dot / norms } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_undoes_adding() {
        let v = EditVector(vec![1.0, -2.0, 3.0, 0.5]);
        let sum = EditVector(Vec::new()).plus(1.0, &v).plus(-1.0, &v);
        assert_eq!(sum.0, vec![0.0; 4]);
    }

    #[test]
    fn norm_keeps_direction_and_zero() {
        let v = EditVector(vec![3.0, 4.0, 0.0, 0.0]);
        let normed = v.soft_norm(2);
        assert!((normed.0[0] / normed.0[1] - 0.75).abs() < 1e-6);
        assert_eq!(&normed.0[2..], &[0.0, 0.0]);
        let rms = ((normed.0[0].powi(2) + normed.0[1].powi(2)) / 2.0).sqrt();
        assert!((rms - 1.0).abs() < 0.01);
    }

    #[test]
    fn the_parts_of_an_edit_are_compared_by_themselves() {
        let mut a = EditVector(vec![1.0; 18 * 2]);
        let b = a.clone();
        a.0[..14].fill(-1.0);
        a.0[32..].fill(0.0);
        let [content, summary, beside] = a.cosines(&b, 2);
        assert!((content + 1.0).abs() < 1e-6 && (summary - 1.0).abs() < 1e-6 && beside == 0.0);
        assert_eq!(EditVector(vec![1.0]).cosines(&EditVector(vec![1.0]), 2), [0.0; 3], "shorter than its parts");
    }

    #[test]
    fn agreement_is_one_for_a_single_pair_and_falls_for_opposites() {
        let v = EditVector(vec![1.0, 0.0]);
        assert_eq!(EditVector::agreement(std::slice::from_ref(&v)), 1.0);
        assert_eq!(EditVector::agreement(&[v, EditVector(vec![-1.0, 0.0])]), -1.0);
    }
}
