"""Families that change calls, attributes and subscripts: arguments, keywords, and the form itself."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .draw import Draw
from .rules import Rule, families, family, site_rule
from .trees import COMPREHENSIONS, Code, Ref, Refusal, clone, expression, is_pure, name_of, same

Test = Callable[[Ref], bool]


def called(d: Draw) -> tuple[str, tuple[str, ...], Test]:
    """Which calls a rule is for: mostly those of one function or method, else all, all methods, statements, ..."""
    if d.chance(0.62):
        role = d.of(("function", "method"))
        name = d.existing(role)
        kind = ast.Name if role == "function" else ast.Attribute
        return f"{role} {name}", (f"{role}:{name}",), lambda r: isinstance(r.node.func, kind) and name_of(r.node.func) == name
    tests: dict[str, Test] = {
        "all": lambda r: True,
        "methods": lambda r: isinstance(r.node.func, ast.Attribute),
        "functions": lambda r: isinstance(r.node.func, ast.Name),
        "on self": lambda r: isinstance(r.node.func, ast.Attribute) and name_of(r.node.func.value) == "self",
        "classes": lambda r: (name_of(r.node.func) or "x")[0].isupper(),
        "statements": lambda r: isinstance(r.parent, ast.Expr),
        "assigned": lambda r: isinstance(r.parent, ast.Assign),
        "returned": lambda r: isinstance(r.parent, ast.Return),
        "nested": lambda r: isinstance(r.parent, ast.Call),
        "raised": lambda r: isinstance(r.parent, ast.Raise),
        "no arguments": lambda r: not r.node.args and not r.node.keywords,
        "one argument": lambda r: len(r.node.args) == 1 and not r.node.keywords,
        "two arguments": lambda r: len(r.node.args) == 2,
    }
    chosen = d.of(tuple(tests))
    needs = {"methods": "MethodCall", "on self": "MethodCall", "assigned": "Assign", "returned": "Returned", "raised": "Raise",
             "two arguments": "TwoArguments"}  # fmt: skip
    return chosen, ("Call",) + ((needs[chosen],) if chosen in needs else ()), tests[chosen]


def _fixed(node: ast.Call) -> bool:
    """No starred or generator arguments, no `**`."""
    return not any(isinstance(a, (ast.Starred, ast.GeneratorExp)) for a in node.args) and all(k.arg for k in node.keywords)


@families(["keyword-add", "keyword-add-first", "argument-append", "argument-prepend", "argument-star", "argument-double-star"])
def add_argument(d: Draw, name: str) -> Rule:
    which_calls, needs, test = called(d)
    keyword, value = d.name(), d.argument()

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.Call) if test(r) and (_fixed(r.node) or name == "keyword-add-first")]

    def edit(code: Code, ref: Ref) -> None:
        node, new = ref.node, expression(value)
        if any(k.arg == keyword for k in node.keywords):
            raise Refusal
        if name == "keyword-add":
            node.keywords.append(ast.keyword(keyword, new))
        elif name == "keyword-add-first":
            node.keywords.insert(0, ast.keyword(keyword, new))
        elif name == "argument-append":
            node.args.append(new)
        elif name == "argument-prepend":
            node.args.insert(0, new)
        elif name == "argument-star":
            node.args.append(ast.Starred(expression(keyword), ast.Load()))
        else:
            node.keywords.append(ast.keyword(None, expression(keyword)))

    said = {"keyword": f"{keyword}={value}", "argument": value}[name.split("-")[0]] if "star" not in name else keyword
    return site_rule(
        name, f"{which_calls}: {said}", find, edit, needs=needs, near=("Call", "MethodCall"), which=d.which()
    )


@families(["keyword-remove", "keyword-to-positional", "keyword-change-value", "keyword-move-first"])
def change_keyword(d: Draw, name: str) -> Rule:
    """One keyword wherever it is given."""
    keyword, value = d.existing("keyword"), d.argument()

    def find(code: Code) -> list[tuple[Ref, ast.keyword]]:
        found = [(r, k) for r in code.find(ast.Call) for k in r.node.keywords if k.arg == keyword]
        if name == "keyword-move-first":
            return [(r, k) for r, k in found if r.node.keywords[0] is not k]
        return found if name != "keyword-to-positional" else [(r, k) for r, k in found if r.node.keywords[0] is k]

    def edit(code: Code, site: tuple[Ref, ast.keyword]) -> None:
        node, given = site[0].node, site[1]
        if name == "keyword-change-value":
            given.value = expression(value)
            return
        node.keywords = [k for k in node.keywords if k is not given]
        if name == "keyword-to-positional":
            node.args.append(given.value)
        elif name == "keyword-move-first":
            node.keywords.insert(0, given)

    key = f"{keyword}={value}" if name == "keyword-change-value" else keyword
    return site_rule(
        name, key, find, edit, needs=(f"keyword:{keyword}",), near=("keyword",), which=d.which(), reverse=False
    )


@families(["argument-remove-first", "argument-remove-last", "arguments-remove", "argument-duplicate", "argument-to-keyword",
           "argument-only-first", "arguments-to-list", "argument-rotate", "argument-reverse"])  # fmt: skip
def change_arguments(d: Draw, name: str) -> Rule:
    which_calls, needs, test = called(d)
    keyword = d.name()
    least = 2 if name in ("argument-only-first", "arguments-to-list", "argument-rotate", "argument-reverse") else 1

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(ast.Call) if test(r) and _fixed(r.node)]
        return [r for r in found if len(r.node.args) >= least and not (name == "argument-to-keyword" and r.node.keywords)]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        args = node.args
        if name == "argument-remove-first":
            args.pop(0)
        elif name == "argument-remove-last":
            args.pop()
        elif name == "arguments-remove":
            node.args, node.keywords = [], []
        elif name == "argument-duplicate":
            args.append(clone(args[0]))
        elif name == "argument-to-keyword":
            node.keywords.append(ast.keyword(keyword, args.pop()))
        elif name == "argument-only-first":
            node.args, node.keywords = args[:1], []
        elif name == "arguments-to-list":
            node.args = [ast.List(args, ast.Load())]
        elif name == "argument-rotate":
            args.append(args.pop(0))
        else:
            args.reverse()

    key = f"{which_calls}: {keyword}" if name == "argument-to-keyword" else which_calls
    reverse = name in ("argument-duplicate", "argument-to-keyword", "arguments-to-list", "argument-rotate", "argument-reverse")
    need = "TwoArguments" if least == 2 else "Argument"
    return site_rule(
        name, key, find, edit, needs=needs + (need,), near=("Call",), which=d.which(), reverse=reverse
    )


@families(["chain-add", "chain-drop", "chain-insert"])
def chain(d: Draw, name: str) -> Rule:
    """`x.foo()` becomes `x.foo().bar()`, `x`, or `x.bar().foo()`."""
    method = d.existing("method")
    extra = d.of((f"__x__.{d.name()}()", f"__x__.{d.name()}", f"__x__.{d.name()}({d.argument()})", f"__x__[{d.argument()}]"))

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.Call) if isinstance(r.node.func, ast.Attribute) and r.node.func.attr == method]

    def edit(code: Code, ref: Ref) -> None:
        func = ref.node.func
        if name == "chain-add":
            ref.put(expression(extra, x=ref.node))
        elif name == "chain-drop":
            ref.put(func.value)
        else:
            func.value = expression(extra, x=func.value)

    key = method if name == "chain-drop" else f"{method} {extra}"
    return site_rule(
        name, key, find, edit, needs=(f"method:{method}",), near=("MethodCall",), which=d.which(), reverse=name != "chain-drop"
    )


# the form itself

_FORMS: dict[str, tuple[str, type, tuple[str, ...]]] = {
    "method-to-function": ("method", ast.Call, ("__m__(__x__, __args__)",)),
    "function-to-method": ("function", ast.Call, ("__x__.__m__(__args__)",)),
    "call-to-subscript": ("function", ast.Call, ("__f__[__a__]",)),
    "call-to-attribute": ("method", ast.Call, ("__x__.__m__",)),
    "call-to-partial": ("function", ast.Call, ("{n}(__f__, __args__)", "{n}(lambda: __f__(__args__))")),
    "attribute-to-subscript": ("attr", ast.Attribute, ("__x__['__m__']",)),
    "attribute-to-getattr": ("attr", ast.Attribute, ("getattr(__x__, '__m__')", "{n}(__x__, '__m__')", "__x__.{n}('__m__')")),
    "attribute-to-call": ("attr", ast.Attribute, ("__x__.__m__()", "__x__.{n}().__m__", "{n}(__x__).__m__")),
    "attribute-deeper": ("attr", ast.Attribute, ("__x__.{n}.__m__", "__x__.__m__.{n}")),
    "self-attribute-to-local": ("self", ast.Attribute, ("__m__", "{n}.__m__")),
    "self-attribute-deeper": ("self", ast.Attribute, ("__x__.{n}.__m__", "__x__.{n}().__m__")),
    "name-to-self-attribute": ("name", ast.Name, ("self.__m__", "self.{n}.__m__", "{n}.__m__", "{n}['__m__']")),
}


@families(list(_FORMS))
def change_form(d: Draw, name: str) -> Rule:
    role, kind, forms = _FORMS[name]
    old = d.existing(role)
    form = d.of(forms).replace("{n}", d.name()).replace("'__m__'", repr(old))

    def find(code: Code) -> list[Ref]:
        found = code.find(kind)
        if kind is ast.Call:
            func = ast.Attribute if role == "method" else ast.Name
            found = [r for r in found if isinstance(r.node.func, func) and name_of(r.node.func) == old and _fixed(r.node)]
            if name in ("function-to-method", "call-to-subscript"):
                found = [r for r in found if r.node.args and (name == "function-to-method" or len(r.node.args) == 1)]
            if name == "function-to-method":
                found = [r for r in found if is_pure(r.node.args[0]) and not isinstance(r.node.args[0], ast.Constant)]
            return [r for r in found if name != "call-to-attribute" or not (r.node.args or r.node.keywords)]
        found = [r for r in found if name_of(r.node) == old and (role == "name" or role == "attr" or name_of(r.node.value) == "self")]
        stored = name in ("name-to-self-attribute", "self-attribute-to-local", "self-attribute-deeper", "attribute-to-subscript")
        return [r for r in found if stored or isinstance(r.node.ctx, ast.Load)]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if kind is not ast.Call:
            ref.put(expression(form, x=getattr(node, "value", None), m=old))
            return
        args = node.args[1:] if name == "function-to-method" else node.args
        receiver = node.args[0] if name == "function-to-method" else getattr(node.func, "value", None)
        new = expression(form, x=receiver, m=old, f=node.func, a=node.args[0] if node.args else None)
        _spread(new, args, node.keywords)
        ref.put(new)

    return site_rule(
        name, f"{old}: {form}", find, edit, needs=(f"{role}:{old}",), near=(f"{role}:{old}", kind.__name__), which=d.which()
    )


def _spread(new: Any, args: list[ast.expr], keywords: list[ast.keyword]) -> None:
    """Puts the arguments in the place of `__args__`."""
    for node in ast.walk(new):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[-1], ast.Name) and node.args[-1].id == "__args__":
            node.args[-1:] = args
            node.keywords = keywords
            return


@families(["subscript-to-call", "subscript-to-getitem", "index-to-slice", "index-shift", "slice-step", "slice-to-call",
           "slice-bound", "subscript-to-attribute", "subscript-twice"])  # fmt: skip
def change_subscript(d: Draw, name: str) -> Rule:
    sliced = name in ("slice-step", "slice-to-call", "slice-bound")
    method, bound = d.name(), d.of((d.name(), "1", "2", "-1", d.dotted(), "10"))
    form = {
        "subscript-to-call": d.of((f"__x__.{method}(__i__)", f"{method}(__x__, __i__)", f"__x__.{method}(__i__, {d.argument()})")),
        "subscript-to-getitem": d.of(("__x__(__i__)", f"__x__.{method}[__i__]", f"{method}[__x__, __i__]")),
        "index-to-slice": d.of(("__x__[__i__:]", "__x__[:__i__]", f"__x__[__i__:{bound}]", f"__x__[{bound}:__i__]")),
        "index-shift": f"__x__[__i__ {d.of(('+', '-', '*', '%'))} {bound}]",
        "subscript-twice": d.of((f"__x__[__i__][{bound}]", f"__x__[{bound}][__i__]", f"__x__[__i__, {bound}]")),
        "subscript-to-attribute": f"__x__.{method}",
    }.get(name, bound)
    only = d.narrowed((None, ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp)) if not sliced else None

    def find(code: Code) -> list[Ref]:
        found = [
            r
            for r in code.find(ast.Subscript)
            if isinstance(r.node.slice, ast.Slice) == sliced and r.field not in ("annotation", "returns")
        ]
        found = [r for r in found if sliced or not isinstance(r.node.slice, ast.Tuple)]
        if "call" in name:
            found = [r for r in found if isinstance(r.node.ctx, ast.Load)]
        return [r for r in found if only is None or isinstance(r.node.slice, only)]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if not sliced:
            ref.put(expression(form, x=node.value, i=node.slice))
            return
        part = node.slice
        if name == "slice-step":
            if part.step is not None:
                raise Refusal
            part.step = expression(bound)
        elif name == "slice-bound":
            part.lower, part.upper = part.lower or expression(bound), part.upper or expression(bound)
        else:
            bounds = [x or ast.Constant(None) for x in (part.lower, part.upper)]
            new = expression(f"__x__.{method}(__args__)", x=node.value)
            _spread(new, bounds, [])
            ref.put(new)

    key = f"{method}" if name == "slice-to-call" else f"{form} {only.__name__ if only else ''}"
    needs = ("Subscript", "Slice") if sliced else ("Subscript",) + ((only.__name__,) if only else ())
    return site_rule(
        name, key, find, edit, needs=needs, near=("Subscript", "Call"), which=d.which(), reverse=name not in
        ("subscript-to-attribute", "slice-bound"),
    )  # fmt: skip


@family("argument-flatten")
def flatten(d: Draw, name: str) -> Rule:
    """`f(g(x), y)` becomes `f(x, y)` for one f and any g; or only where g is that."""
    role = d.of(("function", "method"))
    old, outer = d.existing(role), d.chance(0.6)

    def find(code: Code) -> list[Ref]:
        found = []
        for r in code.find(ast.Call):
            for i, inner in enumerate(r.node.args):
                if isinstance(inner, ast.Call) and inner.args and _fixed(inner):
                    if name_of((r.node if outer else inner).func) == old:
                        found.append(Ref(inner, r.node, "args", i))
        return found

    def edit(code: Code, ref: Ref) -> None:
        at = next(i for i, x in enumerate(ref.parent.args) if x is ref.node)
        ref.parent.args[at : at + 1] = ref.node.args

    return site_rule(
        name, f"{role} {old} {outer}", find, edit, needs=(f"{role}:{old}", "Argument"), near=(f"{role}:{old}",),
        which=d.which(), reverse=False,
    )  # fmt: skip


@family("change-lambda")
def change_lambda(d: Draw, name: str) -> Rule:
    """A lambda that is only a call becomes a call of a helper, or loses or gains a parameter."""
    helper, form = d.name(), d.of(("partial", "parameter", "default", "bare", "star"))

    def find(code: Code) -> list[Ref]:
        found = code.find(ast.Lambda)
        calls = [r for r in found if isinstance(r.node.body, ast.Call) and _fixed(r.node.body)]
        return calls if form in ("partial", "bare") else found

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if form == "partial":
            new = expression(f"{helper}(__f__, __args__)", f=node.body.func)
            _spread(new, node.body.args, node.body.keywords)
            ref.put(new)
        elif form == "bare":
            ref.put(node.body.func)
        elif form == "star":
            if node.args.vararg or node.args.kwonlyargs:
                raise Refusal
            node.args.vararg = ast.arg(helper)
        else:
            node.args.args.append(ast.arg(helper))
            node.args.defaults += [ast.Constant(None)] if form == "default" or node.args.defaults else []

    key = form if form == "bare" else f"{form} {helper}"
    return site_rule(
        name, key, find, edit, needs=("Lambda",), near=("Call", "FunctionDef"), which=d.which(), reverse=form not in
        ("partial", "bare"),
    )  # fmt: skip


@family("change-callee")
def call_conditional(d: Draw, name: str) -> Rule:
    """A called function becomes another one with the receiver or a fixed argument moved around it."""
    which_calls, needs, test = called(d)
    form = d.of(
        (f"{d.callee()}(__f__)(__args__)", f"{d.callee()}(__f__, __args__)", f"__f__.{d.name()}(__args__)",
         f"{d.dotted()}.{d.name()}(__f__)(__args__)", f"({d.callee()} or __f__)(__args__)", f"__f__({d.argument()})(__args__)")
    )  # fmt: skip

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.Call) if test(r) and _fixed(r.node)]

    def edit(code: Code, ref: Ref) -> None:
        new = expression(form, f=ref.node.func)
        _spread(new, ref.node.args, ref.node.keywords)
        ref.put(new)

    return site_rule(
        name, f"{which_calls}: {form}", find, edit, needs=needs, near=("Call",), which=d.which()
    )


@family("swap-receiver-argument")
def exchange_receiver(d: Draw, name: str) -> Rule:
    """`x.m(y)` becomes `y.m(x)`, for one method."""
    method = d.existing("method")

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(ast.Call)
            if isinstance(r.node.func, ast.Attribute)
            and r.node.func.attr == method
            and len(r.node.args) >= 1
            and not isinstance(r.node.args[0], (ast.Starred, *COMPREHENSIONS))
            and not same(r.node.args[0], r.node.func.value)
        ]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        node.func.value, node.args[0] = node.args[0], node.func.value

    return site_rule(name, method, find, edit, needs=(f"method:{method}", "Argument"), near=("MethodCall",), which=d.which())

