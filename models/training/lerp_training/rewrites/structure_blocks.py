"""Loops, handlers and small definitions: else branches, causes, assertions, named lambdas."""

from __future__ import annotations

import ast

from .analysis import assigned, blocks, call, count, fresh, load, negate, own_of, rewrite_blocks, same, store, walk
from .base import Function, concept, inverse


@concept(
    "for-else",
    family="structure",
    description="a flag that says whether a loop broke off becomes the else of the loop",
    example="def f(xs):\n    found = False\n    for x in xs:\n        if x:\n            found = True\n            break\n    if not found:\n        g()",
    reverse=True,
    nodes=(ast.For, ast.Break),
    text=(r" = (True|False)\n",),
)
def for_else(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        for i in range(len(block) - 2):
            new = _flagged(function, *block[i : i + 3])
            if new is not None:
                return [*block[:i], new, *block[i + 3 :]]
        return None

    return rewrite_blocks(function, block_of)


def _flagged(function: Function, first: ast.stmt, loop: ast.stmt, test: ast.stmt) -> ast.stmt | None:
    pair = assigned(first)
    match pair, loop, test:
        case (name, ast.Constant(value=bool(before))), ast.For(orelse=[]) | ast.While(orelse=[]), ast.If(test=asked, orelse=[]):
            wanted = negate(load(name)) if not before else load(name)
            if not same(asked, wanted):
                return None
            breaks = [b for b in blocks(loop) if b and isinstance(b[-1], ast.Break)]
            sets = [b for b in breaks if len(b) > 1 and _sets(b[-2], name, not before)]
            inner = [n for s in loop.body for n in walk(s) if isinstance(n, ast.For | ast.While | ast.AsyncFor)]
            if not sets or len(sets) != len(breaks) or inner or count(function, name) != 2 + len(sets):
                return None
            if len(breaks) != sum(isinstance(n, ast.Break) for n in walk(loop)):
                return None
            for block in sets:
                del block[-2]
            loop.orelse = test.body
            return loop
    return None


def _sets(statement: ast.stmt, name: str, value: bool) -> bool:
    pair = assigned(statement)
    return pair is not None and pair[0] == name and isinstance(pair[1], ast.Constant) and pair[1].value is value


@inverse("for-else", nodes=(ast.Break,), text=(r"else:",))
def for_flag(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        for i, loop in enumerate(block):
            if not isinstance(loop, ast.For | ast.While) or not loop.orelse:
                continue
            if any(isinstance(n, ast.For | ast.While | ast.AsyncFor) for s in loop.body for n in walk(s)):
                return None
            name = fresh(function, "found")
            ends = [b for b in blocks(loop) if isinstance(b[-1], ast.Break)]
            if not ends:
                return None
            for b in ends:
                b.insert(len(b) - 1, ast.Assign([store(name)], ast.Constant(True), lineno=0))
            test = ast.If(ast.UnaryOp(ast.Not(), load(name)), loop.orelse, [])
            loop.orelse = []
            return [*block[:i], ast.Assign([store(name)], ast.Constant(False), lineno=0), loop, test, *block[i + 1 :]]
        return None

    return rewrite_blocks(function, block_of)


@concept(
    "try-else",
    family="structure",
    description="only the first statement of a try stays guarded, the rest moves to its else",
    example="def f(a):\n    try:\n        x = g(a)\n        h(x)\n    except KeyError:\n        return None",
    changes_behaviour="exceptions of the moved statements are no longer caught",
    reverse=True,
    nodes=(ast.Try, ast.ExceptHandler),
)
def try_else(function: Function) -> Function | None:
    sites = 0
    for n in walk(function):
        if isinstance(n, ast.Try) and n.handlers and not n.orelse and len(n.body) > 1:
            n.body, n.orelse = n.body[:1], n.body[1:]
            sites += 1
    return function if sites else None


@inverse("try-else", nodes=(ast.Try, ast.ExceptHandler), text=(r"else:",))
def try_else_back(function: Function) -> Function | None:
    sites = 0
    for n in walk(function):
        if isinstance(n, ast.Try) and n.orelse:
            n.body, n.orelse = [*n.body, *n.orelse], []
            sites += 1
    return function if sites else None


@concept(
    "raise-from",
    family="cross-cutting",
    title="raise from",
    description="an exception raised in a handler names its cause",
    example="def f(a):\n    try:\n        return g(a)\n    except KeyError as e:\n        raise ValueError(a)",
    reverse=True,
    nodes=(ast.ExceptHandler, ast.Raise),
)
def raise_from(function: Function) -> Function | None:
    sites = 0
    for handler in [n for n in walk(function) if isinstance(n, ast.ExceptHandler)]:
        raises = [n for n in own_of(handler.body) if isinstance(n, ast.Raise) and n.cause is None and _new_error(n, handler.name)]
        if not raises or any(isinstance(n, ast.Try) for n in own_of(handler.body)):
            continue
        if handler.type is None:
            continue
        if handler.name is None:
            handler.name = fresh(function, "error")
        for n in raises:
            n.cause = load(handler.name)
        sites += 1
    return function if sites else None


def _new_error(node: ast.Raise, name: str | None) -> bool:
    match node.exc:
        case ast.Call(func=ast.Name() | ast.Attribute()):
            return True
        case ast.Name(id=raised):
            return raised != name and raised[:1].isupper()
    return False


@inverse("raise-from", nodes=(ast.ExceptHandler, ast.Raise), text=(r"raise .* from \w+",))
def raise_without_cause(function: Function) -> Function | None:
    sites = 0
    for handler in [n for n in walk(function) if isinstance(n, ast.ExceptHandler) and n.name]:
        for n in own_of(handler.body):
            match n:
                case ast.Raise(cause=ast.Name(id=name)) if name == handler.name:
                    n.cause = None
                    sites += 1
        if handler.name == "error" and not count(handler.body, "error"):
            handler.name = None
    return function if sites else None


@concept(
    "assert-to-raise",
    family="structure",
    title="raise instead of assert",
    description="an assert becomes an if that raises AssertionError",
    example="def f(a):\n    assert a, 'no'\n    return a",
    changes_behaviour="checked under python -O too",
    reverse=True,
    nodes=(ast.Assert,),
)
def assert_to_raise(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt:
        match statement:
            case ast.Assert(test=test, msg=message):
                error = call("AssertionError", message) if message else load("AssertionError")
                return ast.If(negate(test), [ast.Raise(error, None)], [])
        return statement

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        return [site(s) for s in block] if any(isinstance(s, ast.Assert) for s in block) else None

    return rewrite_blocks(function, block_of)


@inverse("assert-to-raise", nodes=(ast.If, ast.Raise), text=(r"raise AssertionError",))
def raise_to_assert(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt:
        match statement:
            case ast.If(test=test, body=[ast.Raise(exc=error, cause=None)], orelse=[]):
                match error:
                    case ast.Name(id="AssertionError"):
                        return ast.Assert(negate(test), None)
                    case ast.Call(func=ast.Name(id="AssertionError"), args=[message], keywords=[]) if not isinstance(message, ast.Starred):
                        return ast.Assert(negate(test), message)
        return statement

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


@concept(
    "bare-except",
    family="structure",
    title="except Exception",
    description="a bare except catches Exception only",
    example="def f(a):\n    try:\n        return g(a)\n    except:\n        return None",
    changes_behaviour="KeyboardInterrupt and SystemExit are no longer caught",
    reverse=True,
    nodes=(ast.ExceptHandler,),
    text=(r"except:",),
)
def bare_except(function: Function) -> Function | None:
    sites = 0
    for n in walk(function):
        if isinstance(n, ast.ExceptHandler) and n.type is None:
            n.type = load("Exception")
            sites += 1
    return function if sites else None


@inverse("bare-except", nodes=(ast.ExceptHandler,), text=(r"except Exception:",))
def except_all(function: Function) -> Function | None:
    sites = 0
    for n in walk(function):
        if isinstance(n, ast.Try) and isinstance(n.handlers[-1:], list) and n.handlers:
            last = n.handlers[-1]
            if isinstance(last.type, ast.Name) and last.type.id == "Exception" and last.name is None:
                last.type = None
                sites += 1
    return function if sites else None


@concept(
    "lambda-to-def",
    family="structure",
    title="def instead of a named lambda",
    description="a lambda that is given a name becomes a def",
    example="def f(a):\n    g = lambda x: x + a\n    return g",
    reverse=True,
    nodes=(ast.Lambda,),
    text=(r"\w+ = lambda",),
)
def lambda_to_def(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=args, body=body)) if not _yields(body):
                return ast.FunctionDef(name, args, [ast.Return(body)], [], None, lineno=0)
        return statement

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _yields(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Yield | ast.YieldFrom | ast.NamedExpr) for n in walk(node))


@inverse("lambda-to-def", nodes=(ast.FunctionDef, ast.Return), text=(r"\n +def \w+\(.*\):\n +return ",))
def def_to_lambda(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt:
        match statement:
            case ast.FunctionDef(name=name, args=args, body=[ast.Return(value=ast.expr() as body)], decorator_list=[], returns=None):
                if not any(a.annotation for a in [*args.posonlyargs, *args.args, *args.kwonlyargs]) and not _yields(body):
                    if not (args.vararg and args.vararg.annotation or args.kwarg and args.kwarg.annotation):
                        return ast.Assign([store(name)], ast.Lambda(args, body), lineno=0)
        return statement

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)
