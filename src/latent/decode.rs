//! Writing edit scripts: the state machine, greedy decoding, and alternatives that branch off where it was unsure.

use super::model::{Memory, Model, runtime_error};
use super::{EditVector, LatentError, Locals};
use crate::codec::Step;
use crate::codec::vocabulary::{BOS, COPY, END_HUNK, Id, PAD};
use ort::value::{DynValue, Tensor};

/// What the next step of a script is; the numbers are the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Expects {
    /// Start of a hunk, or STOP.
    First = 0,
    /// End of a hunk.
    Second = 1,
    /// A word.
    Word = 2,
    /// Start of a copy.
    CopyFrom = 3,
    /// End of a copy.
    CopyTo = 4,
}

/// A script and how likely the model finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Sum of the steps' log-probabilities.
    pub log_probability: f32,
}

/// What decoding gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// Scripts that change something, the likeliest first.
    pub scripts: Vec<Script>,
    /// Log-probability that nothing is to be changed.
    pub unchanged: f32,
}

/// How to decode.
#[derive(Debug, Clone, Copy)]
pub struct DecodeOptions {
    /// At most this many scripts, the greedy one first.
    pub scripts: usize,
    /// Longest script, in steps.
    pub longest: usize,
}

/// A row of a batch while it is written.
#[derive(Clone)]
struct Row {
    steps: Vec<Step>,
    forced: Vec<Step>,
    log_probability: f32,
    /// Steps that might have been taken instead: at which step, which, and its log-probability against the chosen one's.
    runners_up: Vec<(usize, Step, f32)>,
    /// Log-probability of changing nothing, known after the first step.
    stop: f32,
    expects: Option<Expects>,
    word: i64,
    cursor: usize,
    end: usize,
}

impl Row {
    fn new(forced: Vec<Step>) -> Self {
        Self {
            steps: Vec::new(),
            forced,
            log_probability: 0.0,
            runners_up: Vec::new(),
            stop: f32::NEG_INFINITY,
            expects: Some(Expects::First),
            word: i64::from(BOS),
            cursor: 0,
            end: 0,
        }
    }

    /// The smallest position that a pointer may take now.
    fn least(&self, expects: Expects) -> usize {
        match expects {
            Expects::First => self.end.max(1),
            Expects::Second => self.cursor,
            Expects::CopyFrom => 1,
            Expects::CopyTo => self.cursor + 1,
            Expects::Word => 0,
        }
    }

    fn take(&mut self, step: Step, expects: Expects) {
        self.steps.push(step);
        match step {
            Step::Pointer(position) => {
                self.word = i64::from(PAD);
                self.cursor = position;
                if expects == Expects::Second {
                    self.end = position;
                }
            }
            Step::Word(id) => self.word = i64::from(id),
        }
        self.expects = match (expects, step) {
            (Expects::First, Step::Pointer(0)) => None,
            (Expects::First, _) => Some(Expects::Second),
            (Expects::Word, Step::Word(COPY)) => Some(Expects::CopyFrom),
            (Expects::Word, Step::Word(END_HUNK)) => Some(Expects::First),
            (Expects::CopyFrom, _) => Some(Expects::CopyTo),
            _ => Some(Expects::Word),
        };
    }
}

impl Model {
    /// The likeliest scripts for a function under an edit. `stop` is asked at every step.
    ///
    /// One script is written greedily. Each of the others takes, at one of its steps, a runner-up instead of the likeliest
    /// choice, and goes on greedily from there: where that costs least comes first. No randomness, so the same request
    /// gives the same scripts.
    pub fn scripts(
        &mut self,
        locals: &Locals,
        v: &EditVector,
        options: DecodeOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<Decoded, LatentError> {
        let memory = self.memory(locals, v)?;
        let mut rows = vec![Row::new(Vec::new())];
        self.write(&memory, &mut rows, options, stop)?;
        let unchanged = rows[0].stop;
        if options.scripts > 1 {
            let mut more: Vec<Row> = branches(&rows[0]).take(options.scripts - 1).map(Row::new).collect();
            if !more.is_empty() {
                self.write(&memory, &mut more, options, stop)?;
                rows.extend(more);
            }
        }
        let finished = rows.into_iter().filter(|row| row.expects.is_none() && row.steps.len() > 1);
        let mut scripts: Vec<Script> =
            finished.map(|row| Script { steps: row.steps, log_probability: row.log_probability }).collect();
        scripts.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
        Ok(Decoded { scripts, unchanged })
    }

    fn write(
        &mut self,
        memory: &Memory,
        rows: &mut [Row],
        options: DecodeOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), LatentError> {
        let count = rows.len();
        let mut past = self.empty_past(count)?;
        for _ in 0..options.longest {
            if stop() {
                return Err(LatentError::Cancelled);
            }
            if rows.iter().all(|row| row.expects.is_none()) {
                break;
            }
            let column = |value: &dyn Fn(&Row) -> i64| {
                Tensor::from_array(([count, 1], rows.iter().map(value).collect::<Vec<i64>>())).map_err(runtime_error)
            };
            let expects = |row: &Row| row.expects.unwrap_or(Expects::First) as i64;
            let mut inputs = ort::inputs![
                "word" => column(&|row| row.word)?,
                "cursor" => column(&|row| row.cursor as i64)?,
                "expects" => column(&|row| expects(row))?,
            ];
            inputs.extend(
                memory
                    .values
                    .iter()
                    .filter(|(name, _)| *name != "tag_logits")
                    .map(|(name, value)| ((*name).into(), value.view().into())),
            );
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
                if let Some(expects) = row.expects {
                    choose(row, expects, words, pointers, memory.positions);
                }
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

fn choose(row: &mut Row, expects: Expects, words: &[f32], pointers: &[f32], positions: usize) {
    let least = row.least(expects);
    let scores: Vec<(Step, f32)> = if expects == Expects::Word {
        let ids = words.iter().enumerate().filter(|(id, _)| is_writable(*id));
        ids.map(|(id, score)| (Step::Word(Id::try_from(id).unwrap_or(PAD)), *score)).collect()
    } else {
        let allowed = |position: usize| position >= least || position == 0 && expects == Expects::First;
        let places = pointers.iter().take(positions).enumerate().filter(|(position, _)| allowed(*position));
        places.map(|(position, score)| (Step::Pointer(position), *score)).collect()
    };
    let highest = scores.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let total = highest + scores.iter().map(|(_, score)| (score - highest).exp()).sum::<f32>().ln();
    let forced = row.forced.get(row.steps.len()).copied();
    let best = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
    let chosen = match forced {
        Some(step) => scores.iter().find(|(other, _)| *other == step).copied().or(best),
        None => best,
    };
    let Some((step, score)) = chosen else {
        row.expects = None;
        return;
    };
    let at = row.steps.len();
    if at == 0 {
        let stops = scores.iter().find(|(step, _)| *step == Step::Pointer(0));
        row.stop = stops.map_or(f32::NEG_INFINITY, |(_, score)| score - total);
    }
    // where the next hunk begins is what is most often in doubt
    let width = if expects == Expects::First { 4 } else { 1 };
    let mut others: Vec<(Step, f32)> = scores.iter().filter(|(other, _)| *other != step).copied().collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    row.runners_up.extend(others.into_iter().take(width).map(|(other, its)| (at, other, its - score)));
    row.log_probability += score - total;
    row.take(step, expects);
}

/// Padding and the frame of a function are never written.
fn is_writable(id: usize) -> bool {
    id >= usize::from(COPY)
}

/// Beginnings of alternatives: the greedy script up to a step, and a runner-up there; the cheapest first.
fn branches(greedy: &Row) -> impl Iterator<Item = Vec<Step>> + '_ {
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
