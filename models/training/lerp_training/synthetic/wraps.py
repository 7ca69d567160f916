"""Families that put an expression around another one, a family for each place, and those that take one off."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .draw import Draw
from .rules import Rule, families, family, site_rule
from .trees import COMPREHENSIONS, FOR_LOOPS, WITHS, Code, Ref, expression, is_pure, name_of

Slot = tuple[tuple[str, ...], tuple[str, ...], Callable[[Code], list[Ref]]]


def _field(field: str, *kinds: type) -> Callable[[Code], list[Ref]]:
    """The child `field` of every node of these kinds."""

    def find(code: Code) -> list[Ref]:
        return [
            Ref(getattr(ref.node, field), ref.node, field, None)
            for ref in code.find(*kinds)
            if getattr(ref.node, field) is not None
        ]

    return find


def _item(field: str, at: int | None, kind: type, least: int = 1) -> Callable[[Code], list[Ref]]:
    """The first, last or (None) every item of a list field of every node of this kind."""

    def find(code: Code) -> list[Ref]:
        found = []
        for ref in code.find(kind):
            items = getattr(ref.node, field)
            if len(items) >= least:
                chosen = range(len(items)) if at is None else (at % len(items),)
                found += [Ref(items[i], ref.node, field, i) for i in chosen]
        return found

    return find


def _callee(code: Code) -> list[Ref]:
    return [ref for ref in _field("func", ast.Call)(code) if isinstance(ref.node, ast.Name)]


def _receiver(code: Code) -> list[Ref]:
    """What a method is called on."""
    return [
        Ref(ref.node.func.value, ref.node.func, "value", None)
        for ref in code.find(ast.Call)
        if isinstance(ref.node.func, ast.Attribute)
    ]


def _index(code: Code) -> list[Ref]:
    def sliced(node: ast.AST) -> bool:
        return isinstance(node, ast.Slice) or (isinstance(node, ast.Tuple) and any(map(sliced, node.elts)))

    return [ref for ref in _field("slice", ast.Subscript)(code) if not sliced(ref.node)]


def _default(code: Code) -> list[Ref]:
    args = code.fn.args
    positional = [Ref(node, args, "defaults", i) for i, node in enumerate(args.defaults)]
    return positional + [Ref(node, args, "kw_defaults", i) for i, node in enumerate(args.kw_defaults) if node]


def _context(code: Code) -> list[Ref]:
    return [Ref(i.context_expr, i, "context_expr", None) for ref in code.find(*WITHS) for i in ref.node.items]


def _formatted(code: Code) -> list[Ref]:
    return [ref for ref in code.refs if isinstance(ref.parent, ast.FormattedValue)]


def _call_value(code: Code) -> list[Ref]:
    """Calls that stand as a statement."""
    return [ref for ref in _field("value", ast.Expr)(code) if isinstance(ref.node, ast.Call)]


SLOTS: dict[str, Slot] = {
    "wrap-return": (("Returned",), ("Return", "Yield"), _field("value", ast.Return)),
    "wrap-yield": (("Yield",), ("Return",), _field("value", ast.Yield)),
    "wrap-first-argument": (("Argument",), ("Call",), _item("args", 0, ast.Call)),
    "wrap-last-argument": (("TwoArguments",), ("Call",), _item("args", -1, ast.Call, 2)),
    "wrap-every-argument": (("Argument",), ("Call",), _item("args", None, ast.Call)),
    "wrap-keyword-value": (("keyword",), ("TwoArguments",), _field("value", ast.keyword)),
    "wrap-assigned": (("Assign",), ("AugAssign", "AnnAssign"), _field("value", ast.Assign)),
    "wrap-augmented": (("AugAssign",), ("Assign",), _field("value", ast.AugAssign)),
    "wrap-iterated": (("For",), ("While",), _field("iter", *FOR_LOOPS)),
    "wrap-comprehension-iterated": (("comprehension",), ("For",), _field("iter", ast.comprehension)),
    "wrap-if-condition": (("If",), ("IfExp", "While", "Assert"), _field("test", ast.If)),
    "wrap-while-condition": (("While",), ("If", "For"), _field("test", ast.While)),
    "wrap-any-condition": (("If",), ("Compare", "BoolOp"), _field("test", ast.If, ast.While, ast.IfExp, ast.Assert)),
    "wrap-ternary-condition": (("IfExp",), ("If",), _field("test", ast.IfExp)),
    "wrap-assert-condition": (("Assert",), ("If", "Raise"), _field("test", ast.Assert)),
    "wrap-index": (("Subscript",), ("Call",), _index),
    "wrap-subscripted": (("Subscript",), ("Attribute",), _field("value", ast.Subscript)),
    "wrap-receiver": (("MethodCall",), ("Attribute",), _receiver),
    "wrap-callee": (("Call",), ("MethodCall",), _callee),
    "wrap-compared-left": (("Compare",), ("BinOp",), _field("left", ast.Compare)),
    "wrap-compared-right": (("Compare",), ("BinOp",), _item("comparators", 0, ast.Compare)),
    "wrap-left-operand": (("BinOp",), ("Compare",), _field("left", ast.BinOp)),
    "wrap-right-operand": (("BinOp",), ("Compare",), _field("right", ast.BinOp)),
    "wrap-first-bool-operand": (("BoolOp",), ("Compare",), _item("values", 0, ast.BoolOp)),
    "wrap-negated": (("Not",), ("UnaryOp", "NotEq"), _field("operand", ast.UnaryOp)),
    "wrap-list-element": (("List",), ("Tuple",), _item("elts", None, ast.List)),
    "wrap-tuple-first": (("Tuple",), ("List",), _item("elts", 0, ast.Tuple, 2)),
    "wrap-dict-value": (("Dict",), ("Call",), _item("values", None, ast.Dict)),
    "wrap-element": (("comprehension",), ("For",), _field("elt", *COMPREHENSIONS)),
    "wrap-default": (("Default",), ("Parameter",), _default),
    "wrap-raised": (("Raise",), ("Assert",), _field("exc", ast.Raise)),
    "wrap-context": (("With",), ("Try",), _context),
    "wrap-awaited": (("Await",), ("Call",), _field("value", ast.Await)),
    "wrap-lambda-body": (("Lambda",), ("Call",), _field("body", ast.Lambda)),
    "wrap-formatted": (("JoinedStr",), ("Mod",), _formatted),
    "wrap-call-statement": (("Expr", "Call"), ("Assign",), _call_value),
    "wrap-ternary-body": (("IfExp",), ("If",), _field("body", ast.IfExp)),
}
CONDITIONS = ("wrap-if-condition", "wrap-while-condition", "wrap-any-condition", "wrap-assert-condition")


def wrappable(node: Any) -> bool:
    return not isinstance(node, (ast.Starred, ast.Slice)) and getattr(node, "ctx", None).__class__ is not ast.Store


def condition_wrap(d: Draw) -> str:
    return d.of(
        (
            "not __x__",
            f"__x__ and {d.condition()}",
            f"__x__ or {d.condition()}",
            f"{d.condition()} and __x__",
            f"{d.condition()} or __x__",
            f"__x__ is {d.of(('True', 'False', 'None', 'not None'))}",
            f"{d.callee()}(__x__)",
            f"bool(__x__) {d.of(('==', '!='))} {d.argument()}",
            f"not ({d.condition()} or __x__)",
        )
    )


@families(list(SLOTS))
def wrap(d: Draw, name: str) -> Rule:
    needs, near, slot = SLOTS[name]
    text = condition_wrap(d) if name in CONDITIONS and d.chance(0.6) else d.wrap()
    only = d.kind()

    def find(code: Code) -> list[Ref]:
        found = [ref for ref in slot(code) if wrappable(ref.node)]
        return [ref for ref in found if type(ref.node).__name__ == only] if only else found

    def edit(code: Code, ref: Ref) -> None:
        ref.put(expression(text, x=getattr(ref.parent, ref.field) if ref.index is None else ref.node))

    return site_rule(
        name, f"{only or '*'} -> {text}", find, edit,
        needs=needs + ((only,) if only else ()), near=needs + near, which=d.which(),
    )  # fmt: skip


@family("wrap-name")
def wrap_name(d: Draw, name: str) -> Rule:
    """Every read of one name, or of one attribute of self."""
    role = d.of(("name", "self"))
    old, text = d.existing(role), d.wrap()

    def find(code: Code) -> list[Ref]:
        if role == "name":
            found = [r for r in code.find(ast.Name) if r.node.id == old]
        else:
            found = [r for r in code.find(ast.Attribute) if r.node.attr == old and name_of(r.node.value) == "self"]
        return [r for r in found if isinstance(r.node.ctx, ast.Load)]

    return site_rule(
        name, f"{role} {old} -> {text}", find, lambda code, ref: ref.put(expression(text, x=ref.node)),
        needs=(f"{role}:{old}",), near=(f"{role}:{old}", "Attribute"), which=d.which(),
    )  # fmt: skip


@family("wrap-call-to")
def wrap_call_to(d: Draw, name: str) -> Rule:
    """Every call of one function or method."""
    role = d.of(("function", "method"))
    called, text = d.existing(role), d.wrap()
    kind = ast.Name if role == "function" else ast.Attribute

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.Call) if isinstance(r.node.func, kind) and name_of(r.node.func) == called]

    return site_rule(
        name, f"{role} {called} -> {text}", find, lambda code, ref: ref.put(expression(text, x=ref.node)),
        needs=(f"{role}:{called}",), near=("Call",), which=d.which(),
    )  # fmt: skip


@family("wrap-operation")
def wrap_operation(d: Draw, name: str) -> Rule:
    """Every binary operation, comparison, collection ... as a whole."""
    kinds = (ast.BinOp, ast.Compare, ast.BoolOp, ast.Dict, ast.List, ast.Tuple, ast.Subscript, ast.JoinedStr, ast.Lambda,
             ast.IfExp, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.Set, ast.Await, ast.UnaryOp)  # fmt: skip
    kind, text = d.of(kinds), d.wrap()
    outer = d.narrowed(("", "Call", "Return", "Assign", "If", "BinOp", "Compare", "keyword"))

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(kind)
            if getattr(r.node, "ctx", None).__class__ is not ast.Store
            and (not outer or type(r.parent).__name__ == outer)
            and r.field not in ("annotation", "returns", "slice", "format_spec", "target", "targets")
        ]

    return site_rule(
        name, f"{kind.__name__} in {outer} -> {text}", find, lambda code, ref: ref.put(expression(text, x=ref.node)),
        needs=(kind.__name__, outer) if outer else (kind.__name__,), near=(kind.__name__, "Call"), which=d.which(),
    )  # fmt: skip


# taking off

_UNWRAPS: dict[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "unwrap-await": (("Await",), lambda n: n.value if isinstance(n, ast.Await) else None),
    "unwrap-not": (("Not",), lambda n: n.operand if isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.Not) else None),
    "unwrap-unary": (("UnaryOp",), lambda n: n.operand if isinstance(n, ast.UnaryOp) else None),
    "unwrap-ternary": (("IfExp",), lambda n: n.body if isinstance(n, ast.IfExp) else None),
    "unwrap-ternary-else": (("IfExp",), lambda n: n.orelse if isinstance(n, ast.IfExp) else None),
    "unwrap-left-operand": (("BinOp",), lambda n: n.left if isinstance(n, ast.BinOp) else None),
    "unwrap-right-operand": (("BinOp",), lambda n: n.right if isinstance(n, ast.BinOp) else None),
    "unwrap-bool-first": (("BoolOp",), lambda n: n.values[0] if isinstance(n, ast.BoolOp) else None),
    "unwrap-bool-last": (("BoolOp",), lambda n: n.values[-1] if isinstance(n, ast.BoolOp) else None),
    "unwrap-compare": (("Compare",), lambda n: n.left if isinstance(n, ast.Compare) else None),
    "unwrap-subscript": (("Subscript",), lambda n: n.value if isinstance(n, ast.Subscript) else None),
    "unwrap-lambda": (("Lambda",), lambda n: n.body if isinstance(n, ast.Lambda) else None),
    "unwrap-tuple": (("Tuple",), lambda n: n.elts[0] if isinstance(n, ast.Tuple) and n.elts else None),
    "unwrap-list": (("List",), lambda n: n.elts[0] if isinstance(n, ast.List) and len(n.elts) == 1 else None),
    "unwrap-starred": (("Starred",), lambda n: n.value if isinstance(n, ast.Starred) else None),
    "unwrap-method": (
        ("MethodCall",),
        lambda n: n.func.value if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) else None,
    ),
    "unwrap-call": (("Argument",), lambda n: n.args[0] if isinstance(n, ast.Call) and len(n.args) == 1 else None),
    "unwrap-comprehension": (("comprehension",), lambda n: n.generators[0].iter if isinstance(n, COMPREHENSIONS) else None),
}  # fmt: skip


@families(list(_UNWRAPS))
def unwrap(d: Draw, name: str) -> Rule:
    """An expression becomes its own part; for calls and methods of one name only, or of any."""
    needs, part = _UNWRAPS[name]
    called = None
    if name in ("unwrap-call", "unwrap-method") and d.chance(0.85):
        role = "method" if name == "unwrap-method" else d.of(("function", "method"))
        called = d.existing(role)
        needs = (f"{role}:{called}",)
    inside = d.narrowed(("", "Return", "Assign", "If", "Call", "For", "keyword", "Expr"))

    def find(code: Code) -> list[Ref]:
        return [
            ref
            for ref in code.refs
            if ref.parent is not None
            and part(ref.node) is not None
            and (not inside or type(ref.parent).__name__ == inside)
            and (called is None or name_of(ref.node.func) == called)
            and ref.field not in ("annotation", "returns", "targets", "target")
            and not (inside == "" and isinstance(ref.parent, ast.Expr) and is_pure(part(ref.node)))
        ]

    def edit(code: Code, ref: Ref) -> None:
        ref.put(part(ref.node))

    return site_rule(
        name, f"{called or '*'} in {inside or '*'}", find, edit,
        needs=needs + ((inside,) if inside else ()), near=needs, which=d.which(), reverse=False,
    )  # fmt: skip


@family("unwrap-attribute")
def unwrap_attribute(d: Draw, name: str) -> Rule:
    """`x.name` becomes `x`, for one name."""
    old = d.existing("attr")

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.Attribute) if r.node.attr == old and r.parent is not None]

    return site_rule(
        name, old, find, lambda code, ref: ref.put(ref.node.value),
        needs=(f"attr:{old}",), near=("Attribute",), which=d.which(), reverse=False,
    )  # fmt: skip


@family("rewrap")
def rewrap(d: Draw, name: str) -> Rule:
    """A call of one function becomes another expression around its only argument."""
    role = d.of(("function", "method"))
    called, text = d.existing(role), d.wrap()

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(ast.Call)
            if name_of(r.node.func) == called and len(r.node.args) == 1 and not r.node.keywords and wrappable(r.node.args[0])
        ]  # fmt: skip

    return site_rule(
        name, f"{called} -> {text}", find, lambda code, ref: ref.put(expression(text, x=ref.node.args[0])),
        needs=(f"{role}:{called}",), near=(f"{role}:{called}", "Call"), which=d.which(), reverse=role == "function",
    )  # fmt: skip


@family("wrap-both-operands")
def wrap_both_operands(d: Draw, name: str) -> Rule:
    """Both sides of an operation or a comparison."""
    kind = d.of((ast.BinOp, ast.Compare))
    text = d.wrap()

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(kind) if kind is ast.BinOp or len(r.node.ops) == 1]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        node.left = expression(text, x=node.left)
        if kind is ast.BinOp:
            node.right = expression(text, x=node.right)
        else:
            node.comparators[0] = expression(text, x=node.comparators[0])

    return site_rule(
        name, f"{kind.__name__} {text}", find, edit,
        needs=(kind.__name__,), near=("BoolOp", "AugAssign"), which=d.which(),
    )  # fmt: skip
