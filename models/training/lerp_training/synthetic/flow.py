"""Families that change what statements do: returns, loops, branches, handlers, contexts."""

from __future__ import annotations

import ast
from typing import Any

from .blocks import places
from .draw import Draw
from .rules import Rule, families, family, site_rule
from .trees import LEAVES, LOOPS, WITHS, Code, Refusal, Site, clone, expression, is_pure, statements

_RETURNS: dict[str, tuple[str, ...]] = {
    "return-to-yield": ("yield __x__", "yield __x__\nreturn", "yield from __x__", "yield {c}(__x__)"),
    "return-to-raise": ("raise {e}(__x__)", "raise {c}(__x__)", "raise {e}({s}, __x__)"),
    "return-via-name": ("{n} = __x__\nreturn {n}", "{n} = __x__\n{c}({n})\nreturn {n}", "{n} = {c}(__x__)\nreturn {n}",
                        "self.{n} = __x__\nreturn self.{n}", "{n} = __x__\nif {n} is None:\n    {x}\nreturn {n}"),
    "return-to-call": ("{c}(__x__)", "{c}(__x__)\nreturn", "{d}.{n}(__x__)\nreturn None", "{d} = __x__\nreturn"),
    "return-conditional": ("if {t}:\n    return __x__", "if {t}:\n    return __x__\nreturn {a}", "if {t}:\n    return {a}\nreturn __x__",
                           "return __x__ if {t} else {a}"),
    "return-pair": ("return (__x__, {a})", "return ({a}, __x__)", "return (__x__, {a}, {a2})", "return (True, __x__)"),
    "return-nothing": ("return", "return None", "pass", "return {a}", "return {d}"),
    "return-twice": ("if {t}:\n    return __x__\nelse:\n    return {c}(__x__)", "{c}(__x__)\nreturn __x__"),
}  # fmt: skip


def spell(d: Draw, text: str) -> str:
    """Fills the drawn parts of a template: n name, c callee, d dotted, a argument, t condition, e exception, ..."""
    return text.format(
        n=d.name(), n2=d.name(), c=d.callee(), d=d.dotted(), a=d.argument(), a2=d.argument(), t=d.condition(),
        e=d.exception(), e2=d.exception(), s=d.string(), x=d.exit(), k=d.klass(), st=d.call(), f=d.call(),
    )  # fmt: skip


@families(list(_RETURNS))
def change_return(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_RETURNS[name]))
    where, test = places(d)
    only = d.kind()

    def find(code: Code) -> list[Site]:
        found = [s for s in code.sites(ast.Return) if s.node.value is not None and test(code, s)]
        if name == "return-twice":
            found = [s for s in found if is_pure(s.node.value)]
        return [s for s in found if only is None or type(s.node.value).__name__ == only]

    return site_rule(
        name, f"{only} {where} -> {text}", find, lambda code, s: s.put(statements(text, x=s.node.value)),
        needs=("Returned",) + ((only,) if only else ()), near=("Return", "Yield"), which=d.which(),
        reverse=name != "return-nothing",
    )  # fmt: skip


_BARE: dict[str, tuple[type, tuple[str, ...]]] = {
    "change-bare-return": (ast.Return, ("return {a}", "raise {e}({s})", "{st}", "return {c}()")),
    "change-continue": (ast.Continue, ("break", "pass", "return {a}", "{st}\ncontinue", "raise {e}", "return")),
    "change-break": (ast.Break, ("continue", "return {a}", "{st}\nbreak", "raise {e}", "{d} = {a}\nbreak")),
    "change-pass": (ast.Pass, ("{st}", "raise {e}", "return {a}", "...", "{d} = {a}", "raise {e}({s})")),
}


@families(list(_BARE))
def change_bare(d: Draw, name: str) -> Rule:
    kind, forms = _BARE[name]
    text = spell(d, d.of(forms))
    where, test = places(d)

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(kind) if getattr(s.node, "value", None) is None and test(code, s)]

    return site_rule(
        name, f"{where} -> {text}", find, lambda code, s: s.put(statements(text)),
        needs=("BareReturn" if kind is ast.Return else kind.__name__,), near=("Return", "For", "If"), which=d.which(),
        reverse=name == "change-pass",
    )  # fmt: skip


_RAISES: dict[str, tuple[str, ...]] = {
    "raise-to-return": ("return {a}", "return __x__", "return {c}(__x__)", "return None"),
    "raise-to-call": ("{c}(__x__)", "{d}.{n}(__x__)", "{c}(__x__)\nreturn {a}"),
    "raise-via-name": ("{n} = __x__\nraise {n}", "{n} = __x__\n{c}({n})\nraise {n}"),
    "raise-from": ("raise __x__ from {n}", "raise __x__ from None", "raise {k}(__x__)", "raise {k}({s}) from __x__"),
    "raise-conditional": ("if {t}:\n    raise __x__", "if {t}:\n    raise __x__\nelse:\n    {x}", "assert {t}, __x__"),
}


@families(list(_RAISES))
def change_raise(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_RAISES[name]))
    where, test = places(d)
    only = d.narrowed((None, ast.Call, ast.Name))

    def find(code: Code) -> list[Site]:
        return [
            s
            for s in code.sites(ast.Raise)
            if s.node.exc and not s.node.cause and test(code, s) and (only is None or isinstance(s.node.exc, only))
        ]

    return site_rule(
        name, f"{where} {only} -> {text}", find, lambda code, s: s.put(statements(text, x=s.node.exc)),
        needs=("Raise",), near=("Raise", "Assert"), which=d.which(), reverse="__x__" in text,
    )  # fmt: skip


_LOOPS: dict[str, tuple[str, ...]] = {
    "loop-break-if": ("for __v__ in __i__:\n    if {t}:\n        break\n    __body__", "for __v__ in __i__:\n    __body__\n    if {t}:\n        break"),
    "loop-continue-if": ("for __v__ in __i__:\n    if {t}:\n        continue\n    __body__", "for __v__ in __i__:\n    if not {c}(__v__):\n        continue\n    __body__"),
    "loop-else": ("for __v__ in __i__:\n    __body__\nelse:\n    {st}", "for __v__ in __i__:\n    __body__\nelse:\n    {x}"),
    "loop-under-if": ("for __v__ in __i__:\n    if {t}:\n        __body__", "for __v__ in __i__:\n    if {c}(__v__):\n        __body__", "if __i__:\n    for __v__ in __i__:\n        __body__"),
    "loop-count": ("for ({n}, __v__) in enumerate(__i__):\n    __body__", "for (__v__, {n}) in {c}(__i__):\n    __body__", "for (__v__, {n}) in zip(__i__, {d}):\n    __body__"),
    "loop-rename-item": ("for {n} in __i__:\n    __v__ = {n}\n    __body__", "for {n} in __i__:\n    __v__ = {c}({n})\n    __body__", "for {n} in __i__:\n    __v__ = {n}.{n2}\n    __body__"),
    "loop-to-while": ("while __i__:\n    __v__ = __i__.pop()\n    __body__", "{n} = iter(__i__)\nwhile {t}:\n    __v__ = next({n})\n    __body__", "while {c}(__i__):\n    __v__ = {c}(__i__)\n    __body__"),
    "loop-materialise": ("{n} = __i__\nfor __v__ in {n}:\n    __body__", "{n} = {c}(__i__)\nfor __v__ in {n}:\n    __body__", "{n} = 0\nfor __v__ in __i__:\n    {n} += 1\n    __body__"),
    "loop-nest": ("for {n} in __i__:\n    for __v__ in {n}:\n        __body__", "for __v__ in __i__:\n    for {n} in __v__:\n        __body__", "for {n} in {d}:\n    for __v__ in __i__:\n        __body__"),
    "loop-guarded-body": ("for __v__ in __i__:\n    try:\n        __body__\n    except {e}:\n        continue", "for __v__ in __i__:\n    with {c}(__v__):\n        __body__", "with {c}(__i__) as {n}:\n    for __v__ in {n}:\n        __body__"),
    "loop-to-once": ("__v__ = next(iter(__i__))\n__body__", "__v__ = __i__[0]\n__body__", "if __i__:\n    __v__ = __i__[0]\n    __body__"),
    "loop-async": ("async for __v__ in __i__:\n    __body__", "async for __v__ in {c}(__i__):\n    __body__", "for __v__ in await __i__:\n    __body__"),
}  # fmt: skip


@families(list(_LOOPS))
def change_loop(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_LOOPS[name]))
    once = text.count("__i__") == 1
    need = d.narrowed(("any", "call", "name", "tuple target", "one statement", "nested"))
    tests: dict[str, Any] = {
        "any": lambda s: True,
        "call": lambda s: isinstance(s.node.iter, ast.Call),
        "name": lambda s: is_pure(s.node.iter),
        "tuple target": lambda s: isinstance(s.node.target, ast.Tuple),
        "one statement": lambda s: len(s.node.body) == 1,
        "nested": lambda s: isinstance(s.owner, (*LOOPS, ast.If)),
    }

    def find(code: Code) -> list[Site]:
        found = [s for s in code.sites(ast.For) if not s.node.orelse and tests[need](s)]
        return [s for s in found if once or is_pure(s.node.iter)]

    def edit(code: Code, site: Site) -> None:
        node = site.node
        site.put(statements(text, v=node.target, i=node.iter, body=node.body))

    return site_rule(
        name, f"{need} -> {text}", find, edit, needs=("For",), near=("While", "ListComp", "For"), which=d.which()
    )


_IFS: dict[str, tuple[str, ...]] = {
    "if-add-else": ("if __t__:\n    __body__\nelse:\n    {st}", "if __t__:\n    __body__\nelse:\n    {x}", "if __t__:\n    __body__\nelse:\n    {d} = {a}"),
    "if-add-elif": ("if __t__:\n    __body__\nelif {t}:\n    {st}", "if __t__:\n    __body__\nelif {t}:\n    {x}", "if {t}:\n    {x}\nelif __t__:\n    __body__"),
    "if-to-while": ("while __t__:\n    __body__", "while __t__:\n    __body__\n    break", "while True:\n    if __t__:\n        __body__\n    break"),
    "if-to-assert": ("assert __t__", "assert __t__, {s}", "assert not __t__", "assert not __t__, {s}"),
    "if-to-raise": ("if __t__:\n    raise {e}({s})", "if __t__:\n    raise {k}", "if not __t__:\n    raise {e}({s})\n__body__"),
    "if-to-return": ("if __t__:\n    return {a}", "return __t__", "if not __t__:\n    return {a}\n__body__", "if not __t__:\n    continue\n__body__"),
    "if-name-condition": ("{n} = __t__\nif {n}:\n    __body__", "{n} = {c}(__t__)\nif {n}:\n    __body__", "if ({n} := __t__):\n    __body__"),
    "if-nest": ("if __t__:\n    if {t}:\n        __body__", "if {t}:\n    if __t__:\n        __body__", "if __t__:\n    {st}\n    if {t}:\n        __body__"),
    "if-invert-empty": ("if not __t__:\n    pass\nelse:\n    __body__", "if __t__:\n    pass\nelse:\n    __body__", "if not __t__:\n    {st}\nelse:\n    __body__"),
    "if-to-with": ("with __t__:\n    __body__", "with {c}(__t__):\n    __body__", "with __t__ as {n}:\n    __body__"),
    "if-to-for": ("for {n} in __t__:\n    __body__", "for {n} in {c}(__t__):\n    __body__"),
    "if-to-try": ("try:\n    __body__\nexcept {e}:\n    pass", "try:\n    assert __t__\n    __body__\nexcept {e}:\n    {st}"),
    "if-flatten": ("{c}(__t__)\n__body__", "{n} = __t__\n__body__", "__body__\n{c}(__t__)"),
}  # fmt: skip


@families(list(_IFS))
def change_if(d: Draw, name: str) -> Rule:
    """Acts on every `if` that has no `else`."""
    text = spell(d, d.of(_IFS[name]))
    need = d.narrowed(("any", "compare", "not", "name", "leaves", "assigns", "top", "one statement", "bool"))
    tests: dict[str, Any] = {
        "any": lambda code, s: True,
        "compare": lambda code, s: isinstance(s.node.test, ast.Compare),
        "not": lambda code, s: isinstance(s.node.test, ast.UnaryOp),
        "bool": lambda code, s: isinstance(s.node.test, ast.BoolOp),
        "name": lambda code, s: is_pure(s.node.test),
        "leaves": lambda code, s: isinstance(s.node.body[-1], LEAVES),
        "assigns": lambda code, s: isinstance(s.node.body[0], ast.Assign),
        "top": lambda code, s: s.owner is code.fn,
        "one statement": lambda code, s: len(s.node.body) == 1,
    }

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(ast.If) if not s.node.orelse and tests[need](code, s)]

    def edit(code: Code, site: Site) -> None:
        site.put(statements(text, t=site.node.test, body=site.node.body))

    return site_rule(
        name, f"{need} -> {text}", find, edit, needs=("If",), near=("IfExp", "While", "If"), which=d.which(),
        reverse="__t__" in text and "__body__" in text,
    )  # fmt: skip


_ASSERTS = ("if not __t__:\n    raise {e}({s})", "if not __t__:\n    {x}", "{c}(__t__)", "if __t__:\n    {st}", "{n} = __t__",
            "assert __t__, {s}", "assert {c}(__t__)", "{c}(__t__, {s})", "while not __t__:\n    {st}", "{d} = __t__\nassert {d}")  # fmt: skip


@family("change-assert")
def change_assert(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_ASSERTS))
    message = d.of((None, True, False))

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(ast.Assert) if message is None or (s.node.msg is not None) == message]

    return site_rule(
        name, f"{message} -> {text}", find, lambda code, s: s.put(statements(text, t=s.node.test)),
        needs=("Assert",), near=("If", "Raise"), which=d.which(), reverse=message is False,
    )  # fmt: skip


@families(["if-else-remove", "if-else-change", "if-add-middle", "if-to-ternary", "ternary-to-if"])
def change_else(d: Draw, name: str) -> Rule:
    new, condition = d.statement(), d.condition()

    def mergeable(node: ast.If) -> bool:
        a, b = node.body[0], node.orelse[0]
        if len(node.body) + len(node.orelse) != 2 or type(a) is not type(b):
            return False
        if isinstance(a, ast.Return) and isinstance(b, ast.Return):
            return a.value is not None and b.value is not None
        return isinstance(a, ast.Assign) and isinstance(b, ast.Assign) and ast.dump(a.targets[0]) == ast.dump(b.targets[0])

    def find(code: Code) -> list[Site]:
        if name == "ternary-to-if":
            return [s for s in code.sites(ast.Return, ast.Assign) if isinstance(s.node.value, ast.IfExp)]
        found = [s for s in code.sites(ast.If) if s.node.orelse and not isinstance(s.node.orelse[0], ast.If)]
        return [s for s in found if name != "if-to-ternary" or mergeable(s.node)]

    def edit(code: Code, site: Site) -> None:
        node: Any = site.node
        if name == "if-else-remove":
            node.orelse = []
        elif name == "if-else-change":
            node.orelse = statements(new)
        elif name == "if-add-middle":
            node.orelse = statements(f"if {condition}:\n    __n__\nelse:\n    __body__", n=statements(new), body=node.orelse)
        elif name == "if-to-ternary":
            a, b = node.body[0], node.orelse[0]
            a.value = expression("__a__ if __t__ else __b__", a=a.value, b=b.value, t=node.test)
            site.put([a])
        else:
            value = node.value
            one, two = node, clone(node)
            one.value, two.value = value.body, value.orelse
            site.put(statements("if __t__:\n    __a__\nelse:\n    __b__", t=value.test, a=[one], b=[two]))

    key = {"if-else-change": new, "if-add-middle": f"{condition} {new}"}.get(name, "")
    reverse = name in ("if-add-middle", "if-to-ternary", "ternary-to-if")
    need = "IfExp" if name == "ternary-to-if" else "If.orelse"
    return site_rule(name, key, find, edit, needs=(need,), near=("If", "Return"), which=d.which(), reverse=reverse)


@families(["handler-add", "handler-bare", "handler-name", "handler-tuple", "handler-body", "handler-reraise", "try-finally",
           "try-else", "handler-remove", "handler-suppress"])  # fmt: skip
def change_try(d: Draw, name: str) -> Rule:
    exception, bound, new = d.exception(), d.of(("e", "exc", "err", "error", d.name(), d.name())), d.statement()
    use = d.of((f"{d.callee()}({bound})", f"{d.dotted()}.{d.of(('error', 'exception', 'warning'))}({d.string()}, {bound})", ""))

    def find(code: Code) -> list[Site]:
        found = [s for s in code.sites(ast.Try) if s.node.handlers]
        tests: dict[str, Any] = {
            "handler-bare": lambda n: n.handlers[0].type is not None and n.handlers[0].name is None,
            "handler-name": lambda n: n.handlers[0].type is not None and n.handlers[0].name is None,
            "handler-tuple": lambda n: n.handlers[0].type is not None,
            "handler-remove": lambda n: len(n.handlers) > 1,
            "handler-suppress": lambda n: not n.orelse and not n.finalbody and n.handlers[0].type is not None,
            "try-finally": lambda n: not n.finalbody,
            "try-else": lambda n: not n.orelse,
        }
        return [s for s in found if tests.get(name, lambda n: True)(s.node)]

    def edit(code: Code, site: Site) -> None:
        node = site.node
        handler = node.handlers[0]
        if name == "handler-add":
            node.handlers += statements(f"try:\n    pass\nexcept {exception} as {bound}:\n    __n__", n=statements(new))[0].handlers  # type: ignore[attr-defined]
        elif name == "handler-bare":
            handler.type = None
            node.handlers = node.handlers[1:] + [handler]
        elif name == "handler-name":
            handler.name = bound
            handler.body[:0] = statements(use)
        elif name == "handler-tuple":
            if isinstance(handler.type, ast.Tuple):
                handler.type.elts.append(expression(exception))
            else:
                handler.type = expression(f"(__x__, {exception})", x=handler.type)
        elif name == "handler-body":
            handler.body = statements(new)
        elif name == "handler-reraise":
            if isinstance(handler.body[-1], LEAVES):
                raise Refusal
            handler.body += statements("raise" if not use else f"raise {exception}")
        elif name == "handler-remove":
            node.handlers.pop()
        elif name == "handler-suppress":
            site.put(statements("with suppress(__e__):\n    __body__", e=handler.type, body=node.body))
        elif name == "try-finally":
            node.finalbody = statements(new)
        else:
            node.orelse = statements(new)

    key = {"handler-add": f"{exception} {bound} {new}", "handler-name": f"{bound} {use}", "handler-tuple": exception,
           "handler-reraise": exception if use else "", "handler-bare": "", "handler-remove": "", "handler-suppress": ""}.get(name, new)  # fmt: skip
    reverse = name in ("handler-add", "handler-name", "handler-tuple", "handler-reraise", "try-finally", "try-else")
    return site_rule(name, key, find, edit, needs=("ExceptHandler",), near=("With", "Raise", "Try"), which=d.which(), reverse=reverse)


_WITHS: dict[str, tuple[str, ...]] = {
    "with-to-assign": ("__v__ = __c__\n__body__", "__v__ = __c__\n__body__\n__v__.{n}()", "__v__ = {c}(__c__)\n__body__"),
    "with-to-try": ("__v__ = __c__\ntry:\n    __body__\nfinally:\n    __v__.{n}()", "__v__ = __c__\ntry:\n    __body__\nexcept {e}:\n    {st}"),
    "with-add-item": ("with __c__ as __v__, {f}:\n    __body__", "with {f}, __c__ as __v__:\n    __body__", "with __c__ as __v__, {f} as {n}:\n    __body__"),
    "with-nest": ("with {f}:\n    with __c__ as __v__:\n        __body__", "with __c__ as __v__:\n    with {c}(__v__) as {n}:\n        __body__"),
    "with-rename": ("with __c__ as {n}:\n    __v__ = {n}\n    __body__", "with __c__ as {n}:\n    __v__ = {n}.{n2}\n    __body__"),
    "with-async": ("async with __c__ as __v__:\n    __body__", "with await __c__ as __v__:\n    __body__"),
}  # fmt: skip


@families(list(_WITHS))
def change_with(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_WITHS[name]))

    def find(code: Code) -> list[Site]:
        return [
            s for s in code.sites(ast.With) if len(s.node.items) == 1 and isinstance(s.node.items[0].optional_vars, ast.Name)
        ]

    def edit(code: Code, site: Site) -> None:
        item = site.node.items[0]
        site.put(statements(text, c=item.context_expr, v=item.optional_vars, body=site.node.body))

    return site_rule(name, text, find, edit, needs=("With",), near=("Try", "With"), which=d.which())


@families(["with-bare-add-item", "with-bare-name", "with-bare-flatten"])
def change_bare_with(d: Draw, name: str) -> Rule:
    text = {
        "with-bare-add-item": f"with __c__, {d.call()}:\n    __body__",
        "with-bare-name": f"with __c__ as {d.name()}:\n    __body__",
        "with-bare-flatten": spell(d, d.of(("__c__.{n}()\n__body__", "{c}(__c__)\n__body__", "if __c__:\n    __body__"))),
    }[name]

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(*WITHS) if len(s.node.items) == 1 and s.node.items[0].optional_vars is None]

    def edit(code: Code, site: Site) -> None:
        site.put(statements(text, c=site.node.items[0].context_expr, body=site.node.body))

    return site_rule(name, text, find, edit, needs=("With",), near=("Try", "With"), which=d.which())


_WHILES = ("while True:\n    if not __t__:\n        break\n    __body__", "while __t__:\n    __body__\n    {st}", "if __t__:\n    __body__",
           "for {n} in {c}(__t__):\n    __body__", "while __t__ and {t}:\n    __body__", "while __t__:\n    {n} += 1\n    __body__",
           "{n} = __t__\nwhile {n}:\n    __body__\n    {n} = {a}", "for {n} in range({a}):\n    if not __t__:\n        break\n    __body__")  # fmt: skip


@family("change-while")
def change_while(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_WHILES))

    def find(code: Code) -> list[Site]:
        return [s for s in code.sites(ast.While) if not s.node.orelse]

    def edit(code: Code, site: Site) -> None:
        site.put(statements(text, t=site.node.test, body=site.node.body))

    return site_rule(name, text, find, edit, needs=("While",), near=("For", "If"), which=d.which())
