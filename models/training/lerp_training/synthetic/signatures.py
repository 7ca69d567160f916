"""Families that change a function's header: decorators, parameters, defaults, annotations, async."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .draw import Draw
from .rules import Rule, code_rule, families, family
from .trees import FunctionNode, Code, Refusal, expression, is_pure, name_of, statements

_OWNERS = ("self", "cls")


def _where(d: Draw) -> tuple[str, Callable[[Code], bool]]:
    """Which functions a header rule is for: most often all of them."""
    tests: dict[str, Callable[[Code], bool]] = {
        "any": lambda code: True,
        "method": lambda code: bool(code.fn.args.args) and code.fn.args.args[0].arg in _OWNERS,
        "no method": lambda code: not code.fn.args.args or code.fn.args.args[0].arg not in _OWNERS,
        "bare": lambda code: not code.fn.decorator_list,
        "parameters": lambda code: bool(code.parameters),
        "none": lambda code: not code.parameters,
    }
    name = d.of(("any",) * 6 + tuple(tests))
    return name, tests[name]


def _decorator(d: Draw) -> str:
    return d.of((d.name(), d.dotted().removeprefix("self."), d.call().removeprefix("self."), f"{d.name()}({d.arguments(1)})"))


@families(["decorator-first", "decorator-last", "decorator-replace", "decorator-only"])
def decorator(d: Draw, name: str) -> Rule:
    text = _decorator(d)
    where, test = _where(d)

    def run(code: Code) -> bool:
        present = code.fn.decorator_list
        if not test(code) or (name == "decorator-replace" and not present):
            return False
        if any(ast.unparse(x) == text for x in present):
            raise Refusal
        new = expression(text)
        if name == "decorator-first":
            present.insert(0, new)
        elif name == "decorator-last":
            present.append(new)
        elif name == "decorator-only" or len(present) == 1:
            present[:] = [new]
        else:
            present[0] = new
        return True

    kept = name in ("decorator-first", "decorator-last")
    needs = ("Decorated",) if name == "decorator-replace" else ()
    return code_rule(name, f"{text} {where}", run, needs=needs, near=("Parameter", "Return"), reverse=kept)


@families(["decorator-remove", "decorator-reorder", "decorator-call", "decorator-argument", "decorator-keyword"])
def change_decorator(d: Draw, name: str) -> Rule:
    """Acts on the decorators that are there."""
    argument, keyword = d.argument(), d.name()
    last = d.chance(0.5)

    def run(code: Code) -> bool:
        present = code.fn.decorator_list
        if not present:
            return False
        at = -1 if last else 0
        if name == "decorator-remove":
            present.pop(at)
        elif name == "decorator-reorder":
            if len(present) < 2:
                return False
            present.insert(0, present.pop()) if last else present.reverse()
        elif name == "decorator-call":
            if not is_pure(present[at]):
                return False
            present[at] = expression(f"__x__({argument})", x=present[at])
        else:
            call: Any = present[at]
            if not isinstance(call, ast.Call) or any(k.arg == keyword for k in call.keywords):
                return False
            if name == "decorator-argument":
                call.args.append(expression(argument))
            else:
                call.keywords.append(ast.keyword(keyword, expression(argument)))
        return True

    said = {"decorator-call": argument, "decorator-argument": argument, "decorator-keyword": f"{keyword}={argument}"}
    return code_rule(
        name, f"{said.get(name, '')} {last}", run, needs=("Decorated",), near=("Call",), reverse=name in said
    )


def _taken(code: Code, name: str) -> bool:
    args = code.fn.args
    return name in {a.arg for a in args.posonlyargs + args.args + args.kwonlyargs} or name in code.names


@families(["parameter-last", "parameter-first", "parameter-keyword-only", "parameter-default-last", "parameter-varargs",
           "parameter-kwargs"])  # fmt: skip
def add_parameter(d: Draw, name: str) -> Rule:
    new, default = d.name(), d.argument()
    annotation = d.type() if d.chance(0.35) else None
    if name == "parameter-varargs":
        new = d.of(("args", "params", new))
    elif name == "parameter-kwargs":
        new = d.of(("kwargs", "options", "kw", new))
    defaulted = name == "parameter-default-last" or (name == "parameter-keyword-only" and d.chance(0.7))
    where, test = _where(d)

    def run(code: Code) -> bool:
        args = code.fn.args
        if not test(code):
            return False
        if _taken(code, new):
            raise Refusal
        arg = ast.arg(new, expression(annotation) if annotation else None)
        if name == "parameter-first":
            at = 1 if args.args and args.args[0].arg in _OWNERS else 0
            if args.posonlyargs or len(args.defaults) > len(args.args) - at:
                return False
            args.args.insert(at, arg)
        elif name == "parameter-keyword-only":
            args.kwonlyargs.append(arg)
            args.kw_defaults.append(expression(default) if defaulted else None)
        elif name == "parameter-varargs":
            if args.vararg:
                return False
            args.vararg = arg
        elif name == "parameter-kwargs":
            if args.kwarg:
                return False
            args.kwarg = arg
        else:
            if args.defaults and not defaulted:
                return False
            args.args.append(arg)
            args.defaults += [expression(default)] if defaulted else []
        return True

    key = f"{new}: {annotation} = {default if defaulted else ''} {where}"
    return code_rule(name, key, run, near=("Default", "Parameter"))


@families(["parameter-remove-last", "parameter-remove-first", "parameter-swap", "parameter-move-last",
           "parameter-drop-owner", "parameter-add-owner", "default-remove", "default-add", "default-change",
           "parameter-to-keyword-only", "parameter-to-positional-only"])  # fmt: skip
def change_parameters(d: Draw, name: str) -> Rule:
    """Acts on the parameters that are there."""
    value, owner = d.argument(), d.of(_OWNERS)
    old = d.of(("None", "None", "False", "True", "0", "''", "1", "()"))

    def run(code: Code) -> bool:
        args = code.fn.args
        plain = args.args
        owned = 1 if plain and plain[0].arg in _OWNERS and not args.posonlyargs else 0
        own, free = plain[owned:], len(plain) - owned - len(args.defaults)
        if name == "parameter-drop-owner":
            args.args = own
            return owned == 1 and len(args.defaults) <= len(own)
        if name == "parameter-add-owner":
            plain.insert(0, ast.arg(owner))
            return not owned and not args.posonlyargs
        if name == "parameter-to-keyword-only":
            if not own or not args.defaults:
                return False
            args.kwonlyargs.insert(0, plain.pop())
            args.kw_defaults.insert(0, args.defaults.pop())
        elif name == "parameter-to-positional-only":
            if args.posonlyargs or not own:
                return False
            args.posonlyargs, args.args = plain, []
        elif name.startswith("default"):
            return _change_default(args, name, value, old, free)
        elif name == "parameter-remove-last":
            if not own:
                return False
            plain.pop()
            del args.defaults[len(args.defaults) - 1 :]
        elif name == "parameter-remove-first":
            if free < 1:
                return False
            plain.pop(owned)
        else:
            if len(own) < 2 or (name == "parameter-move-last" and args.defaults):
                return False
            if name == "parameter-swap":
                plain[owned], plain[owned + 1] = plain[owned + 1], plain[owned]
            else:
                plain.append(plain.pop(owned))
        return True

    key = {"default-add": value, "default-change": f"{old} -> {value}", "parameter-add-owner": owner}.get(name, "")
    need = "TwoParameters" if name in ("parameter-swap", "parameter-move-last") else "Parameter"
    needs = (need,) if "owner" not in name else ()
    if name in ("default-remove", "default-change", "parameter-to-keyword-only"):
        needs = ("Default",)
    reverse = name in ("parameter-swap", "default-add", "default-change", "parameter-add-owner", "parameter-drop-owner",
                       "parameter-to-keyword-only", "parameter-to-positional-only")  # fmt: skip
    return code_rule(name, key, run, needs=needs, near=("Parameter", "Call"), reverse=reverse)


def _change_default(args: ast.arguments, name: str, value: str, old: str, free: int) -> bool:
    if name == "default-remove":
        had = bool(args.defaults)
        args.defaults = []
        return had
    if name == "default-add":
        if free < 1:
            return False
        args.defaults.insert(0, expression(value))
        return True
    found = [i for i, node in enumerate(args.defaults) if ast.unparse(node) == old]
    for i in found:
        args.defaults[i] = expression(value)
    return bool(found) and value != old


def _annotated(fn: FunctionNode) -> bool:
    return any(a.annotation for a in fn.args.args + fn.args.kwonlyargs) or fn.returns is not None


@families(["annotate-parameters", "annotate-first", "annotate-last", "annotate-return", "annotate-all", "annotation-drop",
           "annotation-change", "annotation-wrap"])  # fmt: skip
def annotate(d: Draw, name: str) -> Rule:
    text, returns = d.type(), d.type()
    where, test = _where(d)
    wrapping = d.of(("Optional[__x__]", f"{d.klass()}[__x__]", "__x__ | None", f"list[__x__]", f"{d.klass()}[{d.type()}, __x__]"))

    def run(code: Code) -> bool:
        fn = code.fn
        own = [a for a in fn.args.posonlyargs + fn.args.args + fn.args.kwonlyargs if a.arg not in _OWNERS]
        if name == "annotation-drop":
            had = _annotated(fn)
            for a in own:
                a.annotation = None
            fn.returns = None
            return had
        if name == "annotation-wrap":
            found = [a for a in own if a.annotation]
            for a in found:
                a.annotation = expression(wrapping, x=a.annotation)
            return bool(found)
        if name == "annotation-change":
            had = fn.returns is not None
            fn.returns = expression(returns)
            return had
        if not test(code) or _annotated(fn):
            return False
        if name == "annotate-return":
            fn.returns = expression(returns)
            return True
        chosen = {"annotate-first": own[:1], "annotate-last": own[-1:]}.get(name, own)
        for a in chosen:
            a.annotation = expression(text)
        if name == "annotate-all":
            fn.returns = expression(returns)
        return bool(chosen)

    keys = {"annotation-drop": "", "annotation-wrap": wrapping, "annotation-change": returns, "annotate-return": f"{returns} {where}",
            "annotate-all": f"{text} {returns} {where}"}  # fmt: skip
    reverse = name not in ("annotation-drop", "annotation-change")
    return code_rule(
        name, keys.get(name, f"{text} {where}"), run, near=("Parameter", "AnnAssign"), reverse=reverse,
        needs=() if name == "annotate-return" else ("Parameter",),
    )  # fmt: skip


@families(["async-add", "async-drop"])
def asynchronous(d: Draw, name: str) -> Rule:
    """`def` becomes `async def` and back; with `for` and `with` too, or awaiting the calls of one method."""
    deep = d.of(("", "for", "with", "return", "method", "call"))
    method = d.existing("method")

    def run(code: Code) -> bool:
        adding = name == "async-add"
        if isinstance(code.fn, ast.AsyncFunctionDef) == adding:
            return False
        if adding:
            if deep == "return":
                for ref in code.find(ast.Return):
                    if isinstance(ref.node.value, ast.Call):
                        ref.node.value = ast.Await(ref.node.value)
            elif deep in ("method", "call"):
                for ref in reversed(code.find(ast.Call)):
                    if (name_of(ref.node.func) == method) if deep == "method" else isinstance(ref.parent, ast.Expr):
                        ref.put(ast.Await(ref.node))
        else:
            for ref in reversed(code.find(ast.Await)):
                ref.put(ref.node.value)
        pairs: dict[type, type] = {ast.For: ast.AsyncFor, ast.With: ast.AsyncWith}
        if not adding:
            pairs = {b: a for a, b in pairs.items()}
        for ref in reversed(code.refs):
            kind = type(ref.node)
            if kind in pairs and (not adding or deep == kind.__name__.lower()):
                ref.put(pairs[kind](**{f: getattr(ref.node, f, None) for f in kind._fields}, lineno=1))
        fields = {f: getattr(code.fn, f, None) for f in code.fn._fields}
        kind = ast.AsyncFunctionDef if adding else ast.FunctionDef
        code.module.body[0] = code.fn = kind(**fields, lineno=1)
        return True

    needs = {"for": "For", "with": "With", "return": "Returned", "method": f"method:{method}"}.get(deep)
    adding = name == "async-add"
    return code_rule(
        name, f"{deep} {method if deep == 'method' else ''}" if adding else "", run, reverse=adding and not deep,
        needs=(needs,) if adding and needs else () if adding else ("AsyncFunctionDef",), near=("Call",),
    )  # fmt: skip


@family("parameter-guard")
def parameter_guard(d: Draw, name: str) -> Rule:
    """A new parameter that the new first statement uses."""
    new, default = d.name(), d.constant()
    text = d.of((f"if {d.condition(new)}:\n    {d.exit()}", f"{d.callee()}({new})", f"self.{d.name()} = {new}",
                 f"{d.name()} = {new} or {d.value()}", f"assert {d.condition(new)}"))  # fmt: skip

    def run(code: Code) -> bool:
        args = code.fn.args
        if _taken(code, new):
            raise Refusal
        if len(code.fn.body) == code.body_start:
            return False
        args.args.append(ast.arg(new))
        args.defaults.append(expression(default))
        code.fn.body[code.body_start : code.body_start] = statements(text)
        return True

    return code_rule(name, f"{new}={default}: {text}", run)
