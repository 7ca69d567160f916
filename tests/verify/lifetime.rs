//! Warm processes: when they are kept, when they are replaced, and that they end.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use lerp::verify::{Project, Status, TestsSetting, Tier, Verdict, Verifier};

use super::support::{SHOP, Shop, TESTS, processes_in, total_after, wait_for};

fn ask(shop: &Shop, verifier: &Verifier, source: &str) -> Verdict {
    verifier.verify(&shop.candidate(source), &TestsSetting::Auto, &|| false)
}

fn check(shop: &Shop, verifier: &Verifier, source: &str, expect: Status) {
    let verdict = ask(shop, verifier, source);
    assert_eq!((verdict.status, verdict.tier), (expect, Some(Tier::T1)), "{verdict:?}");
}

#[test]
fn a_changed_file_retires_what_was_learnt_from_it() {
    let Some(shop) = Shop::new() else { return };
    let verifier = shop.verifier();
    shop.write("rates.py", "RATE = 1\n");
    shop.write("tests/rate.txt", "1");
    let tests = "import os\nimport shop, rates\nRATE = open(os.path.join(os.path.dirname(__file__), 'rate.txt')).read()\n\n\ndef test_rate():\n    assert shop.total([1]) == rates.RATE == int(RATE)\n";
    shop.write("tests/test_shop.py", tests);
    check(&shop, &verifier, &total_after(""), Status::Passed);
    let twice = SHOP.replace("+= price", "+= 2 * price");
    check(&shop, &verifier, &twice, Status::Failed);
    // the same text again is no change
    shop.write("rates.py", "RATE = 1\n");
    check(&shop, &verifier, &total_after(""), Status::Passed);
    // a module, a data file: the original fails now, which is said
    shop.write("rates.py", "RATE = 2\n");
    let verdict = ask(&shop, &verifier, &twice);
    assert_eq!(verdict.status, Status::Untested, "{verdict:?}");
    shop.write("rates.py", "RATE = 1\n");
    check(&shop, &verifier, &total_after(""), Status::Passed);
    shop.write("tests/rate.txt", "2");
    assert_eq!(ask(&shop, &verifier, &twice).status, Status::Untested);
    shop.write("tests/rate.txt", "1");
    // a test, a conftest that was not there before
    shop.write("tests/test_shop.py", &format!("{tests}\n\ndef test_other():\n    assert shop.total([2]) == 2\n"));
    let verdict = ask(&shop, &verifier, &total_after(""));
    assert_eq!((verdict.status, verdict.tests_run), (Status::Passed, 2), "{verdict:?}");
    shop.write("tests/conftest.py", "import rates\nrates.RATE = 3\n");
    assert_eq!(ask(&shop, &verifier, &total_after("")).tests_run, 1, "test_rate fails on the original");
}

#[test]
fn what_is_broken_is_served_when_it_is_mended() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.baseline_limit = Duration::from_secs(6);
    let verifier = shop.verifier();
    let untested = |word: &str| {
        let verdict = ask(&shop, &verifier, &total_after(""));
        assert_eq!(verdict.status, Status::Untested, "{verdict:?}");
        assert!(verdict.reason.as_deref().unwrap_or_default().contains(word), "{word}: {verdict:?}");
    };
    shop.write("tests/conftest.py", "def broken(:\n");
    untested("conftest.py");
    shop.write("tests/conftest.py", "import os\nos.killpg(0, 9)\n");
    untested("while importing tests/conftest.py: the process is ended by signal 9");
    shop.write("tests/conftest.py", "import os\nfor _ in range(100): os.write(1, b'x' * 1_000_000)\n");
    untested("while importing tests/conftest.py: killed: it wrote too much");
    shop.write("tests/conftest.py", "import time\ntime.sleep(600)\n");
    untested("while importing tests/conftest.py");
    shop.write("tests/conftest.py", "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)\n");
    untested("conftest.py");
    shop.write("tests/conftest.py", "import os, tempfile\nos.chdir(tempfile.mkdtemp())\n");
    check(&shop, &verifier, &total_after(""), Status::Passed);
    fs::remove_file(shop.root().join("tests/conftest.py")).unwrap();
    check(&shop, &verifier, &total_after(""), Status::Passed);
}

#[test]
fn a_killed_process_is_replaced() {
    let Some(shop) = Shop::new() else { return };
    let verifier = shop.verifier();
    check(&shop, &verifier, &total_after(""), Status::Passed);
    for _ in 0..2 {
        let mut warm = processes_in(&shop);
        assert!(warm.len() >= 2, "{warm:?}");
        warm.sort_unstable();
        // the newest, then all
        let killed = if warm.len() > 2 { &warm[..] } else { &warm[warm.len() - 1..] };
        for pid in killed {
            Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
        }
        check(&shop, &verifier, &total_after(""), Status::Passed);
        check(&shop, &verifier, &SHOP.replace("+= price", "-= price"), Status::Failed);
    }
    drop(verifier);
    assert_eq!(processes_in(&shop), [0; 0], "the verifier's end is theirs");
}

#[test]
fn idle_processes_end_and_come_back() {
    let Some(mut shop) = Shop::new() else { return };
    // long enough that a busy machine does not count a request's own pauses as idleness
    shop.settings.idle = Duration::from_secs(3);
    let verifier = shop.verifier();
    check(&shop, &verifier, &total_after(""), Status::Passed);
    wait_for(|| processes_in(&shop).is_empty(), "idle processes stay");
    check(&shop, &verifier, &total_after(""), Status::Passed);
}

#[test]
fn a_cancelled_fork_ends_and_the_next_is_served() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.time_floor = Duration::from_secs(600);
    let verifier = shop.verifier();
    check(&shop, &verifier, &total_after(""), Status::Passed);
    let warm = processes_in(&shop).len();
    let started = std::time::Instant::now();
    let verdict = verifier.verify(&shop.candidate(&total_after("while True: pass")), &TestsSetting::Auto, &|| {
        started.elapsed().as_millis() > 300
    });
    assert_eq!((verdict.status, verdict.reason.as_deref()), (Status::Untested, Some("cancelled")));
    wait_for(|| processes_in(&shop).len() == warm, "the fork stays");
    check(&shop, &verifier, &total_after(""), Status::Passed);
}

/// Set in the process that `killed_outright` starts: a copy of this test that verifies and then waits to be killed.
const CHILD: &str = "LERP_TEST_WARM_CHILD";

#[test]
fn killed_outright() {
    if let Some(root) = std::env::var_os(CHILD) {
        let shop = Shop::new().unwrap();
        let settings = lerp::verify::Settings {
            namespaces: std::env::var_os("LERP_TEST_PLAIN").is_none(),
            ..shop.settings.clone()
        };
        let verifier = Verifier::new(Project::at(root.as_ref(), &settings).unwrap(), settings).unwrap();
        check(&shop, &verifier, &total_after(""), Status::Passed);
        // then a candidate that does not end
        verifier.verify(&shop.candidate(&total_after("while True: pass")), &TestsSetting::Auto, &|| false);
        return;
    }
    let Some(shop) = Shop::new() else { return };
    shop.write("tests/test_shop.py", TESTS);
    for plain in [false, true] {
        let scratch = tempfile::tempdir().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["lifetime::killed_outright", "--exact", "--test-threads=1"]);
        command.env(CHILD, shop.root()).env("TMPDIR", scratch.path()).stdout(Stdio::null()).stderr(Stdio::null());
        if plain {
            command.env("LERP_TEST_PLAIN", "1");
        }
        let mut child = command.spawn().unwrap();
        // L0, L1 and the candidate
        wait_for(|| processes_in(&shop).len() >= 3, "the candidate did not start");
        child.kill().unwrap();
        child.wait().unwrap();
        wait_for(|| processes_in(&shop).is_empty(), "processes were left");
        let left = || {
            let entries = fs::read_dir(scratch.path()).unwrap().flatten();
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("lerp-verify-")).count()
        };
        wait_for(|| left() == 0, "scratch was left");
    }
}
