"""Loops that decide, extend or yield: any() and all(), extend(), yield from, generator expressions."""

from __future__ import annotations

import ast

from .analysis import (
    assigned, call, count, fresh, is_generator, leaks, load, method, negate, pinned, replace, rewrite_blocks, store,
    walk,
)  # fmt: skip
from .base import Function, concept, inverse
from .collecting import LIST, chain, generator_of, movable, variables, written_out


def _verdict(statement: ast.stmt) -> bool | None:
    match statement:
        case ast.Return(value=ast.Constant(value=bool(value))):
            return value
    return None


@concept(
    "any-all",
    family="idioms",
    title="any() and all()",
    description="a loop that returns a truth value at the first hit becomes any() or all()",
    example="def f(xs):\n    for x in xs:\n        if x.ready:\n            return True\n    return False",
    reverse=True,
    nodes=(ast.For, ast.If, ast.Return),
    text=(r"return (True|False)\n", r"return (True|False)(\n|$)"),
)
def any_all(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        if len(block) < 2 or not isinstance(block[-2], ast.For):
            return None
        found, otherwise = chain(block[-2]), _verdict(block[-1])
        if found is None or otherwise is None or _verdict(found[1]) is not (not otherwise) or not found[0][-1].ifs:
            return None
        clauses = found[0]
        test = clauses[-1].ifs[-1]
        others = [t for c in clauses for t in c.ifs if t is not test]
        if not movable(function, block[-2], clauses, test, *others):
            return None
        clauses[-1].ifs.pop()
        value = call("all", ast.GeneratorExp(negate(test), clauses)) if otherwise else call("any", ast.GeneratorExp(test, clauses))
        return [*block[:-2], ast.Return(value)]

    return rewrite_blocks(function, block_of)


@inverse("any-all", nodes=(ast.GeneratorExp, ast.Return), text=(r"return (any|all)\(",))
def any_all_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        last = block[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            return None
        some, every = generator_of(last.value, "any"), generator_of(last.value, "all")
        elements, clauses = some or every or ([], [])
        if not clauses or not movable(function, last, clauses, *elements):
            return None
        clauses[-1].ifs.append(elements[0] if some else negate(elements[0]))
        loop = written_out(clauses, ast.Return(ast.Constant(bool(some))))
        return [*block[:-1], loop, ast.Return(ast.Constant(not some))]

    return rewrite_blocks(function, block_of)


FOLDS = ("any", "all", "sum", "min", "max", "tuple", "sorted", "frozenset")


def _fold(node: ast.expr, inner: type) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in FOLDS:
            return type(argument) is inner and not pinned(argument)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join"), args=[argument], keywords=[]):
            return type(argument) is inner and not pinned(argument)
    return False


@concept(
    "generator-expression",
    family="idioms",
    description="a list comprehension that is folded at once (any, sum, max, join, ...) becomes a generator expression",
    example="def f(xs):\n    return sum([x.size for x in xs])",
    changes_behaviour="any() and all() stop at the first hit, so the element is computed less often",
    reverse=True,
    nodes=(ast.ListComp, ast.Call),
    text=(r"\b(any|all|sum|min|max|tuple|sorted|frozenset|join)\(\[",),
)
def generator_expression(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not _fold(node, ast.ListComp):
            return None
        inner = node.args[0]  # type: ignore[attr-defined]
        node.args[0] = ast.GeneratorExp(inner.elt, inner.generators)  # type: ignore[attr-defined]
        return node

    return replace(function, site)


@inverse("generator-expression", nodes=(ast.GeneratorExp,))
def generator_expression_back(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not _fold(node, ast.GeneratorExp):
            return None
        inner = node.args[0]  # type: ignore[attr-defined]
        node.args[0] = ast.ListComp(inner.elt, inner.generators)  # type: ignore[attr-defined]
        return node

    return replace(function, site)


@concept(
    "list-extend",
    family="idioms",
    title="list.extend",
    description="a loop that appends to a list that is there already becomes extend()",
    example="def f(ys, xs):\n    for x in xs:\n        ys.append(g(x))",
    nodes=(ast.For,),
    text=(r"\.append\(",),
)
def list_extend(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result, before = [], None
        for statement in block:
            result.append(_extended(function, statement, before) or statement)
            before = statement
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _extended(function: Function, loop: ast.stmt, before: ast.stmt | None) -> ast.stmt | None:
    match chain(loop):
        case clauses, ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[element], keywords=[])):
            first = assigned(before) if before is not None else None
            if first and first[0] == name and LIST.starts(first[1]):
                return None  # a new list: that is list-comprehension
            mine = variables(clauses)
            if isinstance(element, ast.Starred) or count(loop, name) > 1 or mine is None or name in mine:
                return None
            if not movable(function, loop, clauses, element) or isinstance(loop, ast.If):
                return None
            match clauses, element:
                case [ast.comprehension(target=ast.Name(id=target), iter=iterable, ifs=[])], ast.Name(id=target2) if target == target2:
                    return ast.Expr(method(load(name), "extend", iterable))
            return ast.Expr(method(load(name), "extend", ast.GeneratorExp(element, clauses)))
    return None


@inverse("list-extend", nodes=(ast.Call,), text=(r"\.extend\(\(?.* for ",))
def list_extend_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [_appended(function, statement) or statement for statement in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _appended(function: Function, statement: ast.stmt) -> ast.stmt | None:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="extend"),
                args=[ast.GeneratorExp(elt=element, generators=clauses)],
                keywords=[],
            )
        ) if movable(function, statement, clauses, element):
            return written_out(clauses, ast.Expr(method(load(name), "append", element)))
    return None


@concept(
    "yield-from",
    family="idioms",
    description="a loop that only yields its variable becomes yield from",
    example="def f(xs):\n    for x in xs:\n        yield x",
    changes_behaviour="values and exceptions sent to the generator reach the inner one",
    reverse=True,
    nodes=(ast.For, ast.Yield),
)
def yield_from(function: Function) -> Function | None:
    if isinstance(function, ast.AsyncFunctionDef) or any(isinstance(n, ast.AsyncFunctionDef) for n in walk(function)):
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [_yielded(function, statement) or statement for statement in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _yielded(function: Function, loop: ast.stmt) -> ast.stmt | None:
    match loop:
        case ast.For(
            target=ast.Name(id=name), iter=iterable, body=[ast.Expr(value=ast.Yield(value=ast.Name(id=value)))], orelse=[]
        ) if name == value and not leaks(function, loop, [name]):
            return ast.Expr(ast.YieldFrom(iterable))
    return None


@inverse("yield-from", nodes=(ast.YieldFrom,))
def yield_from_back(function: Function) -> Function | None:
    if not is_generator(function):
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.Expr(value=ast.YieldFrom(value=iterable)):
                    item = fresh(function, "item")
                    loop = ast.For(store(item), iterable, [ast.Expr(ast.Yield(load(item)))], [], lineno=0)
                    result.append(loop)
                case _:
                    result.append(statement)
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)
