"""Synthetic rules: every family, on functions of the standard library."""

from __future__ import annotations

import ast
import json
import random
import sysconfig
import textwrap
from pathlib import Path
from typing import Any

import pytest

from lerp_training.synthetic import heldout
from lerp_training.synthetic.compose import compose
from lerp_training.synthetic.draw import Draw, Vocabulary
from lerp_training.synthetic.generate import MOST_PAIRS, Generator, apply, generate
from lerp_training.synthetic.layers import Layers
from lerp_training.synthetic.patterns import Pattern
from lerp_training.synthetic.pool import Pool, load_pools
from lerp_training.synthetic.primitives import PRIMITIVES
from lerp_training.synthetic.rules import FAMILIES
from lerp_training.synthetic.trees import expression, statements

MODULES = 70
RARE = 25  # families that may find too few functions in so small a corpus


def functions_of(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno] + [d.lineno for d in node.decorator_list])
            found.append(textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno])))
    return found


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pool]:
    library = Path(sysconfig.get_paths()["stdlib"])
    modules = sorted(library.glob("[a-z]*.py"))[:MODULES] + sorted(library.glob("asyncio/*.py"))
    out = tmp_path_factory.mktemp("functions") / "functions.jsonl"
    with out.open("w", encoding="utf-8") as file:
        for number, path in enumerate(modules):
            split = {0: "test", 1: "validation"}.get(number % 6, "train")
            for text in functions_of(path):
                record = {"package": f"{split}-{path.stem}", "split": split, "path": path.name, "name": "f", "source": text}
                file.write(json.dumps(record) + "\n")
    return load_pools(out, 4000, 0)


@pytest.fixture(scope="module")
def generator(pools: dict[str, Pool]) -> Generator:
    return Generator(pools["train"], Layers(pools["train"], 0), Vocabulary(pools["train"]), 0)


@pytest.fixture(scope="module")
def records(pools: dict[str, Pool]) -> list[dict[str, Any]]:
    return list(generate(pools, 150, seed=3))


def made_by(generator: Generator, name: str, rules: int, tries: int = 30) -> list[tuple[Any, dict[str, Any]]]:
    made = []
    for number in range(tries):
        rng = random.Random(f"{name}-{number}")
        rule = FAMILIES[name](Draw(generator.vocabulary, generator.pool, rng, generator._common))
        instance = generator.instance(rule, rng)
        if instance is not None:
            made.append((rule, instance))
        if len(made) == rules:
            break
    return made


def test_families_are_many() -> None:
    assert len(FAMILIES) >= 300 and len(PRIMITIVES) >= 30


def test_every_family(generator: Generator) -> None:
    missing = []
    for name in sorted(FAMILIES):
        made = made_by(generator, name, 2)
        if not made:
            missing.append(name)
        for rule, instance in made:
            assert rule.family == name
            for pair in instance["pairs"]:
                ast.parse(pair["before"])
                ast.parse(pair["after"])
                assert pair["before"] != pair["after"], rule.key
                assert apply(rule, pair["before"])[0] == pair["after"], f"not repeatable: {rule.key}"
            for text in instance["no_ops"]:
                assert apply(rule, text) == ("", 0), rule.key
    assert len(missing) <= RARE, missing


def test_format(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert record["kind"] == "synthetic" and record["split"] in ("train", "validation", "test", "family_test")
        assert 4 <= len(record["pairs"]) <= MOST_PAIRS
        assert all(set(pair) == {"before", "after", "package"} for pair in record["pairs"])
        befores = {pair["before"] for pair in record["pairs"]}
        assert not befores & set(record["no_ops"])
    assert sum(len(record["no_ops"]) for record in records) > 2 * len(records)
    assert any(record["family"].startswith("compose:") for record in records)
    assert len({record["rule"] for record in records if record["split"] == "train"}) == 150


def test_same_seed_same_rules(pools: dict[str, Pool], records: list[dict[str, Any]]) -> None:
    assert list(generate(pools, 150, seed=3, processes=2)) == records
    assert list(generate(pools, 20, seed=4))[:20] != records[:20]


def test_splits_do_not_meet(records: list[dict[str, Any]]) -> None:
    keys: dict[str, set[str]] = {}
    for record in records:
        keys.setdefault(record["split"], set()).add(record["key"])
        assert heldout.is_held_out(record["family"]) == (record["split"] == "family_test"), record["family"]
        functions = "test" if record["split"] == "family_test" else record["split"]
        assert all(pair["package"].startswith(functions) for pair in record["pairs"])
    for split in ("validation", "test", "family_test"):
        assert keys[split] and not keys[split] & keys["train"]


def test_held_out_families_exist() -> None:
    assert heldout.HELD_OUT_FAMILIES <= set(FAMILIES)
    assert heldout.HELD_OUT_PRIMITIVES <= set(PRIMITIVES)
    share = len(heldout.HELD_OUT_FAMILIES) / len(FAMILIES)
    assert 0.07 < share < 0.15
    assert heldout.is_held_out("compose:Call:wrap+guard") and not heldout.is_held_out("compose:Call:wrap")
    assert heldout.is_held_out("both:swap-operands+wrap-index")


def pattern_of(text: str) -> Pattern:
    nodes: list[Any] = statements(text)
    if len(nodes) == 1 and isinstance(nodes[0], ast.Expr):
        nodes = [expression(text)]
    holes = tuple(dict.fromkeys(n.id for m in nodes for n in ast.walk(m) if isinstance(n, ast.Name) and n.id[:2] == "__"))
    return Pattern(text, type(nodes[0]).__name__, nodes, holes, ())


@pytest.mark.parametrize(
    ("pattern", "after", "before", "expected"),
    [
        ("__h0__ + __h1__", "__h1__ + __h0__", "return a + b * c", "return b * c + a"),
        ("__h0__ == __h0__", "same(__h0__)", "return a.x == a.x and a == b", "return same(a.x) and a == b"),
        ("f(__h0__)", "g(__h0__, __h0__)", "f(f(1))\nf(1, 2)", "g(g(1, 1), g(1, 1))\nf(1, 2)"),
        ("__h0__ = __h1__\nreturn __h0__", "return __h1__", "a = 1\nb = 2\nreturn b", "a = 1\nreturn 2"),
        ("if __h0__:\n    __b0__", "__b0__\ng(__h0__)", "if a:\n    b()\n    c()", "b()\nc()\ng(a)"),
        ("if __h0__:\n    __b0__", "__b0__", "if a:\n    b()\nelse:\n    c()", None),
        ("__h0__ = __h0__ + __h1__", "__h0__ += __h1__", "x.n = x.n + 1\ny = x + 1", "x.n += 1\ny = x + 1"),
    ],
)
def test_composed_rule(pattern: str, after: str, before: str, expected: str | None) -> None:
    def function(body: str) -> str:
        return "def f():\n" + textwrap.indent(body, "    ")

    rule = compose(pattern_of(pattern), statements(after), after, "compose:test:", "all")
    done = apply(rule, function(before))
    assert done is not None and done[0] == (function(expected) if expected else "")
