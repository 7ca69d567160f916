//! Which pairs a lesson is of: those that can be learned from, and of them those that show one and the same edit, or the part of
//! them that does.

use super::api::SynthesisError;
use super::lesson::{LessonError, Teacher};
use crate::concepts::store::StoredPair;
use crate::concepts::{Parts, check_pair};
use serde::Serialize;

/// So many pairs of other clusters are looked at for parts that are like the chosen one's.
const MOST_OTHERS: usize = 60;
/// So many pairs are enough to say what is like them.
const ENOUGH: usize = 5;

/// A pair that is not used, or not as a whole, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aside {
    /// Where the pair comes from.
    pub origin: String,
    /// Why it is not used, or what of it is not.
    pub reason: String,
    /// Whether it is used but for some of its hunks.
    pub in_part: bool,
}

impl Aside {
    fn whole(origin: &str, reason: String) -> Self {
        Self { origin: origin.to_owned(), reason, in_part: false }
    }
}

/// The pairs that can be learned from at all, each once, and the others.
pub fn usable(pairs: Vec<StoredPair>) -> Result<(Vec<StoredPair>, Vec<Aside>), LessonError> {
    let (mut good, mut aside): (Vec<StoredPair>, _) = (Vec::new(), Vec::new());
    for pair in pairs {
        match check_pair(&pair.before, &pair.after) {
            Ok(()) if good.iter().any(|other| other.key() == pair.key()) => {}
            Ok(()) => good.push(pair),
            Err(problem) => aside.push(Aside::whole(&pair.origin, problem.to_string())),
        }
    }
    if good.is_empty() { Err(LessonError::NoPair(aside)) } else { Ok((good, aside)) }
}

/// The pairs that show the same edit as those there are (`base`), or as each other; of others what of them does, and the rest is
/// put aside.
pub fn alike(
    teacher: &(impl Teacher + ?Sized),
    base: &[StoredPair],
    pairs: Vec<StoredPair>,
    aside: &mut Vec<Aside>,
) -> Result<Vec<StoredPair>, LessonError> {
    let failed = |error| LessonError::about(error, &pairs);
    let sorted = teacher.sort_out(base, &pairs).map_err(failed)?;
    let mut used = sorted.used;
    if base.is_empty() && used.len() < 2 && pairs.len() > 1 {
        // none is like another as a whole: perhaps one of them is what the others have in part
        used = match model_of_others(teacher, &pairs).map_err(failed)? {
            Some(model) => vec![model],
            None => Vec::new(),
        };
    }
    if used.is_empty() && base.is_empty() {
        aside.extend(sorted.aside.into_iter().map(|(at, reason)| Aside::whole(&pairs[at].origin, reason)));
        return Err(LessonError::Unlike(std::mem::take(aside)));
    }
    let core: Vec<StoredPair> = base.iter().cloned().chain(used.iter().map(|at| pairs[*at].clone())).collect();
    let mut alike = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        if used.contains(&at) {
            alike.push(pair.clone());
            continue;
        }
        let reason = sorted.aside.iter().find(|(other, _)| *other == at).map(|(_, reason)| reason.clone());
        let reason = reason.unwrap_or_else(|| "it is unlike the rest".to_owned());
        alike.extend(part_or_aside(teacher, &core, pair, reason, aside).map_err(failed)?);
    }
    if alike.is_empty() { Err(LessonError::Unlike(std::mem::take(aside))) } else { Ok(alike) }
}

/// One cluster of what commits changed, and of the other pairs what of them is like it.
pub fn cluster_with_parts(
    teacher: &(impl Teacher + ?Sized),
    cluster: &[usize],
    pairs: &[StoredPair],
    aside: &mut Vec<Aside>,
) -> Result<Vec<StoredPair>, LessonError> {
    let core: Vec<StoredPair> = cluster.iter().map(|at| pairs[*at].clone()).collect();
    let mut all = core.clone();
    let others = pairs.iter().enumerate().filter(|(at, _)| !cluster.contains(at));
    for (_, pair) in others.take(MOST_OTHERS) {
        // pairs of other clusters are no mistake: nothing is said of them
        if let Some((part, left_out)) = in_part(teacher, &core, pair).map_err(LessonError::Synthesis)? {
            aside.extend(left_out);
            all.push(part);
        }
    }
    Ok(all)
}

/// The pair that most others are like in part; `None` where none is.
fn model_of_others(teacher: &(impl Teacher + ?Sized), pairs: &[StoredPair]) -> Result<Option<usize>, SynthesisError> {
    let mut best = (0, None);
    for (at, pair) in pairs.iter().enumerate().take(ENOUGH) {
        let mut like = 0;
        for (_, other) in pairs.iter().enumerate().filter(|(other, _)| *other != at).take(ENOUGH) {
            like += usize::from(in_part(teacher, std::slice::from_ref(pair), other)?.is_some());
        }
        if like > best.0 {
            best = (like, Some(at));
        }
    }
    Ok(best.1)
}

fn part_or_aside(
    teacher: &(impl Teacher + ?Sized),
    core: &[StoredPair],
    pair: &StoredPair,
    reason: String,
    aside: &mut Vec<Aside>,
) -> Result<Option<StoredPair>, SynthesisError> {
    let Some((part, left_out)) = in_part(teacher, core, pair)? else {
        aside.push(Aside::whole(&pair.origin, reason));
        return Ok(None);
    };
    aside.extend(left_out);
    Ok(Some(part))
}

/// What of a pair is like the `core`, its other hunks undone, and what is said of those: a commit may have changed other things in
/// the same function, too. `None` where no part of it is like the core, or the parts that are do not stand without the others.
fn in_part(
    teacher: &(impl Teacher + ?Sized),
    core: &[StoredPair],
    pair: &StoredPair,
) -> Result<Option<(StoredPair, Option<Aside>)>, SynthesisError> {
    let Some(parts) = Parts::of(pair) else { return Ok(None) };
    let each: Vec<StoredPair> = (0..parts.count()).filter_map(|at| parts.only(pair, &[at])).collect();
    let used = match teacher.sort_out(&core[..core.len().min(ENOUGH)], &each) {
        Ok(sorted) if each.len() == parts.count() => sorted.used,
        Ok(_) | Err(SynthesisError::Example { .. }) => return Ok(None),
        Err(other) => return Err(other),
    };
    if used.is_empty() {
        return Ok(None);
    }
    let left: Vec<usize> = (0..parts.count()).filter(|at| !used.contains(at)).collect();
    if left.is_empty() {
        // only all of them together looked unlike
        return Ok(Some((pair.clone(), None)));
    }
    let lines = parts.lines(&left).join(", ");
    let reason = format!("what it changes at line {lines} is unlike the rest, and was left out");
    let said = Aside { origin: pair.origin.clone(), reason, in_part: true };
    let part = parts.only(pair, &used).map(|part| StoredPair { origin: format!("{} (in part)", part.origin), ..part });
    Ok(part.map(|part| (part, Some(said))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::store::{Stored, StoredVector};
    use crate::synthesis::{Assessment, Cancel, SortedOut, TaughtConcept};
    use std::time::Duration;

    /// Edits that only bring `log` are like each other; none is like another when the first word of all they bring differs.
    struct Words;

    fn brings(pair: &StoredPair) -> Vec<&str> {
        let lines = pair.after.lines().filter(|line| !pair.before.lines().any(|other| other == *line));
        lines.map(|line| line.trim().split(['(', ' ']).next().unwrap_or_default()).collect()
    }

    impl Teacher for Words {
        fn sort_out(&self, base: &[StoredPair], new: &[StoredPair]) -> Result<SortedOut, SynthesisError> {
            let all: Vec<&StoredPair> = base.iter().chain(new).collect();
            let like = |at: usize| {
                let others = if base.is_empty() { &all[..] } else { &all[..base.len()] };
                let mut others = others.iter().enumerate().filter(|(other, _)| *other != at);
                others.any(|(_, other)| brings(other) == brings(all[at]))
            };
            let (used, aside): (Vec<usize>, Vec<usize>) =
                (0..new.len()).partition(|at| like(base.len() + at) || base.is_empty() && new.len() == 1);
            Ok(SortedOut { used, aside: aside.into_iter().map(|at| (at, "unlike".to_owned())).collect() })
        }

        fn encode_pairs(
            &self,
            _: &[StoredPair],
            _: Duration,
            _: &dyn Fn(),
            _: &Cancel,
        ) -> Result<StoredVector, SynthesisError> {
            Err(SynthesisError::Cancelled)
        }

        fn assess(
            &self,
            _: &Stored,
            _: Duration,
            _: &Cancel,
            _: &mut dyn FnMut(),
        ) -> Result<(TaughtConcept, Assessment), SynthesisError> {
            Err(SynthesisError::Cancelled)
        }
    }

    /// Three lines of body, of which some are replaced.
    fn pair(name: &str, lines: [&str; 3]) -> StoredPair {
        let text = |lines: [&str; 3]| {
            format!("def {name}(a):\n    {}\n    a.{name}()\n    {}\n    a.x()\n    {}\n", lines[0], lines[1], lines[2])
        };
        let before = text(["print(a)", "print(a)", "return a"]);
        StoredPair { origin: name.to_owned(), before, after: text(lines), ..StoredPair::default() }
    }

    const LOG: [&str; 3] = ["log(a)", "print(a)", "return a"];
    const LOG_AND_MORE: [&str; 3] = ["log(a)", "print(a)", "raise a"];
    const OTHER: [&str; 3] = ["print(a)", "print(a)", "assert a"];

    /// What is used, by origin and what it brings; what is said of the others.
    fn chosen(base: &[StoredPair], pairs: &[StoredPair]) -> Result<Vec<String>, String> {
        let mut aside = Vec::new();
        let used = alike(&Words, base, pairs.to_vec(), &mut aside).map_err(|error| error.to_string())?;
        let used = used.iter().map(|pair| format!("{}: {}", pair.origin, brings(pair).join(" ")));
        let aside = aside
            .iter()
            .map(|one| format!("{} {}: {}", one.origin, if one.in_part { "in part" } else { "aside" }, one.reason));
        Ok(used.chain(aside).collect())
    }

    #[test]
    fn hunks_that_are_unlike_the_rest_are_undone() {
        let said = "c in part: what it changes at line 6 is unlike the rest, and was left out";
        let pairs = [pair("a", LOG), pair("b", LOG), pair("c", LOG_AND_MORE), pair("d", OTHER)];
        let all = ["a: log", "b: log", "c (in part): log", said, "d aside: unlike"];
        assert_eq!(chosen(&[], &pairs).unwrap(), all);
        assert_eq!(chosen(&pairs[..2], &pairs[2..]).unwrap(), &all[2..], "beside pairs that there are");
        assert_eq!(chosen(&[], &pairs[1..3]).unwrap(), &all[1..4], "one of two is the other in part");
        assert!(chosen(&[], &[pairs[0].clone(), pairs[3].clone()]).unwrap_err().contains("one and the same edit"));
        assert_eq!(chosen(&[], &pairs[2..3]).unwrap(), ["c: log raise"], "a single pair is as it is");
    }

    #[test]
    fn a_cluster_gets_what_is_like_it_of_the_others() {
        let pairs = [pair("a", LOG), pair("b", LOG_AND_MORE), pair("c", OTHER)];
        let mut aside = Vec::new();
        let all = cluster_with_parts(&Words, &[0], &pairs, &mut aside).unwrap();
        assert_eq!(all.iter().map(|pair| pair.origin.as_str()).collect::<Vec<_>>(), ["a", "b (in part)"]);
        assert_eq!(all[1].after, pair("b", LOG).after);
        assert_eq!(aside.len(), 1, "what belongs to another cluster is no mistake: {aside:?}");
    }
}
