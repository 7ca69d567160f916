//! What a run of the original shows is remembered: which tests reach what, for the next candidate and the next process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use lerp::verify::impact::Map;
use lerp::verify::{Candidate, Project, Status, TestsSetting, Verifier};

use super::support::{SHOP, Shop, total_after};

const OTHER: &str = "import shop\n\n\ndef test_other():\n    assert shop.other() == 2\n";

/// A module of three functions; two test files, the first of which reaches `total`.
fn shop() -> Option<Shop> {
    let mut shop = Shop::new()?;
    shop.settings.cache = Some(shop.outside().join("cache"));
    shop.write("shop.py", &format!("{SHOP}\n\ndef other():\n    return 2\n"));
    shop.write("tests/test_other.py", OTHER);
    Some(shop)
}

fn candidate(shop: &Shop, function: &str) -> Candidate {
    let text = std::fs::read_to_string(shop.root().join("shop.py")).unwrap();
    Candidate { function: Some(function.to_owned()), new_source: text + "\n", ..shop.candidate("") }
}

/// A verifier, and how many tests were seen to end on the original.
fn counting(shop: &Shop) -> (Verifier, Arc<AtomicUsize>) {
    let (mut verifier, count) = (shop.verifier(), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&count);
    verifier.on_progress(move |done, of| {
        assert!(done <= of, "{done} of {of}");
        seen.fetch_max(done, Ordering::Relaxed);
    });
    (verifier, count)
}

fn map(shop: &Shop) -> Map {
    Map::open(&Project::at(&shop.root(), &shop.settings).unwrap(), &shop.settings).unwrap()
}

#[test]
fn a_baseline_fills_the_map_and_serves_other_functions_and_other_processes() {
    let Some(shop) = shop() else { return };
    let auto = TestsSetting::Auto;
    let check = |verifier: &Verifier, function: &str, status: Status, tests: usize| {
        let verdict = verifier.verify(&candidate(&shop, function), &auto, &|| false);
        assert_eq!((verdict.status, verdict.tests_run), (status, tests), "{function}: {verdict:?}");
        verdict.reason.unwrap_or_default()
    };
    let (verifier, seen) = counting(&shop);
    check(&verifier, "total", Status::Passed, 2);
    assert_eq!(seen.swap(0, Ordering::Relaxed), 3, "both test files mention the module");
    // the same run says what the others need
    check(&verifier, "other", Status::Passed, 1);
    let why = check(&verifier, "unused", Status::Untested, 0);
    assert!(why.contains("no test reaches unused (of 2 test files)"), "{why}");
    assert_eq!(seen.load(Ordering::Relaxed), 0, "the original was run again");
    drop(verifier);

    let nothing = Default::default();
    let known = map(&shop).known(&nothing).unwrap();
    assert_eq!((known.test_files.len(), known.missing), (2, Vec::new()));
    // files that were run together may have helped each other: `lerp tests` runs them by themselves
    assert_eq!(map(&shop).survey(&nothing).unwrap().missing.len(), 2);

    let (verifier, seen) = counting(&shop);
    check(&verifier, "total", Status::Passed, 2);
    check(&verifier, "other", Status::Passed, 1);
    assert_eq!(seen.load(Ordering::Relaxed), 0, "another process knew the original");
    assert_eq!(
        verifier.reaching(&candidate(&shop, "other"), &auto, &|| false),
        Some(vec!["tests/test_other.py::test_other".to_owned()])
    );
    drop(verifier);

    // a test file that changed is run, and only it where only it can reach the function
    shop.write("tests/test_other.py", &format!("{OTHER}\n\ndef test_more():\n    assert shop.other() + 1 == 3\n"));
    let (verifier, seen) = counting(&shop);
    check(&verifier, "other", Status::Passed, 2);
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    drop(verifier);
    // by itself: that needs no second look
    assert_eq!(map(&shop).survey(&nothing).unwrap().missing, ["tests/test_shop.py"]);
}

#[test]
fn a_cancelled_baseline_keeps_the_test_files_that_ran() {
    let Some(mut shop) = shop() else { return };
    shop.settings.baseline_limit = Duration::from_secs(600);
    shop.write("tests/test_shop.py", "import time\nimport shop\n\n\ndef test_slow():\n    time.sleep(600)\n");
    let mut verifier = shop.verifier();
    let enough = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&enough);
    verifier.on_progress(move |done, _| seen.store(done > 0, Ordering::Relaxed));
    let cancelled = || enough.load(Ordering::Relaxed);
    let verdict = verifier.verify(&shop.candidate(&total_after("")), &TestsSetting::Auto, &cancelled);
    assert_eq!(verdict.status, Status::Untested, "{verdict:?}");
    assert!(verdict.reason.unwrap_or_default().contains("cancelled"));
    let known = map(&shop).known(&Default::default()).unwrap();
    assert_eq!(known.missing, ["tests/test_shop.py"]);
    // what was broken off is asked again
    shop.write("tests/test_shop.py", super::support::TESTS);
    enough.store(false, Ordering::Relaxed);
    let verdict = verifier.verify(&candidate(&shop, "other"), &TestsSetting::Auto, &|| false);
    assert_eq!((verdict.status, verdict.tests_run), (Status::Passed, 1), "{verdict:?}");
}
