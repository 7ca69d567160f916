//! `lerp tests`: what it prints, what it remembers, and that nothing hurts what it remembers.

use crate::{Dir, Ran, ran};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const SHOP: &str = "from tax import rate\n\n\nclass Cart:\n    def total(self, prices):\n        return self.add(prices) * rate()\n\n    def add(self, prices):\n        return sum(prices)\n\n\ndef unused():\n    def inner():\n        return 1\n    return inner()\n";
const TAX: &str = "def start():\n    return 1\n\n\nONE = start()\n\n\ndef rate():\n    return ONE\n";
const TOTAL: &str = "from shop import Cart\n\n\ndef test_total():\n    assert Cart().total([1, 2]) == 3\n\n\ndef test_bad():\n    assert Cart().add([]) == 1\n";
const RATE: &str = "import pytest\nimport tax\n\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_rate(n):\n    assert tax.rate() == 1\n";

fn shop() -> Dir {
    let files: &[(&str, &str)] = &[
        ("pyproject.toml", ""),
        ("shop.py", SHOP),
        ("tax.py", TAX),
        ("tests/test_total.py", TOTAL),
        ("tests/test_rate.py", RATE),
    ];
    Dir::new(&files.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

impl Dir {
    fn tests(&self, target: &str) -> Ran {
        self.run(&format!("tests {target}"))
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    fn database(&self) -> PathBuf {
        self.find_database().unwrap()
    }

    fn find_database(&self) -> Option<PathBuf> {
        let folder = fs::read_dir(self.1.path().join("impact")).ok()?;
        let mut files = folder.map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
    }
}

fn check(run: &Ran, code: i32, out: &[&str], said: &str) {
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((lines.as_slice(), run.code), (out, code), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{said:?} not in {}", run.stderr);
}

#[test]
fn tests_of_a_function_and_of_a_file() {
    let dir = shop();
    check(&dir.tests("shop.py::Cart.total"), 0, &["tests/test_total.py::test_total"], "1 test reaches Cart.total");
    let both = ["tests/test_total.py::test_total", "tests/test_total.py::test_bad"];
    check(&dir.tests("shop.py::Cart.add"), 0, &both, "2 tests reach Cart.add · 1 not passing");
    // by way of another file
    let rates = ["tests/test_rate.py::test_rate[1]", "tests/test_rate.py::test_rate[2]", both[0]];
    check(&dir.tests("tax.py::rate"), 0, &rates, "3 tests reach rate");
    check(&dir.tests("shop.py::unused"), 1, &[], "no test reaches unused");
    let imported = dir.tests("tax.py::start");
    assert!(imported.stdout.lines().count() == 4 && imported.stderr.contains("at import"), "{}", imported.stdout);
    check(&dir.tests("shop.py"), 0, &["1  Cart.total", "2  Cart.add", "0  unused", "0  unused.inner"], "");

    let json: Value = serde_json::from_str(&dir.tests("shop.py::Cart.add --format json").stdout).unwrap();
    assert_eq!((&json["version"], &json["at_import"]), (&1.into(), &false.into()), "{json}");
    assert_eq!((&json["tests"][1]["outcome"], &json["tests"][1]["flaky"]), (&"failed".into(), &false.into()), "{json}");
    let json: Value = serde_json::from_str(&dir.tests("shop.py --format json").stdout).unwrap();
    assert_eq!((&json["functions"][1]["name"], &json["functions"][1]["tests"]), (&"Cart.add".into(), &2.into()));
    assert!(!dir.path().join(".pytest_cache").exists() && !dir.path().join("tests/__pycache__").exists());
}

/// A test that counts its runs can not: the tree is not written. So whether a file ran again is told by what it would do then.
#[test]
fn only_what_changed_is_run_again() {
    let dir = shop();
    // passes as long as the marker is not there, which is no file that the test loads
    let slow = "import os\n\n\ndef test_marker():\n    assert not os.path.exists('marker')\n";
    dir.write("tests/test_marker.py", slow);
    dir.tests("shop.py");
    dir.write("marker", "");
    let outcome = || {
        dir.tests("shop.py");
        let file = rusqlite::Connection::open(dir.database()).unwrap();
        let outcome = "SELECT outcome FROM test WHERE name = 'tests/test_marker.py::test_marker'";
        file.query_row(outcome, [], |row| row.get::<_, String>(0)).unwrap()
    };
    dir.write("tax.py", &TAX.replace("return ONE", "return ONE + 0"));
    dir.write("tests/test_rate.py", &RATE.replace("[1, 2]", "[1]"));
    assert_eq!(outcome(), "passed", "another file's change is none of its business");
    check(&dir.tests("tax.py::rate"), 0, &["tests/test_rate.py::test_rate[1]", "tests/test_total.py::test_total"], "");
    dir.write("tests/test_marker.py", &format!("{slow}\n"));
    assert_eq!(outcome(), "failed");
    // a new conftest, and a change of pytest's configuration
    dir.write("tests/test_marker.py", slow);
    fs::remove_file(dir.path().join("marker")).unwrap();
    assert_eq!(outcome(), "passed");
    dir.write("marker", "");
    assert_eq!(outcome(), "passed");
    dir.write("tests/conftest.py", "");
    assert_eq!(outcome(), "failed");
    // new functions, new test files, and those that are gone
    dir.write("shop.py", &SHOP.replace("self.add(prices) * rate()", "sum(prices)"));
    check(&dir.tests("shop.py::Cart.add"), 0, &["tests/test_total.py::test_bad"], "");
    dir.write("tests/test_new.py", "import shop\n\n\ndef test_new():\n    assert shop.unused() == 1\n");
    check(&dir.tests("shop.py::unused.inner"), 0, &["tests/test_new.py::test_new"], "");
    fs::remove_file(dir.path().join("tests/test_new.py")).unwrap();
    check(&dir.tests("shop.py::unused"), 1, &[], "no test reaches");
}

#[test]
fn what_is_known_serves_the_referee() {
    let dir = shop();
    dir.write("tests/test_far.py", "import api\n\n\ndef test_far():\n    assert api.run() == 1\n");
    dir.write("api.py", "import tax\n\n\ndef run():\n    return tax.rate()\n");
    dir.write("rate.txt", "def rate():\n    return 1\n");
    dir.write("unused.txt", "def unused():\n    return 2\n");
    let before = dir.run("verify tax.py::rate --candidate rate.txt");
    assert!(before.stdout.contains("passed · 2 tests"), "a test that mentions neither is not known: {}", before.stdout);
    dir.tests("tax.py");
    let after = dir.run("verify tax.py::rate --candidate rate.txt");
    assert!(after.stdout.contains("passed · 4 tests"), "{}{}", after.stdout, after.stderr);
    // nothing is run for a function that no test reaches: not even tests that can not be run any more
    let unused = dir.run("verify shop.py::unused --candidate unused.txt");
    assert!(unused.stdout.contains("no test reaches unused (of 3 test files)"), "{}", unused.stdout);
}

#[test]
fn test_files_that_do_not_run_are_named() {
    let dir = shop();
    dir.write("tests/test_broken.py", "import no_such_module\n");
    dir.write("tests/test_hangs.py", "import shop\n\n\ndef test_hangs():\n    while True:\n        shop.unused()\n");
    let mut command = dir.command();
    command.args(["tests", "shop.py::Cart.total"]).env("LERP_TEST_TIMEOUT", "15");
    let run = ran(&mut command);
    check(&run, 0, &["tests/test_total.py::test_total"], "test_broken.py: tests/test_broken.py can not be imported");
    assert!(run.stderr.contains("test_hangs.py: it does not end within 15 s"), "{}", run.stderr);
    // that is remembered, too
    let json: Value = serde_json::from_str(&dir.tests("shop.py::Cart.total --format json").stdout).unwrap();
    assert_eq!(json["broken"].as_array().unwrap().len(), 2, "{json}");
}

#[test]
fn bad_targets_are_errors() {
    let dir = shop();
    let check = |target: &str, code: i32, expect: &str| {
        let run = dir.tests(target);
        assert!(run.stderr.contains(expect), "{}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{}", run.stderr);
    };
    check("shop.py::Cart.totl", 2, "did you mean \"Cart.total\"?");
    check("missing.py", 2, "missing.py: No such file");
    check("tests", 2, "tests is a folder");
    fs::remove_dir_all(dir.path().join("tests")).unwrap();
    check("shop.py::unused", 2, "no test file in ");
}

#[test]
fn a_broken_database_is_set_aside_and_one_that_can_not_be_made_is_done_without() {
    let dir = shop();
    let rate = dir.tests("tax.py::rate").stdout;
    assert_eq!(rate.lines().count(), 3);
    fs::write(dir.database(), "this is no database ".repeat(500)).unwrap();
    let run = dir.tests("tax.py::rate");
    assert_eq!(run.stdout, rate, "{}", run.stderr);
    assert!(run.stderr.contains("set aside as"), "{}", run.stderr);
    let again = dir.tests("tax.py::rate");
    assert!(again.stdout == rate && !again.stderr.contains("warning"), "{}", again.stderr);

    dir.write("no-folder", "");
    let mut command = dir.command();
    command.args(["tests", "tax.py::rate"]).env("LERP_CACHE", dir.path().join("no-folder"));
    let run = ran(&mut command);
    assert_eq!(run.stdout, rate, "{}", run.stderr);
    assert!(run.stderr.contains("lerp works without it"), "{}", run.stderr);
    let mut command = dir.command();
    dir.write("rate.txt", "def rate():\n    return 1\n");
    command.args(["verify", "tax.py::rate", "--candidate", "rate.txt"]).env("LERP_CACHE", dir.path().join("no-folder"));
    let run = ran(&mut command);
    assert!(run.code == 0 && run.stderr.contains("lerp works without it"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn two_at_once_agree() {
    let dir = shop();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lerp"));
        command.args(["tests", "tax.py::rate"]).current_dir(dir.path()).env("LERP_CACHE", dir.1.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = (0..4).map(|_| start()).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!((out.lines().count(), output.status.code()), (3, Some(0)), "{error}");
        assert!(!error.contains("warning"), "{error}");
    }
}

/// `many` test files, so that there is time to disturb.
fn big(many: usize) -> Dir {
    let dir = shop();
    for number in 0..many {
        dir.write(&format!("tests/test_{number}.py"), "import tax\n\n\ndef test_it():\n    assert tax.rate() == 1\n");
    }
    dir
}

fn known_units(dir: &Dir) -> i64 {
    let Some(file) = dir.find_database() else { return 0 };
    let file = rusqlite::Connection::open(file).unwrap();
    file.query_row("SELECT count(*) FROM unit", [], |row| row.get(0)).unwrap_or(0)
}

#[cfg(unix)]
#[test]
fn a_killed_or_interrupted_fill_keeps_what_it_knows() {
    for signal in ["-KILL", "-INT"] {
        let dir = big(12);
        let mut before = 0;
        for _ in 0..2 {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lerp"));
            command.args(["tests", "tax.py::rate", "--jobs", "2"]).current_dir(dir.path());
            command.env("LERP_CACHE", dir.1.path()).stdout(Stdio::null()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            while known_units(&dir) <= before {
                assert!(child.try_wait().unwrap().is_none(), "it ended before it could be disturbed");
                std::thread::sleep(Duration::from_millis(5));
            }
            let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            assert!(killed.success());
            let output = child.wait_with_output().unwrap();
            if signal == "-INT" {
                let said = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(130), "{said}");
                assert!(said.contains("of 14 test files are known; the next run goes on from there"), "{said}");
            }
            let after = known_units(&dir);
            assert!(after > before && after < 14, "{after} of 14");
            before = after;
        }
        let run = dir.tests("tax.py::rate");
        assert_eq!((run.stdout.lines().count(), run.code), (15, 0), "{}", run.stderr);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    }
}
