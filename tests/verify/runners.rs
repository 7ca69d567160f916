//! Tests of every kind: doctest, unittest with pytest and without, other commands.

use lerp::verify::{Agreement, Candidate, Status, TestsSetting, Tier};

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

/// Awaited by the project's own plug-in.
#[test]
fn async_tests() {
    let Some(mut shop) = Shop::new() else { return };
    let python = shop.verifier().project().interpreter.executable.clone();
    let has = std::process::Command::new(&python).args(["-c", "import pytest_asyncio"]).output().unwrap();
    if !has.status.success() {
        return eprintln!("skipped: {} has no pytest-asyncio; `make install` brings it", python.display());
    }
    let source = "import asyncio\n\n\nasync def total(prices):\n    await asyncio.sleep(0)\n    return sum(prices)\n\n\nasync def each(prices):\n    for price in prices:\n        yield price\n";
    shop.write("shop.py", source);
    shop.write("pytest.ini", "[pytest]\nasyncio_mode = auto\n");
    shop.write(
        "tests/test_shop.py",
        "import pytest_asyncio\nimport shop\n\n\n@pytest_asyncio.fixture\nasync def prices():\n    yield [1, 2]\n\n\nasync def test_total(prices):\n    assert await shop.total(prices) == 3\n\n\nclass TestEach:\n    async def test_each(self, prices):\n        assert [price async for price in shop.each(prices)] == prices\n",
    );
    for tier in [Tier::T1, Tier::T2, Tier::T3] {
        shop.settings.fastest = tier;
        let verifier = shop.verifier();
        for (function, from, to, expect) in [
            ("total", "    return sum(prices)", "    result = sum(prices)\n    return result", Status::Passed),
            ("total", "sum(prices)", "len(prices)", Status::Failed),
            ("total", "    await asyncio.sleep(0)\n    return", "    return await", Status::Failed),
            ("each", "yield price", "yield price + 1", Status::Failed),
            // no longer a coroutine
            ("total", "async def total(prices):\n    await asyncio.sleep(0)", "def total(prices):", Status::Failed),
        ] {
            assert!(source.contains(from), "{from}");
            let new_source = source.replace(from, to);
            let candidate = Candidate { function: Some(function.to_owned()), new_source, ..shop.candidate("") };
            let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
            assert_eq!((verdict.status, verdict.tests_run), (expect, 1), "{to} in {tier:?}: {verdict:?}");
        }
    }
    // without it they do not pass, which is said
    shop.write("pytest.ini", "[pytest]\naddopts = -p no:asyncio\n");
    check(&shop, source, &TestsSetting::Auto, Status::Untested, "test_total");
}

/// From Python 3.12 on the interpreter itself tells what was reached, and functions have type parameters.
#[test]
fn newer_pythons() {
    let Some(mut shop) = Shop::new() else { return };
    let version = shop.verifier().project().interpreter.version;
    if version < [3, 12, 0] {
        return eprintln!("skipped: Python {version:?}; LERP_TEST_PYTHON may name one of 3.12");
    }
    let source = "type Prices[T] = list[T]\n\n\ndef total[T: (int, float)](prices: Prices[T]) -> T:\n    start: T = 0\n    return sum(prices, start)\n\n\nclass Box[T]:\n    def __init__(self, held: T):\n        self.held = held\n\n    def shown(self) -> str:\n        return f\"{\"box\"}: {self.held}\"\n\n\ndef outer(n):\n    return [inner(k) for k in range(n) for inner in [lambda k: k + n]]\n\n\ndef unused():\n    return 1\n";
    shop.write("shop.py", source);
    shop.write(
        "tests/test_shop.py",
        "import shop\n\n\ndef test_total():\n    assert shop.total([1, 2]) == 3\n\n\ndef test_box():\n    assert shop.Box(1).shown() == 'box: 1'\n\n\ndef test_outer():\n    assert shop.outer(2) == [2, 3]\n\n\ndef test_both():\n    assert shop.Box(shop.total([1])).shown() == 'box: 1'\n",
    );
    for fastest in [Tier::T1, Tier::T3] {
        shop.settings.fastest = fastest;
        let verifier = shop.verifier();
        for (function, from, to, expect, tests, tier) in [
            ("total", "sum(prices, start)", "start + sum(prices)", Status::Passed, 2, Tier::T1),
            ("total", "sum(prices, start)", "sum(prices, start + 1)", Status::Failed, 1, Tier::T1),
            ("total", "[T: (int, float)]", "[T: (int, float, complex)]", Status::Passed, 2, Tier::T2),
            ("Box.shown", "{self.held}", "{self.held!s}", Status::Passed, 2, Tier::T1),
            ("Box.shown", "box", "bag", Status::Failed, 1, Tier::T1),
            ("outer", "k + n", "n + k", Status::Passed, 1, Tier::T1),
            ("outer", "k + n", "n", Status::Failed, 1, Tier::T1),
            ("unused", "return 1", "return 2", Status::Untested, 0, Tier::T1),
        ] {
            assert!(source.contains(from), "{from}");
            let new_source = source.replace(from, to);
            let candidate = Candidate { function: Some(function.to_owned()), new_source, ..shop.candidate("") };
            let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
            assert_eq!((verdict.status, verdict.tests_run), (expect, tests), "{to}: {verdict:?}");
            if expect != Status::Untested {
                assert_eq!(verdict.tier, Some(tier.max(fastest)), "{to}: {verdict:?}");
            }
            let compared = verifier.differential(&candidate, &TestsSetting::Auto, &|| false);
            let same = if expect == Status::Passed { Agreement::Same } else { Agreement::Differs };
            assert_eq!(compared.result, same, "{to}: {compared:?}");
        }
    }
}
