//! Latent search: a taught edit is moved up the likelihood of its own pairs' scripts, with the model frozen.
//!
//! The mean of the pairs' edits is where it starts. A few steps of Adam later the edit writes its own pairs, and, measured on
//! rules that were never trained, three times as many other functions as before. Where the mean was right already it is
//! left alone: each pair is first written with the edit of the others.

use super::model::{Model, runtime_error};
use super::practice::{Asked, Practice};
use super::{EditVector, LatentError, Locals};
use crate::codec::Step;
use crate::codec::vocabulary::Id;
use ort::value::Tensor;
use std::time::Instant;

/// How far one step moves each number of an edit; they are near unit RMS.
const RATE: f32 = 0.1;
/// Decay of Adam's two means.
const BETAS: (f32, f32) = (0.9, 0.98);
/// At most so many steps.
const STEPS: usize = 12;
/// Weight of a function that is to stay as it is, beside 1 for a pair.
const UNRELATED: f32 = 0.5;
/// A script at least this likely, in log-probability, needs no more search.
const SURE: f32 = -0.1;
/// Scripts are filled up to a multiple of this: few shapes reach the runtime.
const BUCKET: usize = 8;

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The pairs' mean writes each pair, when it is left out, as it should be.
    NotNeeded,
    /// No pair can be practised, or the bundle has no graph to search with.
    NotPossible,
    /// All pairs are written, and surely.
    Sure,
    /// It went as many steps as it may.
    Steps,
}

/// What a search did.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchReport {
    /// Whether each pair is written exactly by the mean of the others; empty for a single pair.
    pub left_out: Vec<bool>,
    /// Pairs that can be practised: all that the after side says is known from the before side and the concept.
    pub pairs: usize,
    /// How many of them the pairs' mean writes exactly.
    pub reproduced_before: usize,
    /// How many the edit that was found writes exactly.
    pub reproduced_after: usize,
    /// Steps that were taken.
    pub steps: usize,
    /// Why it ended; `None` when it was stopped from outside.
    pub ended: Option<Ended>,
    /// Milliseconds on the model's thread.
    pub millis: f64,
}

/// A function with its script, encoded.
struct Row {
    locals: Locals,
    asked: Asked,
    weight: f32,
    /// -1 where the edit is taken away.
    sign: f32,
    /// Whether it is one of the pairs.
    pair: bool,
}

/// A search on its way. It belongs to the caller, and each step is a job of its own for the model's thread: so requests of
/// others come in between, and it can be stopped after any step.
pub struct Search {
    rows: Vec<Row>,
    now: Vec<f32>,
    best: Vec<f32>,
    best_so_far: (usize, f32),
    mean: Vec<f32>,
    mean_square: Vec<f32>,
    report: SearchReport,
}

/// What a pass over all rows says of an edit.
struct Pass {
    gradient: Vec<f32>,
    reproduced: usize,
    /// Weighted sum of the scripts' log-likelihoods.
    likelihood: f32,
    /// Of the least likely row.
    least: f32,
}

impl Search {
    /// Encodes what is practised and tries the mean. `edits` are the pairs' own, `practice` theirs too, `None` where a pair can
    /// not be practised; `unrelated` are functions to which the edit should do nothing.
    pub fn new(
        model: &mut Model,
        edits: &[EditVector],
        practice: &[Option<Practice>],
        unrelated: &[Vec<Id>],
    ) -> Result<Self, LatentError> {
        let started = Instant::now();
        let width = model.bundle.shapes.vector;
        let mean = EditVector::mean(edits).soft_norm(width);
        let (mut rows, mut left_out, mut reproduced) = (Vec::new(), Vec::new(), 0);
        for (number, pair) in practice.iter().enumerate() {
            let Some((practice, asked)) = pair.as_ref().and_then(|p| Some((p, Asked::of(&p.script)?))) else {
                continue;
            };
            let locals = model.encode(&practice.source)?;
            let sign = if practice.remove { -1.0 } else { 1.0 };
            let signed = |edit: &EditVector| EditVector(Vec::new()).plus(sign, edit);
            reproduced += usize::from(model.reproduces(&locals, &signed(&mean), &asked)?);
            if edits.len() > 1 {
                let others: Vec<EditVector> =
                    edits.iter().enumerate().filter(|(at, _)| *at != number).map(|(_, edit)| edit.clone()).collect();
                let others = EditVector::mean(&others).soft_norm(width);
                left_out.push(model.reproduces(&locals, &signed(&others), &asked)?);
            }
            rows.push(Row { locals, asked, weight: 1.0, sign, pair: true });
        }
        let pairs = rows.len();
        let enough = if edits.len() > 1 { left_out.iter().all(|right| *right) } else { reproduced == pairs };
        let ended = if pairs == 0 || !model.bundle.can_search {
            Some(Ended::NotPossible)
        } else {
            enough.then_some(Ended::NotNeeded)
        };
        if ended.is_none() {
            // loaded now, so that the first step takes no longer than the others
            model.search()?;
            let sign = if practice.iter().flatten().any(|one| one.remove) { -1.0 } else { 1.0 };
            for source in unrelated {
                let asked = Asked::of(&[Step::Pointer(0)]).unwrap_or_default();
                let locals = model.encode(source)?;
                rows.push(Row { locals, asked, weight: UNRELATED, sign, pair: false });
            }
        }
        let zeros = vec![0.0; mean.0.len()];
        Ok(Self {
            rows,
            best: mean.0.clone(),
            now: mean.0,
            best_so_far: (0, f32::NEG_INFINITY),
            mean: zeros.clone(),
            mean_square: zeros,
            report: SearchReport {
                left_out,
                pairs,
                reproduced_before: reproduced,
                reproduced_after: reproduced,
                steps: 0,
                ended,
                millis: millis(started),
            },
        })
    }

    /// The best edit so far, normed: what a concept's vector is.
    pub fn vector(&self) -> EditVector {
        EditVector(self.best.clone())
    }

    /// What was done so far.
    pub fn report(&self) -> &SearchReport {
        &self.report
    }

    /// One step, unless it has ended.
    pub fn step(&mut self, model: &mut Model) -> Result<(), LatentError> {
        if self.report.ended.is_some() {
            return Ok(());
        }
        let started = Instant::now();
        let pass = self.pass(model)?;
        if (pass.reproduced, pass.likelihood) > self.best_so_far {
            self.best_so_far = (pass.reproduced, pass.likelihood);
            self.best.clone_from(&self.now);
            self.report.reproduced_after = pass.reproduced;
        }
        // a single pair says little: more than writing it would only be its accidents learned by heart
        let enough = pass.least > SURE || self.report.pairs == 1;
        if pass.reproduced == self.report.pairs && enough {
            self.report.ended = Some(Ended::Sure);
        } else if self.report.steps == STEPS {
            self.report.ended = Some(Ended::Steps);
        } else {
            self.climb(&pass.gradient);
        }
        self.report.millis += millis(started);
        Ok(())
    }

    /// Adam.
    fn climb(&mut self, gradient: &[f32]) {
        self.report.steps += 1;
        let count = self.report.steps as i32;
        let (first, second) = BETAS;
        let (unbiased, unbiased_square) = (1.0 - first.powi(count), 1.0 - second.powi(count));
        let means = self.mean.iter_mut().zip(&mut self.mean_square);
        for ((value, slope), (mean, square)) in self.now.iter_mut().zip(gradient).zip(means) {
            *mean += (1.0 - first) * (slope - *mean);
            *square += (1.0 - second) * (slope * slope - *square);
            *value -= RATE * (*mean / unbiased) / ((*square / unbiased_square).sqrt() + 1e-8);
        }
    }

    fn pass(&self, model: &mut Model) -> Result<Pass, LatentError> {
        let gradient = vec![0.0; self.now.len()];
        let mut pass = Pass { gradient, reproduced: 0, likelihood: 0.0, least: 0.0 };
        for row in &self.rows {
            let (slope, likelihood, right) = model.slope(row, &self.now)?;
            for (sum, value) in pass.gradient.iter_mut().zip(slope) {
                *sum += row.weight * row.sign * value;
            }
            pass.reproduced += usize::from(row.pair && right);
            pass.likelihood += row.weight * likelihood;
            pass.least = pass.least.min(likelihood);
        }
        Ok(pass)
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

impl Model {
    /// The slope of a row's negative log-likelihood at an edit, its log-likelihood, and whether it would be written.
    fn slope(&mut self, row: &Row, v: &[f32]) -> Result<(Vec<f32>, f32, bool), LatentError> {
        let shapes = self.bundle.shapes;
        let width = row.asked.word.len().next_multiple_of(BUCKET);
        let [word, cursor, expects, least, target] = row.asked.columns();
        let column = |values: &Vec<i64>, fill: i64| {
            let mut values = values.clone();
            values.resize(width, fill);
            Tensor::from_array(([1, width], values)).map_err(runtime_error)
        };
        let z = ([1, row.locals.latents, shapes.latent], row.locals.z.clone());
        let signed = v.iter().map(|value| row.sign * value).collect::<Vec<f32>>();
        let v = ([1, shapes.vectors, shapes.vector], signed);
        let inputs = ort::inputs![
            "v" => Tensor::from_array(v).map_err(runtime_error)?,
            "z" => Tensor::from_array(z).map_err(runtime_error)?,
            "lengths" => Tensor::from_array(([1usize], vec![row.locals.positions as i64])).map_err(runtime_error)?,
            "word" => column(word, 0)?,
            "cursor" => column(cursor, 0)?,
            "expects" => column(expects, 0)?,
            "least" => column(least, 0)?,
            "target" => column(target, -1)?,
        ];
        let outputs = self.search()?.run(inputs).map_err(runtime_error)?;
        let (_, slope) = outputs["slope"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        let (_, likelihood) = outputs["log_likelihood"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        let (_, right) = outputs["reproduced"].try_extract_tensor::<bool>().map_err(runtime_error)?;
        let one = |values: &[f32]| values.first().copied().unwrap_or(f32::NEG_INFINITY);
        Ok((slope.to_vec(), one(likelihood), right.first().copied().unwrap_or(false)))
    }
}
