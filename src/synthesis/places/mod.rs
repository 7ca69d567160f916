//! The places of an edit: what of a script can be left out by itself. Less strength keeps fewer of them, the likeliest first.
//!
//! Hunks that need each other are one place:
//!
//! - together they open and close a block or a bracket;
//! - one copies what another takes away;
//! - one binds a name, or binds it no longer, that another is about;
//! - one alone does not get through the filters: it is tied to the nearest one with which it does;
//! - every pair of the concept shows unlike hunks: then as many stand together as in the simplest pair.
//!
//! Which places are kept at a strength is a beginning of one list, so what is changed at a lower strength is changed at a
//! higher one, too.

#[cfg(test)]
mod tests;
mod ties;

use super::api::Places;
use super::filter::Passed;
use super::merge::{Target, merge};
use crate::codec::vocabulary::END_HUNK;
use crate::codec::{Context, Replacement, Step, replacements, spell};
use crate::latent::Script;
use crate::syntax::name_counts;
use crate::text::apply_edits;
use std::collections::BTreeSet;
use std::ops::Range;
use ties::{Groups, Place, bound_otherwise, tie_moved, tie_unbalanced};

/// An edit at some strength.
pub(super) struct Turned {
    /// What passed the filters.
    pub passed: Passed,
    /// Of how many places how many are changed.
    pub places: Places,
    /// Log-probability of what is kept.
    pub log_probability: f32,
    /// Steps of the script that are kept.
    pub steps: usize,
}

/// What is asked of a script.
pub(super) struct Dial<'a> {
    /// Where it writes.
    pub target: &'a Target<'a>,
    /// The function's place in the text.
    pub function: Range<usize>,
    /// Share of the places that are kept, above 0 to 1.
    pub share: f32,
    /// So many hunks of the concept belong together.
    pub together: usize,
    /// The filters.
    pub check: &'a dyn Fn(&[Replacement]) -> Result<Passed, String>,
}

/// A replacement with its part of the script.
struct Hunk {
    replacement: Replacement,
    log_probability: f32,
    steps: usize,
}

impl Dial<'_> {
    /// The script's edit at this strength. One that does not pass as a whole is refused at every strength. Without looking
    /// `closely`, it is not tried whether each place stands alone: there may be fewer places than are said.
    pub fn turn(&self, script: &Script, closely: bool) -> Result<Turned, String> {
        let replaced = replacements(&self.target.encoded.ids, &script.steps).map_err(|error| error.to_string())?;
        let whole = (self.check)(&replaced)?;
        let hunks = hunks(script, replaced);
        let mut places = self.places(&hunks, closely);
        let of = places.len();
        let wanted = wanted(self.share, of);
        if wanted < of {
            let sum = |place: &Place| place.iter().map(|at| hunks[*at].log_probability).sum::<f32>();
            // stable: among equals the first place of the function
            places.sort_by(|a, b| sum(b).total_cmp(&sum(a)));
            for changed in (1..=wanted).rev() {
                let kept: BTreeSet<usize> = places[..changed].iter().flatten().copied().collect();
                let Ok(passed) = (self.check)(&chosen(&hunks, &kept)) else { continue };
                let log_probability = kept.iter().map(|at| hunks[*at].log_probability).sum();
                let steps = kept.iter().map(|at| hunks[*at].steps).sum();
                return Ok(Turned { passed, places: Places { of, changed }, log_probability, steps });
            }
        }
        let (log_probability, steps) = (script.log_probability, script.steps.len());
        Ok(Turned { passed: whole, places: Places { of, changed: of }, log_probability, steps })
    }

    /// The places, in the order of their first hunks.
    fn places(&self, hunks: &[Hunk], closely: bool) -> Vec<Place> {
        let mut groups = Groups::new(hunks.len());
        if hunks.len().is_multiple_of(self.together.max(1)) {
            (0..hunks.len()).for_each(|at| groups.join(at, at - at % self.together.max(1)));
        } else {
            groups.join_all();
        }
        if groups.count() > 1 {
            tie_unbalanced(&self.target.encoded.ids, hunks, &mut groups);
            tie_moved(hunks, &mut groups);
            self.tie_names(hunks, &mut groups);
            if closely {
                self.tie_what_fails_alone(hunks, &mut groups);
            }
        }
        groups.all()
    }

    fn tie_names(&self, hunks: &[Hunk], groups: &mut Groups) {
        let before = name_counts(&self.target.source[self.function.clone()]);
        let all = groups.all();
        let bound = |place: &Place| Some(bound_otherwise(&before, &name_counts(&self.text(hunks, place)?)));
        let Some(bound) = all.iter().map(bound).collect::<Option<Vec<_>>>() else { return groups.join_all() };
        for (names, place) in bound.iter().zip(&all) {
            for (at, hunk) in hunks.iter().enumerate() {
                if !names.is_disjoint(&self.words(hunk)) {
                    groups.join(place[0], at);
                }
            }
        }
    }

    /// What a hunk takes away and brings, word by word.
    fn words(&self, hunk: &Hunk) -> BTreeSet<String> {
        let Target { source, encoded, slots, concept } = self.target;
        let there = |token: usize| source[encoded.layout[token].text.clone()].to_owned();
        let gone = (hunk.replacement.start..hunk.replacement.end).map(there);
        let come = hunk.replacement.inserted.iter().filter_map(|inserted| match inserted.origin {
            Some(token) => Some(there(token)),
            None => spell(inserted.id, &Context::default(), slots, concept),
        });
        gone.chain(come).collect()
    }

    fn tie_what_fails_alone(&self, hunks: &[Hunk], groups: &mut Groups) {
        let stands = |place: &Place| (self.check)(&chosen(hunks, &place.iter().copied().collect())).is_ok();
        loop {
            let all = groups.all();
            let Some(failing) = all.iter().find(|place| all.len() > 1 && !stands(place)) else { return };
            let mut others: Vec<&Place> = all.iter().filter(|place| *place != failing).collect();
            others.sort_by_key(|place| place[0].abs_diff(failing[0]));
            match others.iter().find(|other| stands(&[failing.as_slice(), other].concat())) {
                Some(other) => groups.join(failing[0], other[0]),
                None => return groups.join_all(),
            }
        }
    }

    /// The function with some of the hunks.
    fn text(&self, hunks: &[Hunk], place: &Place) -> Option<String> {
        let edits = merge(self.target, &chosen(hunks, &place.iter().copied().collect()))?;
        let edited = apply_edits(self.target.source, &edits);
        let behind = self.target.source.len() - self.function.end;
        let end = edited.len().checked_sub(behind).filter(|end| *end >= self.function.start)?;
        edited.get(self.function.start..end).map(str::to_owned)
    }
}

/// At least one place, and all of them only from a strength of 1 on, or nearly.
fn wanted(share: f32, of: usize) -> usize {
    // .1 is a little more than a tenth
    let exact = f64::from(share) * of as f64 - 1e-4;
    (exact.ceil() as usize).clamp(1, of.max(1))
}

fn chosen(hunks: &[Hunk], kept: &BTreeSet<usize>) -> Vec<Replacement> {
    kept.iter().map(|at| hunks[*at].replacement.clone()).collect()
}

/// The script's parts, one for each replacement; its last step, which ends it, belongs to none.
fn hunks(script: &Script, replaced: Vec<Replacement>) -> Vec<Hunk> {
    let steps: Vec<(Step, f32)> =
        script.steps.iter().copied().zip(script.step_log_probabilities.iter().copied()).collect();
    let parts = steps.split_inclusive(|(step, _)| *step == Step::Word(END_HUNK));
    let hunk = |(replacement, part): (Replacement, &[(Step, f32)])| Hunk {
        replacement,
        log_probability: part.iter().map(|(_, its)| its).sum(),
        steps: part.len(),
    };
    replaced.into_iter().zip(parts).map(hunk).collect()
}

impl Hunk {
    /// Whether it takes this token of the source away.
    fn deletes(&self, token: usize) -> bool {
        (self.replacement.start..self.replacement.end).contains(&token)
    }
}
