//! Forks against processes: the same verdict on every tier, and the tier that the edit asks for.

use lerp::verify::{Candidate, Status, TestsSetting, Tier, Verifier};

use super::support::Shop;

const KINDS: &str = r#"import contextlib
import functools
import typing


class Cart:
    scale = 2

    def total(self, prices):
        return sum(prices) * self.scale

    @property
    def size(self):
        return 3

    @size.setter
    def size(self, value):
        self.stored = value

    @staticmethod
    def twice(x):
        return x * 2

    @classmethod
    def make(cls):
        return cls()

    def __eq__(self, other):
        return isinstance(other, Cart)

    def __private(self):
        return 1

    def shown(self):
        return self.__private()


class Big(Cart):
    def total(self, prices):
        return super().total(prices) + 1


@functools.lru_cache
def cached(n):
    return n + 1


def uses_cached(n):
    return cached(n) * 2


def outer(n):
    def inner(k):
        return k + n

    return inner(1)


def default(n=1):
    return n


def table():
    return [1, 2]


TABLE = table()


def generator(n):
    for k in range(n):
        yield k


async def wait(n):
    return n


@contextlib.contextmanager
def opened():
    yield 5


def noted(n: int) -> int:
    """Adds one.

    >>> noted(1)
    2
    """
    return n + 1


def checked(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@checked
def wrapped(n):
    return n + 1


if typing.TYPE_CHECKING:
    pass
else:

    def branch():
        return "else"


alias = wrapped
"#;

const KIND_TESTS: &str = r#"import asyncio
import unittest

import pytest

import kinds
from kinds import Big, Cart, alias, cached, default, outer, uses_cached, wrapped


@pytest.fixture
def cart():
    return Cart.make()


class TestCart:
    @pytest.mark.parametrize("prices, expect", [([], 0), ([1, 2], 6)])
    def test_total(self, cart, prices, expect):
        assert cart.total(prices) == expect

    def test_size(self, cart):
        assert cart.size == 3
        cart.size = 4
        assert cart.stored == 4

    def test_kinds(self, cart):
        assert cart.twice(2) == 4 and cart == Cart() and cart.shown() == 1

    def test_big(self):
        assert Big().total([1]) == 3


class Old(unittest.TestCase):
    def test_default(self):
        self.assertEqual(default(), 1)

    def test_table(self):
        self.assertEqual(kinds.TABLE, [1, 2])


def test_cached():
    assert cached(1) == 2 and uses_cached(1) == 4


def test_outer():
    assert outer(1) == 2


def test_generator():
    assert list(kinds.generator(2)) == [0, 1]


def test_wait():
    assert asyncio.run(kinds.wait(1)) == 1


def test_opened():
    with kinds.opened() as value:
        assert value == 5


def test_noted():
    assert kinds.noted.__annotations__ and kinds.noted(1) == 2


def test_wrapped():
    assert wrapped(1) == 2 and alias(1) == 2


def test_branch():
    assert kinds.branch() == "else"
"#;

/// Function, text, text in its place, verdict, tier.
const EDITS: &[(&str, &str, &str, Status, Tier)] = &[
    ("Cart.total", "sum(prices) * self", "self.scale * sum(prices) or self", Status::Failed, Tier::T1),
    ("Cart.total", "return sum(prices) * self.scale", "return self.scale * sum(prices)", Status::Passed, Tier::T1),
    ("Cart.total", "* self.scale", "+ self.scale", Status::Failed, Tier::T1),
    ("Cart.size", "return 3", "three = 3\n        return three", Status::Passed, Tier::T1),
    ("Cart.size", "return 3", "return 4", Status::Failed, Tier::T1),
    ("Cart.size", "self.stored = value", "self.stored = value + 1", Status::Failed, Tier::T1),
    ("Cart.twice", "x * 2", "x * 3", Status::Failed, Tier::T1),
    ("Cart.make", "return cls()", "it = cls()\n        return it", Status::Passed, Tier::T1),
    ("Cart.__eq__", "isinstance(other, Cart)", "False", Status::Failed, Tier::T1),
    ("Cart.__private", "        return 1", "        return 0 + 1", Status::Passed, Tier::T1),
    ("Cart.shown", "self.__private()", "self.__private() + 1", Status::Failed, Tier::T1),
    ("Big.total", "super().total(prices) + 1", "1 + super().total(prices)", Status::Passed, Tier::T1),
    // gives up its closure over the class
    ("Big.total", "super().total(prices) + 1", "Cart.total(self, prices) + 1", Status::Passed, Tier::T2),
    ("cached", "return n + 1", "return 1 + n", Status::Passed, Tier::T1),
    ("cached", "    return n + 1\n\n\ndef uses", "    return n + 2\n\n\ndef uses", Status::Failed, Tier::T1),
    ("outer", "return k + n", "return n + k", Status::Passed, Tier::T1),
    ("outer", "return k + n", "return k - n", Status::Failed, Tier::T1),
    ("default", "def default(n=1)", "def default(n=2)", Status::Failed, Tier::T2),
    ("default", "def default(n=1)", "def default(n=1, m=2)", Status::Passed, Tier::T2),
    ("table", "return [1, 2]", "return [1, 3]", Status::Failed, Tier::T2),
    ("table", "return [1, 2]", "return list((1, 2))", Status::Passed, Tier::T2),
    ("generator", "for k in range(n):\n        yield k", "yield from range(n)", Status::Passed, Tier::T1),
    // no longer a generator
    ("generator", "for k in range(n):\n        yield k", "return range(n)", Status::Passed, Tier::T2),
    ("wait", "    return n\n\n\n@context", "    return n + 1\n\n\n@context", Status::Failed, Tier::T1),
    ("opened", "yield 5", "yield 6", Status::Failed, Tier::T1),
    ("noted", "(n: int)", "(n: 'int')", Status::Passed, Tier::T2),
    ("noted", "Adds one.", "Adds 1.", Status::Passed, Tier::T2),
    ("noted", "    return n + 1\n\n\ndef checked", "    return n + 2\n\n\ndef checked", Status::Failed, Tier::T1),
    (
        "wrapped",
        "@checked\ndef wrapped(n):\n    return n + 1",
        "@checked\ndef wrapped(n):\n    return n - 1",
        Status::Failed,
        Tier::T1,
    ),
    ("wrapped", "@checked\ndef wrapped", "def wrapped", Status::Passed, Tier::T2),
    ("checked", "return function(*args)", "return function(*args) + 1", Status::Failed, Tier::T2),
    ("branch", "return \"else\"", "return \"el\" + \"se\"", Status::Passed, Tier::T1),
    ("branch", "return \"else\"", "return \"if\"", Status::Failed, Tier::T1),
    ("branch", "return \"else\"", "return \"else", Status::Failed, Tier::T2),
    ("branch", "alias = wrapped", "alias = None", Status::Passed, Tier::T2),
];

fn candidate(file: &str, function: &str, source: String) -> Candidate {
    Candidate { file: file.into(), function: Some(function.to_owned()), new_source: source, ..Candidate::default() }
}

fn verifier(shop: &mut Shop, fastest: Tier) -> Verifier {
    shop.settings.fastest = fastest;
    shop.verifier()
}

#[test]
fn every_tier_gives_the_same_verdict() {
    let Some(mut shop) = Shop::new() else { return };
    shop.write("kinds.py", KINDS);
    shop.write("tests/test_kinds.py", KIND_TESTS);
    shop.write("pytest.ini", "[pytest]\naddopts = --doctest-modules\ntestpaths = tests\n");
    let before = shop.tree();
    let candidates: Vec<Candidate> = EDITS
        .iter()
        .map(|(function, from, to, ..)| {
            assert!(KINDS.contains(from), "{from}");
            candidate("kinds.py", function, KINDS.replacen(from, to, 1))
        })
        .collect();
    let verdicts = [Tier::T1, Tier::T2, Tier::T3].map(|fastest| {
        let verifier = verifier(&mut shop, fastest);
        (fastest, verifier.verify_many(&candidates, &TestsSetting::Auto, &|| false))
    });
    for (fastest, verdicts) in &verdicts {
        for ((function, _, to, status, tier), verdict) in EDITS.iter().zip(verdicts) {
            assert_eq!(verdict.status, *status, "{fastest:?} {function} {to}: {verdict:?}");
            assert_eq!(verdict.tier, Some(*tier.max(fastest)), "{fastest:?} {function} {to}: {verdict:?}");
        }
    }
    for (at, (function, _, to, ..)) in EDITS.iter().enumerate() {
        let [first, second, third] = verdicts.each_ref().map(|(_, verdicts)| verdicts[at].tests_run);
        assert!(first == second && second == third, "{function} {to}: {first}, {second}, {third} tests");
    }
    assert_eq!(shop.tree(), before, "the tree was written");
}

/// Files, the edited one, its function, and the text that is right and wrong in turn.
fn check_layout(files: &[(&str, &str)], file: &str, function: &str, edits: [(&str, &str); 2], tier: Tier) {
    let Some(mut shop) = Shop::new() else { return };
    for (path, text) in files {
        shop.write(path, text);
    }
    let text = std::fs::read_to_string(shop.root().join(file)).unwrap();
    for fastest in [Tier::T1, Tier::T3] {
        let verifier = verifier(&mut shop, fastest);
        for ((from, to), expect) in edits.iter().zip([Status::Passed, Status::Failed]) {
            assert!(text.contains(from));
            let candidate = candidate(file, function, text.replacen(from, to, 1));
            let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
            assert_eq!((verdict.status, verdict.tier), (expect, Some(tier.max(fastest))), "{file}: {verdict:?}");
        }
    }
}

#[test]
fn layouts() {
    let source = "def area(a, b):\n    return a * b\n";
    let edits = [("a * b", "b * a"), ("a * b", "a + b")];
    let test =
        |module: &str| format!("from {module} import area\n\n\ndef test_area(side):\n    assert area(side, 3) == 6\n");
    let fixture = "import pytest\n\n\n@pytest.fixture\ndef side(base):\n    return base + 1\n";
    let base = "import pytest\n\n\n@pytest.fixture(scope='session')\ndef base(tmp_path_factory):\n    tmp_path_factory.mktemp('x')\n    return 1\n";
    // src layout, a chain of conftest files, a package of tests
    check_layout(
        &[
            ("pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = ['tests']\n"),
            ("src/shapes/__init__.py", "from .plane import area\n"),
            ("src/shapes/plane.py", source),
            ("tests/conftest.py", base),
            ("tests/unit/__init__.py", ""),
            ("tests/unit/conftest.py", fixture),
            ("tests/unit/test_plane.py", &test("shapes")),
        ],
        "src/shapes/plane.py",
        "area",
        edits,
        Tier::T1,
    );
    // a namespace package, importlib mode
    check_layout(
        &[
            ("pytest.ini", "[pytest]\naddopts = --import-mode=importlib\n"),
            ("space/shapes/plane.py", source),
            ("tests/conftest.py", &format!("{base}\n\n{fixture}")),
            ("tests/test_plane.py", &test("space.shapes.plane")),
        ],
        "space/shapes/plane.py",
        "area",
        edits,
        Tier::T1,
    );
    for (test, tier) in [
        // a folder made at import belongs to the process that made it: no fork may write there
        (
            "import os, tempfile\nfrom plane import area\nFOLDER = tempfile.mkdtemp()\n\n\ndef test_area():\n    with open(os.path.join(FOLDER, 'x'), 'w') as file:\n        file.write('x')\n    assert area(2, 3) == 6\n",
            Tier::T2,
        ),
        // a thread that runs after collection
        (
            "import threading, time\nfrom plane import area\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n\n\ndef test_area():\n    assert area(2, 3) == 6\n",
            Tier::T2,
        ),
        // tests that start processes
        (
            "import subprocess, sys\nfrom plane import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n    subprocess.run([sys.executable, '-c', ''], check=True)\n",
            Tier::T3,
        ),
    ] {
        check_layout(&[("plane.py", source), ("tests/test_plane.py", test)], "plane.py", "area", edits, tier);
    }
}

#[test]
fn forks_do_not_meet() {
    let Some(mut shop) = Shop::new() else { return };
    let verifier = verifier(&mut shop, Tier::T1);
    let mark = "import os, sys\nassert not hasattr(sys, 'mark') and 'MARK' not in os.environ\nsys.mark = os.environ['MARK'] = '1'\nfolder = os.environ['TMPDIR']\nassert 'mark' not in os.listdir(folder)\nopen(folder + '/mark', 'w').close()\nup = os.path.dirname(os.path.dirname(folder))\nfor name in [*os.listdir(up)] if os.access(up, os.R_OK) and not denied(os.listdir, up) else []:\n    assert False, name\nassert denied(open, up + '/planted', 'w')\nassert denied(open, f'/proc/{os.getppid()}/mem', 'rb')\nassert denied(os.kill, os.getppid(), 0)\nopen('/proc/self/status').close()";
    let denied = "def denied(call, *rest):\n    try:\n        call(*rest)\n    except OSError:\n        return True\n";
    let body: String = format!("{denied}{mark}").lines().map(|line| format!("    {line}\n")).collect();
    let source = super::support::SHOP.replace("    result = 0\n", &format!("{body}    result = 0\n"));
    // two tests call it: the second finds the first's mark
    let tests = TestsSetting::parse("pytest tests/test_shop.py::test_sum");
    for _ in 0..3 {
        let verdict = verifier.verify(&shop.candidate(&source), &tests, &|| false);
        assert_eq!((verdict.status, verdict.tier), (Status::Passed, Some(Tier::T1)), "{verdict:?}");
    }
}
