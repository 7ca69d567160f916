"""Look-ups in mappings: get, setdefault, defaultdict."""

from __future__ import annotations

import ast

from .analysis import assigned, call, cheap, copy, load, method, place, replace, rewrite_blocks, same, simple, walk
from .base import Function, concept, inverse


def _lookup(mapping: ast.expr, key: ast.expr, otherwise: ast.expr) -> ast.expr:
    if isinstance(otherwise, ast.Constant) and otherwise.value is None:
        return method(mapping, "get", key)
    return method(mapping, "get", key, otherwise)


def _is_item(node: ast.AST, mapping: ast.expr, key: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and same(node.value, mapping) and same(node.slice, key)


def _contains(test: ast.expr, kind: type) -> tuple[ast.expr, ast.expr] | None:
    """(mapping, key) of ``key in mapping``, both safe to evaluate once more or once less."""
    match test:
        case ast.Compare(left=key, ops=[op], comparators=[mapping]) if isinstance(op, kind) and simple(key) and place(mapping):
            return mapping, key
    return None


@concept(
    "dict-get",
    family="idioms",
    title="dict.get()",
    description="a look-up with a test for the key (or a caught KeyError) becomes get()",
    example="def f(d, k):\n    return d[k] if k in d else 0",
    reverse=True,
    nodes=(ast.Subscript,),
    text=(r" in |except KeyError",),
)
def dict_get(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                for kind, there, otherwise in ((ast.In, body, orelse), (ast.NotIn, orelse, body)):
                    found = _contains(test, kind)
                    if found and _is_item(there, *found) and cheap(otherwise):
                        return _lookup(*found, otherwise)
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [_fetched(statement) or statement for statement in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    by_block = rewrite_blocks(function, block_of)
    by_expression = replace(function, site)
    return by_expression or by_block


def _fetched(statement: ast.stmt) -> ast.stmt | None:
    match statement:
        case ast.If(
            test=test, body=[ast.Assign(targets=[t1], value=v1)], orelse=[ast.Assign(targets=[t2], value=v2)]
        ) if same(t1, t2):
            for kind, there, otherwise in ((ast.In, v1, v2), (ast.NotIn, v2, v1)):
                found = _contains(test, kind)
                if found and _is_item(there, *found) and cheap(otherwise):
                    return ast.Assign([t1], _lookup(*found, otherwise), lineno=0)
        case ast.Try(
            body=[ast.Assign(targets=[t1], value=ast.Subscript(value=mapping, slice=key))],
            handlers=[ast.ExceptHandler(type=ast.Name(id="KeyError"), name=None, body=[ast.Assign(targets=[t2], value=otherwise)])],
            orelse=[],
            finalbody=[],
        ) if same(t1, t2) and place(mapping) and simple(key) and not isinstance(key, ast.Slice) and cheap(otherwise):
            return ast.Assign([t1], _lookup(mapping, key, otherwise), lineno=0)
    return None


@inverse("dict-get", text=(r"\.get\(",))
def dict_get_back(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Attribute(value=mapping, attr="get"), args=[key, *rest], keywords=[]) if len(rest) < 2:
                if not place(mapping) or not simple(key) or not all(map(cheap, rest)):
                    return None
                if not rest and not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    return None  # the get of something that is no mapping
                otherwise = rest[0] if rest else ast.Constant(None)
                item = ast.Subscript(copy(mapping), copy(key), ast.Load())
                return ast.IfExp(ast.Compare(key, [ast.In()], [mapping]), item, otherwise)
        return None

    return replace(function, site)


@concept(
    "setdefault",
    family="idioms",
    title="dict.setdefault()",
    description="a missing key that is filled before use becomes setdefault()",
    example="def f(d, k, x):\n    if k not in d:\n        d[k] = []\n    d[k].append(x)",
    reverse=True,
    nodes=(ast.If, ast.Subscript),
    text=(r" not in ",),
)
def setdefault(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        pending: ast.Call | None = None
        changed = False
        for statement in block:
            if pending is not None and _append_to(statement, pending):
                statement.value.func.value = pending  # type: ignore[attr-defined]
                result[-1] = statement
                pending = None
                continue
            pending = _filled(statement)
            changed = changed or pending is not None
            result.append(statement if pending is None else ast.Expr(pending))
        return result if changed else None

    return rewrite_blocks(function, block_of)


def _filled(statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.If(test=test, body=[ast.Assign(targets=[ast.Subscript() as target], value=value)], orelse=[]):
            found = _contains(test, ast.NotIn)
            if found and _is_item(target, *found) and cheap(value):
                return method(*found[:1], "setdefault", found[1], value)
    return None


def _append_to(statement: ast.stmt, pending: ast.Call) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Subscript() as item))):
            return _is_item(item, pending.func.value, pending.args[0])  # type: ignore[attr-defined]
    return False


@inverse("setdefault", text=(r"\.setdefault\(",))
def setdefault_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=attr))) if attr != "setdefault":
                    filled = _missing(inner)
                    if filled:
                        result.append(filled)
                        statement.value.func.value = ast.Subscript(  # type: ignore[attr-defined]
                            copy(inner.func.value), copy(inner.args[0]), ast.Load()  # type: ignore[attr-defined]
                        )
                    result.append(statement)
                case ast.Expr(value=ast.Call() as inner):
                    result.append(_missing(inner) or statement)
                case _:
                    result.append(statement)
        return result if len(result) != len(block) or any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _missing(node: ast.Call) -> ast.stmt | None:
    match node:
        case ast.Call(func=ast.Attribute(value=mapping, attr="setdefault"), args=[key, value], keywords=[]):
            if place(mapping) and simple(key) and cheap(value):
                test = ast.Compare(copy(key), [ast.NotIn()], [copy(mapping)])
                item = ast.Subscript(copy(mapping), copy(key), ast.Store())
                return ast.If(test, [ast.Assign([item], value, lineno=0)], [])
    return None


FACTORIES = {"[]": "list", "set()": "set", "{}": "dict", "list()": "list", "dict()": "dict"}


@concept(
    "defaultdict",
    family="idioms",
    description="a dict whose missing keys are filled by setdefault() becomes a defaultdict",
    example="def f(xs):\n    groups = {}\n    for x in xs:\n        groups.setdefault(x.kind, []).append(x)\n    return groups",
    changes_behaviour="reading a missing key of the result creates it",
    imports=("from collections import defaultdict",),
    reverse=True,
    text=(r"= (\{\}|dict\(\))\n", r"\.setdefault\("),
)
def defaultdict(function: Function) -> Function | None:
    starts = _local_dicts(function, lambda v: ast.unparse(v) in ("{}", "dict()"))
    sites = 0
    for name, start in starts.items():
        fills = [n for n in walk(function) if _fill_of(n, name)]
        kinds = {FACTORIES.get(ast.unparse(n.args[1])) for n in fills}  # type: ignore[attr-defined]
        if len(kinds) != 1 or None in kinds or _touched(function, name, fills):
            continue
        ids = {id(n) for n in fills}
        replace(
            function,
            lambda n: ast.Subscript(n.func.value, n.args[0], ast.Load()) if id(n) in ids else None,  # noqa: B023
        )
        start.value = call("defaultdict", load(kinds.pop()))  # type: ignore[arg-type]
        sites += 1
    return function if sites else None


def _local_dicts(function: Function, wanted) -> dict[str, ast.Assign | ast.AnnAssign]:
    found: dict[str, ast.Assign | ast.AnnAssign] = {}
    twice = set()
    for n in walk(function):
        pair = assigned(n) if isinstance(n, ast.stmt) else None
        if pair and pair[0] in found:
            twice.add(pair[0])
        elif pair and wanted(pair[1]) and isinstance(n, ast.Assign):
            found[pair[0]] = n
    return {name: start for name, start in found.items() if name not in twice}


def _fill_of(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="setdefault"), args=[_, _], keywords=[]):
            return owner == name
    return False


def _touched(function: Function, name: str, fills: list[ast.AST]) -> bool:
    """Whether a key is looked up or tested in another way, where a dict and a defaultdict differ."""
    inside = {id(m) for n in fills for m in walk(n)}
    for n in walk(function):
        match n:
            case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Load()) if owner == name and id(n) not in inside:
                return True
            case ast.Attribute(value=ast.Name(id=owner), attr="setdefault") if owner == name and id(n) not in inside:
                return True
    return False


@inverse("defaultdict", text=(r"= defaultdict\((list|set|dict)\)",))
def defaultdict_back(function: Function) -> Function | None:
    literal = {"list": "[]", "set": "set()", "dict": "{}"}
    starts = _local_dicts(function, lambda v: ast.unparse(v) in {f"defaultdict({k})" for k in literal})
    sites = 0
    for name, start in starts.items():
        kind = literal[start.value.args[0].id]  # type: ignore[union-attr]

        def site(n: ast.expr, name: str = name, kind: str = kind) -> ast.expr | None:
            match n:
                case ast.Subscript(value=ast.Name(id=owner), slice=key, ctx=ast.Load()) if owner == name:
                    return method(n.value, "setdefault", key, ast.parse(kind, mode="eval").body)
            return None

        if replace(function, site):
            start.value = ast.Dict([], [])
            sites += 1
    return function if sites else None


