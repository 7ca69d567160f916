//! Scripts that are known beforehand: how likely the model finds one, and whether it would write it.

use super::model::{Model, runtime_error};
use super::walk::{Expects, Walk};
use super::{EditVector, LatentError, Locals};
use crate::codec::Step;
use crate::codec::vocabulary::{COPY, Id};
use ort::value::Tensor;

/// A function, and the script that an edit should write for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// Its tokens.
    pub source: Vec<Id>,
    /// The script.
    pub script: Vec<Step>,
    /// Whether it is what removing writes: then the edit counts with the opposite sign.
    pub remove: bool,
}

/// The steps of a script as the decoder is asked for them, and what it should answer; one column each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    /// The word before, PAD where a pointer was.
    pub word: Vec<i64>,
    /// The last pointer.
    pub cursor: Vec<i64>,
    /// What is expected.
    pub expects: Vec<i64>,
    /// The smallest position that a pointer may take.
    pub least: Vec<i64>,
    /// The word, or the position.
    pub target: Vec<i64>,
}

impl Asked {
    /// Walks through a script. `None` when it is none: a step of the wrong kind, no end, or something behind it.
    pub fn of(script: &[Step]) -> Option<Self> {
        let mut asked = Self::default();
        let mut walk = Walk::new();
        for step in script {
            let due = walk.expects?;
            let target = match *step {
                Step::Pointer(position) if due != Expects::Word => position,
                Step::Word(id) if due == Expects::Word => usize::from(id),
                _ => return None,
            };
            let (word, least) = (i64::from(walk.word), walk.least(due));
            let numbers = [word, walk.cursor as i64, due as i64, least as i64, target as i64];
            for (column, value) in asked.columns_mut().into_iter().zip(numbers) {
                column.push(value);
            }
            walk.take(*step, due);
        }
        walk.expects.is_none().then_some(asked)
    }

    /// Its columns, in the order of the fields.
    pub fn columns(&self) -> [&Vec<i64>; 5] {
        [&self.word, &self.cursor, &self.expects, &self.least, &self.target]
    }

    fn columns_mut(&mut self) -> [&mut Vec<i64>; 5] {
        [&mut self.word, &mut self.cursor, &mut self.expects, &mut self.least, &mut self.target]
    }

    /// Whether greedy decoding would write this script: each step is the likeliest, given those before it.
    fn is_likeliest(&self, words: &[f32], pointers: &[f32], positions: usize) -> bool {
        let steps = self.word.len();
        let mut rows = words.chunks(words.len() / steps).zip(pointers.chunks(pointers.len() / steps));
        (0..steps).all(|at| {
            let Some((words, pointers)) = rows.next() else { return false };
            let (least, target) = (self.least[at] as usize, self.target[at] as usize);
            let first = self.expects[at] == Expects::First as i64;
            if self.expects[at] == Expects::Word as i64 {
                // padding and the frame of a function are never written
                likeliest(words, usize::from(COPY), false) == Some(target)
            } else {
                likeliest(&pointers[..positions.min(pointers.len())], least, first) == Some(target)
            }
        })
    }
}

/// The place of the highest score from `least` on, or 0 where that is allowed besides.
fn likeliest(scores: &[f32], least: usize, zero: bool) -> Option<usize> {
    let open = scores.iter().enumerate().filter(|(at, _)| *at >= least || zero && *at == 0);
    open.max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| at)
}

impl Model {
    /// Whether greedy decoding writes exactly this script, found in one pass over its steps.
    pub(super) fn reproduces(&mut self, locals: &Locals, v: &EditVector, asked: &Asked) -> Result<bool, LatentError> {
        let memory = self.memory(locals, v)?;
        let steps = asked.word.len();
        let column = |values: &Vec<i64>| Tensor::from_array(([1, steps], values.clone())).map_err(runtime_error);
        let mut inputs = ort::inputs![
            "word" => column(&asked.word)?,
            "cursor" => column(&asked.cursor)?,
            "expects" => column(&asked.expects)?,
        ];
        inputs.extend(memory.inputs());
        let [keys, values] = self.empty_past(1)?;
        inputs.push(("past_keys".into(), keys.into()));
        inputs.push(("past_values".into(), values.into()));
        let outputs = self.decoder.run(inputs).map_err(runtime_error)?;
        let (_, words) = outputs["words"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        let (_, pointers) = outputs["pointers"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        Ok(asked.is_likeliest(words, pointers, memory.positions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::vocabulary::{BOS, END_HUNK};

    #[test]
    fn a_script_is_asked_step_by_step() {
        // [3, 5) goes, a word and a copy of [1, 2) come
        let script = [3, 5].map(Step::Pointer).into_iter();
        let script = script.chain([50, COPY].map(Step::Word)).chain([1, 2].map(Step::Pointer));
        let script: Vec<Step> = script.chain([Step::Word(END_HUNK), Step::Pointer(0)]).collect();
        let asked = Asked::of(&script).expect("it is a script");
        assert_eq!(asked.word, [i64::from(BOS), 0, 0, 50, i64::from(COPY), 0, 0, i64::from(END_HUNK)]);
        assert_eq!(asked.cursor, [0, 3, 5, 5, 5, 1, 2, 2]);
        assert_eq!(asked.expects, [0, 1, 2, 2, 3, 4, 2, 0]);
        assert_eq!(asked.least, [1, 3, 0, 0, 1, 2, 0, 5]);
        assert_eq!(asked.target, [3, 5, 50, i64::from(COPY), 1, 2, i64::from(END_HUNK), 0]);
    }

    #[test]
    fn what_is_no_script_is_not_asked() {
        let broken: [&[Step]; 4] = [
            &[],
            &[Step::Word(50)],
            &[Step::Pointer(0), Step::Pointer(0)],
            &[Step::Pointer(1), Step::Pointer(2), Step::Pointer(0)],
        ];
        for script in broken {
            assert_eq!(Asked::of(script), None, "{script:?}");
        }
    }

    #[test]
    fn the_likeliest_place_is_one_that_is_allowed() {
        let scores = [3.0, 9.0, 1.0, 2.0];
        assert_eq!(likeliest(&scores, 2, false), Some(3));
        assert_eq!(likeliest(&scores, 2, true), Some(0));
        assert_eq!(likeliest(&scores, 4, false), None);
    }
}
