//! `lerp verify`: candidates from files and from standard input, verdicts, exit codes. No model is needed.

use crate::{Dir, Ran, ran};
use serde_json::Value;
use std::fs;

const SHOP: &str = "class Cart:\n    def total(self, prices):\n        result = 0\n        for price in prices:\n            result += price\n        return result\n\n\ndef unused():\n    return 1\n";
const TEST: &str = "from shop import Cart\n\n\ndef test_total():\n    assert Cart().total([1, 2]) == 3\n\n\ndef test_empty():\n    assert Cart().total([]) == 0\n";
const GOOD: &str = "def total(self, prices):\n    return sum(prices)\n";
const BAD: &str = "def total(self, prices):\n    return sum(prices) or None\n";

fn shop() -> Dir {
    let files: &[(&str, &str)] = &[
        ("pyproject.toml", ""),
        ("shop.py", SHOP),
        ("tests/test_shop.py", TEST),
        ("good.txt", GOOD),
        ("bad.txt", BAD),
        ("os.txt", "def total(self, prices):\n    import os\n    return sum(prices)\n"),
    ];
    Dir::new(&files.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

fn check(dir: &Dir, arguments: &str, code: i32, expect: &str) -> Ran {
    let run = dir.run(&format!("verify {arguments}"));
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains(expect), "{arguments}: {expect:?} not in {said}");
    assert_eq!(run.code, code, "{arguments}: {said}");
    run
}

#[test]
fn verdicts_and_exit_codes() {
    let dir = shop();
    let target = "shop.py::Cart.total";
    check(&dir, &format!("{target} --candidate good.txt"), 0, "good.txt: passed · 2 tests · ");
    let both = check(&dir, &format!("{target} --candidate good.txt --candidate bad.txt"), 1, "bad.txt: failed");
    assert!(both.stdout.contains("good.txt: passed") && both.stdout.contains("test_empty"), "{}", both.stdout);
    assert!(both.stdout.contains("assert None == 0"), "the first failure has its traceback: {}", both.stdout);

    // an edit that could reach for the machinery
    check(&dir, &format!("{target} --candidate os.txt"), 1, "os.txt: untested");
    check(&dir, &format!("{target} --candidate os.txt --allow os"), 0, "passed");
    check(&dir, &format!("{target} --candidate os.txt --no-gate"), 0, "passed");

    fs::write(dir.path().join("one.txt"), "def unused():\n    return 2\n").unwrap();
    let unused = "shop.py::unused --candidate one.txt";
    check(&dir, unused, 1, "no test reaches unused");
    check(&dir, &format!("{unused} --allow-untested"), 0, "untested");
    check(&dir, &format!("{unused} --tests none"), 1, "untested");

    // the whole module, with a function and without
    fs::write(dir.path().join("whole.txt"), SHOP.replace("result = 0", "result = 1")).unwrap();
    check(&dir, &format!("{target} --candidate whole.txt"), 1, "failed");
    check(&dir, "shop.py --candidate whole.txt", 1, "failed");
    assert_eq!(fs::read_to_string(dir.path().join("shop.py")).unwrap(), SHOP);
    assert!(!dir.path().join("tests/__pycache__").exists() && !dir.path().join(".pytest_cache").exists());
}

#[test]
fn the_candidate_may_come_on_standard_input_and_the_answer_as_json() {
    let dir = shop();
    let mut command = dir.command();
    command.args(["verify", "shop.py::Cart.total", "--candidate", "-", "--candidate", "good.txt", "--format", "json"]);
    let run = ran(command.write_stdin(BAD));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&json["version"], &json["function"]), (&1.into(), &"Cart.total".into()), "{}", run.stdout);
    let [bad, good] = json["candidates"].as_array().unwrap().as_slice() else { panic!("{}", run.stdout) };
    assert_eq!((&bad["candidate"], &bad["verdict"]), (&"-".into(), &"failed".into()));
    assert!(bad["first_failure"].as_str().unwrap().contains("test_empty"), "{}", run.stdout);
    assert_eq!((&good["verdict"], &good["tests_run"]), (&"passed".into(), &2.into()), "{}", run.stdout);
    assert!(good["millis"].as_f64().unwrap() > 0.0 && json["millis"].as_f64() > good["millis"].as_f64());
}

#[test]
fn another_folder_and_another_command() {
    let dir = shop();
    fs::create_dir(dir.path().join("elsewhere")).unwrap();
    let file = dir.path().join("elsewhere/good.txt");
    fs::write(&file, GOOD).unwrap();
    let target = "shop.py::Cart.total --candidate elsewhere/good.txt";
    check(&dir, &format!("{target} --root ."), 0, "passed · 2 tests");
    check(&dir, &format!("{target} --root elsewhere"), 2, "shop.py is not inside ");
    let mut command = dir.command();
    command.args(["verify", "shop.py::Cart.total", "--candidate", "good.txt", "--tests"]);
    let run = ran(command.arg("python3 -c 'import shop; assert shop.Cart().total([1]) == 1'"));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_can_not_be_verified_is_an_error() {
    let dir = shop();
    check(&dir, "shop.py::Cart.totl --candidate good.txt", 2, "did you mean \"Cart.total\"?");
    check(&dir, "shop.py::unused --candidate good.txt", 2, "good.txt: it defines \"total\", not \"unused\"");
    check(&dir, "shop.py::Cart.total --candidate missing.txt", 2, "missing.txt: No such file");
    check(&dir, "missing.py::f --candidate good.txt", 2, "missing.py: No such file");
    check(&dir, "tests::f --candidate good.txt", 2, "tests is a folder");
    check(&dir, "shop.py::Cart.total", 2, "--candidate <FILE>");
    check(&dir, "shop.py::Cart.total --candidate - --candidate -", 2, "standard input can be read once only");
    fs::write(dir.path().join("test.txt"), "def test_total():\n    pass\n").unwrap();
    check(&dir, "tests/test_shop.py::test_total --candidate test.txt", 1, "a test can not vouch for itself");
}

#[test]
fn a_second_process_knows_the_original() {
    let dir = shop();
    let target = "shop.py::Cart.total --candidate good.txt";
    check(&dir, target, 0, "passed · 2 tests");
    let impact = fs::read_dir(dir.1.path().join("impact")).unwrap();
    let mut files = impact.map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|ending| ending == "sqlite")).unwrap();
    let known = || -> i64 {
        let file = rusqlite::Connection::open(&file).unwrap();
        file.query_row("SELECT count(*) FROM baseline", [], |row| row.get(0)).unwrap()
    };
    let made = || -> i64 {
        let file = rusqlite::Connection::open(&file).unwrap();
        file.query_row("SELECT sum(made) FROM baseline", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(known(), 1);
    // so that a second writing would be seen
    rusqlite::Connection::open(&file).unwrap().execute("UPDATE baseline SET made = made - 1000", []).unwrap();
    let before = made();
    check(&dir, target, 0, "passed · 2 tests");
    check(&dir, "shop.py::Cart.total --candidate bad.txt", 1, "failed");
    assert_eq!((known(), made()), (1, before), "it was not run again");
    // a test that changed is
    fs::write(dir.path().join("tests/test_shop.py"), TEST.replace("== 0", "== 1")).unwrap();
    check(&dir, target, 0, "passed · 1 test");
    assert_eq!(known(), 1);
    assert_ne!(made(), before);
}
