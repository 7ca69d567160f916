"""Sorting: key functions and sorted copies."""

from __future__ import annotations

import ast

from .analysis import assigned, call, count, load, names, one_argument, place, replace, rewrite_blocks
from .base import Function, concept, inverse


@concept(
    "sorted-key",
    family="idioms",
    title="Key functions",
    description="a lambda that only calls a function or takes an item becomes that function or itemgetter()",
    example="def f(xs):\n    return sorted(xs, key=lambda x: x[1])",
    imports=("from operator import itemgetter",),
    brings=("itemgetter",),
    reverse=True,
    nodes=(ast.Lambda,),
    text=(r"\b(sorted|sort|min|max)\(.*key=lambda",),
)
def sorted_key(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not _sorts(node):
            return None
        changed = False
        for keyword in node.keywords:  # type: ignore[attr-defined]
            match keyword.value if keyword.arg == "key" else None:
                case ast.Lambda(
                    args=ast.arguments(posonlyargs=[], args=[arg], defaults=[], kwonlyargs=[], vararg=None, kwarg=None), body=body
                ):
                    new = _key_function(arg.arg, body)
                    if new is not None:
                        keyword.value = new
                        changed = True
        return node if changed else None

    return replace(function, site)


def _sorts(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="sorted" | "min" | "max") | ast.Attribute(attr="sort")):
            return True
    return False


def _key_function(parameter: str, body: ast.expr) -> ast.expr | None:
    match body:
        case ast.Call(func=function, args=[ast.Name(id=name)], keywords=[]) if name == parameter and place(function):
            return None if parameter in names(function) else function
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant() | ast.UnaryOp(operand=ast.Constant()) as index):
            if name != parameter:
                return None
            return call("itemgetter", index)
    return None


@inverse("sorted-key", text=(r"\b(sorted|sort|min|max)\(.*key=",))
def sorted_lambda(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not _sorts(node):
            return None
        changed = False
        for keyword in node.keywords:  # type: ignore[attr-defined]
            if keyword.arg != "key":
                continue
            match keyword.value:
                case ast.Call(func=ast.Name(id="itemgetter"), args=[index], keywords=[]) if not isinstance(index, ast.Starred):
                    body: ast.expr = ast.Subscript(load("x"), index, ast.Load())
                case ast.Name() | ast.Attribute() if place(keyword.value) and not count(keyword.value, "x"):
                    body = call(keyword.value, load("x"))
                case _:
                    continue
            keyword.value = ast.Lambda(ast.arguments([], [ast.arg("x")], None, [], [], None, []), body)
            changed = True
        return node if changed else None

    return replace(function, site)


@concept(
    "sorted-copy",
    family="idioms",
    title="sorted()",
    description="a copy that is sorted at once becomes sorted()",
    example="def f(xs):\n    ys = list(xs)\n    ys.sort()\n    return ys",
    reverse=True,
    text=(r" = list\(", r"\.sort\("),
)
def sorted_copy(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            first = assigned(result[-1]) if result else None
            match statement, first:
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="sort"), args=[], keywords=keys)), (x, value):
                    inner = one_argument(value, "list")
                    if name == x and inner is not None and not any(count(k, name) for k in keys):
                        result[-1].value = ast.Call(load("sorted"), [inner], keys)  # type: ignore[attr-defined]
                        continue
            result.append(statement)
        return result if len(result) < len(block) else None

    return rewrite_blocks(function, block_of)


@inverse("sorted-copy", text=(r" = sorted\(",))
def sorted_in_place(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            result.append(statement)
            match assigned(statement):
                case name, ast.Call(func=ast.Name(id="sorted"), args=[inner], keywords=keys) if not any(count(k, name) for k in keys):
                    statement.value = call("list", inner)  # type: ignore[attr-defined]
                    result.append(ast.Expr(ast.Call(ast.Attribute(load(name), "sort", ast.Load()), [], keys)))
        return result if len(result) > len(block) else None

    return rewrite_blocks(function, block_of)
