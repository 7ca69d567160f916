"""Index loops, and what is written instead of them."""

from __future__ import annotations

import ast

from .analysis import (
    LOOPS, assign, assigned, bound, call, copy, count, fresh, leaks, load, own_of, place, rewrite_blocks, same, store, walk,
)  # fmt: skip
from .base import Function, concept, inverse


def index_loop(loop: ast.stmt) -> tuple[str, ast.expr] | None:
    """(index, sequence) of ``for index in range(len(sequence))``."""
    match loop:
        case ast.For(
            target=ast.Name(id=index),
            iter=ast.Call(
                func=ast.Name(id="range"),
                args=[ast.Call(func=ast.Name(id="len"), args=[sequence], keywords=[])],
                keywords=[],
            ),
        ) if place(sequence):
            return index, sequence
    return None


def range_len(sequence: ast.expr) -> ast.expr:
    return call("range", call("len", copy(sequence)))


def item_of(node: ast.AST, sequence: ast.expr, index: str) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Name(id=name), ctx=ast.Load()) if name == index:
            return same(value, sequence)
    return False


def subscript(sequence: ast.expr, index: str) -> ast.Subscript:
    return ast.Subscript(copy(sequence), load(index), ast.Load())


def steady(body: list[ast.stmt], sequence: ast.expr, index: str) -> bool:
    """The loop only reads items of the sequence and its length; the index is not written."""
    allowed = set()
    for statement in body:
        for n in walk(statement):
            if item_of(n, sequence, index):
                allowed.update(id(m) for m in walk(n))
            elif isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "len":
                allowed.update(id(m) for m in walk(n))
    for statement in body:
        for n in walk(statement):
            if id(n) in allowed:
                continue
            if isinstance(n, ast.Name | ast.Attribute) and same(n, sequence):
                return False
            if isinstance(n, ast.Name) and n.id == index and not isinstance(n.ctx, ast.Load):
                return False
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and count(sequence, n.id):
                return False
    return True


class _Item(ast.NodeTransformer):
    def __init__(self, sequence: ast.expr, index: str, item: str) -> None:
        self.sequence, self.index, self.item = sequence, index, item

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if item_of(node, self.sequence, self.index):
            return load(self.item)
        self.generic_visit(node)
        return node


def itemised(function: Function, loop: ast.For, index: str, sequence: ast.expr) -> ast.expr | None:
    """Rewrites the body to read an item instead of ``sequence[index]``; the target for the item, or None."""
    if leaks(function, loop, [index]) or not steady(loop.body, sequence, index):
        return None
    match loop.body[0]:
        case ast.Assign(targets=[target], value=value) if len(loop.body) > 1 and item_of(value, sequence, index):
            others = loop.body[1:]
            mine = bound(target)
            if mine is None or index in mine or set(mine) & {n.id for n in walk(sequence) if isinstance(n, ast.Name)}:
                return None
            if any(item_of(n, sequence, index) for s in others for n in walk(s)):
                return None
            loop.body = others
            return target
    if not any(item_of(n, sequence, index) for s in loop.body for n in walk(s)):
        return None
    target = store(fresh(function, "item"))
    loop.body = [_Item(sequence, index, "item").visit(s) for s in loop.body]
    return target


def used(body: list[ast.stmt], index: str, sequence: ast.expr) -> bool:
    """Whether the index is read for anything but an item of the sequence."""
    total = count(body, index)
    return total > sum(item_of(n, sequence, index) for s in body for n in walk(s))


@concept(
    "enumerate",
    family="idioms",
    description="a loop over indices (or with a counter) becomes enumerate()",
    example="def f(xs):\n    for i in range(len(xs)):\n        x = xs[i]\n        g(i, x)",
    changes_behaviour="the sequence may be any iterable; growing it while looping is seen",
    reverse=True,
    nodes=(ast.For,),
    text=(r"range\(len\(| = [01]\n(.*\n)+.* \+= 1(\n|$)",),
)
def enumerate_(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        changed = False
        for statement in block:
            before = result[-1] if result else None
            if isinstance(statement, ast.For) and _enumerated(function, statement):
                changed = True
            elif isinstance(statement, ast.For) and before is not None and _counted(function, before, statement):
                result.pop()
                changed = True
            result.append(statement)
        return result if changed else None

    return rewrite_blocks(function, block_of)


def _enumerated(function: Function, loop: ast.For) -> bool:
    found = index_loop(loop)
    if found is None or not used(loop.body, *found):
        return False
    target = itemised(function, loop, *found)
    if target is None:
        return False
    loop.target = ast.Tuple([store(found[0]), target], ast.Store())
    loop.iter = call("enumerate", found[1])
    return True


def _counted(function: Function, before: ast.stmt, loop: ast.For) -> bool:
    """``i = 0`` before the loop and ``i += 1`` at its end."""
    first = assigned(before)
    match loop.body[-1], first:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)), (counter, ast.Constant(value=begin)):
            if name != counter or type(begin) is not int or begin not in (0, 1) or len(loop.body) < 2:
                return False
            inner = loop.body[:-1]
            written = any(isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load) for s in inner for n in walk(s))
            if written or not count(inner, name) or leaks(function, loop, [name]) or count(loop.target, name) or count(loop.iter, name):
                return False
            if any(isinstance(n, ast.Continue) for n in _own_loop(inner)):
                return False
            if isinstance(before, ast.AnnAssign):
                return False
            loop.body = inner
            arguments = call("enumerate", loop.iter)
            if begin:
                arguments.keywords.append(ast.keyword("start", ast.Constant(begin)))
            loop.target = ast.Tuple([store(name), loop.target], ast.Store())
            loop.iter = arguments
            return True
    return False


def _own_loop(body: list[ast.stmt]):
    """The statements that belong to this loop and not to one inside it."""
    for statement in body:
        yield statement
        if not isinstance(statement, LOOPS):
            for name in ("body", "orelse", "finalbody"):
                yield from _own_loop(getattr(statement, name, []))
            for part in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                yield from _own_loop(part.body)


@inverse("enumerate", nodes=(ast.For, ast.Tuple), text=(r"in enumerate\(",))
def enumerate_back(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        match loop:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=index), target]),
                iter=ast.Call(func=ast.Name(id="enumerate"), args=[sequence], keywords=[]),
            ) if place(sequence) and count(loop.body, index):
                loop.target = store(index)
                loop.iter = range_len(sequence)
                loop.body = [ast.Assign([target], subscript(sequence, index), lineno=0), *loop.body]
                sites += 1
    return function if sites else None


@concept(
    "iterate-directly",
    family="idioms",
    description="a loop over indices that only reads items becomes a loop over the items",
    example="def f(xs):\n    for i in range(len(xs)):\n        g(xs[i])",
    nodes=(ast.For,),
    text=(r"range\(len\(",),
)
def iterate_directly(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        found = index_loop(loop)
        if found is None or used(loop.body, *found):
            continue
        target = itemised(function, loop, *found)
        if target is not None:
            loop.target, loop.iter = target, found[1]
            sites += 1
    return function if sites else None


@inverse("iterate-directly", nodes=(ast.For,))
def iterate_by_index(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        if not isinstance(loop.target, ast.Name) or not place(loop.iter):
            continue
        index = fresh(function, "i") if not sites else None
        if index is None:
            return None  # two loops would share one index
        loop.body = [assign(loop.target.id, subscript(loop.iter, index)), *loop.body]
        loop.target, loop.iter = store(index), range_len(loop.iter)
        sites += 1
    return function if sites else None


@concept(
    "zip",
    family="idioms",
    title="zip()",
    description="a loop over indices that reads several sequences side by side becomes zip()",
    example="def f(xs, ys):\n    for i in range(len(xs)):\n        x = xs[i]\n        y = ys[i]\n        g(x, y)",
    changes_behaviour="stops at the shortest sequence instead of failing",
    reverse=True,
    nodes=(ast.For,),
    text=(r"range\(len\(",),
)
def zip_(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        found = index_loop(loop)
        if found is None or leaks(function, loop, [found[0]]):
            continue
        index, first = found
        targets, sequences = [], []
        for statement in loop.body:
            match statement:
                case ast.Assign(targets=[target], value=ast.Subscript(value=sequence, slice=ast.Name(id=name))):
                    if name == index and place(sequence) and bound(target) and index not in (bound(target) or ()):
                        targets.append(target)
                        sequences.append(sequence)
                        continue
            break
        rest = loop.body[len(targets) :]
        if len(targets) < 2 or not rest or count(rest, index) or not same(sequences[0], first):
            continue
        if not all(steady(rest, sequence, index) for sequence in sequences):
            continue
        loop.target = ast.Tuple(targets, ast.Store())
        loop.iter = call("zip", *sequences)
        loop.body = rest
        sites += 1
    return function if sites else None


@inverse("zip", nodes=(ast.For, ast.Tuple), text=(r" in zip\(",))
def zip_back(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        match loop:
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Call(func=ast.Name(id="zip"), args=sequences, keywords=[])):
                if len(targets) != len(sequences) or len(targets) < 2 or not all(map(place, sequences)):
                    continue
                if sites or any(isinstance(t, ast.Starred) for t in targets):
                    return None
                index = fresh(function, "i")
                reads = [ast.Assign([t], subscript(s, index), lineno=0) for t, s in zip(targets, sequences)]
                loop.target, loop.iter, loop.body = store(index), range_len(sequences[0]), [*reads, *loop.body]
                sites += 1
    return function if sites else None


@concept(
    "dict-items",
    family="idioms",
    title="dict.items()",
    description="a loop over keys that looks each value up becomes a loop over items()",
    example="def f(d):\n    for k in d:\n        v = d[k]\n        g(k, v)",
    reverse=True,
    nodes=(ast.For, ast.Subscript),
)
def dict_items(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        match loop:
            case ast.For(
                target=ast.Name(id=key),
                iter=mapping,
                body=[ast.Assign(targets=[ast.Name(id=value)], value=ast.Subscript(value=owner, slice=ast.Name(id=name))), _, *_],
            ) if name == key and value != key and place(mapping) and same(owner, mapping):
                written = any(
                    isinstance(n, ast.Subscript) and not isinstance(n.ctx, ast.Load) and same(n.value, mapping) for n in own_of(loop.body)
                )
                if written or not count(loop.body[1:], key):
                    continue
                loop.target = ast.Tuple([store(key), store(value)], ast.Store())
                loop.iter = ast.Call(ast.Attribute(mapping, "items", ast.Load()), [], [])
                loop.body = loop.body[1:]
                sites += 1
    return function if sites else None


@inverse("dict-items", nodes=(ast.For, ast.Tuple), text=(r"\.items\(\):",))
def dict_items_back(function: Function) -> Function | None:
    sites = 0
    for loop in [n for n in walk(function) if isinstance(n, ast.For)]:
        match loop:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=key), ast.Name(id=value)]),
                iter=ast.Call(func=ast.Attribute(value=mapping, attr="items"), args=[], keywords=[]),
            ) if place(mapping) and key != value:
                loop.target, loop.iter = store(key), mapping
                loop.body = [assign(value, subscript(mapping, key)), *loop.body]
                sites += 1
    return function if sites else None


@concept(
    "dict-keys",
    family="idioms",
    title="Needless keys()",
    description="iteration and membership ask the dict itself, not its keys()",
    example="def f(d):\n    for k in d.keys():\n        g(k)",
    text=(r"\.keys\(\)",),
)
def dict_keys(function: Function) -> Function | None:
    def bare(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="keys"), args=[], keywords=[]):
                return value
        return None

    sites = 0
    for n in walk(function):
        if isinstance(n, ast.For | ast.comprehension) and bare(n.iter):
            n.iter = bare(n.iter)  # type: ignore[assignment]
            sites += 1
        elif isinstance(n, ast.Compare) and isinstance(n.ops[-1], ast.In | ast.NotIn) and bare(n.comparators[-1]):
            n.comparators[-1] = bare(n.comparators[-1])  # type: ignore[call-overload]
            sites += 1
    return function if sites else None
