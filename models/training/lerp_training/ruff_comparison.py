"""The concepts that ruff has a fix for, by ruff and by lerp, on the same functions of the test packages.

    python -m lerp_training ruff --lerp ../../target/release/lerp --cases 20 --out ../base/evaluation.json

ruff is installed into an environment of its own, pinned. It is asked for the rules of one concept at a time, with unsafe and
preview fixes; lerp for that concept, its first candidate. Both see the function alone in a module, and both are compared with
the reference by the tree of the function; where two spellings say the same (`contextlib.suppress`, `in {1, 2}`), either counts.
"""

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lerp_training import config as settings
from lerp_training.questions import function, rules_of

VERSION = "0.17.5"
RULES = {
    "any-all": "SIM110",
    "augmented-assignment": "PLR6104",
    "chained-comparison": "PLR1716",
    "dict-comprehension": "PERF403",
    "dict-get": "SIM401",
    "dict-keys": "SIM118",
    "f-strings": "UP031,UP032",
    "f-strings-from-format": "UP032",
    "f-strings-from-percent": "UP031,UP032",
    "generator-expression": "C419",
    "inline-return": "RET504",
    "isinstance-tuple": "SIM101",
    "lambda-to-def": "E731",
    "list-comprehension": "PERF401",
    "literal-call": "C408",
    "membership-test": "PLR1714",
    "merge-nested-if": "SIM102",
    "merge-with": "SIM117",
    "min-max": "FURB136",
    "mutable-default": "B006",
    "no-else-return": "RET505,RET506,RET507,RET508",
    "none-comparison": "E711",
    "not-in": "E713,E714",
    "prefix-tuple": "PIE810",
    "return-condition": "SIM103",
    "set-literal": "C405",
    "sorted-key": "FURB118",
    "star-unpacking": "RUF005",
    "suppress": "SIM105",
    "swap": "PLR1712",
    "ternary": "SIM108",
    "unnecessary-pass": "PIE790",
    "yield-from": "UP028",
}


class Alike(ast.NodeTransformer):
    """Spellings of the same thing made one."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node) in ("contextlib.suppress", "operator.itemgetter", "operator.attrgetter"):
            return ast.Name(node.attr, node.ctx)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        pairs = zip(node.ops, node.comparators, strict=True)
        node.comparators = [
            ast.Tuple(right.elts, ast.Load()) if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Set | ast.List) else right
            for op, right in pairs
        ]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max") and not node.keywords:
            node.args.sort(key=ast.unparse)
        return node


def normal(source: str) -> str | None:
    text = function(source)
    return None if text is None else ast.unparse(ast.fix_missing_locations(Alike().visit(ast.parse(text))))


@dataclass
class Row:
    """Of the cases of one concept: how often each was the reference, changed something, and agreed with the other."""

    cases: int = 0
    ruff: int = 0
    ruff_changed: int = 0
    lerp: int = 0
    lerp_changed: int = 0
    same: int = 0  # both changed it, and to the same


def install(folder: Path) -> Path:
    """The pinned ruff, downloaded once."""
    binary = folder / ("Scripts" if os.name == "nt" else "bin") / "ruff"
    if not binary.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(binary.with_name("python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"ruff=={VERSION}"], check=True)
    return binary


def by_ruff(ruff: Path, sources: Sequence[str], rules: str) -> list[str]:
    """Each source after the fixes of some rules."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"case_{number}.py" for number in range(len(sources))]
        for path, source in zip(paths, sources, strict=True):
            path.write_text(source)
        options = ["--isolated", "--no-cache", "--quiet", "--exit-zero", "--preview", "--fix", "--unsafe-fixes", "--target-version", "py312"]
        subprocess.run([ruff, "check", *options, "--select", rules, folder], check=True, capture_output=True)
        return [path.read_text() for path in paths]


def by_lerp(lerp: Path, model: Path | None, asked: Sequence[tuple[str, str]]) -> list[str]:
    """(concept, source) -> the first candidate, or the source where there is none."""
    lines = []
    for number, (concept, source) in enumerate(asked):
        name = ast.parse(source).body[-1].name  # type: ignore[attr-defined]
        lines.append(json.dumps({"id": str(number), "source": source, "function": name, "add": [concept], "candidates": 1}))
    environment = os.environ | ({"LERP_MODEL": str(model)} if model else {})
    done = subprocess.run([lerp, "batch"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False, env=environment)
    answers = {answer["id"]: answer["candidates"] for answer in map(json.loads, done.stdout.splitlines())}
    if len(answers) < len(asked):
        raise SystemExit(f"lerp batch answered {len(answers)} of {len(asked)} requests: {done.stderr.strip()[-500:]}")
    return [answers[str(n)][0]["source"] if answers[str(n)] else source for n, (_, source) in enumerate(asked)]


def score(before: str, wanted: str, ruff: str, lerp: str, row: Row) -> None:
    source, reference, one, other = map(normal, (before, wanted, ruff, lerp))
    row.cases += 1
    row.ruff += one == reference
    row.lerp += other == reference
    row.ruff_changed += one != source
    row.lerp_changed += other != source
    row.same += one == other != source


def compare(cases: Sequence[tuple[str, str, str]], ruff: Path, lerp: Path, model: Path | None) -> dict:
    """(concept, before, after) of each case."""
    started = time.monotonic()
    fixed: list[str] = [""] * len(cases)
    for concept in {concept for concept, *_ in cases}:
        of_concept = [number for number, case in enumerate(cases) if case[0] == concept]
        for number, text in zip(of_concept, by_ruff(ruff, [cases[n][1] for n in of_concept], RULES[concept]), strict=True):
            fixed[number] = text
    ruff_seconds, started = time.monotonic() - started, time.monotonic()
    edited = by_lerp(lerp, model, [(concept, before) for concept, before, _ in cases])
    lerp_seconds = time.monotonic() - started
    rows: dict[str, Row] = {}
    for (concept, before, wanted), one, other in zip(cases, fixed, edited, strict=True):
        score(before, wanted, one, other, rows.setdefault(concept, Row()))
    seconds = {"ruff_seconds": round(ruff_seconds, 2), "lerp_seconds": round(lerp_seconds, 2)}
    return {"ruff": VERSION, **seconds, "concepts": {name: {"rules": RULES[name], **asdict(row)} for name, row in sorted(rows.items())}}


def card(measured: dict | None) -> list[str]:
    """The model card's table."""
    if not measured:
        return []
    rows = [Row(**{key: value for key, value in row.items() if key != "rules"}) for row in measured["concepts"].values()]
    cases, ruff, lerp = (sum(getattr(row, key) for row in rows) for key in ("cases", "ruff", "lerp"))
    text = f"Beside ruff {measured['ruff']} (preview and unsafe fixes) on the concepts that it has a fix for, {cases} functions: the reference exactly, ruff {ruff},"
    text += f" lerp {lerp}. All of them took ruff {measured['ruff_seconds']:.1f} s and lerp {measured['lerp_seconds']:.1f} s, processes started once per concept and once."
    head = "| concept | ruff's rules | cases | ruff exact | ruff changed | lerp exact | lerp changed | both the same |"
    out = [text, "", head, "|---" * 8 + "|"]
    for name, row in measured["concepts"].items():
        keys = ("rules", "cases", "ruff", "ruff_changed", "lerp", "lerp_changed", "same")
        out.append(f"| {name} | " + " | ".join(str(row[key]) for key in keys) + " |")
    return [*out, ""]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training ruff", description=__doc__.splitlines()[0])
    parser.add_argument("--lerp", type=Path, default=settings.PACKAGE.parents[2] / "target" / "release" / "lerp")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules" / "named.jsonl")
    parser.add_argument("--split", default="test")
    parser.add_argument("--cases", type=int, default=20, help="per concept, at most")
    parser.add_argument("--environment", type=Path, default=settings.DATA / f"ruff-{VERSION}")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(argv)
    rng = random.Random(0)
    cases: list[tuple[str, str, str]] = []
    for rule in sorted(rules_of(given.rules, given.split), key=lambda rule: rule["rule"]):
        name = rule["rule"]
        if name in RULES:
            pairs = rng.sample(rule["pairs"], min(given.cases, len(rule["pairs"])))
            cases += [(name, pair["before"], pair["after"]) for pair in pairs]
    measured = compare(cases, install(given.environment), given.lerp, given.model)
    print("\n".join(card(measured)))
    if given.out:
        whole = json.loads(given.out.read_text()) if given.out.is_file() else {}
        given.out.write_text(json.dumps(whole | {"ruff": measured}, indent=1) + "\n")
    return 0
