"""Displays instead of calls and sums."""

from __future__ import annotations

import ast

from .analysis import call, load, one_argument, pinned, place, replace, rewrite_blocks, store
from .base import Function, concept, inverse


EMPTY = {"dict": "{}", "list": "[]", "tuple": "()"}


@concept(
    "literal-call",
    family="idioms",
    title="Empty literals",
    description="dict(), list() and tuple() without arguments become literals",
    example="def f():\n    d = dict()\n    return d",
    reverse=True,
    text=(r"\b(dict|list|tuple)\(\)",),
)
def literal_call(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in EMPTY:
                return ast.parse(EMPTY[name], mode="eval").body
        return None

    return replace(function, site)


@inverse("literal-call", text=(r"\{\}|\[\]|\(\)",))
def call_of_literal(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Dict(keys=[]):
                return call("dict")
            case ast.List(elts=[], ctx=ast.Load()):
                return call("list")
            case ast.Tuple(elts=[], ctx=ast.Load()):
                return call("tuple")
        return None

    return replace(function, site)


@concept(
    "set-literal",
    family="idioms",
    description="set() of a list or tuple display becomes a set display",
    example="def f(a, b):\n    return set([a, b])",
    reverse=True,
    text=(r"\bset\([\[(]",),
)
def set_literal(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match one_argument(node, "set"):
            case ast.List(elts=[_, *_] as parts) | ast.Tuple(elts=[_, *_] as parts):
                return ast.Set(parts)
        return None

    return replace(function, site)


@inverse("set-literal", nodes=(ast.Set,))
def set_call(function: Function) -> Function | None:
    return replace(function, lambda n: call("set", ast.List(n.elts, ast.Load())) if isinstance(n, ast.Set) else None)


@concept(
    "star-unpacking",
    family="idioms",
    description="a display added to a sequence, and a head split off a list, become unpackings",
    example="def f(a, xs):\n    return g([a] + xs)",
    changes_behaviour="any iterable is accepted, and a list comes out",
    reverse=True,
    text=(r"[\])] \+ | \+ [\[(]|\[0\]\n.*\[1:\]",),
)
def star_unpacking(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.BinOp(left=ast.List(elts=[_, *_] as parts), op=ast.Add(), right=right) if _whole(right):
                return ast.List([*parts, ast.Starred(right, ast.Load())], ast.Load())
            case ast.BinOp(left=left, op=ast.Add(), right=ast.List(elts=[_, *_] as parts)) if _whole(left):
                return ast.List([ast.Starred(left, ast.Load()), *parts], ast.Load())
            case ast.BinOp(left=ast.Tuple(elts=[_, *_] as parts), op=ast.Add(), right=right) if _whole(right):
                return ast.Tuple([*parts, ast.Starred(right, ast.Load())], ast.Load())
            case ast.BinOp(left=left, op=ast.Add(), right=ast.Tuple(elts=[_, *_] as parts)) if _whole(left):
                return ast.Tuple([ast.Starred(left, ast.Load()), *parts], ast.Load())
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            split = _head_and_tail(result[-1], statement) if result else None
            if split:
                result.pop()
            result.append(split or statement)
        return result if len(result) < len(block) else None

    by_block = rewrite_blocks(function, block_of)
    return replace(function, site) or by_block


def _whole(node: ast.expr) -> bool:
    """What stands beside the display: a name, a call or an attribute, itself no sum and no display."""
    return place(node) or isinstance(node, ast.Call) and not pinned(node)


def _head_and_tail(first: ast.stmt, second: ast.stmt) -> ast.stmt | None:
    match first, second:
        case (
            ast.Assign(targets=[ast.Name(id=head)], value=ast.Subscript(value=ast.Name(id=xs), slice=ast.Constant(value=0))),
            ast.Assign(
                targets=[ast.Name(id=tail)],
                value=ast.Subscript(
                    value=ast.Name(id=ys), slice=ast.Slice(lower=ast.Constant(value=1), upper=None, step=None)
                ),
            ),
        ) if xs == ys and head != xs and head != tail:
            target = ast.Tuple([store(head), ast.Starred(store(tail), ast.Store())], ast.Store())
            return ast.Assign([target], load(xs), lineno=0)
    return None


@inverse("star-unpacking", nodes=(ast.Starred,), text=(r"[\[(]\*|, \*",))
def star_packing(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.List | ast.Tuple) or not isinstance(node.ctx, ast.Load) or len(node.elts) < 2:
            return None
        if sum(isinstance(e, ast.Starred) for e in node.elts) != 1:
            return None
        match node.elts:
            case [*rest, ast.Starred(value=value)] if _whole(value):
                return ast.BinOp(type(node)(rest, ast.Load()), ast.Add(), value)
            case [ast.Starred(value=value), *rest] if _whole(value):
                return ast.BinOp(value, ast.Add(), type(node)(rest, ast.Load()))
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.Assign(
                    targets=[ast.Tuple(elts=[ast.Name(id=head), ast.Starred(value=ast.Name(id=tail))])], value=ast.Name(id=xs)
                ) if head != xs:
                    index, rest = ast.Constant(0), ast.Slice(ast.Constant(1))
                    result.append(ast.Assign([store(head)], ast.Subscript(load(xs), index, ast.Load()), lineno=0))
                    result.append(ast.Assign([store(tail)], ast.Subscript(load(xs), rest, ast.Load()), lineno=0))
                case _:
                    result.append(statement)
        return result if len(result) > len(block) else None

    by_block = rewrite_blocks(function, block_of)
    return replace(function, site) or by_block
