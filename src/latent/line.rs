//! The line between two functions in the space of local latents: what the un-pool head says on it.

use super::{LatentError, Locals, Model};
use crate::codec::Id;

/// So many tokens are encoded together; longer sequences go in stretches.
const STRETCH: usize = 320;

impl Model {
    /// What the latents say at each place on the way from one sequence to another of the same length, at each of the
    /// shares of the way: 0 is `a`, 1 is `b`. Latents between two of unit RMS get unit RMS again, as the encoder's have.
    pub fn said_between(
        &mut self,
        a: &[Id],
        b: &[Id],
        shares: &[f32],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Id>>, LatentError> {
        let mut said = vec![Vec::with_capacity(a.len()); shares.len()];
        for (a, b) in a.chunks(STRETCH).zip(b.chunks(STRETCH)) {
            let (from, to) = (self.encode(a)?, self.encode(b)?);
            for (share, said) in shares.iter().zip(&mut said) {
                if stop() {
                    return Err(LatentError::Cancelled);
                }
                let width = self.bundle.shapes.latent;
                said.extend(self.reconstruct(&between(&from, &to, *share, width))?);
            }
        }
        Ok(said)
    }
}

fn between(a: &Locals, b: &Locals, share: f32, width: usize) -> Locals {
    let mut z: Vec<f32> = a.z.iter().zip(&b.z).map(|(a, b)| (1.0 - share) * a + share * b).collect();
    for latent in z.chunks_mut(width.max(1)) {
        let mean_square = latent.iter().map(|value| value * value).sum::<f32>() / latent.len() as f32;
        let factor = 1.0 / (mean_square + 1e-6).sqrt();
        latent.iter_mut().for_each(|value| *value *= factor);
    }
    Locals { z, latents: a.latents.min(b.latents), positions: a.positions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_begins_and_ends_at_its_ends() {
        let locals = |z: Vec<f32>| Locals { z, latents: 2, positions: 8 };
        let (a, b) = (locals(vec![1.0, -1.0, 1.0, 1.0]), locals(vec![1.0, 1.0, -1.0, 1.0]));
        let near = |x: &Locals, y: &Locals| x.z.iter().zip(&y.z).all(|(x, y)| (x - y).abs() < 1e-3);
        assert!(near(&between(&a, &b, 0.0, 2), &a) && near(&between(&a, &b, 1.0, 2), &b));
        let middle = between(&a, &b, 0.5, 2);
        assert!((middle.z[0] - 2f32.sqrt()).abs() < 1e-3 && middle.z[1].abs() < 1e-6);
    }
}
