"""Functions with an index of what they contain, so that a rule draws only from functions it is likely to match."""

from __future__ import annotations

import ast
import json
import random
from array import array
from collections.abc import Iterable
from pathlib import Path

from ..rewrites.written import written
from .trees import FUNCTIONS, Code, has_docstring, name_of, same

SHORTEST, LONGEST = 16, 1200
SPLITS = ("train", "validation", "test")


class Pool:
    """The functions of one split in normal form. `index` maps a feature to the functions that have it."""

    def __init__(self, split: str) -> None:
        self.split = split
        self.texts: list[str] = []
        self.packages: list[str] = []
        self.index: dict[str, array] = {}
        self._masks: list[int] = []  # features that are no names, a bit each
        self._bits: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, text: str, package: str, features: Iterable[str]) -> None:
        number = len(self.texts)
        self.texts.append(text)
        self.packages.append(package)
        mask = 0
        for feature in features:
            self.index.setdefault(feature, array("I")).append(number)
            if ":" not in feature:
                mask |= 1 << self._bits.setdefault(feature, len(self._bits))
        self._masks.append(mask)

    def sample(self, needs: tuple[str, ...], size: int, rng: random.Random) -> list[int]:
        """Random functions that have all the features (of several names all but the rarest may have other roles)."""
        if not needs:
            return rng.sample(range(len(self.texts)), min(size, len(self.texts)))
        rarest = min((self.index.get(need, array("I")) for need in needs), key=len)
        mask = 0
        for need in needs:
            if ":" not in need:
                mask |= 1 << self._bits.get(need, len(self._bits))
        names = [name for role, _, name in (need.partition(":") for need in needs) if name and role != "const"]
        found: list[int] = []
        for at in rng.sample(rarest, min(8 * size, len(rarest))):
            if self._masks[at] & mask == mask and all(name in self.texts[at] for name in names):
                found.append(at)
                if len(found) == size:
                    break
        return found

    def common(self, prefix: str, least: int) -> list[str]:
        """Values of the features `prefix:value` that at least so many functions have, most frequent first."""
        start = prefix + ":"
        found = [(len(v), k[len(start) :]) for k, v in self.index.items() if k.startswith(start) and len(v) >= least]
        return [value for _, value in sorted(found, key=lambda x: (-x[0], x[1]))]


def features_of(code: Code) -> set[str]:
    """Node kinds by their class name, and names by role."""
    found: set[str] = set()
    for ref in code.refs:
        node = ref.node
        kind = type(node).__name__
        found.add(kind)
        if isinstance(node, ast.Name):
            found.add("name:" + node.id)
        elif isinstance(node, ast.Attribute):
            found.add("attr:" + node.attr)
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                found.add("self:" + node.attr)
        elif isinstance(node, ast.Call):
            _call_features(node, found)
        elif isinstance(node, ast.Constant) and not isinstance(ref.parent, ast.Expr):
            found.add("Value")
            if len(repr(node.value)) <= 24 and "\n" not in repr(node.value):
                found.add("const:" + repr(node.value))
        elif isinstance(node, ast.Compare) and len(node.ops) == 2:
            found.add("ChainedCompare")
        elif isinstance(node, ast.arg):
            found.add("param:" + node.arg)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.add("raise:" + (name_of(raised) or ""))
        elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, (ast.Name, ast.Attribute)):
            found.add("except:" + (name_of(node.type) or ""))
        elif isinstance(node, ast.Return):
            found.add("BareReturn" if node.value is None else "Returned")
        elif isinstance(node, ast.Assign):
            _assignment_features(node, found)
        elif isinstance(node, FUNCTIONS):
            if node.decorator_list:
                found.add("Decorated")
        for field in ("orelse", "finalbody"):
            if isinstance(getattr(node, field, None), list) and getattr(node, field):
                found.add(f"{kind}.{field}")
    args = code.fn.args
    if len(args.args) - (args.args[:1] != [] and args.args[0].arg in ("self", "cls")) >= 2:
        found.add("TwoParameters")
    if code.parameters:
        found.add("Parameter")
    if args.defaults:
        found.add("Default")
    if has_docstring(code.fn):
        found.add("Docstring")
    if len(code.fn.body) - code.body_start >= 2:
        found.add("TwoStatements")
    return found


def _assignment_features(node: ast.Assign, found: set[str]) -> None:
    target, value = node.targets[0], node.value
    if len(node.targets) > 1:
        found.add("ChainedTargets")
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        found.add("TupleToTuple")
    elif isinstance(value, ast.BinOp) and same(value.left, target):
        found.add("SelfOperation")


def _call_features(node: ast.Call, found: set[str]) -> None:
    callee = name_of(node.func)
    if callee:
        found.add(("method:" if isinstance(node.func, ast.Attribute) else "function:") + callee)
    if isinstance(node.func, ast.Attribute):
        found.add("MethodCall")
    if node.args:
        found.add("Argument")
        if len(node.args) >= 2:
            found.add("TwoArguments")
    for keyword in node.keywords:
        if keyword.arg:
            found.add("keyword:" + keyword.arg)


def normal_form(source: str) -> str | None:
    """The source parsed and printed, or None when it is no single function or does not print to a fixed point."""
    try:
        body = ast.parse(source).body
        if len(body) != 1 or not isinstance(body[0], FUNCTIONS):
            return None
        text = written(body[0])
        return text if written(ast.parse(text)) == text else None
    except (SyntaxError, ValueError, RecursionError):
        return None


def _size(fn: ast.AST, text: str) -> int:
    """Length without the docstring, which is a single token however long it is."""
    return len(text) - (len(fn.body[0].value.value) if has_docstring(fn) else 0)  # type: ignore[attr-defined]


def _kept(size: int, rng: random.Random) -> bool:
    """Short functions train faster: all of them below 500 characters, fewer and fewer above."""
    chance = 1.0 if size < 500 else 0.6 if size < 700 else 0.25
    return SHORTEST <= size <= LONGEST and rng.random() < chance


def load_pools(path: Path, limit: int, seed: int) -> dict[str, Pool]:
    """One pool for each split; at most `limit` functions in training, a quarter of that in the others."""
    lines: dict[str, list[str]] = {split: [] for split in SPLITS}
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record["split"] in lines and SHORTEST <= len(record["source"]) <= 4 * LONGEST:
                lines[record["split"]].append(line)
    pools: dict[str, Pool] = {}
    seen: set[str] = set()
    for split in ("test", "validation", "train"):  # a double across splits stays out of training
        rng = random.Random(f"{seed}-{split}")
        rng.shuffle(lines[split])
        pool = pools[split] = Pool(split)
        for line in lines[split]:
            if len(pool) >= (limit if split == "train" else limit // 4):
                break
            record = json.loads(line)
            text = normal_form(record["source"])
            if text is None or text in seen or len(text) > 2 * LONGEST:
                continue
            code = Code(text)
            if not _kept(_size(code.fn, text), rng):
                continue
            seen.add(text)
            pool.add(text, record["package"], sorted(features_of(code)))
    return pools
