//! A taught edit is searched for where the pairs' mean does not write them, stays in its budget, and can be stopped.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::latent::{Ended, ModelSettings, SearchReport};
use lerp::synthesis::{Cancel, Engine, Example, LearnOptions, SynthesisError};
use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Duration;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&ModelSettings::default()).unwrap_or_else(|error| panic!("{error}")))
}

fn pairs(bodies: &[(&str, &str)]) -> Vec<Example> {
    let whole = |body: &str| format!("def f(self, key):\n    {}\n", body.replace('\n', "\n    "));
    bodies.iter().map(|(before, after)| Example { before: whole(before), after: whole(after) }).collect()
}

/// An exchange of two statements and a new call: nothing that the model has a name for.
fn odd() -> Vec<Example> {
    pairs(&[
        (
            "first = load(key)\nsecond = self.other(key)\nreturn first + second",
            "second = self.other(key)\nfirst = load(key)\naudit.seen(key)\nreturn first + second",
        ),
        (
            "left = read(key)\nright = self.pop()\nreturn left, right",
            "right = self.pop()\nleft = read(key)\naudit.seen(key)\nreturn left, right",
        ),
    ])
}

fn learn(examples: &[Example], budget: Duration, remove: bool) -> (Vec<f32>, Option<SearchReport>) {
    let options = LearnOptions { remove, budget };
    let learned = engine().learn(examples, options, &|_| {}, &Cancel::default()).unwrap();
    (learned.vector.0, learned.search)
}

#[test]
fn without_a_budget_the_vector_is_the_mean() {
    let (mean, report) = learn(&odd(), Duration::ZERO, false);
    assert_eq!(report, None);
    let norm = (mean.iter().map(|value| value * value).sum::<f32>() / mean.len() as f32).sqrt();
    assert!(norm > 0.2 && norm < 1.1, "near unit RMS, not {norm}");
}

#[test]
fn a_search_writes_no_fewer_of_its_pairs_than_the_mean() {
    for remove in [false, true] {
        let (mean, _) = learn(&odd(), Duration::ZERO, remove);
        let (found, report) = learn(&odd(), Duration::from_secs(60), remove);
        let report = report.expect("a search was asked for");
        assert_eq!((report.pairs, report.left_out.len()), (2, 2));
        assert!(report.reproduced_after >= report.reproduced_before, "{report:?}");
        match report.ended.expect("the budget is long") {
            Ended::NotPossible => assert!(!engine().worker().bundle.can_search, "{report:?}"),
            Ended::NotNeeded => assert!(report.left_out.iter().all(|right| *right)),
            Ended::Sure | Ended::Steps => {
                assert!(report.steps > 0 && report.millis > 0.0, "{report:?}");
                assert_ne!(found, mean);
            }
        }
    }
}

#[test]
fn it_ends_in_its_budget_and_says_so() {
    let (found, report) = learn(&odd(), Duration::from_nanos(1), false);
    let report = report.expect("a search was asked for");
    assert!(
        report.steps == 0 && report.ended.is_none_or(|ended| ended == Ended::NotPossible || ended == Ended::NotNeeded)
    );
    assert_eq!(found, learn(&odd(), Duration::ZERO, false).0, "without a step it is the mean");
}

#[test]
fn it_can_be_stopped_and_tells_of_each_step() {
    let seen = RefCell::new(Vec::new());
    let cancel = Cancel::default();
    let options = LearnOptions { remove: false, budget: Duration::from_secs(60) };
    let progress = |report: &SearchReport| {
        seen.borrow_mut().push(report.steps);
        if report.steps == 2 {
            cancel.cancel();
        }
    };
    let learned = engine().learn(&odd(), options, &progress, &cancel);
    if engine().worker().bundle.can_search {
        assert!(matches!(learned, Err(SynthesisError::Cancelled)), "{learned:?}");
        assert_eq!(*seen.borrow(), [1, 2]);
    } else {
        assert!(seen.borrow().is_empty() && learned.is_ok());
    }
}

#[test]
fn an_example_that_can_not_be_learned_is_named() {
    let mut broken = odd();
    broken[1].after = broken[1].before.clone();
    let options = LearnOptions { remove: false, budget: Duration::from_secs(1) };
    let learned = engine().learn(&broken, options, &|_| {}, &Cancel::default());
    assert!(matches!(learned, Err(SynthesisError::Example { number: 2, .. })), "{learned:?}");
}
