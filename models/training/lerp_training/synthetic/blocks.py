"""Families that remove statements, put them into a compound one, or take the compound one off."""

from __future__ import annotations

import ast
from typing import Any

from .draw import Draw
from .rules import Rule, code_rule, families, site_rule
from .trees import (
    FOR_LOOPS, FUNCTIONS, LOOPS, WITHS, Code, Site, is_string_statement, name_of, statements,
)  # fmt: skip

KINDS: dict[str, tuple[type, ...]] = {
    "Expr": (ast.Expr,), "Raise": (ast.Raise,), "Assert": (ast.Assert,), "Return": (ast.Return,), "If": (ast.If,),
    "For": FOR_LOOPS, "While": (ast.While,), "Assign": (ast.Assign,), "AugAssign": (ast.AugAssign,), "Try": (ast.Try,),
    "With": WITHS, "Import": (ast.Import, ast.ImportFrom), "Delete": (ast.Delete,), "Continue": (ast.Continue,),
    "Break": (ast.Break,), "AnnAssign": (ast.AnnAssign,), "Pass": (ast.Pass,), "Global": (ast.Global, ast.Nonlocal),
    "FunctionDef": FUNCTIONS,
}  # fmt: skip
SIMPLE = ("Expr", "Raise", "Assert", "Return", "Assign", "AugAssign", "Delete", "AnnAssign")


def places(d: Draw) -> tuple[str, Any]:
    """Where in the function: most often anywhere."""
    tests: dict[str, Any] = {
        "anywhere": lambda code, s: True,
        "in a loop": lambda code, s: isinstance(s.owner, LOOPS) and s.field == "body",
        "in an if": lambda code, s: isinstance(s.owner, ast.If),
        "at the top": lambda code, s: s.owner is code.fn,
        "alone": lambda code, s: len(s.block) == 1,
        "last in its block": lambda code, s: len(s.block) > 1 and s.block[-1] is s.node,
        "first in its block": lambda code, s: len(s.block) > 1 and s.block[0] is s.node,
    }
    name = d.of(("anywhere",) * 24 + tuple(tests))
    return name, tests[name]


def plain(code: Code, kind: str) -> list[Site]:
    return [s for s in code.sites(*KINDS[kind]) if not is_string_statement(s.node)]


@families(["remove-simple", "remove-compound", "replace-simple", "replace-compound", "remove-calls-of", "remove-assigned"])
def remove(d: Draw, name: str) -> Rule:
    """Statements of a kind go, or become `pass` or another statement."""
    compound = name.endswith("compound")
    where, test = places(d)
    kind = d.of(("If", "For", "While", "Try", "With", "FunctionDef", "If", "For") if compound else SIMPLE + ("Import", "Continue",
                "Break", "Pass", "Global"))  # fmt: skip
    needs: tuple[str, ...] = (kind,)
    wanted = ""
    if name == "remove-calls-of":
        kind, role = "Expr", d.of(("function", "method"))
        wanted = d.existing(role)
        needs = ("Expr", f"{role}:{wanted}")
    elif name == "remove-assigned":
        kind, wanted = "Assign", d.existing("name")
        needs = ("Assign", f"name:{wanted}")
    new = d.of(("pass", "...", d.statement(), d.call(), d.exit())) if name.startswith("replace") else ""

    def find(code: Code) -> list[Site]:
        found = [s for s in plain(code, kind) if test(code, s)]
        if name == "remove-calls-of":
            return [s for s in found if isinstance(s.node.value, ast.Call) and name_of(s.node.value.func) == wanted]
        return [s for s in found if name_of(s.node.targets[0]) == wanted] if name == "remove-assigned" else found

    return site_rule(
        name, f"{kind} {wanted} {where}: {new}", find, lambda code, s: s.put(statements(new)),
        needs=needs, near=(kind, "Expr"), which=d.which(), reverse=False,
    )  # fmt: skip


@families(["remove-first-statement", "remove-last-statement", "remove-all-but-last", "remove-docstring", "keep-first-statement",
           "body-to-pass"])  # fmt: skip
def remove_at(d: Draw, name: str) -> Rule:
    only = d.narrowed(("any", "Expr", "Assign", "If", "Return", "For", "Raise", "AugAssign", "Try", "With"))
    new = d.of(("", "", d.statement(), d.exit()))

    def run(code: Code) -> bool:
        start = code.body_start
        body = code.fn.body[start:]
        if name == "remove-docstring":
            del code.fn.body[:start]
            code.fn.body = code.fn.body or [ast.Pass()]
            return bool(start) and (only == "any" or any(type(n).__name__ == only for n in body))
        node = body[0] if body and name != "remove-last-statement" else code.fn.body[-1]
        if len(body) < 2 or (only != "any" and type(node).__name__ != only):
            return False
        put = statements(new)
        cut = {
            "remove-first-statement": put + body[1:],
            "remove-last-statement": body[:-1] + put,
            "remove-all-but-last": put + body[-1:],
            "keep-first-statement": body[:1] + put,
        }.get(name, statements(new or "pass"))
        code.fn.body[start:] = cut
        return True

    said = new if name != "remove-docstring" else ""
    need = "Docstring" if name == "remove-docstring" else "TwoStatements"
    return code_rule(name, f"{only}: {said}", run, needs=(need,) + ((only,) if only != "any" else ()), near=("Return",), reverse=False)


def around(d: Draw) -> str:
    """A compound statement around `__body__`."""
    return d.of(
        (
            f"with {d.call()}:\n    __body__",
            f"with {d.dotted()}:\n    __body__",
            f"with {d.call()} as {d.name()}:\n    __body__",
            f"with {d.call()}, {d.call()}:\n    __body__",
            f"if {d.condition()}:\n    __body__",
            f"if {d.condition()}:\n    __body__\nelse:\n    {d.call()}",
            f"for {d.name()} in {d.value()}:\n    __body__",
            f"while {d.of((d.condition(), 'True'))}:\n    __body__",
            f"try:\n    __body__\nexcept {d.exception()}:\n    {d.of(('pass', d.exit(), d.call()))}",
            f"try:\n    __body__\nexcept {d.exception()} as {d.of(('e', 'exc', 'err', d.name()))}:\n    {d.call()}\n    raise",
            f"try:\n    __body__\nfinally:\n    {d.call()}",
            f"try:\n    __body__\nexcept ({d.exception()}, {d.exception()}):\n    {d.of((d.call(), d.exit()))}",
            f"{d.statement()}\ntry:\n    __body__\nfinally:\n    {d.call()}",
            f"async with {d.call()}:\n    __body__",
            f"if {d.condition()}:\n    {d.exit()}\nelse:\n    __body__",
        )
    )


@families(["wrap-body", "wrap-tail", "wrap-head", "wrap-last"])
def wrap_body(d: Draw, name: str) -> Rule:
    """The whole body, or all but its first or last statement, or only the last."""
    text = around(d)
    only = d.narrowed(("any",) + ("Return", "Assign", "If", "Expr", "For", "Raise"))

    def run(code: Code) -> bool:
        start = code.body_start
        body = code.fn.body[start:]
        if not body or (name != "wrap-body" and len(body) < 2):
            return False
        if only != "any" and type(body[-1]).__name__ != only:
            return False
        first, last = {"wrap-body": (0, 0), "wrap-tail": (1, 0), "wrap-head": (0, 1)}.get(name, (len(body) - 1, 0))
        kept = body[len(body) - last :] if last else []
        inner = body[first : len(body) - last]
        code.fn.body[start:] = body[:first] + statements(text, body=inner) + kept
        return True

    needs = ("TwoStatements",) if name != "wrap-body" else ()
    return code_rule(name, f"{only}: {text}", run, needs=needs + ((only,) if only != "any" else ()), near=("Return", "Expr"))


@families(["wrap-simple-statement", "wrap-compound-statement", "wrap-statement-calling", "wrap-statement-run"])
def wrap_statement(d: Draw, name: str) -> Rule:
    """Each statement of a kind (or each with the one after it) into a compound one."""
    text = around(d)
    where, test = places(d)
    kind = d.of(("If", "For", "While", "Try", "With") if name == "wrap-compound-statement" else SIMPLE)
    called = d.existing("method") if name == "wrap-statement-calling" else ""
    kind = "Expr" if called else kind

    def find(code: Code) -> list[Site]:
        found = [s for s in plain(code, kind) if test(code, s)]
        if called:
            found = [s for s in found if isinstance(s.node.value, ast.Call) and name_of(s.node.value.func) == called]
        if name == "wrap-statement-run":
            found = [s for s in found if s.node is not s.block[-1] and type(s.block[s.position() + 1]) is not type(s.node)]
        return found

    def edit(code: Code, site: Site) -> None:
        if name == "wrap-statement-run":
            at = site.position()
            site.block[at : at + 2] = statements(text, body=site.block[at : at + 2])
        else:
            site.put(statements(text, body=[site.node]))

    needs = (f"method:{called}", "Expr") if called else (kind,)
    return site_rule(
        name, f"{kind} {called} {where}: {text}", find, edit, needs=needs, near=(kind, "Assign", "Expr"), which=d.which()
    )


@families(["wrap-loop-body", "wrap-if-body", "wrap-else-body", "wrap-try-body", "wrap-with-body", "wrap-handler-body"])
def wrap_inner(d: Draw, name: str) -> Rule:
    """The body of every loop, if, ..."""
    text = around(d)
    kinds, field, need = {
        "wrap-loop-body": (FOR_LOOPS, "body", "For"),
        "wrap-if-body": ((ast.If,), "body", "If"),
        "wrap-else-body": ((ast.If,), "orelse", "If.orelse"),
        "wrap-try-body": ((ast.Try,), "body", "Try"),
        "wrap-with-body": (WITHS, "body", "With"),
        "wrap-handler-body": ((ast.ExceptHandler,), "body", "ExceptHandler"),
    }[name]
    single = d.narrowed(("any", "one", "many"))

    def find(code: Code) -> list[Any]:
        found = [r.node for r in code.find(*kinds) if getattr(r.node, field)]
        if field == "orelse":
            found = [n for n in found if not isinstance(n.orelse[0], ast.If)]
        return [n for n in found if single == "any" or (len(getattr(n, field)) == 1) == (single == "one")]

    def edit(code: Code, node: Any) -> None:
        setattr(node, field, statements(text, body=getattr(node, field)))

    return site_rule(
        name, f"{single}: {text}", find, edit, needs=(need,), near=("If", "For", "With", "Try"), which=d.which()
    )


@families(["unwrap-if", "unwrap-try", "unwrap-with", "unwrap-loop", "unwrap-else"])
def unwrap_block(d: Draw, name: str) -> Rule:
    """A compound statement becomes its body (an if with an else: its else)."""
    kinds, need = {
        "unwrap-if": ((ast.If,), "If"), "unwrap-try": ((ast.Try,), "Try"), "unwrap-with": (WITHS, "With"),
        "unwrap-loop": (LOOPS, "For"), "unwrap-else": ((ast.If,), "If.orelse"),
    }[name]  # fmt: skip
    where, test = places(d)
    before = d.of(("", "", "", d.statement()))

    def find(code: Code) -> list[Site]:
        found = [s for s in code.sites(*kinds) if test(code, s)]
        if name == "unwrap-else":
            return [s for s in found if s.node.orelse and not isinstance(s.node.orelse[0], ast.If)]
        return [s for s in found if not (s.field == "orelse" and isinstance(s.owner, ast.If) and name == "unwrap-if")]

    def edit(code: Code, site: Site) -> None:
        site.put(statements(before) + (site.node.orelse if name == "unwrap-else" else site.node.body))

    return site_rule(
        name, f"{where} {before}", find, edit, needs=(need,), near=(need, "Return"), which=d.which(), reverse=False
    )


@families(["function-to-inner", "body-to-lambda-call"])
def inner_function(d: Draw, name: str) -> Rule:
    """The body moves into a nested function that is then called."""
    inner, where = d.name(), d.narrowed(("any", "Return", "For", "If", "Assign", "Raise", "Call", "BinOp"))
    lead = f"return {inner}()" if d.chance(0.6) else f"{d.callee()}({inner})"
    single = name == "body-to-lambda-call"

    def run(code: Code) -> bool:
        start = code.body_start
        body = code.fn.body[start:]
        if not body or (where != "any" and not any(type(r.node).__name__ == where for r in code.refs)):
            return False
        if single:
            node = body[-1]
            if not isinstance(node, ast.Return) or node.value is None:
                return False
            code.fn.body[-1:] = statements(f"{inner} = lambda: __x__\n{lead}", x=node.value)
        else:
            code.fn.body[start:] = statements(f"def {inner}():\n    __body__\n{lead}", body=body)
        return True

    return code_rule(name, f"{lead} {where}", run, needs=(where,) if where != "any" else (), near=("Return",))

