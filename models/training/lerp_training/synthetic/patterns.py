"""Patterns: statements and expressions that recur in real functions, with parts of them left open as holes.

A pattern is Python with names `__h0__`, `__h1__` for any expression and statements `__b0__` for any block. The same
hole twice asks for the same code twice.
"""

from __future__ import annotations

import ast
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from .pool import Pool
from .trees import BLOCK_FIELDS, EXPRESSION_CONTEXT, Code, Ref, Site, is_string_statement, same

MOST_HOLES, MOST_NODES, RECURRING = 4, 18, 4
_SAMPLED, _PLACES, _LONGEST_DISCOVERED = 10000, 50, 700
_REFUSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal,
            ast.Match, ast.Lambda, ast.Pass, ast.Break, ast.Continue)  # fmt: skip
_TRIVIAL = (ast.Name, ast.Constant, ast.JoinedStr, ast.Starred, ast.Slice)


class _Unfit(Exception):
    """The node can not be part of a pattern."""


@dataclass(frozen=True)
class Pattern:
    """`nodes` is one expression, or one or two statements."""

    text: str
    root: str
    nodes: list[Any]
    holes: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def is_expression(self) -> bool:
        return isinstance(self.nodes[0], ast.expr)


@dataclass
class _Policy:
    """How much of a node is kept: how deep, and which names (all frequent ones, those of members, none)."""

    depth: int
    names: bool
    members: bool


POLICIES = (_Policy(1, False, True), _Policy(2, False, True), _Policy(2, True, True), _Policy(3, True, True),
            _Policy(2, False, False), _Policy(3, False, False), _Policy(1, True, True), _Policy(1, False, False))  # fmt: skip


class Abstraction:
    """Turns code into a pattern."""

    def __init__(self, policy: _Policy, frequent: frozenset[str]) -> None:
        self.policy, self.frequent = policy, frequent
        self.found: dict[str, str] = {}
        self.blocks = 0
        self.nodes = 0

    def hole(self, node: ast.AST) -> ast.Name:
        name = self.found.setdefault(ast.dump(node), f"__h{len(self.found)}__")
        return ast.Name(name, ast.Load())

    def expression(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if isinstance(node, ast.Name):
            return ast.Name(node.id, ast.Load()) if self.policy.names and node.id in self.frequent else self.hole(node)
        if isinstance(node, ast.Constant):
            kept = self.policy.names and (node.value is None or node.value in (True, False, 0, 1, -1, ""))
            return ast.Constant(node.value) if kept else self.hole(node)
        if depth <= 0 or isinstance(node, (ast.JoinedStr, ast.Lambda, ast.NamedExpr)):
            return self.hole(node)
        if isinstance(node, ast.Attribute):
            if not (self.policy.members and node.attr in self.frequent):
                return self.hole(node)
            return ast.Attribute(self.expression(node.value, depth - 1), node.attr, ast.Load())
        if isinstance(node, ast.Call):
            return ast.Call(
                self.callee(node.func, depth),
                [self.expression(a, depth - 1) for a in node.args],
                [ast.keyword(self.word(k.arg), self.expression(k.value, depth - 1)) for k in node.keywords],
            )
        if isinstance(node, ast.Starred):
            return ast.Starred(self.expression(node.value, depth), ast.Load())
        return self.fields(node, depth - 1)

    def callee(self, node: Any, depth: int) -> Any:
        if isinstance(node, ast.Name):
            return ast.Name(node.id, ast.Load()) if self.policy.members and node.id in self.frequent else self.hole(node)
        return self.expression(node, depth)

    def word(self, name: str | None) -> str | None:
        if name is not None and name not in self.frequent:
            raise _Unfit
        return name

    def fields(self, node: Any, depth: int) -> Any:
        """Every field abstracted; kinds with names of their own only when the names are frequent."""
        if isinstance(node, _REFUSED):
            raise _Unfit
        self.nodes += 1
        new = type(node)()
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, ast.expr):
                value = self.expression(value, depth)
            elif isinstance(value, ast.AST) and not isinstance(value, (ast.operator, ast.cmpop, ast.boolop, ast.unaryop)):
                value = value if isinstance(value, EXPRESSION_CONTEXT) else self.fields(value, depth)
            elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                value = self.block(value, depth)
            elif isinstance(value, list):
                value = [self.item(v, depth) for v in value]
            elif field == "name" and isinstance(value, str):
                value = self.word(value)
            setattr(new, field, value)
        return new

    def item(self, value: Any, depth: int) -> Any:
        if isinstance(value, ast.expr):
            return self.expression(value, depth)
        if isinstance(value, (ast.comprehension, ast.withitem, ast.ExceptHandler)):
            return self.fields(value, depth)
        return value

    def block(self, block: list[ast.stmt], depth: int) -> list[ast.stmt]:
        if len(block) == 1 and depth > 0 and not isinstance(block[0], (*_REFUSED, ast.If, ast.For, ast.Try, ast.With, ast.While)):
            return [self.fields(block[0], depth)]
        if len(block) == 1 and isinstance(block[0], (ast.Pass, ast.Break, ast.Continue)):
            return [type(block[0])()]
        self.blocks += 1
        return [ast.Expr(ast.Name(f"__b{self.blocks - 1}__", ast.Load()))]

    def pattern(self, nodes: list[Any]) -> Pattern | None:
        try:
            made = [
                self.expression(n, self.policy.depth) if isinstance(n, ast.expr) else self.fields(n, self.policy.depth)
                for n in nodes
            ]
        except _Unfit:
            return None
        holes = tuple(self.found.values()) + tuple(f"__b{i}__" for i in range(self.blocks))
        trivial = any(isinstance(n, ast.Name) or (isinstance(n, ast.Expr) and isinstance(n.value, ast.Name)) for n in made)
        if trivial or not 1 <= len(self.found) <= MOST_HOLES or self.nodes > MOST_NODES or self.blocks > 2:
            return None
        text = "\n".join(ast.unparse(ast.fix_missing_locations(n)) for n in made)
        return Pattern(text, "+".join(type(n).__name__ for n in nodes), made, holes, _needs(made))


def _needs(nodes: list[Any]) -> tuple[str, ...]:
    """Features of the pool's index that a function must have to match."""
    found: dict[str, None] = {}
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name):
                if not node.id.startswith("__"):
                    found["name:" + node.id] = None
            elif isinstance(node, ast.Attribute):
                found["attr:" + node.attr] = None
                found["Attribute"] = None
            elif isinstance(node, (ast.expr, ast.stmt, ast.ExceptHandler, ast.operator, ast.cmpop, ast.unaryop)):
                if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Name)):
                    found[type(node).__name__] = None
                if isinstance(node, ast.If) and node.orelse:
                    found["If.orelse"] = None
    found.pop("Constant", None)
    return tuple(found)


def discover(pool: Pool, seed: int) -> dict[str, list[Pattern]]:
    """Patterns that several functions have, by the kind of their root."""
    rng = random.Random(f"{seed}-patterns")
    frequent = frozenset(pool.common("name", 25)[:500] + pool.common("attr", 25)[:500] + pool.common("keyword", 25)[:100])
    counts: Counter[str] = Counter()
    kept: dict[str, Pattern] = {}
    for at in rng.sample(range(len(pool)), min(_SAMPLED, len(pool))):
        if len(pool.texts[at]) > _LONGEST_DISCOVERED:
            continue
        here: dict[str, Pattern] = {}
        places = roots(Code(pool.texts[at]))
        for nodes in rng.sample(places, min(_PLACES, len(places))):
            for policy in rng.sample(POLICIES, 3):
                pattern = Abstraction(policy, frequent).pattern(nodes)
                if pattern is not None:
                    here[pattern.text] = pattern
        counts.update(here.keys())
        for text, pattern in here.items():
            kept.setdefault(text, pattern)
    found: dict[str, list[Pattern]] = defaultdict(list)
    for text, pattern in sorted(kept.items()):
        if counts[text] >= RECURRING:
            found[pattern.root].append(pattern)
    return {root: patterns for root, patterns in sorted(found.items()) if len(patterns) >= 2}


def roots(code: Code) -> list[list[Any]]:
    """Expressions, statements and pairs of neighbouring statements of a function."""
    found: list[list[Any]] = []
    for ref in code.refs[1:]:
        node = ref.node
        if isinstance(node, ast.stmt):
            if not isinstance(node, _REFUSED) and not is_string_statement(node) and ref.field in BLOCK_FIELDS:
                found.append([node])
        elif isinstance(node, ast.expr) and is_root(ref):
            found.append([node])
    for _, _, block in code.blocks():
        for a, b in zip(block, block[1:]):
            if not isinstance(a, _REFUSED) and not isinstance(b, _REFUSED) and not is_string_statement(a):
                found.append([a, b])
    return found


def is_root(ref: Ref) -> bool:
    """Whether an expression may be replaced as a whole."""
    stored = isinstance(getattr(ref.node, "ctx", None), (ast.Store, ast.Del))
    return not stored and not isinstance(ref.node, _TRIVIAL) and ref.field not in ("annotation", "returns", "type", "cls", "patterns")


# matching


def _bind(pattern: Any, node: Any, holes: dict[str, Any]) -> bool:
    kind = type(pattern)
    if kind is ast.Name and pattern.id[:2] == "__" and pattern.id[-2:] == "__":
        if not isinstance(node, ast.expr) or isinstance(node, (ast.Slice, ast.Starred)):
            return False
        if pattern.id in holes:
            return same(holes[pattern.id], node)
        holes[pattern.id] = node
        return True
    if kind is list:
        return type(node) is list and _bind_list(pattern, node, holes)
    if kind is not type(node):
        return isinstance(pattern, EXPRESSION_CONTEXT) and isinstance(node, EXPRESSION_CONTEXT)
    if not isinstance(pattern, ast.AST):
        return bool(pattern == node)
    return all(
        _bind(getattr(pattern, f, None), getattr(node, f, None), holes)
        for f in kind._fields  # type: ignore[attr-defined]
        if f not in ("ctx", "kind", "type_comment")
    )


def _bind_list(pattern: list[Any], node: list[Any], holes: dict[str, Any]) -> bool:
    if len(pattern) == 1 and type(pattern[0]) is ast.Expr:
        value = pattern[0].value
        if type(value) is ast.Name and value.id.startswith("__b"):
            holes[value.id] = node
            return bool(node)
    return len(pattern) == len(node) and all(_bind(p, n, holes) for p, n in zip(pattern, node))


def match(pattern: Pattern, site: Any) -> dict[str, Any] | None:
    """What the holes stand for at this site, or None."""
    holes: dict[str, Any] = {}
    if pattern.is_expression:
        return holes if _bind(pattern.nodes[0], site.node, holes) else None
    at = next((i for i, node in enumerate(site.block) if node is site.node), len(site.block))
    here = site.block[at : at + len(pattern.nodes)]
    return holes if len(here) == len(pattern.nodes) and all(map(lambda p, n: _bind(p, n, holes), pattern.nodes, here)) else None


def find(pattern: Pattern, code: Code) -> list[Ref] | list[Site]:
    """The sites that match; of two that overlap in one block only the first."""
    kind = type(pattern.nodes[0])
    if pattern.is_expression:
        return [r for r in code.refs if type(r.node) is kind and is_root(r) and match(pattern, r) is not None]
    found: list[Site] = []
    for site in code.sites(kind):
        overlaps = found and len(pattern.nodes) > 1 and found[-1].block is site.block and site.position() - found[-1].position() < 2
        if not overlaps and match(pattern, site) is not None:
            found.append(site)
    return found
