"""The steps composed rules are made of. Each changes a template in place, or says that it can not.

A template is a list of statements (or one expression, as a statement) with the holes of its pattern.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .blocks import around
from .draw import BINARY, COMPARISONS, Draw
from .trees import Ref, clone, expression, same, statements, walk

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


def _operand(d: Draw, t: Template) -> Any:
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
    ref.node.args.insert(at, _operand(d, t))
    return True


def _add_keyword(d: Draw, t: Template, ref: Ref) -> bool:
    ref.node.keywords.append(ast.keyword(d.name(), _operand(d, t)))
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
        "constant": _rewrite((ast.Constant,), lambda d, t, r: _operand(d, t)),
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


# statements


def _inner_blocks(t: Template) -> list[list[ast.stmt]]:
    found = [t.body]
    for ref in walk(t.module):
        for field in ("body", "orelse"):
            block = getattr(ref.node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt) and block is not t.body:
                found.append(block)
    return found


def _hole_names(t: Template) -> list[str]:
    return [h.strip("_") for h in t.holes]


def _statement(d: Draw, t: Template) -> list[ast.stmt]:
    return statements(d.statement(_hole_names(t)))


@primitive("insert-before", True)
def insert_before(d: Draw, t: Template) -> bool:
    block = d.of(_inner_blocks(t))
    block[:0] = _statement(d, t)
    return True


@primitive("insert-after", True)
def insert_after(d: Draw, t: Template) -> bool:
    blocks = [b for b in _inner_blocks(t) if not isinstance(b[-1], (ast.Return, ast.Raise))]
    if not blocks:
        return False
    d.of(blocks).extend(_statement(d, t))
    return True


@primitive("around", True)
def put_around(d: Draw, t: Template) -> bool:
    block = d.of(_inner_blocks(t))
    text = around(d)
    if t.holes and d.chance(0.4):
        text = f"{d.of(('if', 'while'))} {d.condition(d.of(t.holes))}:\n    __body__"
    block[:] = statements(text, body=list(block))
    return True


@primitive("lift", True)
def lift(d: Draw, t: Template) -> bool:
    """A compound statement becomes its body, its test or context a statement or nothing."""
    for block in _inner_blocks(t):
        for i, node in enumerate(block):
            if isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try)):
                head = getattr(node, "test", None) or getattr(node, "iter", None)
                kept = [ast.Expr(head)] if isinstance(head, ast.Call) and d.chance(0.6) else []
                block[i : i + 1] = kept + node.body
                return True
    return False


@primitive("split", True)
def split(d: Draw, t: Template) -> bool:
    """A part of a statement gets a name before it."""
    at = int(d.rng.random() * len(t.body))
    refs = [r for r in walk(t.body[at]) if any(r.node is x.node for x in t.refs()) and r.parent is not None]
    refs = [r for r in refs if r.field != "func" and not (isinstance(r.parent, ast.Expr) and r.parent in t.body)]
    inner = [r for r in refs if not isinstance(t.body[at], (ast.If, ast.For, ast.While, ast.With, ast.Try)) or r.parent is t.body[at]]
    ref = _one(d, inner)
    if ref is None:
        return False
    new = d.name()
    assigned = statements(f"{new} = __x__", x=ref.node)
    ref.put(ast.Name(new, ast.Load()))
    t.body[at:at] = assigned
    return True


@primitive("merge", True)
def merge(d: Draw, t: Template) -> bool:
    """Two statements become one: the assigned value moves into its use, or both values into one."""
    if len(t.body) < 2:
        return False
    a, b = t.body[0], t.body[1]
    if isinstance(a, ast.Assign) and isinstance(a.targets[0], ast.Name) and a.targets[0].id.startswith("__h"):
        used = [r for r in walk(b) if isinstance(r.node, ast.Name) and r.node.id == a.targets[0].id and r.field != "targets"]
        if used:
            used[0].put(a.value)
            del t.body[0]
            return True
    one, two = getattr(a, "value", None), getattr(b, "value", None)
    if not isinstance(one, ast.expr) or not isinstance(two, ast.expr):
        return False
    form = d.of(("(__a__, __b__)", "__a__ or __b__", "__a__ and __b__", f"{d.callee()}(__a__, __b__)", "[__a__, __b__]"))
    b.value = expression(form, a=one, b=two)  # type: ignore[attr-defined]
    del t.body[0]
    return True


@primitive("delete", True)
def delete(d: Draw, t: Template) -> bool:
    blocks = [b for b in _inner_blocks(t) if len(b) > 1]
    if blocks:
        block = d.of(blocks)
        block.pop(int(d.rng.random() * len(block)))
    return bool(blocks)


@primitive("duplicate", True)
def duplicate(d: Draw, t: Template) -> bool:
    """A statement again, with one hole changed where there are several."""
    again = clone(t.body[-1])
    if isinstance(t.body[-1], (ast.Return, ast.Raise)):
        return False
    refs = [r for r in walk(again) if isinstance(r.node, ast.Name) and r.node.id in t.holes and r.parent is not None]
    if refs and d.chance(0.7):
        d.of(refs).put(_operand(d, t))
    t.body.append(again)
    return True


@primitive("reorder", True)
def reorder(d: Draw, t: Template) -> bool:
    blocks = [b for b in _inner_blocks(t) if len(b) > 1 and not same(b[0], b[-1])]
    if blocks:
        block = d.of(blocks)
        block[0], block[-1] = block[-1], block[0]
    return bool(blocks)


def _to(text: Callable[[Draw], str], *kinds: type) -> Primitive:
    """A simple statement becomes another kind with the same value; `__t__` is its target, where it has one."""

    def run(d: Draw, t: Template) -> bool:
        found = [(i, n) for i, n in enumerate(t.body) if isinstance(n, kinds)]
        if not found:
            return False
        i, node = d.of(found)
        value = getattr(node, "value", None) or getattr(node, "exc", None) or getattr(node, "test", None)
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        made = text(d)
        if value is None or (target is None and "__t__" in made):
            return False
        t.body[i : i + 1] = statements(made, x=value, t=target)
        return True

    return run


_VALUES = (ast.Assign, ast.Expr, ast.Return, ast.AugAssign, ast.Raise, ast.AnnAssign)
STATEMENT_FORMS: dict[str, Primitive] = {
    "to-return": _to(lambda d: d.of(("return __x__", f"return {d.callee()}(__x__)", "return not __x__")), ast.Assign, ast.Expr, ast.Raise, ast.If, ast.Assert, ast.AugAssign),
    "to-raise": _to(lambda d: d.of((f"raise {d.exception()}(__x__)", "raise __x__")), ast.Return, ast.Expr, ast.Assign, ast.Assert),
    "to-yield": _to(lambda d: d.of(("yield __x__", "yield from __x__", f"yield {d.callee()}(__x__)")), *_VALUES),
    "to-assign": _to(lambda d: d.of((f"{d.name()} = __x__", f"self.{d.name()} = __x__", f"{d.dotted()} = __x__")), ast.Expr, ast.Return, ast.Raise, ast.If),
    "to-expression": _to(lambda d: d.of(("__x__", f"{d.callee()}(__x__)", "await __x__")), ast.Assign, ast.Return, ast.Raise, ast.AugAssign, ast.If),
    "to-augmented": _to(lambda d: d.of(("__t__ += __x__", "__t__ -= __x__", "__t__ |= __x__", "__t__ *= __x__")), ast.Assign, ast.AugAssign, ast.AnnAssign),
    "to-assert": _to(lambda d: d.of(("assert __x__", "assert not __x__", f"assert __x__, {d.string()}")), ast.If, ast.Expr, ast.Return, ast.While),
    "to-if-raise": _to(lambda d: d.of((f"if __x__:\n    raise {d.exception()}({d.string()})", f"if not __x__:\n    raise {d.exception()}")), ast.If, ast.Assert, ast.Expr, ast.While),
    "to-if-return": _to(lambda d: d.of((f"if __x__:\n    return {d.argument()}", f"if not __x__:\n    return {d.constant()}")), ast.If, ast.Assert, ast.Expr, ast.Return, ast.While),
    "self-combine": _to(lambda d: d.of(("__t__ = __t__ or __x__", f"__t__ = {d.callee()}(__t__, __x__)", f"__t__ = __t__ {d.of(BINARY)} __x__")), ast.Assign, ast.AugAssign),
    "through-name": _to(lambda d: (n := d.name()) and f"{n} = __x__\n{d.callee()}({n})\nreturn {n}", ast.Return, ast.Expr),
}  # fmt: skip
PRIMITIVES.update(STATEMENT_FORMS)
STATEMENT_ONLY.update(STATEMENT_FORMS)


@primitive("guard", True)
def guard(d: Draw, t: Template) -> bool:
    """A test of a hole that leaves, before the statements."""
    if not t.holes:
        return False
    t.body[:0] = statements(f"if {d.condition(d.of(t.holes))}:\n    {d.exit()}")
    return True


@primitive("add-else", True)
def add_else(d: Draw, t: Template) -> bool:
    found = [n for n in t.body if isinstance(n, (ast.If, ast.For, ast.While, ast.Try)) and not n.orelse]
    if found:
        d.of(found).orelse = _statement(d, t)
    return bool(found)


@primitive("change-block", True)
def change_block(d: Draw, t: Template) -> bool:
    """If to while, while to if, for to while over the same, with to if ..."""
    for i, node in enumerate(t.body):
        if isinstance(node, ast.If) and not node.orelse:
            form = d.of(("while __x__:\n    __body__", f"with {d.callee()}(__x__):\n    __body__", f"for {d.name()} in __x__:\n    __body__"))
            head: ast.expr = node.test
        elif isinstance(node, ast.While):
            form, head = "if __x__:\n    __body__", node.test
        elif isinstance(node, ast.For):
            form, head = d.of(("while __x__:\n    __body__", "if __x__:\n    __body__", f"with __x__ as {d.name()}:\n    __body__")), node.iter
        elif isinstance(node, ast.With):
            form, head = d.of(("if __x__:\n    __body__", "__x__\n__body__", f"{d.name()} = __x__\n__body__")), node.items[0].context_expr
        else:
            continue
        t.body[i : i + 1] = statements(form, x=head, body=node.body)
        return True
    return False


@primitive("sink", True)
def sink(d: Draw, t: Template) -> bool:
    """A statement moves into the compound one beside it."""
    for i, node in enumerate(t.body):
        if isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try)) and len(t.body) > 1:
            if i > 0:
                node.body.insert(0, t.body.pop(i - 1))
            else:
                node.body.append(t.body.pop(i + 1))
            return True
    return False


@primitive("replace-body", True)
def replace_body(d: Draw, t: Template) -> bool:
    blocks = _inner_blocks(t)[1:]
    if blocks:
        d.of(blocks)[:] = statements(d.exit()) if d.chance(0.4) else _statement(d, t)
    return bool(blocks)
