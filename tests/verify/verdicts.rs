//! One project, many candidates: which verdict.

use std::time::Duration;

use lerp::verify::{Candidate, Settings, Status, TestsSetting};

use super::support::{SHOP, Shop, total_after};

/// Verdict of a candidate, with a word that reason or failure must hold.
fn check(shop: &Shop, name: &str, source: &str, expect: Status, word: &str) {
    let verdict = shop.verdict(source);
    let said =
        format!("{} {}", verdict.reason.clone().unwrap_or_default(), verdict.first_failure.clone().unwrap_or_default());
    assert_eq!(verdict.status, expect, "{name}: {verdict:?}");
    assert!(said.contains(word), "{name}: {word:?} not in {said:?}");
}

#[test]
fn candidates_get_the_verdict_they_deserve() {
    let Some(shop) = Shop::new() else { return };
    let before = shop.tree();
    for (name, source, expect, word) in [
        ("the same", SHOP.to_owned(), Status::Passed, ""),
        ("right", total_after(""), Status::Passed, ""),
        ("wrong", SHOP.replace("+= price", "-= price"), Status::Failed, "test_sum"),
        ("syntax error", "def total(:\n".to_owned(), Status::Failed, "SyntaxError"),
        ("no function", "x = 1\n".to_owned(), Status::Failed, "ImportError"),
        ("error at import", format!("{SHOP}raise KeyError('at import')\n"), Status::Failed, "at import"),
        ("ends the process", total_after("import os; os._exit(0)"), Status::Failed, "exit 0"),
        ("ends the process at import", format!("import os\nos._exit(0)\n{SHOP}"), Status::Failed, "exit 0"),
        ("sys.exit", total_after("import sys; sys.exit(0)"), Status::Failed, "SystemExit"),
        ("skips", total_after("import pytest; pytest.skip('no')"), Status::Failed, "skipped"),
        ("expects its failure", total_after("import pytest; pytest.xfail('no')"), Status::Failed, "skipped-expected"),
        ("ends pytest", total_after("import pytest; pytest.exit('bye', 0)"), Status::Failed, "tests"),
        ("kills itself", total_after("import os; os.kill(os.getpid(), 9)"), Status::Failed, "signal 9"),
        ("closes the report", total_after("import os; os.closerange(3, 256)"), Status::Failed, ""),
        ("prints 100 MB", total_after("for _ in range(100): print('x' * 1_000_000)"), Status::Passed, ""),
        (
            "floods the stream",
            total_after("import os\nfor _ in range(100): os.write(1, b'x' * 1_000_000)"),
            Status::Failed,
            "too much",
        ),
        ("takes all memory", total_after("x = bytearray(3 << 30)"), Status::Failed, "MemoryError"),
        ("forges the report", total_after(FORGERY), Status::Failed, "does not pass"),
        ("with a byte order mark", format!("\u{feff}{}", total_after("")), Status::Passed, ""),
    ] {
        check(&shop, name, &source, expect, word);
    }
    assert_eq!(shop.tree(), before, "the tree was written");
}

/// Writes what looks like a report to every descriptor, then fails.
const FORGERY: &str = r#"import os, json
for test in ("sum", "empty"):
    line = json.dumps({"token": "", "event": "test", "id": f"tests/test_shop.py::test_{test}", "outcome": "passed/passed/passed", "seconds": 0, "reached": [], "text": None})
    for number in range(3, 64):
        try:
            os.write(number, (line + "\n").encode())
        except OSError:
            pass
raise ValueError"#;

#[test]
fn what_hangs_is_a_timeout() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.time_floor = Duration::from_secs(3);
    check(&shop, "in the function", &total_after("while True: pass"), Status::Timeout, "did not end");
    check(&shop, "asleep", &total_after("import time; time.sleep(1000)"), Status::Timeout, "did not end");
    check(&shop, "at import", &format!("while True: pass\n{SHOP}"), Status::Timeout, "did not end");
    check(
        &shop,
        "a thread that stays",
        &total_after("import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()"),
        Status::Passed,
        "",
    );
}

#[test]
fn a_cancelled_run_ends_soon() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.time_floor = Duration::from_secs(600);
    let verifier = shop.verifier();
    verifier.verify(&shop.candidate(SHOP), &TestsSetting::Auto, &|| false);
    let started = std::time::Instant::now();
    let verdict = verifier.verify(&shop.candidate(&total_after("while True: pass")), &TestsSetting::Auto, &|| {
        started.elapsed().as_millis() > 300
    });
    assert_eq!((verdict.status, verdict.reason.as_deref()), (Status::Untested, Some("cancelled")));
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn many_candidates_share_a_baseline_and_keep_their_order() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.jobs = 2;
    shop.settings.repeat_baseline = true;
    let sources = [total_after(""), SHOP.replace("+= price", "+= 1"), SHOP.to_owned()];
    let candidates: Vec<Candidate> = sources.iter().map(|source| shop.candidate(source)).collect();
    let verdicts = shop.verifier().verify_many(&candidates, &TestsSetting::Auto, &|| false);
    let statuses: Vec<Status> = verdicts.iter().map(|verdict| verdict.status).collect();
    assert_eq!(statuses, [Status::Passed, Status::Failed, Status::Passed]);
    assert_eq!(verdicts[0].tests_run, 2);
    let json = serde_json::to_value(&verdicts[0]).unwrap();
    assert_eq!((json["status"].as_str(), json["tests_run"].as_u64()), (Some("passed"), Some(2)));
    assert!(json["millis"].is_u64());
}

#[test]
fn the_gate_keeps_a_candidate_from_running() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings = Settings { gate: true, ..shop.settings };
    check(&shop, "new module", &total_after("import os"), Status::Untested, "`os`");
    let allowed = Candidate { allowed: vec!["os".to_owned()], ..shop.candidate(&total_after("import os")) };
    assert_eq!(shop.verdict_of(&allowed, &TestsSetting::Auto).status, Status::Passed);
}

#[test]
fn unsaved_buffers_are_what_is_tested() {
    let Some(shop) = Shop::new() else { return };
    shop.write("rates.py", "RATE = 1\n");
    shop.write("shop.py", "import rates\n\n\ndef total(prices):\n    return sum(prices) * rates.RATE\n");
    let source = "import rates\n\n\ndef total(prices):\n    return rates.RATE * sum(prices)\n";
    assert_eq!(shop.verdict(source).status, Status::Passed);
    let mut candidate = shop.candidate(source);
    candidate.unsaved.insert("shop.py".into(), SHOP.to_owned());
    candidate.unsaved.insert("rates.py".into(), "RATE = 2\n".to_owned());
    let verdict = shop.verdict_of(&candidate, &TestsSetting::Auto);
    assert_eq!(
        verdict.status,
        Status::Failed,
        "the original is the buffer, which passes; the candidate meets the other buffer: {verdict:?}"
    );
}
