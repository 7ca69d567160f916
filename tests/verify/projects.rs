//! Projects of all kinds, also broken ones: what is found, what is said.

use std::fs;
use std::time::Duration;

use lerp::verify::{Candidate, Project, Status, TestsSetting, Tier};

use super::support::{SHOP, Shop, TESTS, run, total_after, write};

fn check(shop: &Shop, tests: &TestsSetting, expect: Status, word: &str) {
    let verdict = shop.verdict_of(&shop.candidate(&total_after("")), tests);
    let said =
        format!("{} {}", verdict.reason.clone().unwrap_or_default(), verdict.first_failure.clone().unwrap_or_default());
    assert_eq!(verdict.status, expect, "{verdict:?}");
    assert!(said.contains(word), "{word:?} not in {said:?}");
}

fn command(text: &str) -> TestsSetting {
    TestsSetting::parse(text)
}

#[test]
fn nothing_to_run_is_untested_with_the_reason() {
    let Some(shop) = Shop::new() else { return };
    check(&shop, &TestsSetting::None, Status::Untested, "switched off");
    shop.write("tests/test_shop.py", "def test_other():\n    pass\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "no selected test imports");
    shop.write("tests/test_shop.py", "import shop\n\n\ndef test_other():\n    assert shop.unused() == 1\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "no test reaches total");
    shop.write("tests/test_shop.py", "import shop\n\n\ndef test_bad():\n    assert shop.total([1]) == 2\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "test_bad");
    fs::remove_dir_all(shop.root().join("tests")).unwrap();
    check(&shop, &TestsSetting::Auto, Status::Untested, "no test file");
    let outside = Candidate { file: "../outside/secret".into(), ..shop.candidate("") };
    assert_eq!(shop.verdict_of(&outside, &TestsSetting::Auto).status, Status::Untested);
}

#[test]
fn broken_projects_are_untested_and_named() {
    let Some(mut shop) = Shop::new() else { return };
    shop.write("tests/conftest.py", "def broken(:\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "conftest.py");
    shop.write("tests/conftest.py", "import no_such_module\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "no_such_module");
    shop.write("tests/conftest.py", "");
    shop.write("tests/test_shop.py", &format!("import no_such_module\n{TESTS}"));
    check(&shop, &TestsSetting::Auto, Status::Untested, "no_such_module");
    shop.write("tests/test_shop.py", TESTS);
    shop.write("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "--no-such-option");
    shop.write("pytest.ini", "[pytest]\n");
    shop.write("tests/test_shop.py", &format!("import os\n{TESTS}\n\ndef test_killer():\n    os.killpg(0, 9)\n"));
    check(
        &shop,
        &TestsSetting::Auto,
        Status::Untested,
        "in tests/test_shop.py::test_killer: the process is ended by signal 9",
    );
    shop.settings.baseline_limit = Duration::from_secs(4);
    shop.write("tests/test_shop.py", &format!("while True: pass\n{TESTS}"));
    check(
        &shop,
        &TestsSetting::Auto,
        Status::Untested,
        "do not end within 4 s on the original (while importing tests/test_shop.py",
    );
    shop.settings.baseline_limit = Duration::from_secs(60);
    let network =
        "import socket\n\n\ndef test_network():\n    socket.create_connection(('192.0.2.1', 80), timeout=1)\n";
    shop.write("tests/test_shop.py", &format!("import shop\n{network}"));
    check(&shop, &TestsSetting::Auto, Status::Untested, "test_shop.py::test_network; the first says: PermissionError");
}

#[test]
fn a_python_without_pytest_is_named_with_the_remedy() {
    let Some(mut shop) = Shop::new() else { return };
    let python = shop.verifier().project().interpreter.executable.clone();
    run(&python.to_string_lossy(), &["-m", "venv", "--without-pip", ".venv"], &shop.root());
    shop.settings.interpreter = None;
    // an activated environment comes first, as it must
    if std::env::var_os("VIRTUAL_ENV").is_none() {
        let found = Project::discover(&shop.root().join("shop.py"), &shop.settings).unwrap();
        assert_eq!(
            (found.root.clone(), found.interpreter.executable),
            (shop.root(), shop.root().join(".venv/bin/python"))
        );
        check(&shop, &TestsSetting::Auto, Status::Untested, "-m pip install pytest");
        check(&shop, &command("python3 -m unittest -h > /dev/null && python3 -c 'import shop'"), Status::Passed, "");
    }
}

#[test]
fn tests_that_fail_or_waver_are_left_out_and_named() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.repeat_baseline = true;
    let wavering = "\n\n@pytest.mark.parametrize('n', range(60))\ndef test_waver(n):\n    total([])\n    assert random.SystemRandom().random() < 0.5\n";
    shop.write(
        "tests/test_shop.py",
        &format!("import random\nimport pytest\n{TESTS}{wavering}\n\ndef test_bad():\n    assert total([]) == 1\n"),
    );
    let verdict = shop.verdict(SHOP);
    assert!(verdict.flaky.iter().any(|id| id.contains("test_waver")), "{verdict:?}");
    assert!(verdict.left_out.iter().any(|id| id.contains("test_bad")), "{verdict:?}");
}

#[test]
fn layouts_and_styles() {
    let Some(shop) = Shop::new() else { return };
    // a conftest that leaves the folder
    shop.write("tests/conftest.py", "import os, tempfile\nos.chdir(tempfile.mkdtemp())\n");
    check(&shop, &TestsSetting::Auto, Status::Passed, "");
    // unittest, parameters with addresses, fixtures, the cache fixture
    shop.write(
        "tests/conftest.py",
        "import pytest\nimport shop\n\n\n@pytest.fixture\ndef total():\n    return shop.total\n",
    );
    shop.write(
        "tests/test_other.py",
        "import unittest\nimport pytest\n\n\nclass Thing:\n    pass\n\n\n@pytest.mark.parametrize('x', [Thing(), Thing()], ids=repr)\ndef test_total(total, x, cache, tmp_path):\n    cache.set('a/b', 1)\n    (tmp_path / 'f').write_text('x')\n    assert total([1]) == 1\n\n\nclass TestCase(unittest.TestCase):\n    def test_it(self):\n        import shop\n        self.assertEqual(shop.total([1]), 1)\n",
    );
    let verdict = shop.verdict(&total_after(""));
    assert_eq!((verdict.status, verdict.tests_run), (Status::Passed, 5), "{verdict:?}");
    // src layout, package, method
    let source = "class Cart:\n    def total(self):\n        return 3\n";
    shop.write("src/pkg/__init__.py", "from .cart import Cart\n");
    shop.write("src/pkg/cart.py", source);
    shop.write("tests/test_cart.py", "from pkg import Cart\n\n\ndef test_cart():\n    assert Cart().total() == 3\n");
    for (text, expect) in [(source.replace('3', "1 + 2"), Status::Passed), (source.replace('3', "4"), Status::Failed)] {
        let candidate = Candidate {
            file: "src/pkg/cart.py".into(),
            function: Some("Cart.total".to_owned()),
            new_source: text,
            ..Candidate::default()
        };
        let verdict = shop.verdict_of(&candidate, &TestsSetting::Auto);
        assert_eq!(verdict.status, expect, "{verdict:?}");
    }
}

#[test]
fn commands() {
    let Some(shop) = Shop::new() else { return };
    check(&shop, &command("pytest -q tests/test_shop.py"), Status::Passed, "");
    check(&shop, &command("python3 -m pytest -x -k sum"), Status::Passed, "");
    check(&shop, &command("pytest tests/no_such.py"), Status::Untested, "no_such");
    check(&shop, &command("python3 -c 'import shop; assert shop.total([1, 2]) == 3'"), Status::Passed, "");
    check(&shop, &command("echo fine"), Status::Untested, "imported");
    check(&shop, &command("false"), Status::Untested, "original");
    let wrong = shop.candidate(&SHOP.replace("+= price", "+= 1"));
    let verdict = shop.verdict_of(
        &wrong,
        &command(
            "cd tests && python3 -c 'import sys; sys.path.append(\"..\"); import shop; assert shop.total([5]) == 5'",
        ),
    );
    assert_eq!(verdict.status, Status::Failed, "{verdict:?}");
}

#[test]
fn tests_that_start_processes_see_the_candidate_too() {
    let Some(shop) = Shop::new() else { return };
    shop.write(
        "tests/test_shop.py",
        "import subprocess, sys\nimport shop\n\n\ndef test_child():\n    assert shop.total([]) == 0\n    code = 'import shop; print(shop.total([2]))'\n    assert subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout == '2\\n'\n",
    );
    check(&shop, &TestsSetting::Auto, Status::Passed, "");
    let verdict = shop.verdict(&SHOP.replace("+= price", "+= 1"));
    assert_eq!(verdict.status, Status::Failed, "the child ran the text on disk: {verdict:?}");
}

#[test]
fn a_configuration_above_the_project_is_not_its_own() {
    let Some(shop) = Shop::new() else { return };
    fs::write(shop.folder.path().join("pyproject.toml"), "[tool.pytest.ini_options]\naddopts = '--no-such-option'\n")
        .unwrap();
    fs::write(shop.folder.path().join("conftest.py"), "import no_such_module\n").unwrap();
    check(&shop, &TestsSetting::Auto, Status::Passed, "");
    shop.write("tests/conftest.py", "import another_missing_module\n");
    check(&shop, &TestsSetting::Auto, Status::Untested, "another_missing_module");
}

#[test]
fn a_configuration_above_in_the_same_repository_is_the_projects() {
    let Some(mut shop) = Shop::new() else { return };
    let above = shop.folder.path().to_owned();
    write(&above.join(".git/HEAD"), "");
    write(&above.join("pytest.ini"), "[pytest]\npythonpath = library\ntestpaths = elsewhere\n");
    write(&above.join("conftest.py"), "import pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n");
    write(&above.join("library/rates.py"), "RATE = 1\n");
    let tests = "import rates\nimport shop\n\n\ndef test_total(one):\n    assert shop.total([one]) == rates.RATE\n";
    shop.write("tests/test_shop.py", tests);
    let wrong = shop.candidate(&SHOP.replace("+= price", "+= 2"));
    for tier in [Tier::T1, Tier::T2, Tier::T3] {
        shop.settings.fastest = tier;
        let verifier = shop.verifier();
        let right = verifier.verify(&shop.candidate(&total_after("")), &TestsSetting::Auto, &|| false);
        assert_eq!((right.status, right.tier), (Status::Passed, Some(tier)), "{right:?}");
        let verdict = verifier.verify(&wrong, &TestsSetting::Auto, &|| false);
        assert_eq!((verdict.status, verdict.tier), (Status::Failed, Some(tier)), "{verdict:?}");
        // names are those that pytest takes when it is started in the project
        let reaching = verifier.reaching(&wrong, &TestsSetting::Auto, &|| false);
        assert_eq!(reaching, Some(vec!["tests/test_shop.py::test_total".to_owned()]));
    }
    assert_eq!(shop.verifier().project().warning(), None);
    // of another repository: a run does without, and that is said
    write(&shop.root().join(".git/HEAD"), "");
    check(&shop, &TestsSetting::Auto, Status::Untested, "rates");
    assert!(shop.verifier().project().warning().is_some_and(|warning| warning.contains("is not used")));
    // a configuration beside the tests is the first that pytest finds
    fs::remove_dir_all(shop.root().join(".git")).unwrap();
    shop.write("tests/pytest.ini", "[pytest]\n");
    shop.write("tests/test_shop.py", TESTS);
    check(&shop, &TestsSetting::Auto, Status::Passed, "");
}

#[test]
fn git_sees_nothing() {
    let Some(shop) = Shop::new() else { return };
    if std::process::Command::new("git").arg("--version").output().is_err() {
        return eprintln!("skipped: no git");
    }
    let git = |arguments: &[&str]| {
        run("git", &[&["-c", "user.name=t", "-c", "user.email=t@example.org"], arguments].concat(), &shop.root())
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "start"]);
    assert_eq!(shop.verdict(&total_after("")).status, Status::Passed);
    assert_eq!(shop.verdict(&total_after("open('planted', 'w')")).status, Status::Failed);
    assert_eq!(git(&["status", "--porcelain", "--ignored"]), "");
}
