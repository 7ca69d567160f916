//! Concepts of one request that stand in each other's way.

use super::asked::Asked;
use crate::concepts::{Applicability, Applies, Detector};
use crate::syntax::{find_functions, parse};

/// What the first draft said of a concept, when its turn came: that the others took away what it needs.
pub(super) fn out_of_place(concept: &Asked, before: &str, now: &str, qualname: &str) -> Option<String> {
    let name = &concept.name;
    (may_apply(concept, before, qualname) && !may_apply(concept, now, qualname))
        .then(|| format!("{name} does not apply any more once the other concepts are there"))
}

/// Concepts that were applied and of which nothing is left in the end, because a later one took it back.
pub(super) fn undone(applied: &[&Asked], before: &str, after: &str, qualname: &str) -> Vec<String> {
    let presence = |detector: &Detector, source: &str| {
        let parsed = parse(source);
        let function = find_functions(&parsed, source).into_iter().find(|function| function.qualname == qualname)?;
        Some(detector.presence(&parsed, source, function.range))
    };
    let is_undone = |concept: &&&Asked| {
        let moved = concept
            .detector
            .and_then(|detector| Some(presence(detector, before)?.gain(presence(detector, after)?, concept.remove)));
        moved == Some(0.0)
    };
    let said = |concept: &&Asked| format!("{} is undone by the other concepts", concept.name);
    applied.iter().filter(is_undone).map(said).collect()
}

/// Whether a concept may apply to a function, as far as that is seen without the model.
fn may_apply(concept: &Asked, source: &str, qualname: &str) -> bool {
    let parsed = parse(source);
    let functions = find_functions(&parsed, source);
    let Some(function) = functions.into_iter().find(|function| function.qualname == qualname) else { return false };
    let seen = |detector: &Detector| detector.presence(&parsed, source, function.range.clone()).allows(concept.remove);
    let fits =
        |applies: &Applicability| applies.at(&parsed, source, function.range.clone(), &concept.table) != Applies::No;
    concept.detector.is_none_or(seen) && concept.applies.as_deref().is_none_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::ConceptTable;
    use crate::latent::EditVector;
    use std::sync::Arc;

    fn asked(name: &str, remove: bool) -> Asked {
        Asked {
            name: name.to_owned(),
            table: ConceptTable::default(),
            vector: Arc::new(EditVector(Vec::new())),
            shown: Arc::default(),
            remove,
            imports: Vec::new(),
            brings: Vec::new(),
            changes_signature: false,
            together: 1,
            keeps_sense: false,
            detector: Detector::of(name),
            applies: None,
            agreement: 1.0,
        }
    }

    const EQUAL: &str = "def f(a):\n    print(a)\n    return a == None\n";
    const SAME: &str = "def f(a):\n    print(a)\n    return a is None\n";

    #[test]
    fn what_another_concept_takes_away_is_said() {
        let said = |concept: &Asked, now: &str| out_of_place(concept, EQUAL, now, "f");
        let identity = asked("none-comparison", false);
        assert_eq!(said(&identity, EQUAL), None);
        let message = "none-comparison does not apply any more once the other concepts are there";
        assert_eq!(said(&identity, SAME).as_deref(), Some(message));
        assert_eq!(out_of_place(&identity, SAME, SAME, "f"), None, "it did not apply before either");
        assert_eq!(said(&asked("print-debugging", true), SAME), None);
    }

    #[test]
    fn what_another_concept_takes_back_is_said() {
        let (identity, prints) = (asked("none-comparison", false), asked("print-debugging", true));
        let said = |after: &str| undone(&[&identity, &prints], EQUAL, after, "f");
        assert_eq!(said("def f(a):\n    return a is None\n"), [""; 0]);
        assert_eq!(said("def f(a):\n    return a == None\n"), ["none-comparison is undone by the other concepts"]);
        assert_eq!(said(SAME), ["print-debugging is undone by the other concepts"]);
    }
}
