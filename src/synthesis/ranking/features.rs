//! What there is to say of a candidate: numbers, by name.

use super::{Margins, Shown};
use crate::codec::{Id, Step, WindowPair, align, windows};
use crate::concepts::Applies;
use crate::latent::{EditVector, LatentError, Script, Worker};

/// The numbers of a candidate, by name. Log-probabilities are natural; what was not worked out is 0.
pub type Features = Vec<(&'static str, f32)>;

/// All there are. Those that begin with `edit_` or `pair_` need a run of the edit encoder for all candidates together.
pub const NAMES: [&str; 27] = [
    // the script: as a whole, against the likeliest other candidate and against changing nothing; its hardest step; the part
    // of its places
    "log_probability",
    "margin",
    "over_unchanged",
    "steps",
    "lowest",
    "places_log_probability",
    // the concept: whether a detector saw that it applies, whether something is missing that the pairs need, how far they
    // agree, how many there are; the function's tokens
    "seen",
    "doubtful",
    "agreement",
    "pairs",
    "length",
    // cosine of the candidate's own edit with the concept's vector, and with the nearest pair's: in all, and by parts
    "edit_all",
    "edit_content",
    "edit_summary",
    "edit_beside",
    "pair_all",
    "pair_content",
    "pair_summary",
    "pair_beside",
    // tokens that change or stand beside the change, see `Likeness`
    "common_before",
    "common_after",
    "nearest_before",
    "nearest_after",
    // the concept on its own pairs, see `Margins`: by how much the likeliest script is over changing nothing where it should
    // change something, where that is done already, and where it does not apply
    "own_due",
    "own_lowest",
    "own_done",
    "own_unrelated",
];

/// What is worked out for features beyond those of the script and the concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The candidates as windows, for `common_` and `nearest_`.
    pub windows: bool,
    /// Their edits, for `edit_` and `pair_`: a run of the edit encoder.
    pub edits: bool,
    /// What the concept does on its own pairs, for `own_`: a decoding for each side of each, once.
    pub own: bool,
}

impl Wanted {
    /// What these features need.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut wanted = Self { windows: false, edits: false, own: false };
        for name in names {
            wanted.edits |= name.starts_with("edit_") || name.starts_with("pair_");
            wanted.own |= name.starts_with("own_");
            wanted.windows |= name.starts_with("common_") || name.starts_with("nearest_");
        }
        wanted
    }
}

/// The function that is edited, and by what.
pub struct Setting<'a> {
    /// Its tokens.
    pub ids: &'a [Id],
    /// The edit as it was decoded: with its sign and strength.
    pub v: &'a EditVector,
    /// The concept's pairs.
    pub shown: &'a Shown,
    /// Whether it is taken out.
    pub remove: bool,
    /// Agreement of the pairs.
    pub agreement: f32,
    /// Whether a detector saw that it applies.
    pub seen: bool,
    /// What the pairs say of it.
    pub applies: Applies,
    /// Log-probability of changing nothing.
    pub unchanged: f32,
}

/// A candidate that got through the filters.
pub struct Passing<'a> {
    /// Its script.
    pub script: &'a Script,
    /// The function's tokens after it.
    pub ids: Vec<Id>,
}

/// The features of candidates, in their order; those that are not wanted are 0.
pub fn features(
    worker: &Worker,
    setting: &Setting<'_>,
    passing: &[&Passing<'_>],
    wanted: Wanted,
) -> Result<Vec<Features>, LatentError> {
    let read = |candidate: &&Passing<'_>| {
        let hunks = align(setting.ids, &candidate.ids);
        let (window, opposite) = windows(setting.ids, &candidate.ids, &hunks);
        WindowPair::new(&window, &opposite)
    };
    let needed = wanted.windows || wanted.edits;
    let windows: Vec<WindowPair> = passing.iter().filter(|_| needed).map(read).collect();
    let (edits, pairs) = if wanted.edits && !windows.is_empty() {
        let windows = windows.clone();
        (worker.run(move |model| model.edits(&windows))?, setting.shown.edits(worker)?)
    } else {
        (Vec::new(), &[][..])
    };
    let margins = if wanted.own { setting.shown.margins(worker, setting.remove)? } else { Margins::default() };
    let width = worker.bundle.shapes.vector;
    let all = (0..passing.len()).map(|at| {
        let mut features = of_script(setting, passing, at);
        features.extend([
            ("seen", flag(setting.seen)),
            ("doubtful", flag(setting.applies == Applies::Doubtful)),
            ("agreement", setting.agreement),
            ("pairs", (setting.shown.len() as f32).ln_1p()),
            ("length", (setting.ids.len() as f32).ln_1p()),
        ]);
        let sign = if setting.remove { -1.0 } else { 1.0 };
        let (own, nearest) = match edits.get(at) {
            Some(edit) => (parts(edit, setting.v, 1.0, width), nearest(edit, pairs, sign, width)),
            None => ([0.0; 4], [0.0; 4]),
        };
        features.extend(["edit_all", "edit_content", "edit_summary", "edit_beside"].into_iter().zip(own));
        features.extend(["pair_all", "pair_content", "pair_summary", "pair_beside"].into_iter().zip(nearest));
        let window = windows.get(at).filter(|_| wanted.windows);
        let alike = window.map(|window| setting.shown.likeness(setting.remove).of(window)).unwrap_or_default();
        features.extend(["common_before", "common_after"].into_iter().zip(alike.common));
        features.extend(["nearest_before", "nearest_after"].into_iter().zip(alike.nearest));
        features.extend([
            ("own_due", margins.due),
            ("own_lowest", margins.lowest),
            ("own_done", margins.done),
            ("own_unrelated", margins.unrelated),
        ]);
        features
    });
    Ok(all.collect())
}

fn of_script(setting: &Setting<'_>, passing: &[&Passing<'_>], at: usize) -> Features {
    let script = passing[at].script;
    let others = passing.iter().enumerate().filter(|(other, _)| *other != at);
    let next = others.map(|(_, other)| other.script.log_probability).fold(f32::NEG_INFINITY, f32::max);
    let steps = script.steps.iter().zip(&script.step_log_probabilities);
    let places: f32 = steps.filter(|(step, _)| matches!(step, Step::Pointer(_))).map(|(_, its)| its).sum();
    vec![
        ("log_probability", floor(script.log_probability)),
        ("margin", (script.log_probability - next).clamp(-MOST, MOST)),
        ("over_unchanged", (script.log_probability - setting.unchanged).clamp(-MOST, MOST)),
        ("steps", (script.steps.len() as f32).ln_1p()),
        ("lowest", floor(script.step_log_probabilities.iter().copied().fold(0.0, f32::min))),
        ("places_log_probability", floor(places)),
    ]
}

/// Cosines with an edit: of all its vectors, and of each part.
fn parts(edit: &EditVector, other: &EditVector, sign: f32, width: usize) -> [f32; 4] {
    let [content, summary, beside] = edit.cosines(other, width);
    [edit.cosine(other), content, summary, beside].map(|cosine| sign * cosine)
}

/// The highest of each with any of the pairs' edits.
fn nearest(edit: &EditVector, pairs: &[EditVector], sign: f32, width: usize) -> [f32; 4] {
    let each = pairs.iter().map(|pair| parts(edit, pair, sign, width));
    let highest = |a: [f32; 4], b: [f32; 4]| [0, 1, 2, 3].map(|at| a[at].max(b[at]));
    each.reduce(highest).unwrap_or_default()
}

/// Beyond this a difference of log-probabilities says no more.
pub(super) const MOST: f32 = 20.0;

fn floor(log_probability: f32) -> f32 {
    log_probability.clamp(-MOST, 0.0)
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}
