"""Syntax trees as the rules see them: sites in source order, replacement in place, templates with holes.

A tree is parsed afresh for every application, so rules may change it freely; parsing is cheaper than copying.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from ..rewrites.written import written

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
FOR_LOOPS = (ast.For, ast.AsyncFor)
WITHS = (ast.With, ast.AsyncWith)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)
LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
BLOCK_FIELDS = ("body", "orelse", "finalbody")
EXPRESSION_CONTEXT = (ast.Load, ast.Store, ast.Del)

# `_fields` is not source order for these.
_SOURCE_ORDER: dict[type, tuple[str, ...]] = {
    ast.FunctionDef: ("decorator_list", "args", "returns", "body"),
    ast.AsyncFunctionDef: ("decorator_list", "args", "returns", "body"),
    ast.ClassDef: ("decorator_list", "bases", "keywords", "body"),
    ast.IfExp: ("body", "test", "orelse"),
    ast.ListComp: ("elt", "generators"),
}


class Refusal(Exception):
    """The rule's outcome would be ambiguous here: neither a pair nor a no-op case."""


class Ref(NamedTuple):
    """A node and the place that holds it."""

    node: Any
    parent: Any
    field: str
    index: int | None

    def put(self, new: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


class Site(NamedTuple):
    """A statement and the block (a list of statements) it stands in."""

    node: Any
    block: list[ast.stmt]
    owner: Any
    field: str

    def position(self) -> int:
        return next(i for i, node in enumerate(self.block) if node is self.node)

    def put(self, statements: list[ast.stmt]) -> None:
        at = self.position()
        self.block[at : at + 1] = statements
        if not self.block and self.field == "body":
            self.block.append(ast.Pass())


_NO_CHILDREN = ("ctx", "id", "attr", "arg", "kind", "type_comment", "conversion", "names", "module", "level", "simple", "is_async")


@cache
def fields_of(kind: type) -> tuple[str, ...]:
    """The fields that can hold nodes, in source order."""
    fields = _SOURCE_ORDER.get(kind) or kind._fields  # type: ignore[attr-defined]
    return () if kind is ast.Constant else tuple(f for f in fields if f not in _NO_CHILDREN)


def walk(root: ast.AST) -> list[Ref]:
    """Every node below `root`, parents first, in source order. The literal parts of f-strings are left out:
    they are not expressions of their own."""
    found: list[Ref] = []
    stack: list[Ref] = [Ref(root, None, "", None)]
    while stack:
        ref = stack.pop()
        node = ref.node
        found.append(ref)
        children: list[Ref] = []
        if type(node) is ast.JoinedStr:
            children = [
                Ref(part.value, part, "value", None) for part in node.values if type(part) is ast.FormattedValue
            ]
        else:
            for field in fields_of(type(node)):
                value = getattr(node, field, None)
                if type(value) is list:
                    for i, item in enumerate(value):
                        if isinstance(item, ast.AST):
                            children.append(Ref(item, node, field, i))
                elif value is not None and isinstance(value, ast.AST):
                    children.append(Ref(value, node, field, None))
        children.reverse()
        stack += children
    return found


class Code:
    """One function, parsed."""

    def __init__(self, text: str) -> None:
        self.module = ast.parse(text)
        self.fn: FunctionNode = self.module.body[0]  # type: ignore[assignment]
        self._refs: list[Ref] | None = None

    @property
    def refs(self) -> list[Ref]:
        if self._refs is None:
            self._refs = walk(self.fn)
        return self._refs

    def find(self, *kinds: type) -> list[Ref]:
        return [ref for ref in self.refs if isinstance(ref.node, kinds)]

    def sites(self, *kinds: type) -> list[Site]:
        """Statements of these kinds below the function, with their blocks."""
        return [
            Site(r.node, getattr(r.parent, r.field), r.parent, r.field)
            for r in self.refs
            if r.index is not None and isinstance(r.node, kinds) and r.parent is not None and r.field in BLOCK_FIELDS
        ]

    def blocks(self) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
        for ref in self.refs:
            for field in BLOCK_FIELDS:
                block = getattr(ref.node, field, None)
                if type(block) is list and block:
                    yield ref.node, field, block

    @property
    def body_start(self) -> int:
        return 1 if has_docstring(self.fn) else 0

    @property
    def parameters(self) -> list[str]:
        """Positional and keyword-only parameters, without self and cls."""
        args = self.fn.args
        return [a.arg for a in args.posonlyargs + args.args + args.kwonlyargs if a.arg not in ("self", "cls")]

    @property
    def names(self) -> set[str]:
        """Every identifier of the function, whatever its role."""
        found: set[str] = set()
        for ref in self.refs:
            node = ref.node
            for field in ("id", "attr", "arg", "name"):
                value = getattr(node, field, None)
                if type(value) is str:
                    found.add(value)
        return found

    def text(self) -> str:
        ast.fix_missing_locations(self.module)
        return written(self.module)


def has_docstring(fn: ast.AST) -> bool:
    body = fn.body  # type: ignore[attr-defined]
    return bool(body) and is_string_statement(body[0])


def is_string_statement(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def same(a: Any, b: Any) -> bool:
    """Structural equality, contexts aside."""
    if type(a) is not type(b):
        return isinstance(a, EXPRESSION_CONTEXT) and isinstance(b, EXPRESSION_CONTEXT)
    if isinstance(a, ast.AST):
        return all(same(getattr(a, f, None), getattr(b, f, None)) for f in a._fields if f not in ("kind", "ctx"))
    if type(a) is list:
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def clone(node: Any, holes: dict[str, Any] | None = None, used: set[str] | None = None) -> Any:
    """A copy. Holes are filled: `__x__` as a name, an identifier or (a list of statements) as a whole statement.
    The first use of a hole takes the node itself when `used` is given; a node never stands in two places."""
    kind = type(node)
    if holes:
        if kind is ast.Name and node.id in holes:
            value = holes[node.id]
            if type(value) is str:
                return ast.Name(value, node.ctx)
            if used is None or node.id in used:
                return clone(value)
            used.add(node.id)
            return value
        if kind is str:
            value = holes.get(node)
            return value if type(value) is str else node
    if kind is list:
        copied: list[Any] = []
        for item in node:
            inner = item.value if holes and type(item) is ast.Expr else None
            filling = holes.get(inner.id) if type(inner) is ast.Name and holes else None
            if type(filling) is list:
                assert type(inner) is ast.Name
                copied += filling if used is not None and inner.id not in used else clone(filling)
                if used is not None:
                    used.add(inner.id)
            else:
                copied.append(clone(item, holes, used))
        return copied
    if not isinstance(node, ast.AST):
        return node
    new = kind.__new__(kind)
    for field in kind._fields:
        value = getattr(node, field, None)
        setattr(new, field, value if value is None else clone(value, holes, used))
    if hasattr(node, "lineno"):
        new.lineno = node.lineno  # type: ignore[attr-defined]
    return new


@lru_cache(maxsize=8192)
def _parsed(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _filled(holes: dict[str, Any]) -> dict[str, Any]:
    return {f"__{name}__": value for name, value in holes.items()}


def statements(text: str, **holes: Any) -> list[ast.stmt]:
    """Statements from a template; `__x__` is filled with the hole `x`."""
    return clone(_parsed(text), _filled(holes), set())


def expression(text: str, **holes: Any) -> Any:
    """An expression from a template."""
    parsed = _parsed(text)[0]
    assert isinstance(parsed, ast.Expr), text
    return clone(parsed.value, _filled(holes), set())


def name_of(node: ast.AST) -> str | None:
    """The last name of a plain or dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def is_pure(node: ast.AST) -> bool:
    """A name, a dotted name or a constant: may be written twice without looking odd."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def pick(found: list[Any], which: str) -> list[Any]:
    """The sites a rule edits, last first, so that an inner site is done before the one around it."""
    if which == "first":
        return found[:1]
    return found[-1:] if which == "last" else found[::-1]


Predicate = Callable[[Any], bool]
