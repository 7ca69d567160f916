//! The differential check from outside: one function, a candidate for it, what is said.

use lerp::verify::{Agreement, Candidate, Differential, Status, TestsSetting, Verifier};

use super::support::{SHOP, Shop, total_after};

/// The original of each function, its tests, and what other tests of this file change in it.
const MODULE: &str = "\
import random
import subprocess


def total(prices):
    result = 0
    for price in prices:
        result += price
    return result


def first(items, default=None, *, strict=False):
    if strict and not items:
        raise ValueError('no items')
    for item in items:
        return item
    return default


def drop(items):
    items.pop()
    return len(items)


def upto(n):
    for i in range(n):
        yield i


def label(x):
    print('label', x)
    return f'<{x}>'


def dice():
    return random.SystemRandom().random()


def size(stream):
    return len(stream.read())


def halves(x):
    return x / 2 + x / 3


def untouched(text):
    return text.strip().lower()


def unlucky(command):
    return subprocess.run(command)


async def later(x):
    return x + 1


class Cart:
    def __init__(self, owner):
        self.owner, self.items = owner, []

    def add(self, item, *more):
        self.items += [item, *more]
        return self

    @property
    def count(self):
        return len(self.items)
";

const TESTS: &str = "\
import asyncio
import io
from shop import *


def test_all():
    assert total([1, 2, 3]) == 6 and total([]) == 0 and total([.5]) == .5
    assert first([3, 4]) == 3 and first([], 7) == 7
    assert drop([1, 2]) == 1
    assert list(upto(3)) == [0, 1, 2]
    assert label(3) == '<3>'
    assert dice() < 1
    assert size(io.StringIO('abc')) == 3
    assert halves(6.0) == 5
    assert asyncio.run(later(1)) == 2
    cart = Cart('me').add(1).add(2, 3)
    assert cart.count == 3
";

fn shop() -> Option<Shop> {
    let shop = Shop::new()?;
    shop.write("shop.py", MODULE);
    shop.write("tests/test_shop.py", TESTS);
    Some(shop)
}

fn differential((shop, verifier): (&Shop, &Verifier), function: &str, from: &str, to: &str) -> Differential {
    assert!(MODULE.contains(from), "{from}");
    let candidate = Candidate {
        function: Some(function.to_owned()),
        keeps_behaviour: true,
        ..shop.candidate(&MODULE.replacen(from, to, 1))
    };
    verifier.differential(&candidate, &TestsSetting::Auto, &|| false)
}

#[test]
fn what_is_the_same_and_what_differs() {
    let Some(shop) = shop() else { return };
    let verifier = shop.verifier();
    let (before, mut wrong) = (shop.tree(), Vec::new());
    for (function, from, to, expect) in [
        (
            "total",
            "    result = 0\n    for price in prices:\n        result += price\n    return result",
            "    return sum(prices)",
            "same on ",
        ),
        ("total", "result += price", "result -= price", "differs on: total(["),
        ("total", "result += price", "result += price * 1.0", "differs on: total(["),
        ("first", "if strict and not items", "if strict and len(items) == 0", "same on "),
        ("first", "return default", "return None", "differs on: first([], "),
        (
            "first",
            "'no items'",
            "'nothing'",
            "first([], 7, strict=True) -> raises ValueError('nothing'), was raises ValueError('no items')",
        ),
        ("drop", "items.pop()\n    return len(items)", "items[-1]\n    return len(items) - 1", "leaves argument 1 as "),
        ("drop", "items.pop()", "del items[-1]", "same on "),
        ("upto", "    for i in range(n):\n        yield i", "    yield from range(n)", "same on "),
        ("upto", "yield i", "yield i + 1", "differs on: upto(3) -> iter([1, 2, 3]), was iter([0, 1, 2])"),
        ("label", "print('label', x)", "pass", "prints ''"),
        ("label", "f'<{x}>'", "'<%s>' % x", "same on "),
        ("halves", "x / 2 + x / 3", "x / 3 + x / 2", "same on "),
        ("halves", "x / 2 + x / 3", "x / 2 + x / 4", "differs on: halves("),
        ("later", "x + 1", "1 + x", "same on "),
        ("later", "return x + 1", "return x", "differs on: later("),
        (
            "Cart.add",
            "self.items += [item, *more]",
            "self.items.append(item)\n        self.items.extend(more)",
            "same on ",
        ),
        ("Cart.add", "[item, *more]", "[item]", "leaves argument 1 as <Cart owner="),
        ("Cart.count", "len(self.items)", "len(self.items) + 1", "differs on: count(<Cart owner="),
        ("Cart.__init__", "owner, []", "owner, [1]", "leaves argument 1 as <Cart "),
        // no test
        ("untouched", "text.strip().lower()", "text.lower().strip()", "(made up: no test makes one)"),
        ("untouched", "text.strip()", "text", "differs on: untouched("),
        // nothing can be said
        ("unlucky", "run(command)", "run(command, check=True)", "does not look pure (subprocess)"),
        ("dice", "random()", "random() / 2", "answers no call twice in the same way"),
        ("size", "stream.read()", "stream.getvalue()", "can be repeated elsewhere (an argument holds StringIO)"),
        ("nowhere", "len(items)", "len(items)", "not compared"),
    ] {
        let said = differential((&shop, &verifier), function, from, to).to_string();
        if !said.contains(expect) {
            wrong.push(format!("{function}, {to}: {expect:?} is not in {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(shop.tree(), before, "the tree was written");
}

/// The comparison asks nothing of the candidate's objects, and waits for nothing that does not end.
#[test]
fn candidates_that_lie_or_leave_differ() {
    let Some(shop) = shop() else { return };
    let verifier = shop.verifier();
    let from = "    result = 0\n";
    for (code, expect) in [
        ("    class Any(int):\n        def __eq__(self, other): return True\n    return Any(6)\n", "Any"),
        ("    import os\n    os._exit(0)\n", "ends the process"),
        ("    while True: pass\n", "does not end"),
        (
            "    import os, json\n    for n in range(3, 64):\n        try: os.write(n, b'{\"token\": \"\", \"event\": \"answer\"}\\n')\n        except OSError: pass\n    raise KeyError\n",
            "raises KeyError",
        ),
        ("    import sys\n    sys.exit(0)\n", "raises SystemExit"),
        ("    open('planted', 'w')\n", "raises PermissionError"),
    ] {
        let said = differential((&shop, &verifier), "total", from, code);
        assert_eq!(said.result, Agreement::Differs, "{code}: {said:?}");
        assert!(said.to_string().contains(expect), "{code}: {expect:?} is not in {said}");
    }
}

#[test]
fn the_same_call_is_shown_each_time_and_counts_add_up() {
    let Some(shop) = shop() else { return };
    let verifier = shop.verifier();
    let one = differential((&shop, &verifier), "total", "result += price", "result += price + 1");
    let two = differential((&shop, &verifier), "total", "result += price", "result += price + 1");
    assert_eq!((&one.difference, one.calls, one.recorded), (&two.difference, two.calls, two.recorded));
    assert!(one.recorded == 3 && one.calls > one.recorded, "{one:?}");
}

#[test]
fn it_stands_beside_the_verdict_and_is_no_pass() {
    let Some(shop) = Shop::new() else { return };
    let check = |source: &str, function: &str, keeps_behaviour, tests: &TestsSetting| {
        let candidate = Candidate { function: Some(function.to_owned()), keeps_behaviour, ..shop.candidate(source) };
        shop.verdict_of(&candidate, tests)
    };
    let auto = TestsSetting::Auto;
    let verdict = check(&total_after(""), "total", true, &auto);
    assert_eq!((verdict.status, verdict.tests_run), (Status::Passed, 2));
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["differential"]["result"], "same", "{json}");
    // the tests let this through: they add no floats
    let through = SHOP.replace("+= price", "+= int(price)");
    let recorded =
        "from shop import total\n\n\ndef test_sum():\n    assert total([1, 2, 3]) == 6 and total([2.5]) > 1\n";
    shop.write("tests/test_shop.py", recorded);
    let verdict = check(&through, "total", true, &auto);
    assert_eq!(verdict.status, Status::Passed);
    assert!(verdict.differential.is_some_and(|found| found.differs()));
    assert_eq!(check(&through, "total", false, &auto).differential, None);
    assert_eq!(check(&total_after(""), "total", true, &TestsSetting::None).differential, None);
    // no test reaches it
    let verdict = check(&SHOP.replace("return 1", "return 2"), "unused", true, &auto);
    assert_eq!((verdict.status, verdict.tests_run), (Status::Untested, 0));
    assert_eq!(verdict.differential.unwrap().to_string(), "differs on: unused() -> 2, was 1");
}
