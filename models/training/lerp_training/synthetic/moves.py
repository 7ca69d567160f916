"""Families that exchange, move, split, merge, hoist or inline: the answer is not a copy with fixed text put in."""

from __future__ import annotations

import ast
from typing import Any

from .blocks import places
from .calls import called
from .draw import Draw
from .flow import spell
from .rules import Rule, families, site_rule
from .trees import FUNCTIONS, Code, Ref, Site, clone, expression, is_pure, is_string_statement, same, statements

_PARENTS = ("", "", "", "Return", "Assign", "If", "Call", "For", "BinOp", "Compare", "keyword", "While", "BoolOp", "AugAssign")


@families(["swap-call-arguments", "swap-first-last-argument", "swap-operands", "swap-comparison", "swap-bool-operands",
           "swap-tuple", "swap-ternary", "swap-list", "swap-keywords", "swap-dict-items"])  # fmt: skip
def swap(d: Draw, name: str) -> Rule:
    """Two sub-expressions change places; with other choices only for one callee, operator or surrounding."""
    inside = d.narrowed(_PARENTS)
    which_calls, needs, test = called(d) if "argument" in name or "keywords" in name else ("", (), lambda r: True)
    kind: type = {
        "swap-operands": ast.BinOp, "swap-comparison": ast.Compare, "swap-bool-operands": ast.BoolOp, "swap-tuple": ast.Tuple,
        "swap-ternary": ast.IfExp, "swap-list": ast.List, "swap-dict-items": ast.Dict,
    }.get(name, ast.Call)  # fmt: skip
    inside = "" if kind is ast.Call else inside
    operators: dict[type, tuple[str, ...]] = {
        ast.BinOp: ("", "Add", "Sub", "Mult", "Mod", "Div", "BitOr", "BitAnd"),
        ast.Compare: ("", "Eq", "NotEq", "Lt", "Gt", "LtE", "GtE", "In", "NotIn", "Is", "IsNot"),
        ast.BoolOp: ("", "", "And", "Or"),
    }
    operator = d.of(operators.get(kind, ("",)))

    def ends(node: Any) -> tuple[list[Any], int, int] | None:
        items: Any = {ast.Tuple: "elts", ast.List: "elts", ast.BoolOp: "values", ast.Dict: "values"}.get(kind)
        items = getattr(node, items) if items else node.keywords if name == "swap-keywords" else getattr(node, "args", [])
        if any(isinstance(x, ast.Starred) for x in items) or len(items) < 2:
            return None
        last = len(items) - 1 if name in ("swap-first-last-argument", "swap-list") else 1
        if name in ("swap-tuple", "swap-dict-items") and len(items) != 2:
            return None
        return items, 0, last

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(kind) if test(r) and (not inside or type(r.parent).__name__ == inside)]
        found = [r for r in found if r.field not in ("annotation", "returns")]
        if kind is ast.BinOp:
            found = [r for r in found if not same(r.node.left, r.node.right)]
        elif kind is ast.Compare:
            found = [r for r in found if len(r.node.ops) == 1 and not same(r.node.left, r.node.comparators[0])]
        elif kind is not ast.IfExp:
            pairs = [(r, ends(r.node)) for r in found]
            found = [r for r, e in pairs if e and not same(e[0][e[1]], e[0][e[2]])]
        if operator:
            found = [r for r in found if type(getattr(r.node, "op", None) or r.node.ops[0]).__name__ == operator]
        return found

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if kind is ast.BinOp:
            node.left, node.right = node.right, node.left
        elif kind is ast.Compare:
            node.left, node.comparators[0] = node.comparators[0], node.left
        elif kind is ast.IfExp:
            node.body, node.orelse = node.orelse, node.body
        else:
            found = ends(node)
            assert found
            items, i, j = found
            items[i], items[j] = items[j], items[i]

    extra = (operator,) if operator else (inside,) if inside else ()
    needs = tuple(needs) + (kind.__name__, *extra) + (("TwoArguments",) if "argument" in name else ())
    return site_rule(
        name, f"{which_calls} {operator} {inside}", find, edit, needs=needs, near=(kind.__name__,), which=d.which()
    )


@families(["swap-branches", "swap-branches-plain", "swap-first-statements", "move-first-last", "move-last-first",
           "reverse-statements", "swap-last-statements"])  # fmt: skip
def swap_statements(d: Draw, name: str) -> Rule:
    """Branches of an if/else (the condition turned or not), or statements of a block, change places."""
    branches = name.startswith("swap-branches")
    scope = d.of(("function", "function", "if", "loop", "with", "try"))
    kind = d.narrowed(("any", "Assign", "Expr", "If", "AugAssign", "For", "Return"))
    need = d.narrowed(("any", "Compare", "Call", "Name", "UnaryOp", "BoolOp", "Attribute"))

    def find(code: Code) -> list[Any]:
        if branches:
            found = [r.node for r in code.find(ast.If) if r.node.orelse and not isinstance(r.node.orelse[0], ast.If)]
            return [n for n in found if need == "any" or type(n.test).__name__ == need]
        owners: dict[str, tuple[type, ...]] = {"if": (ast.If,), "loop": (ast.For, ast.While), "with": (ast.With,), "try": (ast.Try,)}
        blocks = [n for n, field, _ in code.blocks() if field == "body" and isinstance(n, owners.get(scope, FUNCTIONS))]
        if scope == "function":
            blocks = [code.fn]
        found = []
        for node in blocks:
            start = 1 if is_string_statement(node.body[0]) else 0
            rest = node.body[start:]
            least = 3 if name in ("move-first-last", "move-last-first", "reverse-statements") else 2
            moved = rest[-1] if name in ("move-last-first", "swap-last-statements") else rest[0] if rest else None
            if least <= len(rest) <= 7 and (kind == "any" or type(moved).__name__ == kind):
                found.append((node, start))
        return found

    def edit(code: Code, site: Any) -> None:
        if branches:
            site.body, site.orelse = site.orelse, site.body
            if name == "swap-branches":
                test = site.test
                negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
                site.test = test.operand if negated else expression("not __t__", t=test)
            return
        node, start = site
        rest = node.body[start:]
        if name == "swap-first-statements":
            rest[0], rest[1] = rest[1], rest[0]
        elif name == "swap-last-statements":
            rest[-1], rest[-2] = rest[-2], rest[-1]
        elif name == "move-first-last":
            rest.append(rest.pop(0))
        elif name == "move-last-first":
            rest.insert(0, rest.pop())
        else:
            rest.reverse()
        node.body[start:] = rest

    needs: tuple[str, ...] = ("If.orelse",) if branches else ("TwoStatements",)
    if not branches and scope != "function":
        needs = ({"if": "If", "loop": "For", "with": "With", "try": "Try"}[scope],)
    key = need if branches else f"{scope} {kind}"
    return site_rule(name, key, find, edit, needs=needs, near=("If", "TwoStatements"), which=d.which() if branches else "all")


@families(["hoist-argument", "hoist-condition", "hoist-return", "hoist-iterated", "hoist-right-operand", "hoist-receiver",
           "hoist-keyword", "hoist-element"])  # fmt: skip
def hoist(d: Draw, name: str) -> Rule:
    """A part of a statement gets a name in a statement before it."""
    new, where = d.name(), places(d)
    text = d.of((f"{new} = __x__", f"{new} = __x__", f"{new} = {d.callee()}(__x__)", f"{new}: {d.type()} = __x__",
                 f"{new} = __x__\n{d.callee()}({new})"))  # fmt: skip
    kind = d.narrowed((None, ast.Call, ast.Attribute, ast.BinOp, ast.Subscript, ast.Compare))
    statement: tuple[type, ...] = {
        "hoist-condition": (ast.If,), "hoist-return": (ast.Return,), "hoist-iterated": (ast.For,),
    }.get(name, (ast.Expr, ast.Assign, ast.Return))  # fmt: skip

    def part(node: Any) -> Ref | None:
        if name == "hoist-condition":
            return Ref(node.test, node, "test", None)
        if name == "hoist-iterated":
            return Ref(node.iter, node, "iter", None)
        value = node.value
        if name == "hoist-return":
            return Ref(value, node, "value", None) if value else None
        if name == "hoist-right-operand":
            return Ref(value.right, value, "right", None) if isinstance(value, ast.BinOp) else None
        if name == "hoist-element":
            elts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            return Ref(elts[0], value, "elts", 0) if elts else None
        if not isinstance(value, ast.Call):
            return None
        if name == "hoist-receiver":
            func = value.func
            return Ref(func.value, func, "value", None) if isinstance(func, ast.Attribute) else None
        if name == "hoist-keyword":
            return Ref(value.keywords[0].value, value.keywords[0], "value", None) if value.keywords else None
        return Ref(value.args[0], value, "args", 0) if value.args else None

    def find(code: Code) -> list[Any]:
        found = []
        for site in code.sites(*statement):
            ref = part(site.node)
            if ref is None or isinstance(ref.node, (ast.Starred, ast.Constant)) or not where[1](code, site):
                continue
            elif_branch = isinstance(site.owner, ast.If) and site.field == "orelse" and isinstance(site.node, ast.If)
            if not elif_branch and (kind is None or isinstance(ref.node, kind)):
                found.append((site, ref))
        return found

    def edit(code: Code, found: Any) -> None:
        site, ref = found
        new_statements = statements(text, x=ref.node)
        ref.put(ast.Name(new, ast.Load()))
        site.put(new_statements + [site.node])

    need = {"hoist-condition": "If", "hoist-return": "Returned", "hoist-iterated": "For", "hoist-right-operand": "BinOp",
            "hoist-receiver": "MethodCall", "hoist-keyword": "keyword", "hoist-element": "Tuple"}.get(name, "Argument")  # fmt: skip
    return site_rule(
        name, f"{where[0]} {kind} {text}", find, edit, needs=(need,), near=("Call", "Return"), which=d.which(),
    )  # fmt: skip


@families(["inline-next", "inline-return", "merge-assignments", "merge-calls", "assign-then-use"])
def inline(d: Draw, name: str) -> Rule:
    """`x = e` and the one use of x right after it become one; or two neighbours become one statement."""
    only = d.narrowed(("any", "Call", "Attribute", "BinOp", "Subscript", "Constant", "List", "Compare", "IfExp"))
    join = d.of(("tuple", "tuple", "and", "or", "list")) if name == "merge-calls" else ""
    wrapped = d.wrap() if name == "assign-then-use" else "__x__"

    def mergeable(first: Any, second: Any) -> bool:
        if name == "merge-calls":
            return all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Call) for n in (first, second))
        if not isinstance(first, ast.Assign) or len(first.targets) != 1 or not is_pure(first.targets[0]):
            return False
        if only != "any" and type(first.value).__name__ != only:
            return False
        if name == "merge-assignments":
            return isinstance(second, ast.Assign) and len(second.targets) == 1 and is_pure(second.targets[0])
        return isinstance(first.targets[0], ast.Name) and _uses(second, first.targets[0].id) == 1

    def find(code: Code) -> list[Any]:
        found: list[Any] = []
        for _, _, block in code.blocks():
            at = 0
            while at + 1 < len(block):
                first, second = block[at], block[at + 1]
                simple = isinstance(second, ast.Return if name == "inline-return" else (ast.Return, ast.Expr, ast.Assign, ast.Raise))
                once = name in ("merge-calls", "merge-assignments")
                if simple and mergeable(first, second):
                    used = 0 if once else sum(_uses(n, first.targets[0].id) for n in [code.fn])  # type: ignore[attr-defined]
                    if once or used == 2:  # the assignment and the one use
                        found.append((block, first, second))
                        at += 1
                at += 1
        return found

    def edit(code: Code, site: Any) -> None:
        block, first, second = site
        at = next(i for i, n in enumerate(block) if n is first)
        if name == "merge-calls":
            text = {"tuple": "(__a__, __b__)", "list": "[__a__, __b__]"}.get(join, f"__a__ {join} __b__")
            block[at : at + 2] = [ast.Expr(expression(text, a=first.value, b=second.value))]
        elif name == "merge-assignments":
            block[at : at + 2] = statements(
                "(__a__, __b__) = (__x__, __y__)", a=first.targets[0], b=second.targets[0], x=first.value, y=second.value
            )
        else:
            block[at : at + 2] = clone([second], {first.targets[0].id: expression(wrapped, x=first.value)})

    return site_rule(
        name, f"{join}{'' if join else only} {wrapped}", find, edit, needs=("TwoStatements",) + (() if join else ("Assign",)),
        near=("Assign", "TwoStatements"), which=d.which(), reverse=name in ("merge-calls", "merge-assignments"),
    )  # fmt: skip


def _uses(node: ast.AST, name: str) -> int:
    return sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


_ASSIGNS: dict[str, tuple[str, ...]] = {
    "assign-to-call": ("{c}(__x__)", "__x__", "{c}(__t__, __x__)", "{d}.{n}(__x__)"),
    "assign-chain": ("__t__ = {n} = __x__", "{n} = __t__ = __x__", "__t__ = self.{n} = __x__"),
    "assign-via-name": ("{n} = __x__\n__t__ = {n}", "{n} = __x__\n__t__ = {c}({n})"),
    "assign-to-augmented": ("__t__ += __x__", "__t__ |= __x__", "__t__ -= __x__"),
    "assign-to-annotated": ("__t__: {k} = __x__", "__t__: {n} = __x__", "__t__: {k}[{n}] = __x__"),
    "assign-to-return": ("return __x__", "yield __x__", "return {c}(__x__)", "yield (__t__, __x__)"),
    "assign-guard": ("__t__ = __x__\nif __t__ is None:\n    {x}", "if __t__ is None:\n    __t__ = __x__", "if not __t__:\n    __t__ = __x__",
                     "if {t}:\n    __t__ = __x__\nelse:\n    __t__ = {a}"),
    "assign-unpack": ("(__t__, {n}) = __x__", "({n}, __t__) = __x__", "(__t__,) = __x__", "(__t__, *{n}) = __x__"),
    "assign-twice": ("__t__ = {a}\n__t__ = __x__", "__t__ = __x__\n__t__ = {c}(__t__)", "__t__ = __x__\n__t__ = __t__.{n}"),
    "assign-attribute": ("__t__.{n} = __x__", "__t__[{a}] = __x__", "{n}.__t__ = __x__"),
    "assign-in-try": ("try:\n    __t__ = __x__\nexcept {e}:\n    __t__ = {a}", "try:\n    __t__ = __x__\nexcept {e}:\n    {x}"),
    "assign-self-combination": ("__t__ = __t__ or __x__", "__t__ = __t__ + __x__", "__t__ = {c}(__t__, __x__)", "__t__ = (__t__, __x__)"),
}  # fmt: skip


@families(list(_ASSIGNS))
def change_assignment(d: Draw, name: str) -> Rule:
    text = spell(d, d.of(_ASSIGNS[name]))
    where, test = places(d)
    kind, target = d.kind(), d.narrowed((None, ast.Name, ast.Attribute))
    target = ast.Name if name == "assign-attribute" else target

    def find(code: Code) -> list[Site]:
        return [
            s
            for s in code.sites(ast.Assign)
            if len(s.node.targets) == 1
            and (is_pure(s.node.targets[0]) if target is None else isinstance(s.node.targets[0], target))
            and (kind is None or type(s.node.value).__name__ == kind)
            and test(code, s)
        ]

    def edit(code: Code, site: Site) -> None:
        aim = site.node.targets[0]
        if "{n}.__t__" in _ASSIGNS[name] and isinstance(aim, ast.Name) and ".__t__" in text:
            return site.put(statements(text, t=aim.id, x=site.node.value))
        site.put(statements(text, t=aim, x=site.node.value))
        return None

    return site_rule(
        name, f"{kind} {target} {where} -> {text}", find, edit, needs=("Assign",) + ((kind,) if kind else ()),
        near=("AugAssign", "Assign"), which=d.which(), reverse="__t__" in text and name != "assign-to-return",
    )  # fmt: skip


_CALLS: dict[str, tuple[str, ...]] = {
    "call-to-assign": ("{n} = __x__", "{n} = {c}(__x__)", "self.{n} = __x__", "_ = __x__"),
    "call-to-return": ("return __x__", "return {c}(__x__)", "yield __x__", "yield from __x__"),
    "call-conditional": ("if {t}:\n    __x__", "if __x__:\n    {x}", "if not __x__:\n    {x}", "if {t}:\n    __x__\nelse:\n    {st}"),
    "call-checked": ("assert __x__", "assert __x__, {s}", "if __x__ is None:\n    {x}", "while not __x__:\n    {st}"),
    "call-await": ("await __x__", "{n} = await __x__", "await {c}(__x__)"),
    "call-to-with": ("with __x__:\n    {st}", "with __x__ as {n}:\n    pass", "for {n} in __x__:\n    {st}"),
    "call-to-raise": ("raise __x__", "raise {e}(__x__)"),
}  # fmt: skip


@families(list(_CALLS))
def change_call_statement(d: Draw, name: str) -> Rule:
    """Every statement that is a call (of one method, of any)."""
    text = spell(d, d.of(_CALLS[name]))
    which_calls, needs, test = called(d)

    def find(code: Code) -> list[Site]:
        found = [s for s in code.sites(ast.Expr) if isinstance(s.node.value, ast.Call)]
        return [s for s in found if test(Ref(s.node.value, s.node, "value", None))]

    return site_rule(
        name, f"{which_calls} -> {text}", find, lambda code, s: s.put(statements(text, x=s.node.value)),
        needs=needs + ("Expr",), near=("Call", "Assign"), which=d.which(),
    )  # fmt: skip


@families(["augmented-expand", "augmented-contract", "augmented-to-assign", "augmented-to-call", "tuple-assign-split",
           "chain-assign-split", "annotated-to-plain", "return-split-tuple"])  # fmt: skip
def change_augmented(d: Draw, name: str) -> Rule:
    call = d.of((f"__t__.{d.name()}(__x__)", f"{d.callee()}(__t__, __x__)", f"__t__ = {d.callee()}(__t__, __x__)"))
    operator = d.of(("any", "Add", "Add", "Sub", "Mult", "BitOr"))
    kind: type = {
        "augmented-contract": ast.Assign, "tuple-assign-split": ast.Assign, "chain-assign-split": ast.Assign,
        "annotated-to-plain": ast.AnnAssign, "return-split-tuple": ast.Return,
    }.get(name, ast.AugAssign)  # fmt: skip

    def holds(node: Any) -> bool:
        value = node.value
        if name == "augmented-contract":
            return isinstance(value, ast.BinOp) and len(node.targets) == 1 and same(value.left, node.targets[0])
        if name == "tuple-assign-split":
            t = node.targets[0]
            pair = len(node.targets) == 1 and isinstance(t, ast.Tuple) and isinstance(value, ast.Tuple)
            return pair and len(t.elts) == len(value.elts) == 2
        if name == "chain-assign-split":
            return len(node.targets) == 2 and is_pure(node.targets[0])
        if name == "return-split-tuple":
            return isinstance(value, ast.Tuple) and len(value.elts) == 2
        if name == "annotated-to-plain":
            return value is not None
        return operator == "any" or type(node.op).__name__ == operator

    def edit(code: Code, site: Site) -> None:
        node: Any = site.node
        if name == "augmented-expand":
            new = statements("__t__ = __t__ + __x__", t=node.target, x=node.value)
            new[0].value.op = node.op  # type: ignore[attr-defined]
        elif name == "augmented-contract":
            new = [ast.AugAssign(node.targets[0], node.value.op, node.value.right)]
        elif name in ("augmented-to-assign", "annotated-to-plain"):
            new = statements("__t__ = __x__", t=node.target, x=node.value)
        elif name == "augmented-to-call":
            new = statements(call, t=node.target, x=node.value)
        elif name == "tuple-assign-split":
            (a, b), (x, y) = node.targets[0].elts, node.value.elts
            new = statements("__a__ = __x__\n__b__ = __y__", a=a, b=b, x=x, y=y)
        elif name == "chain-assign-split":
            a, b = node.targets
            new = statements("__a__ = __x__\n__b__ = __a__", a=a, b=b, x=node.value)
        else:
            new = statements("yield __x__\nreturn __y__", x=node.value.elts[0], y=node.value.elts[1])
        site.put(new)

    key = f"{call if name == 'augmented-to-call' else ''} {operator if kind is ast.AugAssign else ''}"
    need = {"augmented-contract": "SelfOperation", "tuple-assign-split": "TupleToTuple", "chain-assign-split": "ChainedTargets",
            "return-split-tuple": "Tuple"}.get(name, kind.__name__)
    return site_rule(
        name, key, lambda code: [s for s in code.sites(kind) if holds(s.node)], edit, needs=(kind.__name__, need),
        near=("Assign", kind.__name__), which=d.which(), reverse=name not in ("augmented-to-assign", "annotated-to-plain"),
    )  # fmt: skip

