//! An edit script while it is written: what its next step may be, and the likeliest one. Pure: scores in, steps out.

use super::walk::{Expects, Walk};
use crate::codec::vocabulary::{COPY, Id, PAD};
use crate::codec::{Edited, Mask, Step};

/// A script on its way, under a mask or none.
#[derive(Clone)]
pub struct Row<'m> {
    /// What was written.
    pub steps: Vec<Step>,
    /// The steps' log-probabilities, as the model gave them: a mask takes choices away, but makes none likelier.
    pub step_log_probabilities: Vec<f32>,
    /// Steps that might have been taken instead: at which step, which, and its log-probability against the chosen one's.
    pub runners_up: Vec<(usize, Step, f32)>,
    /// Log-probability of changing nothing, known after the first step.
    pub stop: f32,
    pub(super) walk: Walk,
    forced: Vec<Step>,
    mask: Option<&'m Mask>,
    edited: Edited,
}

impl<'m> Row<'m> {
    /// Begins a script; the `forced` steps are taken first, whatever the scores.
    pub fn new(forced: Vec<Step>, mask: Option<&'m Mask>) -> Self {
        Self {
            steps: Vec::new(),
            forced,
            step_log_probabilities: Vec::new(),
            runners_up: Vec::new(),
            stop: f32::NEG_INFINITY,
            walk: Walk::new(),
            mask,
            edited: Edited::default(),
        }
    }

    /// What comes next; `None` when the script is finished, or can not go on (see [`Row::is_finished`]).
    pub fn expects(&self) -> Option<Expects> {
        self.walk.expects
    }

    /// Log-probability of what was written.
    pub fn log_probability(&self) -> f32 {
        self.step_log_probabilities.iter().sum()
    }

    /// Whether the script has come to its end.
    pub fn is_finished(&self) -> bool {
        self.steps.last() == Some(&Step::Pointer(0)) && self.expects().is_none()
    }

    /// Takes the likeliest step that is allowed: scores of the `words` and of the places, of which `positions` are in use.
    pub fn choose(&mut self, words: &[f32], pointers: &[f32], positions: usize) {
        let Some(expects) = self.expects() else { return };
        let scores = self.possible(expects, words, pointers, positions);
        let highest = scores.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
        let total = highest + scores.iter().map(|(_, score)| (score - highest).exp()).sum::<f32>().ln();
        let at = self.steps.len();
        if at == 0 {
            let stops = scores.iter().find(|(step, _)| *step == Step::Pointer(0));
            self.stop = stops.map_or(f32::NEG_INFINITY, |(_, score)| score - total);
        }
        let mut allowed = self.allowed(expects, scores);
        let best = allowed.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
        let chosen = match self.forced.get(at) {
            Some(step) => allowed.iter().find(|(other, _)| other == step).copied().or(best),
            None => best,
        };
        let Some((step, score)) = chosen else {
            self.walk.expects = None;
            return;
        };
        // where the next hunk begins is what is most often in doubt
        let width = if expects == Expects::First { 4 } else { 1 };
        allowed.retain(|(other, _)| *other != step);
        allowed.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.runners_up.extend(allowed.into_iter().take(width).map(|(other, its)| (at, other, its - score)));
        self.step_log_probabilities.push(score - total);
        self.take(step, expects);
    }

    /// The steps that a script may have here, whatever comes of it.
    fn possible(&self, expects: Expects, words: &[f32], pointers: &[f32], positions: usize) -> Vec<(Step, f32)> {
        if expects == Expects::Word {
            let ids = words.iter().enumerate().filter(|(id, _)| is_writable(*id));
            return ids.map(|(id, score)| (Step::Word(Id::try_from(id).unwrap_or(PAD)), *score)).collect();
        }
        let least = self.walk.least(expects);
        let possible = |position: usize| position >= least || position == 0 && expects == Expects::First;
        let places = pointers.iter().take(positions).enumerate().filter(|(position, _)| possible(*position));
        places.map(|(position, score)| (Step::Pointer(position), *score)).collect()
    }

    /// Those of them after which the edited function may still be Python.
    fn allowed(&self, expects: Expects, mut scores: Vec<(Step, f32)>) -> Vec<(Step, f32)> {
        let Some(mask) = self.mask else { return scores };
        let edited = &self.edited;
        let mut keep = |allow: &dyn Fn(Step) -> bool| scores.retain(|(step, _)| allow(*step));
        let pointer = |step: Step| if let Step::Pointer(position) = step { position } else { 0 };
        match expects {
            Expects::First => {
                let starts = mask.starts(edited);
                keep(&|step| match pointer(step) {
                    0 => starts.stop,
                    position => (starts.first..=starts.last).contains(&position),
                });
            }
            Expects::Second => {}
            Expects::Word => {
                let words = mask.words(edited);
                keep(&|step| matches!(step, Step::Word(id) if words.allow(id)));
            }
            Expects::CopyFrom => keep(&|step| mask.copies_from(edited, pointer(step))),
            Expects::CopyTo => {
                let last = mask.copies_to(edited, self.walk.cursor);
                keep(&|step| pointer(step) <= last);
            }
        }
        scores
    }

    fn take(&mut self, step: Step, expects: Expects) {
        self.steps.push(step);
        if let Some(mask) = self.mask {
            match (expects, step) {
                (Expects::First, Step::Pointer(position)) if position > 0 => mask.keep(&mut self.edited, position),
                (Expects::Second, Step::Pointer(position)) => mask.drop(&mut self.edited, position),
                (Expects::CopyTo, Step::Pointer(position)) => mask.copy(&mut self.edited, self.walk.cursor, position),
                (Expects::Word, Step::Word(id)) => mask.write(&mut self.edited, id),
                _ => {}
            }
        }
        self.walk.take(step, expects);
    }
}

/// Padding and the frame of a function are never written.
fn is_writable(id: usize) -> bool {
    id >= usize::from(COPY)
}
