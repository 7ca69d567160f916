"""The steps composed rules are made of. Each changes a template in place, or says that it can not.

A template is a list of statements (or one expression, as a statement) with the holes of its pattern.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .draw import BINARY, COMPARISONS, Draw
from .trees import Ref, clone, expression, walk

Primitive = Callable[[Draw, "Template"], bool]
PRIMITIVES: dict[str, Primitive] = {}
STATEMENT_ONLY: set[str] = set()


class Template:
    """The after side in the making."""

    def __init__(self, nodes: list[Any], holes: tuple[str, ...]) -> None:
        self.is_expression = isinstance(nodes[0], ast.expr)
        self.module = ast.Module([ast.Expr(n) if isinstance(n, ast.expr) else n for n in clone(nodes)], [])
        self.holes = tuple(h for h in holes if h.startswith("__h"))

    @property
    def body(self) -> list[ast.stmt]:
        return self.module.body

    def refs(self, *kinds: type) -> list[Ref]:
        """Expressions that may be replaced."""
        wanted = kinds or (ast.expr,)
        return [
            r
            for r in walk(self.module)
            if isinstance(r.node, wanted)
            and not (isinstance(r.node, ast.Name) and r.node.id.startswith("__b"))
            and not isinstance(getattr(r.node, "ctx", None), ast.Store)
            and r.field not in ("target", "targets", "optional_vars", "type", "slice")
            and not isinstance(r.node, (ast.Starred, ast.Slice))
        ]

    def hole_refs(self) -> list[Ref]:
        return [r for r in self.refs(ast.Name) if r.node.id in self.holes]

    def text(self) -> str:
        return ast.unparse(ast.fix_missing_locations(self.module))


def primitive(name: str, statement: bool = False) -> Callable[[Primitive], Primitive]:
    def register(function: Primitive) -> Primitive:
        PRIMITIVES[name] = function
        if statement:
            STATEMENT_ONLY.add(name)
        return function

    return register


def _one(d: Draw, refs: list[Any]) -> Any:
    return d.of(refs) if refs else None


def _rewrite(kinds: tuple[type, ...], change: Callable[[Draw, Template, Ref], Any]) -> Primitive:
    """A primitive that replaces one node of these kinds; the change gives the new node, None, or True for in place."""

    def run(d: Draw, t: Template) -> bool:
        ref = _one(d, t.refs(*kinds))
        if ref is None:
            return False
        new = change(d, t, ref)
        if isinstance(new, ast.AST):
            ref.put(new)
        return new is not None and new is not False

    return run


def _hole(d: Draw, t: Template) -> Any:
    return ast.Name(d.of(t.holes), ast.Load()) if t.holes else expression(d.argument())


def _children(node: ast.AST) -> list[Any]:
    return [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr) and not isinstance(c, (ast.Starred, ast.Slice))]


def operand(d: Draw, t: Template) -> Any:
    return _hole(d, t) if d.chance(0.45) else expression(d.argument())


def _swap(d: Draw, t: Template, ref: Ref) -> bool:
    node = ref.node
    if isinstance(node, ast.BinOp):
        node.left, node.right = node.right, node.left
    elif isinstance(node, ast.Compare):
        node.left, node.comparators[0] = node.comparators[0], node.left
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    elif isinstance(node, ast.Subscript):
        if isinstance(node.slice, (ast.Slice, ast.Tuple)):
            return False
        node.value, node.slice = node.slice, node.value
    else:
        items = node.args if isinstance(node, ast.Call) else node.values if isinstance(node, ast.BoolOp) else node.elts
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(items) == 1:
            node.func.value, items[0] = items[0], node.func.value
            return True
        if len(items) < 2:
            return False
        items[0], items[-1] = items[-1], items[0]
    return True


def _operator(d: Draw, t: Template, ref: Ref) -> bool:
    node = ref.node
    if isinstance(node, ast.Compare):
        node.ops[0] = expression(f"a {d.of(COMPARISONS)} b").ops[0]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        node.op = d.of((ast.Not, ast.USub, ast.Invert))()
    else:
        node.op = expression(f"a {d.of(BINARY)} b").op
    return True


def _rename(d: Draw, t: Template, ref: Ref) -> Any:
    node = ref.node
    if isinstance(node, ast.Attribute):
        node.attr = d.name()
        return True
    return None if node.id.startswith("__") else expression(d.dotted())


def _change_kind(d: Draw, t: Template, ref: Ref) -> Any:
    """The same parts in another kind of expression."""
    node = ref.node
    if isinstance(node, ast.BinOp):
        return expression(d.of((f"{d.callee()}(__a__, __b__)", f"__a__.{d.name()}(__b__)", "(__a__, __b__)", "__a__ or __b__", "__a__ == __b__", "__a__[__b__]")), a=node.left, b=node.right)  # fmt: skip
    if isinstance(node, ast.Compare):
        return expression(d.of((f"{d.callee()}(__a__, __b__)", f"__a__.{d.name()}(__b__)", "(__a__, __b__)", "__a__ and __b__", "__a__ - __b__")), a=node.left, b=node.comparators[0])  # fmt: skip
    if isinstance(node, ast.BoolOp):
        return expression(d.of((f"{d.callee()}(__a__, __b__)", "__a__ if __b__ else None", "(__a__, __b__)", "__a__ == __b__", "all((__a__, __b__))")), a=node.values[0], b=node.values[-1])  # fmt: skip
    if isinstance(node, ast.IfExp):
        return expression(d.of((f"{d.callee()}(__t__, __a__, __b__)", "__t__ and __a__ or __b__", "(__b__, __a__)[__t__]")), t=node.test, a=node.body, b=node.orelse)  # fmt: skip
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
        return expression(d.of((f"__a__.{d.name()}(__b__)", f"{d.callee()}(__a__, __b__)", "__a__(__b__)", f"__a__.{d.name()}[__b__]")), a=node.value, b=node.slice)  # fmt: skip
    if isinstance(node, ast.Attribute):
        return expression(d.of((f"__a__.{node.attr}()", f"getattr(__a__, '{node.attr}')", f"__a__['{node.attr}']", f"{node.attr}(__a__)", f"__a__.{d.name()}.{node.attr}")), a=node.value)  # fmt: skip
    if isinstance(node, (ast.List, ast.Tuple)):
        return d.of((ast.Set, ast.List, ast.Tuple))(elts=node.elts, ctx=ast.Load()) if node.elts else None
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return d.of((ast.ListComp, ast.SetComp, ast.GeneratorExp))(node.elt, node.generators)
    return node.operand if isinstance(node, ast.UnaryOp) else None


def _change_call(d: Draw, t: Template, ref: Ref) -> Any:
    """Method to function, function to method, call to subscript or attribute."""
    node = ref.node
    if any(isinstance(a, ast.Starred) for a in node.args):
        return None
    if isinstance(node.func, ast.Attribute):
        receiver, method = node.func.value, node.func.attr
        if not node.args and not node.keywords and d.chance(0.5):
            return node.func
        if len(node.args) == 1 and d.chance(0.3):
            return expression("__x__[__a__]", x=receiver, a=node.args[0])
        return ast.Call(ast.Name(method, ast.Load()), [receiver, *node.args], node.keywords)
    if not node.args:
        return None
    if isinstance(node.func, ast.Name) and not node.func.id.startswith("__") and d.chance(0.6):
        return ast.Call(ast.Attribute(node.args[0], node.func.id, ast.Load()), node.args[1:], node.keywords)
    return expression("__f__[__a__]", f=node.func, a=node.args[0])


def _add_argument(d: Draw, t: Template, ref: Ref) -> bool:
    at = 0 if d.chance(0.4) else len(ref.node.args)
    ref.node.args.insert(at, operand(d, t))
    return True


def _add_keyword(d: Draw, t: Template, ref: Ref) -> bool:
    ref.node.keywords.append(ast.keyword(d.name(), operand(d, t)))
    return all(k.arg for k in ref.node.keywords)


def _drop_argument(d: Draw, t: Template, ref: Ref) -> bool:
    items = ref.node.keywords or ref.node.args
    if items:
        items.pop(0 if d.chance(0.5) else -1)
    return bool(items) or isinstance(ref.node.func, ast.Attribute)


def _merge_arguments(d: Draw, t: Template, ref: Ref) -> bool:
    node = ref.node
    if len(node.args) < 2 or any(isinstance(a, ast.Starred) for a in node.args):
        return False
    form = d.of(("(__a__, __b__)", "[__a__, __b__]", f"__a__ {d.of(BINARY)} __b__", "__a__ or __b__", f"{d.callee()}(__a__, __b__)", "{__a__: __b__}"))
    node.args[:2] = [expression(form, a=node.args[0], b=node.args[1])]
    return True


def _wrap(d: Draw, t: Template, ref: Ref) -> Any:
    text = d.wrap()
    if d.chance(0.3) and t.holes:
        text = d.of((f"{d.callee()}(__x__, __y__)", f"{d.callee()}(__y__, __x__)", "__x__ or __y__", "(__x__, __y__)", "__y__[__x__]", "__x__ if __y__ else None", f"__y__.{d.name()}(__x__)"))  # fmt: skip
    return expression(text, x=ref.node, y=_hole(d, t))


def _unwrap(d: Draw, t: Template, ref: Ref) -> Any:
    return _one(d, _children(ref.node))


def _nest(d: Draw, t: Template, ref: Ref) -> Any:
    """f(a) becomes f(f(a)), or a.f().f()."""
    node = ref.node
    if isinstance(node.func, ast.Attribute) and d.chance(0.6):
        return ast.Call(ast.Attribute(node, node.func.attr, ast.Load()), clone(node.args), clone(node.keywords))
    outer = clone(node)
    if not outer.args:
        return None
    outer.args[0] = node
    return outer


OPERATIONS = (ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp)
COMPLEX = (ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Call, ast.Attribute, ast.Subscript, ast.IfExp, ast.Tuple, ast.List)
PRIMITIVES.update(
    {
        "wrap": _rewrite((), _wrap),
        "unwrap": _rewrite(COMPLEX, _unwrap),
        "swap": _rewrite((ast.BinOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Call, ast.BoolOp, ast.Tuple, ast.List), _swap),
        "operator": _rewrite(OPERATIONS, _operator),
        "rename": _rewrite((ast.Name, ast.Attribute), _rename),
        "constant": _rewrite((ast.Constant,), lambda d, t, r: operand(d, t)),
        "change-kind": _rewrite(
            (*OPERATIONS, ast.IfExp, ast.Subscript, ast.Attribute, ast.List, ast.Tuple, ast.ListComp, ast.SetComp, ast.GeneratorExp),
            _change_kind,
        ),
        "change-call": _rewrite((ast.Call,), _change_call),
        "add-argument": _rewrite((ast.Call,), _add_argument),
        "add-keyword": _rewrite((ast.Call,), _add_keyword),
        "drop-argument": _rewrite((ast.Call,), _drop_argument),
        "merge-arguments": _rewrite((ast.Call,), _merge_arguments),
        "nest": _rewrite((ast.Call,), _nest),
        "negate": _rewrite((ast.Compare, ast.BoolOp, ast.Name, ast.Call), lambda d, t, r: expression("not __x__", x=r.node)),
        "literal": _rewrite(COMPLEX, lambda d, t, r: expression(d.argument())),
        "defer": _rewrite((ast.Call, ast.Name), lambda d, t, r: expression("lambda: __x__", x=r.node)),
        "conditional": _rewrite(
            (), lambda d, t, r: expression(f"__x__ if {d.condition(d.of(t.holes))} else {d.argument()}", x=r.node)
        ),
        "in-display": _rewrite(
            (), lambda d, t, r: expression(d.of(("[__x__]", "(__x__,)", "{__x__}", "(__x__, __y__)", "[__y__, __x__]")), x=r.node, y=_hole(d, t))
        ),
    }
)  # fmt: skip


@primitive("exchange-holes")
def exchange_holes(d: Draw, t: Template) -> bool:
    if len(t.holes) < 2:
        return False
    a, b = d.rng.sample(t.holes, 2)
    names = {a: b, b: a}
    for node in ast.walk(t.module):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return True


@primitive("copy-hole")
def copy_hole(d: Draw, t: Template) -> bool:
    """One hole's place is taken by another."""
    ref = _one(d, t.hole_refs())
    others = [h for h in t.holes if ref is not None and h != ref.node.id]
    if ref is None or not others:
        return False
    ref.put(ast.Name(d.of(others), ast.Load()))
    return True


@primitive("extend-hole")
def extend_hole(d: Draw, t: Template) -> bool:
    """Every use of one hole gets an attribute, a call or a subscript."""
    if not t.holes:
        return False
    hole = d.of(t.holes)
    text = d.of((f"__x__.{d.name()}", f"__x__.{d.name()}()", f"__x__[{d.argument()}]", f"{d.callee()}(__x__)", "__x__()"))
    refs = [r for r in t.hole_refs() if r.node.id == hole]
    for ref in reversed(refs):
        ref.put(expression(text, x=ref.node))
    return bool(refs)
