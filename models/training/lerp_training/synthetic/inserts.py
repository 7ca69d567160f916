"""Families that insert statements: one family for each place."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .draw import Draw
from .rules import Rule, code_rule, families, family, site_rule
from .trees import (
    FOR_LOOPS, LEAVES, LOOPS, WITHS, Code, Refusal, Site, clone, is_pure, is_string_statement, same, statements,
)  # fmt: skip

Context = dict[str, Any]
COMPOUND = (*LOOPS, *WITHS, ast.If, ast.Try)


@dataclass(frozen=True)
class Place:
    """Where to insert: `find` gives (block, anchor, before or after the anchor, what is known there)."""

    needs: tuple[str, ...]
    near: tuple[str, ...]
    holes: tuple[str, ...]
    find: Callable[[Code], list[tuple[list[ast.stmt], ast.stmt, bool, Context]]]


def parameters_of(code: Code) -> Context:
    names = code.parameters
    return {"param": names[0], "last": names[-1]} if names else {}


def _start(code: Code) -> list[Any]:
    body = code.fn.body
    rest = body[code.body_start :]
    return [(body, rest[0], True, {})] if rest else [(body, body[-1], False, {})]


def _end(code: Code) -> list[Any]:
    last = code.fn.body[-1]
    return [] if isinstance(last, LEAVES) or is_string_statement(last) else [(code.fn.body, last, False, {})]


def _after_first(code: Code) -> list[Any]:
    rest = code.fn.body[code.body_start :]
    return [(code.fn.body, rest[0], False, {})] if rest and not isinstance(rest[0], LEAVES) else []


def _target(node: ast.stmt) -> Context:
    """The assigned or looped-over variable, when it is a single plain one."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    found: Context = {"target": target} if target is not None and is_pure(target) else {}
    value = getattr(node, "value", None) or getattr(node, "iter", None) or getattr(node, "test", None)
    if value is not None and is_pure(value):
        found["value"] = value
    return found


def _about(kinds: tuple[type, ...], before: bool, test: Callable[[Any], bool] = lambda node: True) -> Any:
    def find(code: Code) -> list[Any]:
        return [(s.block, s.node, before, _target(s.node)) for s in code.sites(*kinds) if test(s.node)]

    return find


def _inside(kinds: tuple[type, ...], field: str, start: bool) -> Any:
    def find(code: Code) -> list[Any]:
        found = []
        for ref in code.find(*kinds):
            block = getattr(ref.node, field)
            if not block or (field == "orelse" and isinstance(ref.node, ast.If) and _is_elif(ref.node)):
                continue
            if start or not isinstance(block[-1], LEAVES):
                found.append((block, block[0 if start else -1], start, _target(ref.node)))
        return found

    return find


def _is_elif(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def _is_call(node: Any) -> bool:
    return isinstance(node.value, ast.Call)


def _returns_value(node: Any) -> bool:
    return node.value is not None


ASSIGN = (ast.Assign, ast.AugAssign, ast.AnnAssign)
HANDLER = (ast.ExceptHandler,)
PLACES: dict[str, Place] = {
    "insert-start": Place((), (), ("param", "last"), _start),
    "insert-end": Place((), ("Return",), ("param", "last"), _end),
    "insert-after-first": Place((), ("Return",), ("param", "last"), _after_first),
    "insert-before-return": Place(("Return",), ("Yield", "Assign"), ("param", "value", "value"), _about((ast.Return,), True)),
    "insert-before-value-return": Place(
        ("Returned",), ("Return",), ("param", "value", "value"), _about((ast.Return,), True, _returns_value)
    ),
    "insert-after-assign": Place(("Assign",), ("AugAssign", "Expr"), ("target",) * 3 + ("param",), _about(ASSIGN, False)),
    "insert-before-assign": Place(("Assign",), ("AugAssign", "Expr"), ("target", "value"), _about(ASSIGN, True)),
    "insert-after-augmented": Place(("AugAssign",), ("Assign",), ("target",), _about((ast.AugAssign,), False)),
    "insert-loop-start": Place(("For",), ("ListComp", "If"), ("target",) * 3 + ("value",), _inside(FOR_LOOPS, "body", True)),
    "insert-loop-end": Place(("For",), ("ListComp", "If"), ("target",) * 3 + ("value",), _inside(FOR_LOOPS, "body", False)),
    "insert-while-start": Place(("While",), ("For",), ("value",), _inside((ast.While,), "body", True)),
    "insert-if-start": Place(("If",), ("IfExp", "For"), ("value", "param"), _inside((ast.If,), "body", True)),
    "insert-if-end": Place(("If",), ("IfExp", "For"), ("value", "param"), _inside((ast.If,), "body", False)),
    "insert-else-start": Place(("If.orelse",), ("If",), ("value", "param"), _inside((ast.If,), "orelse", True)),
    "insert-handler-start": Place(("Try",), ("With",), ("param",), _inside(HANDLER, "body", True)),
    "insert-handler-end": Place(("Try",), ("With",), ("param",), _inside(HANDLER, "body", False)),
    "insert-try-start": Place(("Try",), ("With",), ("param",), _inside((ast.Try,), "body", True)),
    "insert-with-start": Place(("With",), ("Try",), ("param",), _inside(WITHS, "body", True)),
    "insert-before-raise": Place(("Raise",), ("Assert",), ("param",), _about((ast.Raise,), True)),
    "insert-before-if": Place(("If",), ("IfExp", "While"), ("value", "param"), _about((ast.If,), True)),
    "insert-after-if": Place(("If",), ("IfExp", "While"), ("value", "param"), _about((ast.If,), False)),
    "insert-before-loop": Place(("For",), ("While", "ListComp"), ("value", "param"), _about(FOR_LOOPS, True)),
    "insert-after-loop": Place(("For",), ("While", "ListComp"), ("value", "param"), _about(FOR_LOOPS, False)),
    "insert-before-call": Place(("Expr", "Call"), ("Assign",), ("param",), _about((ast.Expr,), True, _is_call)),
    "insert-after-call": Place(("Expr", "Call"), ("Assign",), ("param",), _about((ast.Expr,), False, _is_call)),
    "insert-before-with": Place(("With",), ("Try", "For"), ("param",), _about(WITHS, True)),
}  # fmt: skip


@families(list(PLACES))
def insert(d: Draw, name: str) -> Rule:
    place = PLACES[name]
    text = d.statement(place.holes)
    if d.chance(0.15):
        text += "\n" + d.statement(place.holes)
    wanted = {hole for hole in place.holes if f"__{hole}__" in text}

    def find(code: Code) -> list[Any]:
        outer = parameters_of(code)
        found = [(b, a, before, {**outer, **known}) for b, a, before, known in place.find(code)]
        return [site for site in found if wanted <= set(site[3])]

    def edit(code: Code, site: Any) -> None:
        block, anchor, before, known = site
        at = next(i for i, node in enumerate(block) if node is anchor)
        new = statements(text, **{hole: _copied(known[hole]) for hole in wanted})
        if any(same(new[0], old) for old in block[max(0, at - 1) : at + 2]):
            raise Refusal
        at = at if before else at + 1
        block[at:at] = new

    needs = place.needs + (("Parameter",) if wanted & {"param", "last"} else ())
    return site_rule(name, text, find, edit, needs=needs, near=place.near, which=d.which())


def _copied(value: Any) -> Any:
    return value if isinstance(value, str) else clone(value)


@family("insert-start-and-end")
def insert_start_and_end(d: Draw, name: str) -> Rule:
    """One statement at the start, another before every return (or at the end)."""
    first, last = d.statement(("param",)), d.statement(("param",))

    def run(code: Code) -> bool:
        known = parameters_of(code)
        if not known and "__param__" in first + last:
            return False
        ends = _about((ast.Return,), True)(code) or _end(code)
        if not ends or len(code.fn.body) == code.body_start:
            return False
        for block, anchor, before, _ in ends:
            at = next(i for i, node in enumerate(block) if node is anchor) + (not before)
            block[at:at] = statements(last, **known)
        code.fn.body[code.body_start : code.body_start] = statements(first, **known)
        return True

    return code_rule(name, f"{first} / {last}", run)


@family("insert-around-statement")
def insert_around_statement(d: Draw, name: str) -> Rule:
    """One statement before and one after every statement of a kind."""
    kind = d.of((ast.Assign, ast.AugAssign, ast.For, ast.With, ast.If, ast.Try, ast.While))
    first, last = d.statement(), d.statement()

    def edit(code: Code, site: Site) -> None:
        site.put(statements(first) + [site.node] + statements(last))

    return site_rule(
        name, f"{kind.__name__}: {first} / {last}", lambda code: code.sites(kind), edit,
        needs=(kind.__name__,), near=("Assign", "If"), which=d.which(),
    )  # fmt: skip


@family("insert-after-call-of")
def insert_after_call_of(d: Draw, name: str) -> Rule:
    """A statement beside every statement that calls one function or method, with the call's receiver at hand."""
    role = d.of(("function", "method"))
    called, before = d.existing(role), d.chance(0.4)
    holes = ("receiver", "receiver") if role == "method" else ("argument", "argument")
    text = d.statement(holes)

    def known(node: ast.Call) -> Context:
        found: Context = {}
        if isinstance(node.func, ast.Attribute) and is_pure(node.func.value):
            found["receiver"] = node.func.value
        if node.args and is_pure(node.args[0]):
            found["argument"] = node.args[0]
        return found

    wanted = {hole for hole in holes if f"__{hole}__" in text}

    def find(code: Code) -> list[Site]:
        kind = ast.Attribute if role == "method" else ast.Name
        return [
            s
            for s in code.sites(ast.Expr, ast.Assign, ast.Return)
            if isinstance(s.node.value, ast.Call)
            and isinstance(s.node.value.func, kind)
            and called == getattr(s.node.value.func, "attr" if role == "method" else "id")
            and wanted <= set(known(s.node.value))
            and (before or not isinstance(s.node, ast.Return))
        ]

    def edit(code: Code, site: Site) -> None:
        context = known(site.node.value)
        new = statements(text, **{hole: clone(context[hole]) for hole in wanted})
        site.put(new + [site.node] if before else [site.node] + new)

    return site_rule(
        name, f"{role} {called} {before}: {text}", find, edit,
        needs=(f"{role}:{called}",), near=(f"{role}:{called}", "Call"), which=d.which(),
    )  # fmt: skip


@family("insert-between-statements")
def insert_between(d: Draw, name: str) -> Rule:
    """A statement between each two neighbours of the function's own body."""
    text = d.statement()

    def run(code: Code) -> bool:
        body = code.fn.body[code.body_start :]
        if not 2 <= len(body) <= 6 or any(isinstance(node, LEAVES) for node in body[:-1]):
            return False
        spaced = [body[0]]
        for node in body[1:]:
            spaced += statements(text) + [node]
        code.fn.body[code.body_start :] = spaced
        return True

    return code_rule(name, text, run, needs=("TwoStatements",), near=("Return",))


@family("insert-scope")
def insert_scope(d: Draw, name: str) -> Rule:
    """`global`, `nonlocal` or an import as the first statement."""
    keyword = d.of(("global", "nonlocal", "import", "from"))
    names = ", ".join(d.name() for _ in range(d.of((1, 1, 2))))
    text = f"from {d.dotted().removeprefix('self.')} import {names}" if keyword == "from" else f"{keyword} {names}"
    only = d.narrowed(("", "Return", "For", "If", "With", "Try", "Assign"))

    def run(code: Code) -> bool:
        if only and not any(type(ref.node).__name__ == only for ref in code.refs):
            return False
        code.fn.body[code.body_start : code.body_start] = statements(text)
        return True

    return code_rule(name, f"{text} {only}", run, needs=(only,) if only else (), near=("Expr",))


@family("insert-docstring")
def insert_docstring(d: Draw, name: str) -> Rule:
    text = d.string()

    def run(code: Code) -> bool:
        if code.body_start:
            return False
        code.fn.body[:0] = statements(text)
        return True

    return code_rule(name, text, run, near=("Docstring",))


@family("duplicate-statement")
def duplicate_statement(d: Draw, name: str) -> Rule:
    kind = d.of((ast.AugAssign, ast.Assert, ast.Raise, ast.Expr, ast.Assign, ast.Delete, ast.Return, ast.Continue))

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(kind) if not is_string_statement(s.node)]

    def edit(code: Code, site: Site) -> None:
        site.put([site.node, clone(site.node)])

    return site_rule(
        name, kind.__name__, find, edit, needs=(kind.__name__,), near=("Expr", "Assign"), which=d.which()
    )


