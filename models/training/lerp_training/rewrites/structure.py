"""How the branches of a function are laid out."""

from __future__ import annotations

import ast

from .analysis import (
    SCOPES, blocks, call, count, elifs, fresh, leaves, load, negate, returns, rewrite_blocks, simple, start, store,
    walk,
)  # fmt: skip
from .base import Function, concept, inverse


@concept(
    "early-return",
    family="structure",
    description="a body that stands under one last if returns early instead",
    example="def f(a):\n    if a:\n        g(a)\n        h(a)",
    reverse=True,
    nodes=(ast.If,),
)
def early_return(function: Function) -> Function | None:
    sites = 0
    while True:
        last = function.body[-1]
        match last:
            case ast.If(test=test, body=[_, _, *_] as body, orelse=[]) if not any(_is_named(n) for n in walk(test)):
                if returns(body):
                    break
                function.body[-1:] = [ast.If(negate(test), [ast.Return(None)], []), *body]
                sites += 1
            case _:
                break
    return function if sites else None


def _is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.NamedExpr)


@inverse("early-return", nodes=(ast.If, ast.Return), text=(r"return\n",))
def early_return_back(function: Function) -> Function | None:
    body = function.body
    sites = 0
    for i in range(len(body) - 2, start(function) - 1, -1):
        match body[i]:
            case ast.If(test=test, body=[ast.Return(value=None)], orelse=[]) if len(body) - i > 2 and not returns(body[i + 1 :]):
                body[i:] = [ast.If(negate(test), body[i + 1 :], [])]
                sites += 1
    return function if sites else None


@concept(
    "no-else-return",
    family="structure",
    title="No else after return",
    description="the else of an if that always leaves is dropped",
    example="def f(a):\n    if a:\n        return 1\n    else:\n        g()\n        return 2",
    reverse=True,
    nodes=(ast.If,),
    text=(r"else:|elif ",),
)
def no_else_return(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result, changed, todo = [], False, list(block)
        while todo:
            statement = todo.pop(0)
            result.append(statement)
            if isinstance(statement, ast.If) and statement.orelse and leaves(statement.body):
                todo = statement.orelse + todo
                statement.orelse = []
                changed = True
        return result if changed else None

    inner = elifs(function)
    # An elif chain is taken apart from its first branch on; from the middle it would only be nested deeper.
    heads = [b for b in blocks(function) if not (len(b) == 1 and id(b[0]) in inner)]
    changed = False
    for block in heads:
        new = block_of(block)
        if new is not None:
            block[:] = new
            changed = True
    return function if changed else None


@inverse("no-else-return", nodes=(ast.If, ast.Return))
def else_after_return(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        for i in range(len(block) - 2, -1, -1):
            match block[i]:
                case ast.If(body=body, orelse=[]) as statement if returns(body) and returns(block[i + 1 :]):
                    statement.orelse = block[i + 1 :]
                    return block_of(block[: i + 1]) or block[: i + 1]
        return None

    return rewrite_blocks(function, block_of)


def merged(function: Function) -> Function | None:
    sites = 0
    for n in [n for n in walk(function) if isinstance(n, ast.If)]:
        while not n.orelse and len(n.body) == 1 and isinstance(n.body[0], ast.If) and not n.body[0].orelse:
            inner = n.body[0]
            n.test = ast.BoolOp(ast.And(), [*_operands(n.test), *_operands(inner.test)])
            n.body = inner.body
            sites += 1
    return function if sites else None


def _operands(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def split(function: Function) -> Function | None:
    sites = 0
    for n in [n for n in walk(function) if isinstance(n, ast.If)]:
        parts = _operands(n.test)
        if not n.orelse and len(parts) == 2:
            n.test, n.body = parts[0], [ast.If(parts[1], n.body, [])]
            sites += 1
    return function if sites else None


@concept(
    "merge-nested-if",
    family="structure",
    description="an if directly inside an if becomes one if with and",
    example="def f(a, b):\n    if a:\n        if b:\n            g()",
    reverse=True,
    nodes=(ast.If,),
    text=(r"if .*:\n *if ",),
)
def merge_nested_if(function: Function) -> Function | None:
    return merged(function)


@inverse("merge-nested-if", nodes=(ast.If, ast.BoolOp), text=(r"if .* and ",))
def merge_nested_if_back(function: Function) -> Function | None:
    return split(function)


@concept(
    "split-and-if",
    family="structure",
    description="an if with two conditions joined by and becomes two nested ifs",
    example="def f(a, b):\n    if a and b:\n        g()",
    nodes=(ast.If, ast.BoolOp),
    text=(r"if .* and ",),
)
def split_and_if(function: Function) -> Function | None:
    return split(function)


@concept(
    "positive-condition",
    family="structure",
    description="an if/else with a negated test is turned round",
    example="def f(a):\n    if not a:\n        g()\n    else:\n        h()",
    nodes=(ast.If,),
    text=(r"if .*(not |!=)", r"else:"),
)
def positive_condition(function: Function) -> Function | None:
    chained = elifs(function)
    sites = 0
    for n in [n for n in walk(function) if isinstance(n, ast.If)]:
        if id(n) in chained or not n.orelse or any(isinstance(s, ast.If) for s in n.orelse[:1] if len(n.orelse) == 1):
            continue
        match n.test:
            case ast.UnaryOp(op=ast.Not()) | ast.Compare(ops=[ast.NotEq() | ast.IsNot() | ast.NotIn()]):
                if len(n.body) == 1 and isinstance(n.body[0], ast.If):
                    continue
                n.test, n.body, n.orelse = negate(n.test), n.orelse, n.body
                sites += 1
    return function if sites else None


@concept(
    "extract-boolean",
    family="structure",
    title="Name a condition",
    description="the first compound condition of an if gets a name",
    example="def f(a, b):\n    if a.x > 1 and b:\n        g()",
    reverse=True,
    nodes=(ast.If, ast.BoolOp),
    text=(r"if .* (and|or) ",),
)
def extract_boolean(function: Function) -> Function | None:
    chained = elifs(function)
    for block in _in_order(function):
        for i, statement in enumerate(block):
            if isinstance(statement, ast.If) and isinstance(statement.test, ast.BoolOp) and id(statement) not in chained:
                if any(isinstance(n, ast.NamedExpr) for n in walk(statement.test)):
                    return None
                name = fresh(function, "condition")
                block.insert(i, ast.Assign([store(name)], statement.test, lineno=0))
                statement.test = load(name)
                return function
    return None


def _in_order(function: Function) -> list[list[ast.stmt]]:
    """Blocks in the order of the text."""
    found: list[list[ast.stmt]] = []

    def visit(node: ast.AST) -> None:
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            block = getattr(node, name, None)
            if not isinstance(block, list) or not block:
                continue
            if isinstance(block[0], ast.stmt):
                found.append(block)
            for child in block:
                visit(child)

    visit(function)
    # The first site by text is the one whose statement comes first, not whose block does.
    return sorted(found, key=lambda b: next((s.lineno for s in b if isinstance(s, ast.If) and isinstance(s.test, ast.BoolOp)), 10**9))


@concept(
    "return-condition",
    family="structure",
    title="Return the condition",
    description="an if that returns True and otherwise False returns the condition itself",
    example="def f(a):\n    if a > 1:\n        return True\n    return False",
    reverse=True,
    nodes=(ast.If, ast.Return),
    text=(r"return True", r"return False"),
)
def return_condition(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        for i, statement in enumerate(block):
            match statement, block[i + 1 :]:
                case ast.If(test=test, body=[ast.Return(value=ast.Constant(value=bool(a)))], orelse=orelse), rest:
                    if orelse and rest or len(rest or orelse) != 1:
                        continue
                    match (rest or orelse)[0]:
                        case ast.Return(value=ast.Constant(value=bool(b))) if a is not b:
                            return [*block[:i], ast.Return(_truth_value(test if a else negate(test)))]
        return None

    return rewrite_blocks(function, block_of)


def _truth_value(test: ast.expr) -> ast.expr:
    """The test as a bool: comparisons, negations and the usual predicates are one already."""
    return test if _is_bool(test) else call("bool", test)


def _is_bool(test: ast.expr) -> bool:
    match test:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass" | "hasattr" | "callable" | "any" | "all" | "bool")):
            return True
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith" | "exists" | "is_file" | "is_dir" | "isfile" | "isdir")):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_bool, values))
    return False


@inverse("return-condition", nodes=(ast.Return,), text=(r"return .*( in | is |==|!=|<|>|not |isinstance|hasattr|with\()",))
def return_condition_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        match block[-1]:
            case ast.Return(value=ast.expr() as test) if _is_bool(test) and not isinstance(test, ast.Constant):
                yes, no = ast.Return(ast.Constant(True)), ast.Return(ast.Constant(False))
                return [*block[:-1], ast.If(test, [yes], []), no]
        return None

    return rewrite_blocks(function, block_of)


@concept(
    "inline-return",
    family="structure",
    title="Return the value directly",
    description="a value that is named only to be returned is returned directly",
    example="def f(a):\n    result = g(a)\n    return result",
    reverse=True,
    nodes=(ast.Return,),
    text=(r"(\w+) = (.*\n)+? *return \1(\n|$)",),
)
def inline_return(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        if len(block) < 2:
            return None
        match block[-2], block[-1]:
            case ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Return(value=ast.Name(id=out)) if name == out:
                if not _shared(function, name) and not _captured(function, name):
                    return [*block[:-2], ast.Return(value)]
        return None

    return rewrite_blocks(function, block_of)


def _captured(function: Function, name: str) -> bool:
    """Whether a nested function, or a finally that still runs, may read the name."""
    inner = [n for n in walk(function) if isinstance(n, SCOPES) and n is not function]
    last = [s for n in walk(function) if isinstance(n, ast.Try) for s in n.finalbody]
    return count(inner, name) > 0 or count(last, name) > 0


def _shared(function: Function, name: str) -> bool:
    return any(isinstance(n, ast.Global | ast.Nonlocal) and name in n.names for n in walk(function))


@inverse("inline-return", nodes=(ast.Return,))
def named_return(function: Function) -> Function | None:
    match function.body[-1]:
        case ast.Return(value=ast.expr() as value) if not simple(value):
            name = fresh(function, "result")
            function.body[-1:] = [ast.Assign([store(name)], value, lineno=0), ast.Return(load(name))]
            return function
    return None
