"""Loops that collect become comprehensions, and the way back."""

from __future__ import annotations

import ast

from .base import Function, concept, inverse
from .collecting import DICT, JOIN, LIST, SET, SUM


@concept(
    "list-comprehension",
    family="idioms",
    description="a loop that appends to a new list becomes a list comprehension",
    example="def f(xs):\n    ys = []\n    for x in xs:\n        if x:\n            ys.append(g(x))\n    return ys",
    reverse=True,
    nodes=(ast.For,),
    text=(r"\.append\(", r"= (\[\]|list\(\))"),
)
def list_comprehension(function: Function) -> Function | None:
    return LIST.collect(function)


@inverse("list-comprehension", nodes=(ast.ListComp,))
def list_comprehension_back(function: Function) -> Function | None:
    return LIST.write_out(function)


@concept(
    "set-comprehension",
    family="idioms",
    description="a loop that adds to a new set becomes a set comprehension",
    example="def f(xs):\n    seen = set()\n    for x in xs:\n        seen.add(x.name)\n    return len(seen)",
    reverse=True,
    nodes=(ast.For,),
    text=(r"\.add\(", r"= set\(\)"),
)
def set_comprehension(function: Function) -> Function | None:
    return SET.collect(function)


@inverse("set-comprehension", nodes=(ast.SetComp,))
def set_comprehension_back(function: Function) -> Function | None:
    return SET.write_out(function)


@concept(
    "dict-comprehension",
    family="idioms",
    description="a loop that fills a new dict becomes a dict comprehension",
    example="def f(xs):\n    sizes = {}\n    for x in xs:\n        sizes[x] = len(x)\n    return sizes",
    changes_behaviour="the key is computed before the value",
    reverse=True,
    nodes=(ast.For, ast.Subscript),
    text=(r"= (\{\}|dict\(\))", r"\] = "),
)
def dict_comprehension(function: Function) -> Function | None:
    return DICT.collect(function)


@inverse("dict-comprehension", nodes=(ast.DictComp,))
def dict_comprehension_back(function: Function) -> Function | None:
    return DICT.write_out(function)


@concept(
    "sum-loop",
    family="idioms",
    title="Sum of a generator",
    description="a loop that adds up numbers becomes sum()",
    example="def f(xs):\n    total = 0\n    for x in xs:\n        total += x.size\n    return total",
    reverse=True,
    nodes=(ast.For,),
    text=(r" = 0\n",),
)
def sum_loop(function: Function) -> Function | None:
    return SUM.collect(function)


@inverse("sum-loop", nodes=(ast.GeneratorExp,), text=(r"\bsum\(",))
def sum_loop_back(function: Function) -> Function | None:
    return SUM.write_out(function)


@concept(
    "str-join",
    family="idioms",
    title="str.join",
    description="a loop that grows a string becomes ''.join()",
    example="def f(xs):\n    text = ''\n    for x in xs:\n        text += str(x)\n    return text",
    reverse=True,
    nodes=(ast.For,),
    text=(r" = ''\n",),
)
def str_join(function: Function) -> Function | None:
    return JOIN.collect(function)


@inverse("str-join", nodes=(ast.Call,), text=(r"''\.join\(",))
def str_join_back(function: Function) -> Function | None:
    return JOIN.write_out(function)
