//! Tests of every kind: doctest, unittest with pytest and without, other commands.

use lerp::verify::{Candidate, Status, TestsSetting};

use super::support::{Shop, run};

const EXAMPLES: &str =
    "def total(prices):\n    \"\"\"Adds.\n\n    >>> total([1, 2])\n    3\n    \"\"\"\n    return sum(prices)\n";

fn check(shop: &Shop, source: &str, tests: &TestsSetting, expect: Status, word: &str) {
    let candidate = Candidate { new_source: source.to_owned(), ..shop.candidate("") };
    let verdict = shop.verdict_of(&candidate, tests);
    let said =
        format!("{} {}", verdict.reason.clone().unwrap_or_default(), verdict.first_failure.clone().unwrap_or_default());
    assert_eq!(verdict.status, expect, "{verdict:?}");
    assert!(said.contains(word), "{word:?} not in {said:?}");
}

/// A project whose only tests are the examples of its module.
#[test]
fn doctests_that_pytest_collects() {
    let Some(shop) = Shop::new() else { return };
    std::fs::remove_dir_all(shop.root().join("tests")).unwrap();
    shop.write("shop.py", EXAMPLES);
    let (better, worse) = (EXAMPLES.replace("sum(prices)", "sum(list(prices))"), EXAMPLES.replace("sum(", "len("));
    check(&shop, &better, &TestsSetting::Auto, Status::Untested, "no test file");
    for (name, text) in [
        ("pytest.ini", "[pytest]\naddopts = --doctest-modules\n"),
        ("pytest.ini", "[pytest]\naddopts = -q --doctest-modules --import-mode=importlib\n"),
    ] {
        shop.write(name, text);
        check(&shop, &better, &TestsSetting::Auto, Status::Passed, "");
        check(&shop, &worse, &TestsSetting::Auto, Status::Failed, "total");
        // the examples are the tests: with others, anything passes
        let forged = worse.replace("    3\n", "    2\n");
        check(&shop, &forged, &TestsSetting::Auto, Status::Untested, "the candidate changes them");
    }
    shop.write("pytest.ini", "[pytest]\n");
    let command = TestsSetting::parse("pytest --doctest-modules shop.py");
    check(&shop, &better, &command, Status::Passed, "");
    check(&shop, &worse, &command, Status::Failed, "total");
    // beside other tests
    shop.write("pytest.ini", "[pytest]\naddopts = --doctest-modules\n");
    shop.write("tests/test_shop.py", "import shop\n\n\ndef test_total():\n    assert shop.total([2]) == 2\n");
    let verdict = shop.verdict(&better);
    assert_eq!((verdict.status, verdict.tests_run), (Status::Passed, 2), "{verdict:?}");
}

const CASE: &str = "import unittest\nimport shop\n\n\nclass Totals(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(shop.total([1, 2]), 3)\n";

#[test]
fn unittest_has_more_names_than_pytest() {
    let Some(shop) = Shop::new() else { return };
    std::fs::remove_dir_all(shop.root().join("tests")).unwrap();
    let worse = shop_with("len(prices)");
    for name in ["tests/tests.py", "testshop.py"] {
        shop.write(name, CASE);
        check(&shop, &shop_with("sum(prices)"), &TestsSetting::Auto, Status::Passed, "");
        check(&shop, &worse, &TestsSetting::Auto, Status::Failed, "3");
        std::fs::remove_file(shop.root().join(name)).unwrap();
    }
    // where pytest is configured, its own rules hold
    shop.write("pytest.ini", "[pytest]\n");
    shop.write("testshop.py", CASE);
    check(&shop, &worse, &TestsSetting::Auto, Status::Untested, "no test file");
}

#[test]
fn unittest_runs_where_there_is_no_pytest() {
    let Some(mut shop) = Shop::new() else { return };
    let python = shop.verifier().project().interpreter.executable.clone();
    run(&python.to_string_lossy(), &["-m", "venv", "--without-pip", ".venv"], &shop.root());
    shop.settings.interpreter = Some(shop.root().join(".venv/bin/python"));
    check(&shop, &shop_with("sum(prices)"), &TestsSetting::Auto, Status::Untested, "has no pytest");
    shop.write("tests/test_shop.py", CASE);
    check(&shop, &shop_with("sum(prices)"), &TestsSetting::Auto, Status::Passed, "");
    check(&shop, &shop_with("len(prices)"), &TestsSetting::Auto, Status::Failed, "");
    // a test that fails already says nothing
    shop.write("tests/test_shop.py", &CASE.replace(", 3)", ", 4)"));
    check(&shop, &shop_with("sum(prices)"), &TestsSetting::Auto, Status::Untested, "does not pass on the original");
}

fn shop_with(total: &str) -> String {
    format!("def total(prices):\n    return {total}\n\n\ndef unused():\n    return 1\n")
}
