"""The named concepts against a table of cases (cases/rewrites.txt), and behaviour before and after where it must not change."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path

import pytest

from lerp_training import catalogue, named_rules
from lerp_training.rewrites import CONCEPTS, Unsure
from lerp_training.rewrites.written import written

CASES = Path(__file__).parent / "cases" / "rewrites.txt"


def cases() -> list[tuple[str, str, str | None]]:
    """(concept, before, after); after is None where the function must be left alone."""
    blocks = re.split(r"(?m)^# ([\w-]+)\n", CASES.read_text())[1:]
    pairs = list(zip(blocks[::2], blocks[1::2]))
    return [
        (name, before.strip(), written(ast.parse(after)) if verdict == "to" else None)
        for (name, before), (verdict, after) in zip(pairs[::2], pairs[1::2])
    ]


def learned() -> list[tuple[str, str, str | None]]:
    """(concept, annotated, stripped)"""
    return [
        ("type-hints", "def f(a: int, *b: str):\n    return a", "def f(a, *b):\n    return a"),
        ("type-hints", "def f(self, a: dict[str, Any]) -> int:\n    return a", "def f(self, a) -> int:\n    return a"),
        ("type-hints", "def f(self):\n    return self", None),
        ("type-hints", "def f(a: int, b):\n    return a", None),
    ]


@pytest.mark.parametrize(("name", "before", "after"), cases())
def test_case(name: str, before: str, after: str | None) -> None:
    assert CONCEPTS[name].apply(before) == after


@pytest.mark.parametrize(("name", "before", "after"), learned())
def test_learned(name: str, before: str, after: str | None) -> None:
    assert CONCEPTS[name].unapply(before) == after


def test_every_concept_has_cases_of_both_kinds() -> None:
    counts: dict[str, list[int]] = {name: [0, 0] for name in CONCEPTS}
    for name, _, after in cases() + learned():
        counts[name][after is None] += 1
    assert {name for name, (yes, no) in counts.items() if yes < 2 or no < 2} == set()


@pytest.mark.parametrize(("name", "before", "after"), [c for c in cases() if c[2] is not None])
def test_the_result_is_stable_and_the_way_back_leads_back(name: str, before: str, after: str) -> None:
    concept = CONCEPTS[name]
    compile(after, name, "exec")
    back = None
    if concept.unapply is not None:
        try:
            back = concept.unapply(after)
        except Unsure:
            pass
    if back is not None:
        # Names may differ from the original's, but never the result of applying the concept again.
        assert concept.apply(back) in (after, None)


def test_a_learned_concept_has_its_own_test_for_nothing_to_do() -> None:
    for concept in CONCEPTS.values():
        assert not concept.learned or concept.settled is not None


def test_a_name_that_is_taken_is_neither_a_pair_nor_a_no_op() -> None:
    with pytest.raises(Unsure):
        CONCEPTS["timing"].apply("def f(start):\n    return g(start)")


def test_the_way_back_leaves_alone_what_has_no_other_form() -> None:
    assert CONCEPTS["assert-to-raise"].unapply("def f(a, b):\n    if a:\n        raise AssertionError(*b)") is None
    assert CONCEPTS["list-comprehension"].unapply("def f(xs):\n    xs = [g(x) for x in xs]\n    h(xs)") is None
    assert CONCEPTS["with-lock"].unapply("def f(a):\n    with a.session:\n        g()") is None


# Functions that can be run: (concept, source, arguments of several calls)
RUNS = [
    ("list-comprehension", "def f(xs):\n    ys = []\n    for x in xs:\n        if x > 1:\n            ys.append(x * 2)\n    return ys", [([1, 2, 3],), ([],)]),
    ("set-comprehension", "def f(xs):\n    ys = set()\n    for x in xs:\n        ys.add(x % 2)\n    return ys", [([1, 2, 3],), ([],)]),
    ("dict-comprehension", "def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = x + 1\n    return d", [([1, 2, 2],), ([],)]),
    ("sum-loop", "def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n    return t", [([1, 2.5],), ([],)]),
    ("str-join", "def f(xs):\n    s = ''\n    for x in xs:\n        s += str(x)\n    return s", [([1, 2],), ([],)]),
    ("any-all", "def f(xs):\n    for x in xs:\n        if x > 1:\n            return True\n    return False", [([0, 2],), ([0],), ([],)]),
    ("any-all", "def f(xs):\n    for x in xs:\n        if not x:\n            return False\n    return True", [([0, 2],), ([1],), ([],)]),
    ("generator-expression", "def f(xs):\n    return max([x * x for x in xs])", [([1, -3],)]),
    ("list-extend", "def f(ys, xs):\n    for x in xs:\n        ys.append(x + 1)\n    return ys", [([1], [2, 3])]),
    ("yield-from", "def f(xs):\n    for x in xs:\n        yield x", [([1, 2],)]),
    ("enumerate", "def f(xs):\n    r = ''\n    for i in range(len(xs)):\n        r += str(i) + xs[i]\n    return r", [("ab",), ("",)]),
    ("enumerate", "def f(xs):\n    r = ''\n    i = 1\n    for x in xs:\n        r += str(i) + x\n        i += 1\n    return r", [("ab",), ("",)]),
    ("iterate-directly", "def f(xs):\n    r = 0\n    for i in range(len(xs)):\n        r = r * 2 + xs[i]\n    return r", [([1, 2],)]),
    ("zip", "def f(a, b):\n    r = 0\n    for i in range(len(a)):\n        x = a[i]\n        y = b[i]\n        r += x * y\n    return r", [([1, 2], [3, 4])]),
    ("dict-items", "def f(d):\n    r = []\n    for k in d:\n        v = d[k]\n        r.append((v, k))\n    return r", [({1: 2, 3: 4},)]),
    ("dict-keys", "def f(d, k):\n    return k in d.keys()", [({1: 2}, 1), ({}, 1)]),
    ("dict-get", "def f(d, k):\n    return d[k] if k in d else 0", [({1: 2}, 1), ({}, 1)]),
    ("setdefault", "def f(d, k):\n    if k not in d:\n        d[k] = []\n    d[k].append(1)\n    return d", [({1: [2]}, 1), ({}, 1)]),
    ("f-strings", "def f(a, b):\n    return '%s %r ' % (a, b) + '{!r} {:>4}'.format(a, b)", [(1, "x"), ("y", "z")]),
    ("prefix-tuple", "def f(s):\n    return s.startswith('a') or s.startswith('b')", [("ax",), ("bx",), ("x",)]),
    ("none-comparison", "def f(a):\n    return a == None", [(None,), (0,)]),
    ("not-in", "def f(a, b):\n    return not a in b", [(1, [1]), (2, [1])]),
    ("chained-comparison", "def f(a, b, c):\n    return c > b and b >= a", [(1, 2, 3), (2, 2, 2), (3, 2, 4)]),
    ("isinstance-tuple", "def f(a):\n    return isinstance(a, int) or isinstance(a, str)", [(1,), ("x",), (None,)]),
    ("membership-test", "def f(a):\n    return a != 1 and a != 2", [(1,), (3,)]),
    ("literal-call", "def f():\n    return dict(), list(), tuple()", [()]),
    ("set-literal", "def f(a):\n    return set([a, 1])", [(1,), (2,)]),
    ("star-unpacking", "def f(xs):\n    a = xs[0]\n    b = xs[1:]\n    return [a] + b", [([1, 2, 3],), ([1],)]),
    ("ternary", "def f(a):\n    if a:\n        b = 1\n    else:\n        b = 2\n    return b", [(0,), (1,)]),
    ("min-max", "def f(a, b):\n    return a if a < b else b", [(1, 2), (2, 1), (1, 1)]),
    ("sorted-copy", "def f(xs):\n    ys = list(xs)\n    ys.sort(reverse=True)\n    return ys, xs", [([1, 3, 2],)]),
    ("swap", "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b", [(1, 2)]),
    ("augmented-assignment", "def f(a, b):\n    a = a - b\n    return a", [(1, 2)]),
    ("walrus", "def f(xs):\n    r = []\n    while True:\n        x = xs.pop()\n        if not x:\n            break\n        r.append(x)\n    return r", [([0, 1, 2],)]),
    ("early-return", "def f(a):\n    if a:\n        a.append(1)\n        a.append(2)", [([],), ([0],)]),
    ("no-else-return", "def f(a):\n    if a == 1:\n        return 'x'\n    elif a == 2:\n        return 'y'\n    else:\n        a += 1\n    return a", [(1,), (2,), (3,)]),
    ("merge-nested-if", "def f(a, b):\n    if a:\n        if b:\n            return 1\n    return 2", [(0, 1), (1, 0), (1, 1)]),
    ("split-and-if", "def f(a, b):\n    if a and b:\n        return 1\n    return 2", [(0, 1), (1, 0), (1, 1)]),
    ("positive-condition", "def f(a):\n    if a != 1:\n        return 1\n    else:\n        return 2", [(0,), (1,)]),
    ("extract-boolean", "def f(a, b):\n    if a and b:\n        return 1\n    return 2", [(0, 1), (1, 1)]),
    ("return-condition", "def f(a):\n    if a:\n        return False\n    return True", [(0,), ([1],)]),
    ("return-condition", "def f(a):\n    if a:\n        return True\n    return False", [(0,), ([1],)]),
    ("inline-return", "def f(a):\n    b = a + 1\n    return b", [(1,)]),
    ("for-else", "def f(xs):\n    found = False\n    for x in xs:\n        if x:\n            found = True\n            break\n    if not found:\n        return 'none'\n    return x", [([0, 1],), ([0],), ([],)]),
    ("match-from-if", "def f(a):\n    if a == 1:\n        return 'x'\n    elif a in (2, 3):\n        return 'y'\n    elif isinstance(a, str):\n        return 'z'\n    else:\n        return None", [(1,), (3,), ("s",), (4,)]),
    ("lambda-to-def", "def f(a):\n    g = lambda x, n=2: x * n + a\n    return g(3)", [(1,)]),
    ("assert-to-raise", "def f(a):\n    assert a, 'no'\n    return a", [(1,), (0,)]),
    ("mutable-default", "def f(a, xs=[]):\n    return xs + [a]", [(1,), (1, [2])]),
    ("unnecessary-pass", "def f(a):\n    if a:\n        a += 1\n        pass\n    return a", [(0,), (1,)]),
    ("suppress", "def f(a):\n    try:\n        a.pop()\n    except IndexError:\n        pass\n    return a", [([],), ([1],)]),
    ("retry", "def f(a):\n    return a.pop()", [([1],), ([],)]),
    ("try-else", "def f(d):\n    try:\n        x = d['a']\n        return x + 1\n    except KeyError:\n        return 0", [({"a": 1},), ({},)]),
]  # fmt: skip


def outcome(source: str, arguments: tuple) -> tuple[object, str, tuple]:
    """Result or exception of one call, and what it did to its arguments."""
    space: dict[str, object] = {}
    exec("from contextlib import suppress\n" + source, space)
    arguments = copy.deepcopy(arguments)
    try:
        result = space["f"](*arguments)  # type: ignore[operator]
        if hasattr(result, "__next__"):
            result = list(result)
        return result, "", arguments
    except Exception as error:
        return None, repr(error), arguments


@pytest.mark.parametrize(("name", "source", "calls"), RUNS)
def test_behaviour_is_kept(name: str, source: str, calls: list[tuple]) -> None:
    before = ast.unparse(ast.parse(source))
    after = CONCEPTS[name].apply(before)
    assert after is not None
    for arguments in calls:
        assert outcome(after, arguments) == outcome(before, arguments)


def test_the_generator_writes_pairs_of_both_directions(tmp_path: Path) -> None:
    loop = "def f{0}(xs):\n    ys{0} = []\n    for x in xs:\n        ys{0}.append(x)\n    g(ys{0})\n"
    real = "def g{0}(xs):\n    ys{0} = [h(x) for x in xs]\n    g(ys{0})\n"
    rows = [
        {"package": f"p{i % 3}", "split": "train", "source": template.format(i)} for i in range(12) for template in (loop, real)
    ]
    functions, out = tmp_path / "functions.jsonl", tmp_path / "named.jsonl"
    functions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    named_rules.main(["--functions", str(functions), "--out", str(out), "--per-rule", "20"])
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    mine = [line for line in lines if line["rule"] == "list-comprehension"]
    pairs = [pair for line in mine for pair in line["pairs"]]
    assert len(pairs) == 20 and all(line["reverse"] for line in mine)
    assert all(CONCEPTS["list-comprehension"].apply(pair["before"]) == pair["after"] for pair in pairs)
    assert {pair["before"][4] for pair in pairs} == {"f", "g"}
    again = tmp_path / "again.jsonl"
    named_rules.main(["--functions", str(functions), "--out", str(again), "--per-rule", "20"])
    assert again.read_text() == out.read_text()


def test_the_catalogue_shows_every_concept() -> None:
    entries = catalogue.entries()
    assert [e["name"] for e in entries] == sorted(CONCEPTS)
    assert all(e["example"]["before"] and e["example"]["after"] and e["example"]["before"] != e["example"]["after"] for e in entries)
