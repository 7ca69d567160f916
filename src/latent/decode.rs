//! Writing edit scripts: greedy decoding, and alternatives that branch off where it was unsure.

use super::model::{Memory, Model, runtime_error};
use super::row::Row;
use super::{EditVector, Expects, LatentError, Locals};
use crate::codec::{Mask, Step};
use ort::value::{DynValue, Tensor};

/// A script and how likely the model finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Log-probability of each step, given those before it.
    pub step_log_probabilities: Vec<f32>,
    /// Sum of the steps' log-probabilities.
    pub log_probability: f32,
    /// Whether it is the one that takes the likeliest step each time.
    pub greedy: bool,
}

/// What decoding gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// Scripts that change something, the likeliest first.
    pub scripts: Vec<Script>,
    /// Log-probability that nothing is to be changed.
    pub unchanged: f32,
}

impl Decoded {
    /// Log-probability of the likeliest script that changes something.
    pub fn best(&self) -> f32 {
        self.scripts.first().map_or(f32::NEG_INFINITY, |script| script.log_probability)
    }
}

/// How to decode.
#[derive(Debug, Clone, Copy)]
pub struct DecodeOptions {
    /// At most this many scripts, the greedy one first.
    pub scripts: usize,
    /// Longest script, in steps.
    pub longest: usize,
}

impl Model {
    /// The likeliest scripts for a function under an edit. `stop` is asked at every step.
    ///
    /// One script is written greedily. Each of the others takes, at one of its steps, a runner-up instead of the likeliest
    /// choice, and goes on greedily from there: where that costs least comes first. No randomness, so the same request
    /// gives the same scripts.
    ///
    /// Under a mask every script that is finished edits the function into one that the grammar takes.
    pub fn scripts(
        &mut self,
        locals: &Locals,
        v: &EditVector,
        options: DecodeOptions,
        mask: Option<&Mask>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Decoded, LatentError> {
        let memory = self.memory(locals, v)?;
        let mut rows = vec![Row::new(Vec::new(), mask)];
        self.write(&memory, &mut rows, options, stop)?;
        let unchanged = rows[0].stop;
        if options.scripts > 1 {
            let mut more: Vec<Row> =
                branches(&rows[0]).take(options.scripts - 1).map(|forced| Row::new(forced, mask)).collect();
            if !more.is_empty() {
                self.write(&memory, &mut more, options, stop)?;
                rows.extend(more);
            }
        }
        let finished = rows.into_iter().enumerate().filter(|(_, row)| row.is_finished() && row.steps.len() > 1);
        let script = |(number, row): (usize, Row<'_>)| Script {
            log_probability: row.log_probability(),
            steps: row.steps,
            step_log_probabilities: row.step_log_probabilities,
            greedy: number == 0,
        };
        let mut scripts: Vec<Script> = finished.map(script).collect();
        scripts.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
        Ok(Decoded { scripts, unchanged })
    }

    fn write(
        &mut self,
        memory: &Memory,
        rows: &mut [Row<'_>],
        options: DecodeOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), LatentError> {
        let count = rows.len();
        let mut past = self.empty_past(count)?;
        for _ in 0..options.longest {
            if stop() {
                return Err(LatentError::Cancelled);
            }
            if rows.iter().all(|row| row.expects().is_none()) {
                break;
            }
            let column = |value: &dyn Fn(&Row<'_>) -> i64| {
                Tensor::from_array(([count, 1], rows.iter().map(value).collect::<Vec<i64>>())).map_err(runtime_error)
            };
            let expects = |row: &Row<'_>| row.expects().unwrap_or(Expects::First) as i64;
            let mut inputs = ort::inputs![
                "word" => column(&|row| i64::from(row.walk.word))?,
                "cursor" => column(&|row| row.walk.cursor as i64)?,
                "expects" => column(&|row| expects(row))?,
            ];
            inputs.extend(memory.inputs());
            let [keys, values] = past;
            inputs.push(("past_keys".into(), keys.into()));
            inputs.push(("past_values".into(), values.into()));
            let mut outputs = self.decoder.run(inputs).map_err(runtime_error)?;
            let mut output = |name: &str| {
                outputs.remove(name).ok_or_else(|| LatentError::Runtime(format!("decoder.onnx gives no {name}")))
            };
            let (words, pointers) = (output("words")?, output("pointers")?);
            past = [output("present_keys")?, output("present_values")?];
            let (_, words) = words.try_extract_tensor::<f32>().map_err(runtime_error)?;
            let (_, pointers) = pointers.try_extract_tensor::<f32>().map_err(runtime_error)?;
            let word_rows = words.chunks(words.len() / count);
            let pointer_rows = pointers.chunks(pointers.len() / count);
            for ((row, words), pointers) in rows.iter_mut().zip(word_rows).zip(pointer_rows) {
                row.choose(words, pointers, memory.positions);
            }
        }
        Ok(())
    }

    pub(super) fn empty_past(&self, count: usize) -> Result<[DynValue; 2], LatentError> {
        let shapes = self.bundle.shapes;
        let shape = [shapes.decoder_blocks, count, 0, shapes.heads, shapes.width / shapes.heads];
        let empty = || Tensor::from_array((shape, Vec::<f32>::new())).map(Tensor::into_dyn).map_err(runtime_error);
        Ok([empty()?, empty()?])
    }
}

/// Beginnings of alternatives: the greedy script up to a step, and a runner-up there; the cheapest first.
fn branches<'r>(greedy: &'r Row<'_>) -> impl Iterator<Item = Vec<Step>> + 'r {
    let mut runners_up = greedy.runners_up.clone();
    // changing nothing is not an alternative to show; how likely it is is known
    runners_up.retain(|(at, step, _)| !(*at == 0 && *step == Step::Pointer(0)));
    runners_up.sort_by(|a, b| b.2.total_cmp(&a.2));
    runners_up.into_iter().map(|(at, step, _)| {
        let mut steps = greedy.steps[..at].to_vec();
        steps.push(step);
        steps
    })
}
