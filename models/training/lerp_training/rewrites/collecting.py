"""Loops that collect, as clauses of a comprehension, and written out again."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .analysis import (
    assign, assigned, bound, call, count, fresh, leaks, load, method, one_argument, pinned, rewrite_blocks, store,
)  # fmt: skip
from .base import Function

Chain = tuple[list[ast.comprehension], ast.stmt]


def chain(loop: ast.stmt) -> Chain | None:
    """The clauses of nested ``for`` and ``if`` with nothing beside them, and the one statement in the middle."""
    clauses: list[ast.comprehension] = []
    node = loop
    while True:
        match node:
            case ast.For(target=target, iter=iterable, body=[inner], orelse=[]):
                clauses.append(ast.comprehension(target, iterable, [], 0))
            case ast.If(test=test, body=[inner], orelse=[]) if clauses:
                clauses[-1].ifs.append(test)
            case _:
                return (clauses, node) if clauses else None
        node = inner


def written_out(clauses: list[ast.comprehension], leaf: ast.stmt) -> ast.stmt:
    node = leaf
    for clause in reversed(clauses):
        for test in reversed(clause.ifs):
            node = ast.If(test, [node], [])
        node = ast.For(clause.target, clause.iter, [node], [], lineno=0)
    return node


def variables(clauses: list[ast.comprehension]) -> list[str] | None:
    several = [bound(clause.target) for clause in clauses]
    return None if None in several else [name for one in several for name in one]  # type: ignore[union-attr]


def movable(function: Function, loop: ast.AST, clauses: list[ast.comprehension], *elements: ast.expr) -> bool:
    """Whether the loop may become a comprehension (or back): no variable is read later, nothing is bound to its scope."""
    mine = variables(clauses)
    inner = [*elements, *(test for clause in clauses for test in clause.ifs), *(clause.iter for clause in clauses)]
    if mine is None or any(clause.is_async for clause in clauses) or pinned(*inner):
        return False
    return not leaks(function, loop, mine)


class Collector:
    """One kind of accumulation: how it starts, what the loop does with an element, and the expression that says the same."""

    def __init__(self, starts: Callable, element: Callable, build: Callable, match: Callable, begin: Callable, leaf: Callable, name: str):
        self.starts, self.element, self.build = starts, element, build
        self.match, self.begin, self.leaf, self.name = match, begin, leaf, name

    def collect(self, function: Function) -> Function | None:
        def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
            result, index = [], 0
            while index < len(block):
                replaced = self.site(function, block, index)
                result.append(block[index] if replaced is None else replaced[0])
                index += 1 if replaced is None else replaced[1]
            return result if len(result) < len(block) else None

        return rewrite_blocks(function, block_of)

    def site(self, function: Function, block: list[ast.stmt], index: int) -> tuple[ast.stmt, int] | None:
        first = assigned(block[index])
        if first is None or index + 1 == len(block) or not self.starts(first[1]):
            return None
        name, loop = first[0], block[index + 1]
        found = chain(loop)
        if found is None:
            return None
        clauses, leaf = found
        elements = self.element(leaf, name)
        if elements is None or count(loop, name) != count(leaf, name) or any(count(e, name) for e in elements):
            return None
        if not movable(function, loop, clauses, *elements) or name in (variables(clauses) or ()):
            return None
        value = self.build(elements, clauses)
        after = block[index + 2] if index + 2 < len(block) else None
        match after, block[index]:
            case ast.Return(value=ast.Name(id=returned)), ast.Assign() if returned == name and count(function, name) == count(
                [block[index], loop, after], name
            ):
                return ast.Return(value), 3
        block[index].value = value  # type: ignore[attr-defined]
        return block[index], 2

    def write_out(self, function: Function) -> Function | None:
        def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
            result: list[ast.stmt] = []
            for statement in block:
                result.extend(self.site_back(function, statement) or [statement])
            return result if len(result) > len(block) else None

        return rewrite_blocks(function, block_of)

    def site_back(self, function: Function, statement: ast.stmt) -> list[ast.stmt] | None:
        pair = assigned(statement)
        value = statement.value if isinstance(statement, ast.Return) else pair[1] if pair else None
        found = self.match(value) if value is not None else None
        if found is None:
            return None
        elements, clauses = found
        if not movable(function, statement if isinstance(statement, ast.Return) else value, clauses, *elements):
            return None
        if pair is None:
            name = fresh(function, self.name)
            return [assign(name, self.begin()), written_out(clauses, self.leaf(name, elements)), ast.Return(load(name))]
        if count(value, pair[0]):
            return None
        statement.value = self.begin()  # type: ignore[attr-defined]
        return [statement, written_out(clauses, self.leaf(pair[0], elements))]


def _is_call(statement: ast.stmt, name: str, wanted: str) -> list[ast.expr] | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr), args=[argument], keywords=[])):
            if owner == name and attr == wanted and not isinstance(argument, ast.Starred):
                return [argument]
    return None


def _stored_item(statement: ast.stmt, name: str) -> list[ast.expr] | None:
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=owner), slice=key)], value=value) if owner == name:
            return None if isinstance(key, ast.Slice) else [key, value]
    return None


def added(statement: ast.stmt, name: str) -> list[ast.expr] | None:
    """The element of ``name += element`` or ``name = name + element``."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add(), value=value) if target == name:
            return [value]
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=value)):
            return [value] if target == left == name else None
    return None


def generator_of(value: ast.expr, name: str) -> tuple[list[ast.expr], list[ast.comprehension]] | None:
    match one_argument(value, name):
        case ast.GeneratorExp(elt=element, generators=clauses):
            return [element], clauses
    return None


def _empty(value: ast.expr, display: type, name: str) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == name and not value.args and not value.keywords
    return isinstance(value, display) and not getattr(value, "elts", getattr(value, "keys", None))


def _zero(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and type(value.value) is int and value.value == 0


LIST = Collector(
    starts=lambda value: _empty(value, ast.List, "list"),
    element=lambda leaf, name: _is_call(leaf, name, "append"),
    build=lambda elements, clauses: ast.ListComp(elements[0], clauses),
    match=lambda value: ([value.elt], value.generators) if isinstance(value, ast.ListComp) else None,
    begin=lambda: ast.List([], ast.Load()),
    leaf=lambda name, elements: ast.Expr(method(load(name), "append", elements[0])),
    name="result",
)
SET = Collector(
    starts=lambda value: _empty(value, ast.Set, "set") and isinstance(value, ast.Call),
    element=lambda leaf, name: _is_call(leaf, name, "add"),
    build=lambda elements, clauses: ast.SetComp(elements[0], clauses),
    match=lambda value: ([value.elt], value.generators) if isinstance(value, ast.SetComp) else None,
    begin=lambda: call("set"),
    leaf=lambda name, elements: ast.Expr(method(load(name), "add", elements[0])),
    name="result",
)
DICT = Collector(
    starts=lambda value: _empty(value, ast.Dict, "dict"),
    element=_stored_item,
    build=lambda elements, clauses: ast.DictComp(elements[0], elements[1], clauses),
    match=lambda value: ([value.key, value.value], value.generators) if isinstance(value, ast.DictComp) else None,
    begin=lambda: ast.Dict([], []),
    leaf=lambda name, elements: ast.Assign([ast.Subscript(load(name), elements[0], ast.Store())], elements[1], lineno=0),
    name="result",
)
SUM = Collector(
    starts=_zero,
    element=added,
    build=lambda elements, clauses: call("sum", ast.GeneratorExp(elements[0], clauses)),
    match=lambda value: generator_of(value, "sum"),
    begin=lambda: ast.Constant(0),
    leaf=lambda name, elements: ast.AugAssign(store(name), ast.Add(), elements[0]),
    name="total",
)


def _joined(value: ast.expr) -> tuple[list[ast.expr], list[ast.comprehension]] | None:
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=""), attr="join"),
            args=[ast.GeneratorExp(elt=element, generators=clauses)],
            keywords=[],
        ):
            return [element], clauses
    return None


JOIN = Collector(
    starts=lambda value: isinstance(value, ast.Constant) and value.value == "",
    element=added,
    build=lambda elements, clauses: method(ast.Constant(""), "join", ast.GeneratorExp(elements[0], clauses)),
    match=_joined,
    begin=lambda: ast.Constant(""),
    leaf=lambda name, elements: ast.AugAssign(store(name), ast.Add(), elements[0]),
    name="text",
)
