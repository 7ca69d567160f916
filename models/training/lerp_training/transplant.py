"""More functions for rare concepts: the statements that an edit touched, set among the statements of other functions.

A concept with 60 pairs in the corpus is learned by heart. What it looks like is real; where it stands, and with which names, need
not be. Only the text is made here: whether a concept applies to it, and what comes out, its own rewrite says as of any function.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Iterator

from .rewrites.analysis import SCOPES, own_of, returns, start, walk
from .rewrites.written import written

LONGEST = 700  # characters of a snippet
KNOWN = frozenset(dir(builtins)) | {"os", "logger", "logging", "re", "np", "Path"}
UNMOVABLE = (*SCOPES, ast.Global, ast.Nonlocal, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Await, ast.Import, ast.ImportFrom)
HEADS = (ast.For, ast.While, ast.If, ast.With, ast.Try)
BLOCKS = ("body", "orelse", "finalbody")


def touched(before: str, after: str) -> str | None:
    """The statements of `before` that an edit changes, where they stand together and may stand elsewhere.

    >>> touched("def f(a):\\n    if a:\\n        x = g(x)\\n    return x", "def f(a):\\n    if a:\\n        y = g(x)\\n    return x")
    'x = g(x)'
    """
    one, other = ast.parse(before).body[0].body, ast.parse(after).body[0].body  # type: ignore[attr-defined]
    while True:
        same = [[ast.dump(s) for s in block] for block in (one, other)]
        head = 0
        while head < min(map(len, same)) and same[0][head] == same[1][head]:
            head += 1
        tail = 0
        while tail < min(map(len, same)) - head and same[0][-1 - tail] == same[1][-1 - tail]:
            tail += 1
        one, other = one[head : len(one) - tail], other[head : len(other) - tail]
        inner = _inner(one[0], other[0]) if len(one) == len(other) == 1 else None
        if inner is None:
            break
        one, other = inner
    if not one or any(_leaves(s) for s in one):
        return None
    text = "\n".join(map(ast.unparse, one))
    return text if len(text) <= LONGEST else None


def _inner(one: ast.stmt, other: ast.stmt) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """The one block in which two compound statements differ."""
    if type(one) is not type(other) or not isinstance(one, HEADS):
        return None
    differing = [name for name in one._fields if _text(getattr(one, name)) != _text(getattr(other, name))]
    if len(differing) != 1 or differing[0] not in BLOCKS:
        return None
    return getattr(one, differing[0]), getattr(other, differing[0])


def _text(value: object) -> str:
    return "".join(ast.dump(v) if isinstance(v, ast.AST) else repr(v) for v in (value if isinstance(value, list) else [value]))


def _leaves(statement: ast.stmt) -> bool:
    """Belongs to the loop or the function where it stands. What it has inside of it (a break of its own loop) is its own."""
    loops = [n for n in walk(statement) if isinstance(n, ast.For | ast.While)]
    inside = {id(n) for loop in loops for n in walk(loop)}
    for n in walk(statement):
        if isinstance(n, ast.Break | ast.Continue) and id(n) in inside:
            continue
        if isinstance(n, UNMOVABLE) and not isinstance(n, ast.Lambda):
            return True
    return False


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]):
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        node.name = self.names.get(node.name or "", node.name)
        self.generic_visit(node)
        return node


def _stored(*nodes: ast.AST) -> list[str]:
    return list(dict.fromkeys(n.id for node in nodes for n in walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)))


def planted(snippet: str, host: str, names: list[str], draw: random.Random) -> str | None:
    """`host` with the snippet in it: what it reads are names of the host, what it binds keeps its name, gets one of `names` or
    is a name of the host too."""
    function = ast.parse(host).body[0]
    block = ast.parse(snippet).body
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    first = start(function)
    blocks = [(function.body, first)]
    blocks += [(n.body, 0) for n in own_of(function.body) if isinstance(n, ast.If | ast.For | ast.With)]
    body, least = draw.choice(blocks) if draw.random() < 0.4 else blocks[0]
    ends = any(isinstance(n, ast.Return) for s in block for n in walk(s))
    at = draw.randint(least, len(body))
    if at == len(body) and returns(body):
        at = max(at - 1, least)  # nothing stands behind a return
    arguments = function.args
    mine = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    mine += [name for name in _stored(*body[least:at]) if name not in mine]
    if not mine:
        return None
    everything = {n.id for n in walk(function) if isinstance(n, ast.Name)} | {a.arg for a in walk(function) if isinstance(a, ast.arg)}
    mapping: dict[str, str] = {}
    binds = _stored(*block) + [n.name for s in block for n in walk(s) if isinstance(n, ast.ExceptHandler) and n.name]
    called = {n.func.id for s in block for n in walk(s) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    free = [name for name in draw.sample(names, min(len(names), 40)) if name not in everything]
    reads = [n.id for s in block for n in walk(s) if isinstance(n, ast.Name)]
    given = draw.sample(mine, len(mine))
    for name in dict.fromkeys(reads + binds):
        if name in KNOWN or name in called:
            continue
        kept = name in binds and name not in everything and draw.random() < 0.3
        if kept or name == "self" and name in mine:
            continue
        pool = free if name in binds and draw.random() < 0.6 else given
        if not pool:
            return None
        mapping[name] = pool.pop()
    if len(set(mapping.values())) < len(mapping):
        return None
    body[at : len(body) if ends else at] = [_Rename(mapping).visit(s) for s in block]
    try:
        text = written(ast.fix_missing_locations(function))
        compile(text, "<function>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None
    return text


def sources(snippets: list[str], hosts: list[tuple[str, str]], draw: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """(package, function) for as many tries; hosts are (package, function) too."""
    names = sorted({name for _, host in hosts[:400] for name in _stored(*ast.parse(host).body) if name.isascii() and not name.startswith("_")})
    for _ in range(count if snippets and hosts else 0):
        package, host = draw.choice(hosts)
        made = planted(draw.choice(snippets), host, names, draw)
        if made is not None:
            yield package, made
