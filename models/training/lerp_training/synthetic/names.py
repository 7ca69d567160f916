"""Families that change a name, an operator or a constant."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .draw import Draw
from .rules import Rule, families, family, site_rule
from .trees import FUNCTIONS, Code, Ref, Refusal, expression, name_of

# role of the name: (feature that indexes it, identifier field, kinds of node that carry it)
_ROLES: dict[str, tuple[str, str, tuple[type, ...]]] = {
    "rename-name": ("name", "id", (ast.Name,)),
    "rename-attribute": ("attr", "attr", (ast.Attribute,)),
    "rename-keyword": ("keyword", "arg", (ast.keyword,)),
    "rename-parameter": ("param", "arg", (ast.arg,)),
}


def _rename(code: Code, new: str, ref: Ref, field: str) -> None:
    setattr(ref.node, field, new)


@families(list(_ROLES))
def rename(d: Draw, name: str) -> Rule:
    role, field, kinds = _ROLES[name]
    old = d.existing(role)
    new = d.klass() if old[:1].isupper() else d.name()

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(*kinds) if getattr(r.node, field) == old]
        if name == "rename-parameter" and found:  # its uses too
            found += [r for r in code.find(ast.Name) if r.node.id == old]
        if found and new in code.names:
            raise Refusal
        return found

    near = {"rename-name": "Assign", "rename-attribute": "Attribute", "rename-keyword": "keyword"}.get(name, "Parameter")
    return site_rule(
        name, f"{old} -> {new}", find, lambda code, ref: _rename(code, new, ref, field),
        needs=(f"{role}:{old}",), near=(near,),
    )  # fmt: skip


def _calls(role: str, called: str) -> Callable[[Code], list[Ref]]:
    kind = ast.Name if role == "function" else ast.Attribute
    return lambda code: [
        r for r in code.find(ast.Call) if isinstance(r.node.func, kind) and name_of(r.node.func) == called
    ]


@families(["rename-called-function", "rename-called-method"])
def rename_called(d: Draw, name: str) -> Rule:
    """Only where it is called."""
    role = name.rsplit("-", 1)[1]
    old = d.existing(role)
    new = d.name() if role == "method" or d.chance(0.5) else d.dotted()

    def edit(code: Code, ref: Ref) -> None:
        if role == "method":
            ref.node.func.attr = new
        else:
            ref.node.func = expression(new)

    return site_rule(
        name, f"{old} -> {new}", _calls(role, old), edit,
        needs=(f"{role}:{old}",), near=("MethodCall" if role == "method" else "Call",), which=d.which(),
    )  # fmt: skip


@family("rename-module")
def rename_module(d: Draw, name: str) -> Rule:
    """The name a method is called on or an attribute is read from."""
    old, new = d.existing("name"), d.name() if d.chance(0.6) else d.dotted()
    called = d.chance(0.5)

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(ast.Name) if r.node.id == old and isinstance(r.parent, ast.Attribute)]
        if called:
            functions = {id(r.node.func) for r in code.find(ast.Call)}
            found = [r for r in found if id(r.parent) in functions]
        return found

    return site_rule(
        name, f"{old} -> {new} {called}", find, lambda code, ref: ref.put(expression(new)),
        needs=(f"name:{old}", "Attribute"), near=("Attribute", f"name:{old}"), which=d.which(),
    )  # fmt: skip


@family("rename-function")
def rename_function(d: Draw, name: str) -> Rule:
    """The function itself, where its name starts with one word."""
    new = d.name()
    only = d.narrowed(("", "Method", "Parameter", "Return", "For", "Raise", "Decorated", "Yield", "Try", "Docstring", "With"))

    def find(code: Code) -> list[Any]:
        holds = {
            "Method": bool(code.fn.args.args) and code.fn.args.args[0].arg == "self",
            "Parameter": bool(code.parameters),
            "Decorated": bool(code.fn.decorator_list),
            "Docstring": bool(code.body_start),
        }
        here = not only or holds.get(only, any(type(r.node).__name__ == only for r in code.refs))
        return [code.fn] if here and code.fn.name != new else []

    def edit(code: Code, fn: Any) -> None:
        fn.name = new

    return site_rule(name, f"{only} -> {new}", find, edit, near=("Call",), reverse=False)


@families(["rename-raised", "rename-caught"])
def rename_exception(d: Draw, name: str) -> Rule:
    role = "raise" if name == "rename-raised" else "except"
    old, new = d.existing(role), d.exception()

    def find(code: Code) -> list[Ref]:
        if role == "except":
            return [
                Ref(r.node.type, r.node, "type", None)
                for r in code.find(ast.ExceptHandler)
                if r.node.type is not None and name_of(r.node.type) == old
            ]
        found = []
        for r in code.find(ast.Raise):
            if isinstance(r.node.exc, ast.Call) and name_of(r.node.exc.func) == old:
                found.append(Ref(r.node.exc.func, r.node.exc, "func", None))
            elif r.node.exc is not None and name_of(r.node.exc) == old:
                found.append(Ref(r.node.exc, r.node, "exc", None))
        return found

    def edit(code: Code, ref: Ref) -> None:
        if new in code.names or new == old:
            raise Refusal
        ref.put(expression(new))

    return site_rule(
        name, f"{old} -> {new}", find, edit,
        needs=(f"{role}:{old}",), near=("Raise" if role == "raise" else "Try",), which=d.which(),
    )  # fmt: skip


@families(["rename-prefix-attribute", "name-to-expression", "attribute-of-self-to-expression"])
def to_expression(d: Draw, name: str) -> Rule:
    """A name, attribute or field of self becomes another expression."""
    role = {"rename-prefix-attribute": "attr", "name-to-expression": "name"}.get(name, "self")
    old = d.existing(role)
    if role == "attr":
        new = f"__x__.{d.name()}.{old}"
    else:
        new = d.of((d.dotted(), f"{d.dotted()}[{d.argument()}]", d.call(), f"{d.dotted()}.{old}", d.constant()))

    def find(code: Code) -> list[Ref]:
        kind = ast.Name if role == "name" else ast.Attribute
        return [
            r
            for r in code.find(kind)
            if name_of(r.node) == old
            and isinstance(r.node.ctx, ast.Load)
            and (role != "self" or name_of(r.node.value) == "self")
        ]

    def edit(code: Code, ref: Ref) -> None:
        ref.put(expression(new, x=getattr(ref.node, "value", None)))

    return site_rule(
        name, f"{old} -> {new}", find, edit,
        needs=(f"{role}:{old}",), near=(f"{role}:{old}", "Attribute"), which=d.which(),
    )  # fmt: skip


# operators

_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd, ast.BitOr, ast.BitXor,
           ast.LShift, ast.RShift, ast.MatMult)  # fmt: skip
_COMPARE = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_UNARY = (ast.Not, ast.USub, ast.Invert, ast.UAdd)
_BOOL = (ast.And, ast.Or)
_COMMON = {
    "BinOp": (ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.Div, ast.BitOr, ast.BitAnd, ast.FloorDiv),
    "AugAssign": (ast.Add, ast.Sub, ast.Mult, ast.BitOr, ast.Div),
    "Compare": _COMPARE,
    "UnaryOp": (ast.Not, ast.USub),
    "BoolOp": _BOOL,
}
_OPERATORS: dict[str, tuple[type, tuple[type, ...]]] = {
    "change-binary-operator": (ast.BinOp, _BINARY),
    "change-augmented-operator": (ast.AugAssign, _BINARY),
    "change-comparison": (ast.Compare, _COMPARE),
    "change-unary-operator": (ast.UnaryOp, _UNARY),
    "change-bool-operator": (ast.BoolOp, _BOOL),
}


@families(list(_OPERATORS))
def change_operator(d: Draw, name: str) -> Rule:
    kind, operators = _OPERATORS[name]
    old, new = d.of(_COMMON[kind.__name__]), d.of(operators)
    inside = d.narrowed(("", "Return", "Assign", "If", "While", "Call", "BoolOp", "BinOp", "IfExp", "comprehension"))
    which = d.which()

    def at(node: Any) -> Any:
        return node.ops[0] if isinstance(node, ast.Compare) else node.op

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(kind) if isinstance(at(r.node), old)]
        found = [r for r in found if not isinstance(r.node, ast.Compare) or len(r.node.ops) == 1]
        if found and (old is new or any(isinstance(r.node, new) for r in code.refs)):
            raise Refusal
        return [r for r in found if not inside or kind is ast.AugAssign or type(r.parent).__name__ == inside]

    def edit(code: Code, ref: Ref) -> None:
        if isinstance(ref.node, ast.Compare):
            ref.node.ops[0] = new()
        else:
            ref.node.op = new()

    return site_rule(
        name, f"{old.__name__} -> {new.__name__} in {inside}", find, edit,
        needs=(old.__name__, kind.__name__), near=(kind.__name__,), which=which,
    )  # fmt: skip


@families(["flip-comparison", "negate-comparison"])
def flip(d: Draw, name: str) -> Rule:
    """Each comparison with one operator: sides exchanged with the operator turned, or the opposite operator."""
    opposite = dict(zip(_COMPARE, (ast.NotEq, ast.Eq, ast.GtE, ast.Gt, ast.LtE, ast.Lt, ast.IsNot, ast.Is, ast.NotIn, ast.In)))
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}
    flipping = name == "flip-comparison"
    old = d.of(tuple(turned) if flipping else _COMPARE)
    inside = d.narrowed(("", "If", "Return", "BoolOp", "While", "IfExp", "Assert", "comprehension"))

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(ast.Compare)
            if len(r.node.ops) == 1
            and isinstance(r.node.ops[0], old)
            and (not inside or type(r.parent).__name__ == inside)
        ]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if flipping:
            node.left, node.comparators[0] = node.comparators[0], node.left
            node.ops[0] = turned[old]()
        else:
            if any(isinstance(r.node, opposite[old]) for r in code.refs):
                raise Refusal
            node.ops[0] = opposite[old]()

    needs = (old.__name__, "Compare") + ((inside,) if inside else ())
    return site_rule(name, f"{old.__name__} in {inside}", find, edit, needs=needs, near=("Compare",), which=d.which())


@families(["chain-comparison", "split-comparison", "bool-append", "bool-prepend"])
def grow_condition(d: Draw, name: str) -> Rule:
    """Conditions grow by another operand; a chained comparison is split."""
    extra = f"{d.of(('<', '<=', '>', '==', '!=', 'in', 'is not'))} {d.argument()}"
    operand, only = d.condition(), d.of((ast.And, ast.Or))
    kind: type = ast.Compare if "comparison" in name else ast.BoolOp
    operator = d.of(_COMPARE)

    def find(code: Code) -> list[Ref]:
        found = code.find(kind)
        if name == "split-comparison":
            return [r for r in found if len(r.node.ops) == 2]
        if name == "chain-comparison":
            return [r for r in found if len(r.node.ops) == 1 and isinstance(r.node.ops[0], operator)]
        return [r for r in found if isinstance(r.node.op, only)]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if name == "chain-comparison":
            grown = expression(f"__x__ {extra}", x=node.left)
            node.ops += grown.ops
            node.comparators += grown.comparators
        elif name == "split-comparison":
            first, second = node.comparators
            new = expression("__a__ < __b__ and __b__ < __c__", a=node.left, b=first, c=second)
            new.values[0].ops, new.values[1].ops = node.ops[:1], node.ops[1:]
            ref.put(new)
        else:
            node.values.insert(len(node.values) if name == "bool-append" else 0, expression(operand))

    key = {"chain-comparison": f"{operator.__name__} {extra}", "split-comparison": "all"}.get(name, f"{only.__name__} {operand}")
    near = ("Compare", "If")
    need = "ChainedCompare" if name == "split-comparison" else kind.__name__
    return site_rule(name, key, find, edit, needs=(need,), near=near, which=d.which())


# constants


@families(["change-constant", "constant-to-name", "constant-to-call"])
def change_constant(d: Draw, name: str) -> Rule:
    """One constant becomes another, a name, or is put in a call."""
    old = d.existing("const")
    new = {"change-constant": d.constant, "constant-to-name": d.dotted, "constant-to-call": d.call}[name]()
    if name == "constant-to-name" and d.chance(0.3):
        new = d.upper()
    inside = d.narrowed(("", "Return", "Assign", "Call", "Compare", "BinOp", "keyword", "Subscript", "arguments"))

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(ast.Constant)
            if repr(r.node.value) == old
            and not isinstance(r.parent, (ast.Expr, ast.MatchValue, ast.MatchSingleton))
            and (not inside or type(r.parent).__name__ == inside)
        ]

    def edit(code: Code, ref: Ref) -> None:
        if new == old:
            raise Refusal
        ref.put(expression(new))

    return site_rule(
        name, f"{old} -> {new} in {inside}", find, edit,
        needs=(f"const:{old}",), near=("Value", f"const:{old}"), which=d.which(),
    )  # fmt: skip


@families(["wrap-string", "wrap-number", "wrap-none"])
def wrap_constant(d: Draw, name: str) -> Rule:
    """Every string, number or None that is no docstring."""
    kinds: dict[str, tuple[type, ...]] = {"wrap-string": (str,), "wrap-number": (int, float), "wrap-none": (type(None),)}
    text = d.wrap()
    inside = d.narrowed(("", "Call", "Assign", "Return", "Compare", "keyword", "BinOp", "Dict", "Subscript", "List", "Tuple"))

    def find(code: Code) -> list[Ref]:
        return [
            r
            for r in code.find(ast.Constant)
            if type(r.node.value) in kinds[name]
            and not isinstance(r.parent, (ast.Expr, ast.MatchValue, ast.MatchSingleton))
            and r.field not in ("annotation", "returns")
            and (not inside or type(r.parent).__name__ == inside)
        ]

    return site_rule(
        name, f"{text} in {inside}", find, lambda code, ref: ref.put(expression(text, x=ref.node)),
        needs=("Value", inside) if inside else ("Value",), near=("Value", "Call"), which=d.which(),
    )  # fmt: skip


@family("change-docstring")
def change_docstring(d: Draw, name: str) -> Rule:
    new = d.string()

    def find(code: Code) -> list[Ref]:
        return [
            Ref(r.node.body[0].value, r.node.body[0], "value", None)
            for r in code.find(*FUNCTIONS)
            if r.node is code.fn and code.body_start
        ]

    return site_rule(
        name, new, find, lambda code, ref: ref.put(expression(new)), needs=("Docstring",), near=("Expr",), reverse=False
    )
