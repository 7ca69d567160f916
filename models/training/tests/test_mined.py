"""Mined edits, without network."""

import ast
import difflib

import pytest

from lerp_training import edits, mined


def key(before: str, after: str) -> bytes:
    old, new = edits.token_list(before), edits.token_list(after)
    nodes = ast.parse(before).body[0], ast.parse(after).body[0]
    local = set().union(*map(edits.local_names, nodes))
    return edits.edit_key(edits.hunks(difflib.SequenceMatcher(None, old, new, autojunk=False)), local, old)


PERCENT = ("def f(a):\n    return '%s is a long message' % a\n", "def f(a):\n    return f'{a} is a long message'\n")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PERCENT, ("def g(b, c):\n    return b, '%s: another text' % c\n", "def g(b, c):\n    return b, f'{c}: another text'\n"), True),
        (PERCENT, ("def g(b):\n    return '%s: another text' % b.x\n", "def g(b):\n    return f'{b.x}: another text'\n"), False),
        (("def f(a):\n    h(a)\n", "def f(a):\n    h(a, 1)\n"), ("def g(b):\n    h(b)\n", "def g(b):\n    h(b, 1)\n"), True),
        (("def f(a):\n    h(a)\n", "def f(a):\n    h(a, 1)\n"), ("def g(b):\n    h(b)\n", "def g(b):\n    h(b, 2)\n"), False),
        (("def f(a):\n    h(a)\n", "def f(a):\n    k(a)\n"), ("def f(a):\n    h(a)\n", "def f(a):\n    l(a)\n"), False),
    ],
)
def test_like_edits_have_one_key(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert (key(*one) == key(*other)) is same


@pytest.mark.parametrize(
    ("before", "after", "expect"),
    [
        ("def f(a):\n    '''old'''\n    return (a)  # why\n", "def f(a):\n    '''new'''\n    return a\n", None),
        ("def f(a):\n    '''old'''\n    return a\n", "def f(a):\n    '''new'''\n    return a + 1\n", "def f(a):\n    \"\"\"old\"\"\"\n    return a + 1\n"),
        ("def f(a):\n    return a\n", "def f(a):\n    '''new'''\n    return a + 1\n", "def f(a):\n    return a + 1\n"),
        ("def f(a):\n    return a\n", "def f(b, c):\n    for x in b:\n        yield c(x, b) or None\n", None),  # too different
    ],
)
def test_compare(before: str, after: str, expect: str | None) -> None:
    edit = mined.compare(before, after, "p")
    assert (edit and edit.after) == expect


def edit(package: str, value: str) -> mined.Edit:
    found = mined.compare(f"def f(a):\n    return assert_(a, '{value}')\n", f"def f(a):\n    return check(a, '{value}')\n", package)
    assert found is not None
    return found


def test_like_edits_of_three_functions_are_one_rule_within_their_split() -> None:
    train = mined.Mined("train", [edit("p", "1"), edit("p", "2"), edit("p", "3")], ["def g(a):\n    return a\n"])
    test = mined.Mined("test", [edit("q", "1"), edit("q", "2")])
    found = {(rule["split"], rule["family"], len(rule["pairs"]), len(rule["no_ops"])) for rule in mined.rules([train, test])}
    assert found == {("train", "mined-cluster", 3, 1), ("test", "mined-single", 1, 0)}


@pytest.mark.parametrize(("token", "expect"), [("f'a'", True), ('rf"a"', True), ("'f'", False), ("r'f'", False), ("fr", False)])
def test_is_fstring(token: str, expect: bool) -> None:
    assert edits.is_fstring(token) is expect
