"""The comparison with ruff, with two programs in its place and lerp's that say what they are told."""

import sys
from pathlib import Path

import pytest

from lerp_training import ruff_comparison
from lerp_training.rewrites import CONCEPTS
from lerp_training.ruff_comparison import Row, by_lerp, card, compare, normal, score

BEFORE, AFTER = "def f(a):\n    return a == None\n", "def f(a):\n    return a is None\n"
RUFF = """
import pathlib, sys
for path in pathlib.Path(sys.argv[-1]).glob("case_*.py"):
    if "E711" in sys.argv:
        path.write_text("import os\\n" + path.read_text().replace("== None", "is None"))
"""
LERP = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    assert request["function"] == "f" and request["candidates"] == 1
    text = request["source"].replace("== None", "is not None")
    print(json.dumps({"id": request["id"], "candidates": [{"source": text}] if request["add"] == ["none-comparison"] else []}))
"""


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("with contextlib.suppress(OSError):\n        g()", "with suppress(OSError):\n        g()", True),
        ("return sorted(a, key=operator.itemgetter(1))", "return sorted(a, key=itemgetter(1))", True),
        ("return a in {1, 2}", "return a in (1, 2)", True),
        ("return max(b, a)", "return max(a, b)", True),
        ("return g(b, a)", "return g(a, b)", False),
        ("return a == {1, 2}", "return a == (1, 2)", False),
    ],
)
def test_spellings_of_the_same_are_the_same(one: str, other: str, alike: bool) -> None:
    assert (normal(f"import x\ndef f(a, b):\n    {one}\n") == normal(f"def f(a, b):\n    {other}\n")) is alike


def test_both_are_counted_against_the_reference(tmp_path: Path) -> None:
    ruff, lerp = program(tmp_path / "ruff", RUFF), program(tmp_path / "lerp", LERP)
    plain = "def f(a):\n    return not a in b\n"
    measured = compare([("none-comparison", BEFORE, AFTER), ("not-in", plain, AFTER)], ruff, lerp, None)
    rows = measured["concepts"]
    assert rows["none-comparison"] == {"rules": "E711", "cases": 1, "ruff": 1, "ruff_changed": 1, "lerp": 0, "lerp_changed": 1, "same": 0}
    assert rows["not-in"] == {"rules": "E713,E714", "cases": 1, "ruff": 0, "ruff_changed": 0, "lerp": 0, "lerp_changed": 0, "same": 0}
    text = "\n".join(card(measured))
    assert "2 functions: the reference exactly, ruff 1, lerp 0" in text
    assert "| none-comparison | E711 | 1 | 1 | 1 | 0 | 1 | 0 |" in text


def test_what_is_left_alone_by_both_is_not_the_same_edit() -> None:
    row = Row()
    score(BEFORE, AFTER, BEFORE, BEFORE, row)
    score(BEFORE, AFTER, AFTER, AFTER, row)
    assert row == Row(cases=2, ruff=1, ruff_changed=1, lerp=1, lerp_changed=1, same=1)


def test_a_lerp_that_does_not_answer_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="0 of 1 requests: no model"):
        by_lerp(program(tmp_path / "lerp", "import sys; sys.stdin.read(); sys.exit('no model')"), None, [("not-in", BEFORE)])


def test_every_concept_of_the_comparison_is_one() -> None:
    assert set(ruff_comparison.RULES) <= set(CONCEPTS)
