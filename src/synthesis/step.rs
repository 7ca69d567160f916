//! One concept applied to one draft: decode, merge, filter, rank.

use super::api::{Cancel, Outcome, SynthesisError};
use super::asked::Asked;
use super::engine::{Draft, Engine, millis};
use super::filter::{self, Expectation, Refusal, Subject};
use super::merge::{Target, merge};
use super::places::{Dial, Turned};
use super::ranking::{Features, NAMES as FEATURES, Passing, Regression, Setting, Wanted, features};
use super::reading::Reading;
use crate::codec::{FunctionError, Id, Lexed, Mask, Replacement, apply, replacements};
use crate::concepts::{Applies, leaves_sense};
use crate::latent::{DecodeOptions, Decoded, EditVector, LatentError, Script};
use crate::syntax::{find_functions, parse};
use std::sync::Arc;
use std::time::Instant;

/// Longest script that is written, in steps.
const LONGEST_SCRIPT: usize = 128;
/// An edit is shown when it is at least so much likelier, in log-probability, than changing nothing. Negative: the
/// probability of a right edit is spread over many steps, that of changing nothing stands in one. Chosen on validation
/// packages: 0.5 as the limit on the probability of changing nothing got 2 to 4 points more edits right, and kept 25 to 35
/// points fewer functions to which nothing applies.
const RELUCTANCE: f32 = -1.0;
/// The same where a detector has seen that the concept applies, which it nearly always is right about: then almost any
/// edit is likelier than none.
const RELUCTANCE_WHEN_SEEN: f32 = -5.0;
/// The same where something is missing that the pairs of a taught concept have in common.
const RELUCTANCE_IN_DOUBT: f32 = 1.0;

/// What is asked of a step.
pub(super) struct Way<'a> {
    /// The function.
    pub qualname: &'a str,
    /// The concept.
    pub concept: &'a Asked,
    /// At this strength.
    pub strength: f32,
    /// So many candidates.
    pub count: usize,
    /// Says when to stop.
    pub cancel: &'a Cancel,
}

/// A script that got through the filters, and what it makes of the text.
struct Candidate<'s> {
    turned: Turned,
    passing: Passing<'s>,
}

impl Engine {
    /// Applies one concept to one draft. A draft that the concept does not apply to is passed on as it is.
    pub(super) fn step(
        &self,
        draft: &Draft,
        way: &Way<'_>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Draft>, SynthesisError> {
        let Way { qualname, concept, strength, .. } = *way;
        let started = Instant::now();
        let named = |error: FunctionError| SynthesisError::Function { name: qualname.to_owned(), error };
        let source = draft.source.as_str();
        let parsed = parse(source);
        let functions = find_functions(&parsed, source);
        let Some(function) = functions.into_iter().find(|function| function.qualname == qualname) else {
            return Ok(Vec::new());
        };
        let lexed = Lexed::at(&parsed, source, function.range.clone()).map_err(named)?;
        let presence = concept.detector.map(|detector| detector.presence(&parsed, source, function.range.clone()));
        if presence.is_some_and(|presence| !presence.allows(concept.remove)) {
            // seen without the model: it does not apply
            return Ok(vec![draft.clone()]);
        }
        let seen = presence.is_some_and(|presence| concept.remove || presence.applicable.is_some());
        let places = || {
            let range = function.range.clone();
            concept.detector.map_or_else(Vec::new, |one| one.places(&parsed, source, range, concept.remove))
        };
        let mut reading = Reading::new(&lexed, &concept.table, places).map_err(|error| named(error.into()))?;
        let applies = concept.applies.as_ref().map_or(Applies::Likely, |applies| applies.of(&reading.encoded.ids));
        if applies == Applies::No {
            return Ok(vec![draft.clone()]);
        }
        // less than 1 leaves places out; the vector itself is as it was learned
        let (factor, share) = (strength.signum() * strength.abs().max(1.0), strength.abs().min(1.0));
        let sign = if concept.remove { -factor } else { factor };
        let v = Arc::new(EditVector(Vec::new()).plus(sign, &concept.vector));
        outcome.timings.encode += millis(started);

        let started = Instant::now();
        let reluctance = match applies {
            Applies::Doubtful => RELUCTANCE_IN_DOUBT,
            _ if seen => RELUCTANCE_WHEN_SEEN,
            _ => RELUCTANCE,
        };
        let mut decoded = self.decode(&reading, &v, way)?;
        if decoded.best() <= decoded.unchanged + reluctance && reading.widen() {
            // what is to be seen for the edit may have been left out
            decoded = self.decode(&reading, &v, way)?;
        }
        outcome.timings.decode += millis(started);

        let started = Instant::now();
        let Reading { encoded, slots, .. } = &reading;
        let target = Target { source, encoded, slots, concept: &concept.table };
        let subject = Subject::new(source, &parsed, &function);
        let expected = Expectation {
            imports: &concept.imports,
            brings: &concept.brings,
            changes_signature: concept.changes_signature,
            keeps_sense: concept.keeps_sense,
            detector: concept.detector,
            remove: concept.remove,
            concept: &concept.table,
            slots,
        };
        let best = decoded.best();
        let ranking = self.ranking.as_deref().map(|ranking| ranking.of(concept.applies.is_some()));
        let likelier = best > decoded.unchanged + reluctance;
        let worth_a_look = match ranking {
            Some(ranking) => best > decoded.unchanged + ranking.reluctance,
            None => likelier,
        };
        let check = |replaced: &[Replacement]| passed(replaced, &target, &subject, &expected);
        let dial = Dial {
            target: &target,
            function: function.range.clone(),
            share,
            together: concept.together,
            check: &check,
        };
        let (mut candidates, mut refused): (Vec<Candidate<'_>>, Vec<String>) = (Vec::new(), Vec::new());
        for script in decoded.scripts.iter().filter(|_| worth_a_look || self.describes) {
            // how many places an alternative has is not looked at so closely: each costs a pass of the filters
            let closely = share < 1.0 || candidates.is_empty() && ranking.is_none();
            match dial.turn(script, closely) {
                Ok(turned) => add(&mut candidates, script, turned, &encoded.ids),
                Err(reason) if refused.contains(&reason) => {}
                Err(reason) => refused.push(reason),
            }
        }
        let mut of_each: Vec<Features> = Vec::new();
        if (ranking.is_some() || self.describes) && !candidates.is_empty() {
            let setting = Setting {
                ids: &encoded.ids,
                v: &v,
                shown: &concept.shown,
                remove: concept.remove,
                agreement: concept.agreement,
                seen,
                applies,
                unchanged: decoded.unchanged,
            };
            let passing: Vec<&Passing<'_>> = candidates.iter().map(|candidate| &candidate.passing).collect();
            let all = Wanted::of(FEATURES.into_iter());
            let wanted = ranking.filter(|_| !self.describes).map_or(all, Regression::wanted);
            of_each = features(&self.worker, &setting, &passing, wanted)?;
        }
        if self.describes {
            let texts = candidates.iter().map(|candidate| candidate.turned.passed.source.clone());
            outcome.features = texts.zip(of_each.iter().cloned()).collect();
        }
        // how probably each is right, as a logarithm
        let sure: Vec<f32> = match ranking {
            Some(ranking) => ranking.probabilities(&of_each).into_iter().map(f32::ln).collect(),
            None => candidates.iter().map(|candidate| candidate.passing.script.log_probability).collect(),
        };
        let surest = sure.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let probable = match ranking {
            Some(ranking) if !candidates.is_empty() => surest >= ranking.applies_from.ln(),
            _ => likelier,
        };
        let applies = worth_a_look && probable;
        if !applies {
            let unchanged = match ranking {
                Some(_) if surest.is_finite() => (1.0 - surest.exp()).max(f32::MIN_POSITIVE).ln(),
                _ => decoded.unchanged,
            };
            outcome.timings.filter += millis(started);
            return Ok(vec![Draft {
                rank: draft.rank + unchanged,
                sure: draft.sure + unchanged,
                log_probability: draft.log_probability + decoded.unchanged,
                ..draft.clone()
            }]);
        }
        outcome
            .refused
            .extend(refused.into_iter().filter(|reason| !outcome.refused.contains(reason)).collect::<Vec<_>>());
        let mut ranked: Vec<(Candidate<'_>, f32)> = candidates.into_iter().zip(sure).collect();
        // stable: among equals the likelier script
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        if let Some((first, _)) =
            ranked.first_mut().filter(|(first, _)| ranking.is_some() && share == 1.0 && first.turned.places.of > 1)
            && let Ok(turned) = dial.turn(first.passing.script, true)
        {
            first.turned = turned;
        }
        let drafts = ranked.into_iter().map(|(Candidate { turned, passing }, sure)| {
            let whole = passing.script.log_probability;
            // what is left out can not be wrong: the kept places have their part of the doubt
            let part = if whole < 0.0 { turned.log_probability / whole } else { 1.0 };
            Draft {
                rank: draft.rank + sure,
                sure: draft.sure + sure * part,
                log_probability: draft.log_probability + turned.log_probability,
                steps: draft.steps + turned.steps,
                gain: draft.gain.min(turned.passed.gain),
                places: draft.places.and(turned.places),
                source: turned.passed.source,
                changed: true,
                applied: draft.applied.clone(),
            }
        });
        let drafts = drafts.collect();
        outcome.timings.filter += millis(started);
        Ok(drafts)
    }

    /// The latents of what is read, and the scripts for the whole function.
    fn decode(&self, reading: &Reading, v: &Arc<EditVector>, way: &Way<'_>) -> Result<Decoded, SynthesisError> {
        let options = DecodeOptions { scripts: way.count.max(2), longest: LONGEST_SCRIPT };
        let mask = Mask::new(reading.ids(), reading.read_slots(), &way.concept.table);
        let (stop, ids, v) = (way.cancel.clone(), reading.ids().to_vec(), Arc::clone(v));
        let decoded = self.worker.run(move |model| {
            let locals = model.encode(&ids)?;
            model.scripts(&locals, &v, options, mask.as_ref(), &|| stop.is_cancelled())
        });
        match decoded {
            Err(LatentError::Cancelled) => Err(SynthesisError::Cancelled),
            Err(other) => Err(other.into()),
            Ok(mut decoded) => {
                decoded.scripts = decoded.scripts.into_iter().filter_map(|script| reading.whole(script)).collect();
                Ok(decoded)
            }
        }
    }
}

/// Adds what a script gives, unless a likelier one gives the same tokens.
fn add<'s>(candidates: &mut Vec<Candidate<'s>>, script: &'s Script, turned: Turned, ids: &[Id]) {
    let replaced = replacements(ids, &script.steps).unwrap_or_default();
    let ids = apply(ids, &replaced);
    if candidates.iter().all(|other| other.passing.ids != ids) {
        candidates.push(Candidate { turned, passing: Passing { script, ids } });
    }
}

fn passed(
    replaced: &[Replacement],
    target: &Target<'_>,
    subject: &Subject<'_>,
    expected: &Expectation<'_>,
) -> Result<filter::Passed, String> {
    let edits = merge(target, replaced).ok_or_else(|| "it uses a slot that has no spelling here".to_owned())?;
    if expected.keeps_sense && !leaves_sense(&target.encoded.ids, replaced) {
        return Err(Refusal::Sense.to_string());
    }
    let meant = apply(&target.encoded.ids, replaced);
    filter::check(subject, edits, &meant, expected).map_err(|refusal| refusal.to_string())
}
