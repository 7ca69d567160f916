"""Statements that an edit touched, set among the statements of other functions."""

from __future__ import annotations

import ast
import random

from lerp_training import transplant
from lerp_training.rewrites import CONCEPTS

SWAP = CONCEPTS["swap"].apply
BEFORE = "def f(a, b):\n    if a > b:\n        tmp = a\n        a = b\n        b = tmp\n    return a"
HOST = 'def host(self, first, second):\n    """What it does."""\n    total = g(first)\n    if total:\n        h(second)\n    return total'

OTHER = "def other(xs):\n    low, high, step = xs\n    count = low\n    for item in range(low, high, step):\n        count += item\n    return count"
HOSTS = [("p", HOST), ("q", OTHER)]


def test_the_statements_that_an_edit_changes() -> None:
    assert transplant.touched(BEFORE, SWAP(BEFORE)) == "tmp = a\na = b\nb = tmp"


def test_what_leaves_its_place_is_not_moved() -> None:
    before = "def f(xs):\n    for x in xs:\n        if x == None:\n            continue\n        g(x)"
    assert transplant.touched(before, CONCEPTS["none-comparison"].apply(before)) is None


def test_planted_functions_compile_and_the_concept_applies_to_most() -> None:
    draw = random.Random(0)
    made = [source for _, source in transplant.sources(["tmp = a\na = b\nb = tmp"], HOSTS, draw, 80)]
    assert len(made) >= 40
    assert len(set(made)) > 5
    for source in made:
        compile(source, "<function>", "exec")
    assert sum(SWAP(source) is not None for source in made) >= len(made) / 2


def test_nothing_stands_behind_a_return() -> None:
    ending = "for x in xs:\n    if x:\n        return True\nreturn False"
    draw = random.Random(0)
    for _, source in transplant.sources([ending], HOSTS, draw, 40):
        body = ast.parse(source).body[0].body
        assert all(not isinstance(statement, ast.Return) for statement in body[:-1]), source
