//! Teaching: pairs become a concept. Nothing is trained: the pairs are encoded, and what they give is tried on themselves.

use super::api::{Cancel, Example, Outcome, Request, SynthesisError};
use super::engine::Engine;
use super::known::{Known, TaughtConcept, learn};
use super::learn::LearnOptions;
use crate::codec::WindowPair;
use crate::concepts::same_function;
use crate::concepts::store::{Stored, StoredPair, StoredVector};
use crate::latent::EditVector;
use std::time::{Duration, Instant};

/// Pairs whose edits have at least this cosine, on average, are like edits.
pub const LIKE: f32 = 0.5;
/// So many pairs of a built-in concept are enough to say how near it is.
const ENOUGH_WINDOWS: usize = 2;
/// A pair with less than this against the others does the opposite of what they do.
const OPPOSITE: f32 = -0.3;

/// Pairs that are used, and pairs that are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SortedOut {
    /// Numbers of the pairs that are like each other, from 0.
    pub used: Vec<usize>,
    /// Numbers of the others, and why.
    pub aside: Vec<(usize, String)>,
}

/// Like edits among many.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Numbers of the pairs, from 0.
    pub pairs: Vec<usize>,
    /// Mean cosine between their edits.
    pub agreement: f32,
}

/// What a concept does on its own pairs, and what it is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// For each pair: whether it is reproduced by the concept that the other pairs teach. For a single pair: by its own.
    pub reproduced: Vec<bool>,
    /// Whether the others taught as the user gets it, with a search; else it was their mean.
    pub left_out_searched: bool,
    /// For each pair: whether the concept of all pairs reproduces it.
    pub reproduced_itself: Vec<bool>,
    /// The nearest built-in concepts with their cosines; removal is the negative cosine.
    pub nearest: Vec<(String, f32)>,
}

impl Engine {
    /// Groups pairs by their edits, the largest group first: two groups are joined as long as the mean cosine between them is
    /// at least [`LIKE`].
    pub fn clusters(&self, pairs: &[StoredPair]) -> Result<Vec<Cluster>, SynthesisError> {
        Ok(grouped(&cosines(&self.own_edits(pairs)?)))
    }

    /// Says which of the new pairs are like the pairs there are, or like each other when there are none yet.
    pub fn sort_out(&self, base: &[StoredPair], new: &[StoredPair]) -> Result<SortedOut, SynthesisError> {
        if base.is_empty() && new.len() < 2 {
            return Ok(SortedOut { used: (0..new.len()).collect(), aside: Vec::new() });
        }
        let all = [base, new].concat();
        let like = self.likeness(&all)?;
        let core: Vec<usize> = if base.is_empty() {
            // without a base, all are the new ones
            let largest = grouped(&like).into_iter().next();
            largest.map(|cluster| cluster.pairs).unwrap_or_default()
        } else {
            (0..base.len()).collect()
        };
        let mut sorted = SortedOut::default();
        for number in 0..new.len() {
            let at = base.len() + number;
            let mut others: Vec<f32> =
                core.iter().filter(|other| **other != at).map(|other| like[at][*other]).collect();
            if others.is_empty() {
                others = (0..all.len()).filter(|other| *other != at).map(|other| like[at][other]).collect();
            }
            let mean = others.iter().sum::<f32>() / others.len().max(1) as f32;
            if base.is_empty() && core.contains(&at) && core.len() > 1 || mean >= LIKE {
                sorted.used.push(number);
            } else if mean < OPPOSITE {
                sorted.aside.push((number, format!("it does the opposite of the rest (cosine {mean:.2})")));
            } else {
                sorted
                    .aside
                    .push((number, format!("it is unlike the rest (cosine {mean:.2}, from {LIKE:.2} on it is like)")));
            }
        }
        Ok(sorted)
    }

    /// The vector that all pairs together teach, searched for where their mean does not write them; `budget` zero: the mean.
    /// `step` is told of each step.
    pub fn encode_pairs(
        &self,
        pairs: &[StoredPair],
        budget: Duration,
        step: &dyn Fn(),
        cancel: &Cancel,
    ) -> Result<StoredVector, SynthesisError> {
        let learned = self.learn(&examples(pairs), LearnOptions { remove: false, budget }, &|_| step(), cancel)?;
        let searched = learned.search.is_some_and(|report| report.steps > 0);
        Ok(StoredVector { model: self.model_id(), values: learned.vector.0, agreement: learned.agreement, searched })
    }

    /// Tries a concept on its own pairs, and looks for built-in concepts that are like it. `step` is told of each pair. When a
    /// pair is left out, what the others teach is searched for within `budget`; zero: it is their mean.
    pub fn assess(
        &self,
        stored: &Stored,
        budget: Duration,
        cancel: &Cancel,
        step: &mut dyn FnMut(),
    ) -> Result<(TaughtConcept, Assessment), SynthesisError> {
        let pairs = &stored.pairs;
        let whole = self.known(stored.clone())?;
        let (mut reproduced, mut reproduced_itself) = (Vec::new(), Vec::new());
        for (at, pair) in pairs.iter().enumerate() {
            let itself = self.reproduces(&whole, pair, cancel)?;
            reproduced_itself.push(itself);
            reproduced.push(if pairs.len() > 1 {
                self.reproduces(&self.without(stored, at, budget, cancel)?, pair, cancel)?
            } else {
                itself
            });
            step();
        }
        let nearest = self.nearest_to(&whole.vector)?;
        let left_out_searched = pairs.len() > 1 && !budget.is_zero();
        Ok((whole.listed, Assessment { reproduced, left_out_searched, reproduced_itself, nearest }))
    }

    /// What the other pairs teach.
    fn without(
        &self,
        stored: &Stored,
        left_out: usize,
        budget: Duration,
        cancel: &Cancel,
    ) -> Result<Known, SynthesisError> {
        let mut others = stored.clone();
        others.pairs.remove(left_out);
        others.vectors.clear();
        if budget.is_zero() {
            return self.known(others);
        }
        let learned = self.learn(&examples(&others.pairs), LearnOptions { remove: false, budget }, &|_| {}, cancel)?;
        Ok(Known::new(others, learned.taught, learned.vector, learned.agreement))
    }

    /// The built-in concepts nearest to a taught one; none for any other name.
    pub fn nearest_built_in(&self, name: &str) -> Result<Vec<(String, f32)>, SynthesisError> {
        self.taught_concept(name).map_or(Ok(Vec::new()), |known| self.nearest_to(&known.vector))
    }

    fn nearest_to(&self, vector: &EditVector) -> Result<Vec<(String, f32)>, SynthesisError> {
        let shown: Vec<(&str, &[WindowPair])> = self.built_in_windows().collect();
        let some = |windows: &[WindowPair]| windows.len().min(ENOUGH_WINDOWS);
        let windows = shown.iter().flat_map(|(_, windows)| windows[..some(windows)].to_vec()).collect();
        let edits = self.edits(windows)?;
        let mut left = edits.as_slice();
        let mut nearest = Vec::new();
        for (name, windows) in shown {
            let (own, rest) = left.split_at(some(windows).min(left.len()));
            left = rest;
            nearest.push((name.to_owned(), vector.cosine(&EditVector::mean(own))));
        }
        nearest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        nearest.truncate(3);
        Ok(nearest)
    }

    /// Whether a concept turns the before side of a pair into its after side.
    fn reproduces(&self, known: &Known, pair: &StoredPair, cancel: &Cancel) -> Result<bool, SynthesisError> {
        let request = Request {
            source: &pair.before,
            function: None,
            add: Vec::new(),
            remove: Vec::new(),
            examples: Vec::new(),
            reverse_examples: false,
            strength: 1.0,
            candidates: 1,
            seed: 0,
            search: Duration::ZERO,
        };
        let asked = [known.asked(false)];
        let outcome = self.run_with(&request, &asked, Outcome::default(), Instant::now(), cancel)?;
        Ok(outcome.candidates.first().is_some_and(|first| same_function(&first.source, &pair.after)))
    }

    /// How like each other the edits of pairs are that are meant to show one and the same: their cosines, under tables of their own or
    /// under one for all, whichever is higher. A name that is the concept's in one pair may stand elsewhere in another, and is
    /// then no name of that pair's own table.
    fn likeness(&self, pairs: &[StoredPair]) -> Result<Vec<Vec<f32>>, SynthesisError> {
        let mut like = cosines(&self.own_edits(pairs)?);
        if let Ok(taught) = learn(pairs) {
            let together = cosines(&self.edits(taught.windows)?);
            for (value, other) in like.iter_mut().flatten().zip(together.into_iter().flatten()) {
                *value = value.max(other);
            }
        }
        Ok(like)
    }

    /// The edit of each pair, under its own table.
    fn own_edits(&self, pairs: &[StoredPair]) -> Result<Vec<EditVector>, SynthesisError> {
        let mut windows = Vec::new();
        for (number, pair) in (1..).zip(pairs) {
            let named = |error| match error {
                SynthesisError::Example { error, .. } => SynthesisError::Example { number, error },
                other => other,
            };
            windows.extend(learn(std::slice::from_ref(pair)).map_err(named)?.windows);
        }
        self.edits(windows)
    }
}

fn examples(pairs: &[StoredPair]) -> Vec<Example> {
    pairs.iter().map(|pair| Example { before: pair.before.clone(), after: pair.after.clone() }).collect()
}

fn cosines(edits: &[EditVector]) -> Vec<Vec<f32>> {
    edits.iter().map(|a| edits.iter().map(|b| a.cosine(b)).collect()).collect()
}

/// See [`Engine::clusters`]; `like` are the cosines.
fn grouped(like: &[Vec<f32>]) -> Vec<Cluster> {
    let mut groups: Vec<Vec<usize>> = (0..like.len()).map(|at| vec![at]).collect();
    // sums of cosines between groups: joining two adds their rows
    let mut sums = like.to_vec();
    loop {
        let couples = (0..groups.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let mean = |(a, b): (usize, usize)| sums[a][b] / (groups[a].len() * groups[b].len()) as f32;
        let Some((a, b)) = couples.max_by(|x, y| mean(*x).total_cmp(&mean(*y))).filter(|best| mean(*best) >= LIKE)
        else {
            break;
        };
        let moved = groups.remove(b);
        groups[a].extend(moved);
        // the sums of the joined group are those of its two parts
        let row = sums.remove(b);
        for (sum, value) in sums[a].iter_mut().zip(row) {
            *sum += value;
        }
        for row in &mut sums {
            let value = row.remove(b);
            row[a] += value;
        }
    }
    let mut clusters: Vec<Cluster> = groups
        .into_iter()
        .map(|mut pairs| {
            pairs.sort_unstable();
            let couples = pairs.iter().enumerate().flat_map(|(n, a)| pairs[..n].iter().map(|b| like[*a][*b]));
            let (sum, count) = couples.fold((0.0, 0), |(sum, count), cosine| (sum + cosine, count + 1));
            Cluster { agreement: if count == 0 { 1.0 } else { sum / count as f32 }, pairs }
        })
        .collect();
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.pairs.len()), cluster.pairs.first().copied()));
    clusters
}
