"""The primitives that act on whole statements of a template."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .blocks import around
from .draw import BINARY, Draw
from .primitives import PRIMITIVES, STATEMENT_ONLY, Primitive, Template, operand, primitive
from .trees import clone, expression, same, statements, walk


def _one(d: Draw, refs: list[Any]) -> Any:
    return d.of(refs) if refs else None


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
        d.of(refs).put(operand(d, t))
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
