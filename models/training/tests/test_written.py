"""Trees as people write them, and the same trees again when that is read."""

import ast

import pytest

from lerp_training.rewrites.written import written


@pytest.mark.parametrize(
    "text",
    [
        "any(x for x in xs)",
        "g((x for x in xs), 1)",
        "a and not b and c == d and (e or f)",
        "a or b and c",
        "(a and b) and c",
        "not (a and b)",
        "x, y = y, x",
        "x = (a,)",
        "x = (a, b)[0]",
        "d[a, b] = [(1, 2), ()]",
        "for i, (a, b) in pairs:\n    pass",
        "if m := g(a) + 1:\n    pass\nelif n := h(b):\n    pass",
        "if (m := g(a)) is None:\n    pass",
        "while line := file.readline():\n    pass",
        "def f(a):\n    return a, *b",
        "def f(a):\n    x = (yield (a, b))",
        "lambda: (a, b)",
        "assert (a, b)",
    ],
)
def test_as_it_is_written(text: str) -> None:
    tree = ast.parse(text)
    assert written(tree) == text
    assert ast.dump(ast.parse(written(tree))) == ast.dump(tree)
