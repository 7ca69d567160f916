"""How a value gets its name: conditional expressions, exchanges, assignment expressions."""

from __future__ import annotations

import ast

from .analysis import (
    assigned, call, copy, count, elifs, fresh, load, negate, pinned, replace, rewrite_blocks, same, simple, store,
    walk,
)  # fmt: skip
from .base import Function, concept, inverse


@concept(
    "ternary",
    family="idioms",
    title="Conditional expression",
    description="an if/else that returns or assigns one of two values becomes a conditional expression",
    example="def f(a, b):\n    if a:\n        c = b\n    else:\n        c = 0\n    return c",
    reverse=True,
    nodes=(ast.If,),
    text=(r"else:",),
)
def ternary(function: Function) -> Function | None:
    chained = elifs(function)

    def site(statement: ast.stmt) -> ast.stmt | None:
        if id(statement) in chained:
            return None
        match statement:
            case ast.If(
                test=test, body=[ast.Return(value=ast.expr() as a)], orelse=[ast.Return(value=ast.expr() as b)]
            ) if not _conditional(a, b, test):
                return ast.Return(ast.IfExp(test, a, b))
            case ast.If(test=test, body=[ast.Assign(targets=[t1], value=a)], orelse=[ast.Assign(targets=[t2], value=b)]):
                if same(t1, t2) and not _conditional(a, b, test) and (simple(t1) or isinstance(t1, ast.Tuple)):
                    return ast.Assign([t1], ast.IfExp(test, a, b), lineno=0)
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _conditional(*nodes: ast.expr) -> bool:
    if any(isinstance(n, ast.Constant) and isinstance(n.value, bool) for n in nodes[:2]):
        return True  # a truth value: that is return-condition
    return any(isinstance(n, ast.IfExp | ast.Yield | ast.YieldFrom | ast.NamedExpr) for node in nodes for n in walk(node))


@inverse("ternary", nodes=(ast.IfExp,))
def ternary_back(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt | None:
        match statement:
            case ast.Return(value=ast.IfExp(test=test, body=a, orelse=b)):
                return ast.If(test, [ast.Return(a)], [ast.Return(b)])
            case ast.Assign(targets=[target], value=ast.IfExp(test=test, body=a, orelse=b)) if simple(target):
                other = ast.parse(f"{ast.unparse(target)} = 0").body[0].targets[0]  # type: ignore[attr-defined]
                return ast.If(test, [ast.Assign([target], a, lineno=0)], [ast.Assign([other], b, lineno=0)])
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


@concept(
    "min-max",
    family="idioms",
    title="min() and max()",
    description="a conditional expression that picks the smaller or larger of two values becomes min() or max()",
    example="def f(a, b):\n    return a if a > b else b",
    changes_behaviour="of two equal values the other one may come back",
    reverse=True,
    nodes=(ast.Compare,),
    text=(r" if .*[<>]",),
)
def min_max(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                larger, smaller = isinstance(op, ast.Gt | ast.GtE), isinstance(op, ast.Lt | ast.LtE)
                if not (larger or smaller) or not simple(left) or not simple(right) or same(left, right):
                    return None
                if same(body, left) and same(orelse, right):
                    return call("max" if larger else "min", left, right)
                if same(body, right) and same(orelse, left):
                    return call("min" if larger else "max", left, right)
        return None

    return replace(function, site)


@inverse("min-max", text=(r"\b(min|max)\(",))
def min_max_back(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=[a, b], keywords=[]) if simple(a) and simple(b) and not same(a, b):
                op = ast.Lt() if name == "min" else ast.Gt()
                return ast.IfExp(ast.Compare(a, [op], [b]), copy(a), copy(b))
        return None

    return replace(function, site)


@concept(
    "swap",
    family="idioms",
    title="Tuple swap",
    description="two values exchanged through a third name are exchanged at once",
    example="def f(a, b):\n    tmp = a\n    a = b\n    b = tmp\n    return a, b",
    reverse=True,
    text=(r" = (.*)\n *\1 = ",),
)
def swap(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = list(block)
        for i in range(len(block) - 2, 0, -1):
            match result[i - 1 : i + 2]:
                case [
                    ast.Assign(targets=[ast.Name(id=tmp)], value=a1),
                    ast.Assign(targets=[a2], value=b1),
                    ast.Assign(targets=[b2], value=ast.Name(id=back)),
                ] if tmp == back and same(a1, a2) and same(b1, b2) and simple(a1) and simple(b1) and count(function, tmp) == 2:
                    pair = ast.Tuple([a2, b2], ast.Store())
                    result[i - 1 : i + 2] = [ast.Assign([pair], ast.Tuple([b1, a1], ast.Load()), lineno=0)]
        return result if len(result) < len(block) else None

    return rewrite_blocks(function, block_of)


@inverse("swap", nodes=(ast.Tuple,), text=(r"(.*), (.*) = \(?\2, ",))
def swap_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.Assign(targets=[ast.Tuple(elts=[a, b])], value=ast.Tuple(elts=[c, d])) if same(a, d) and same(b, c):
                    if simple(a) and simple(b):
                        tmp = fresh(function, "tmp")
                        if any(len(r.targets) == 1 and ast.unparse(r.targets[0]) == tmp for r in result if isinstance(r, ast.Assign)):
                            return None
                        result += [
                            assign_to(store(tmp), d),
                            assign_to(a, c),
                            assign_to(b, load(tmp)),
                        ]
                        continue
            result.append(statement)
        return result if len(result) > len(block) else None

    return rewrite_blocks(function, block_of)


def assign_to(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.Assign([target], value, lineno=0)


@concept(
    "augmented-assignment",
    family="idioms",
    description="a = a + b becomes a += b",
    example="def f(a, b):\n    a = a + b\n    return a",
    changes_behaviour="a list or array is changed in place",
    reverse=True,
    nodes=(ast.BinOp,),
    text=(r"([\w.\]]+) = \1",),
)
def augmented_assignment(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt | None:
        match statement:
            case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=op, right=right)):
                if simple(target) and not isinstance(target, ast.Tuple) and same(target, left):
                    return ast.AugAssign(target, op, right)
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


@inverse("augmented-assignment", nodes=(ast.AugAssign,))
def augmented_assignment_back(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt | None:
        match statement:
            case ast.AugAssign(target=target, op=op, value=value) if simple(target):
                return ast.Assign([target], ast.BinOp(copy(target), op, value), lineno=0)
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


@concept(
    "walrus",
    family="idioms",
    title="Assignment expression",
    description="a value that is assigned and then tested is assigned inside the test",
    example="def f(a):\n    m = g(a)\n    if m:\n        return m.x",
    reverse=True,
    nodes=(ast.If,),
    text=(r"( *)(\w+) = .*\n\1if (not )?\2\b|while True:",),
)
def walrus(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        changed = False
        for statement in block:
            before = result[-1] if result else None
            if isinstance(statement, ast.If) and isinstance(before, ast.Assign) and _named(before, statement):
                result.pop()
                changed = True
            result.append(statement)
        return result if changed else None

    loops = [n for n in walk(function) if isinstance(n, ast.While) and _named_loop(n)]
    return rewrite_blocks(function, block_of) or (function if loops else None)


def _named(before: ast.Assign, statement: ast.If) -> bool:
    pair = assigned(before)
    if pair is None or pinned(pair[1]) or isinstance(pair[1], ast.Constant | ast.Lambda):
        return False
    name, value = pair
    new = ast.NamedExpr(store(name), value)
    match statement.test:
        case ast.Name(id=tested) if tested == name:
            statement.test = new
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested)) if tested == name:
            statement.test.operand = new  # type: ignore[attr-defined]
        case ast.Compare(left=ast.Name(id=tested), ops=[_], comparators=[right]) if tested == name and not count(right, name):
            statement.test.left = new  # type: ignore[attr-defined]
        case _:
            return False
    return True


def _named_loop(loop: ast.While) -> bool:
    match loop:
        case ast.While(
            test=ast.Constant(value=True),
            body=[ast.Assign(targets=[ast.Name(id=name)], value=value), ast.If(test=test, body=[ast.Break()], orelse=[]), _, *_],
            orelse=[],
        ) if not pinned(value):
            match test:
                case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested)) if tested == name:
                    loop.test = ast.NamedExpr(store(name), value)
                case ast.Compare(left=ast.Name(id=tested), ops=[ast.Is() | ast.Eq()], comparators=[right]) if tested == name:
                    if count(right, name):
                        return False
                    loop.test = negate(test)
                    loop.test.left = ast.NamedExpr(store(name), value)  # type: ignore[attr-defined]
                case _:
                    return False
            loop.body = loop.body[2:]
            return True
    return False


@inverse("walrus", nodes=(ast.NamedExpr,))
def walrus_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        changed = False
        for statement in block:
            if isinstance(statement, ast.If) and id(statement) not in chained:
                first = _unnamed(statement)
                if first:
                    result.append(first)
                    changed = True
            elif isinstance(statement, ast.While) and not statement.orelse:
                first = _unnamed(statement)
                if first:
                    leave = ast.If(negate(statement.test), [ast.Break()], [])
                    statement.body = [first, leave, *statement.body]
                    statement.test = ast.Constant(True)
                    changed = True
            result.append(statement)
        return result if changed else None

    chained = elifs(function)
    return rewrite_blocks(function, block_of)


def _unnamed(statement: ast.If | ast.While) -> ast.stmt | None:
    match statement.test:
        case ast.NamedExpr(target=target, value=value):
            statement.test = load(target.id)
        case ast.UnaryOp(op=ast.Not(), operand=ast.NamedExpr(target=target, value=value)):
            statement.test.operand = load(target.id)  # type: ignore[attr-defined]
        case ast.Compare(left=ast.NamedExpr(target=target, value=value), ops=[_]):
            statement.test.left = load(target.id)  # type: ignore[attr-defined]
        case _:
            return None
    return ast.Assign([target], value, lineno=0)
