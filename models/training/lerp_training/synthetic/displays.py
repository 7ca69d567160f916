"""Families that change displays, comprehensions and f-strings."""

from __future__ import annotations

import ast
from typing import Any

from .draw import Draw
from .rules import Rule, families, family, site_rule
from .trees import COMPREHENSIONS, Code, Ref, Refusal, expression, is_pure

_PARENTS = ("", "", "", "Return", "Assign", "Call", "keyword", "For", "Compare", "Dict", "Expr", "Tuple", "List", "BinOp")


def _loaded(code: Code, kind: type, inside: str) -> list[Ref]:
    return [
        r
        for r in code.find(kind)
        if getattr(r.node, "ctx", None).__class__ is not ast.Store
        and r.field not in ("annotation", "returns", "slice", "type", "targets", "target", "optional_vars")
        and (not inside or type(r.parent).__name__ == inside)
    ]


_DISPLAYS: dict[str, type] = {
    "list-append": ast.List, "list-prepend": ast.List, "list-remove-last": ast.List, "list-to-tuple": ast.List,
    "list-to-call": ast.List, "tuple-append": ast.Tuple, "tuple-prepend": ast.Tuple, "tuple-remove-last": ast.Tuple,
    "tuple-to-list": ast.Tuple, "tuple-to-call": ast.Tuple, "list-spread": ast.List,
}  # fmt: skip


@families(list(_DISPLAYS))
def change_display(d: Draw, name: str) -> Rule:
    kind, inside, value, helper = _DISPLAYS[name], d.narrowed(_PARENTS), d.value(), d.callee()
    size = d.narrowed(("any", "empty", "one", "two", "more"))
    action = name.split("-", 1)[1]

    def fits(node: Any) -> bool:
        n = len(node.elts)
        holds = {"any": True, "empty": n == 0, "one": n == 1, "two": n == 2, "more": n > 2}[size]
        return holds and (action not in ("remove-last", "to-tuple") or n > 0)

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if action == "append":
            node.elts.append(expression(value))
        elif action == "prepend":
            node.elts.insert(0, expression(value))
        elif action == "spread":
            node.elts.append(ast.Starred(expression(value), ast.Load()))
        elif action == "remove-last":
            node.elts.pop()
        elif action == "to-call":
            ref.put(expression(f"{helper}(__x__)", x=node))
            ref_call = getattr(ref.parent, ref.field) if ref.index is None else getattr(ref.parent, ref.field)[ref.index]
            ref_call.args = node.elts
        else:
            ref.put((ast.Tuple if action == "to-tuple" else ast.List)(node.elts, ast.Load()))

    said = {"append": value, "prepend": value, "spread": value, "to-call": helper}.get(action, "")
    return site_rule(
        name, f"{size} in {inside}: {said}", lambda code: [r for r in _loaded(code, kind, inside) if fits(r.node)], edit,
        needs=(kind.__name__,) + ((inside,) if inside else ()), near=("List", "Tuple", "Call"), which=d.which(),
        reverse=action != "remove-last",
    )  # fmt: skip


@families(["dict-entry-last", "dict-entry-first", "dict-remove", "dict-spread", "dict-wrap-key", "dict-to-pairs"])
def change_dict(d: Draw, name: str) -> Rule:
    key, value, inside = d.of((d.string(), d.name(), d.upper())), d.argument(), d.narrowed(_PARENTS[:8])
    text = d.wrap()
    filled = d.of(("any", "filled", "empty"))

    def find(code: Code) -> list[Ref]:
        found = [r for r in _loaded(code, ast.Dict, inside) if None not in r.node.keys]
        if name in ("dict-remove", "dict-wrap-key", "dict-to-pairs"):
            return [r for r in found if r.node.keys]
        return [r for r in found if filled == "any" or bool(r.node.keys) == (filled == "filled")]

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if name == "dict-entry-last":
            node.keys.append(expression(key))
            node.values.append(expression(value))
        elif name == "dict-entry-first":
            node.keys.insert(0, expression(key))
            node.values.insert(0, expression(value))
        elif name == "dict-remove":
            node.keys.pop()
            node.values.pop()
        elif name == "dict-spread":
            node.keys.append(None)
            node.values.append(expression(value))
        elif name == "dict-wrap-key":
            node.keys = [expression(text, x=k) for k in node.keys]
        else:
            pairs = [ast.Tuple([k, v], ast.Load()) for k, v in zip(node.keys, node.values)]
            ref.put(ast.List(pairs, ast.Load()))

    said = {"dict-remove": "", "dict-spread": value, "dict-wrap-key": text, "dict-to-pairs": ""}
    return site_rule(
        name, f"{filled} in {inside}: {said.get(name, f'{key}: {value}')}", find, edit, needs=("Dict",),
        near=("Set", "Subscript", "Call"), which=d.which(), reverse=name != "dict-remove",
    )  # fmt: skip


_COMPREHENSIONS: dict[str, tuple[str, ...]] = {
    "comprehension-filter": ("{t}", "{c}(__v__)", "__v__ is not None", "__v__", "__v__ not in {d}", "{c}(__v__, {a})"),
    "comprehension-to-list": ("[__e__ for __v__ in __i__]",),
    "comprehension-to-set": ("{{__e__ for __v__ in __i__}}", "{c}({{__e__ for __v__ in __i__}})"),
    "comprehension-to-generator": ("(__e__ for __v__ in __i__)", "{c}((__e__ for __v__ in __i__))", "{n}.join((__e__ for __v__ in __i__))"),
    "comprehension-to-dict": ("{{__e__: {a} for __v__ in __i__}}", "{{__v__: __e__ for __v__ in __i__}}", "{{{c}(__v__): __e__ for __v__ in __i__}}"),
    "comprehension-to-map": ("map(lambda __v__: __e__, __i__)", "{c}(lambda __v__: __e__, __i__)", "list(map(lambda __v__: __e__, __i__))"),
    "comprehension-nest": ("[__e__ for {n} in {d} for __v__ in {n}]", "[__e__ for {n} in __i__ for __v__ in {n}]", "[[__e__ for __v__ in __i__] for {n} in {d}]"),
    "comprehension-element": ("[{c}(__e__) for __v__ in __i__]", "[(__e__, {a}) for __v__ in __i__]", "[(__v__, __e__) for __v__ in __i__]"),
    "comprehension-count": ("[__e__ for ({n}, __v__) in enumerate(__i__)]", "[(__e__, {n}) for (__v__, {n}) in zip(__i__, {d})]"),
    "comprehension-async": ("[__e__ async for __v__ in __i__]", "[await __e__ for __v__ in __i__]"),
}  # fmt: skip


@families(list(_COMPREHENSIONS))
def change_comprehension(d: Draw, name: str) -> Rule:
    from .flow import spell

    text = spell(d, d.of(_COMPREHENSIONS[name]))
    kinds = d.narrowed((COMPREHENSIONS, (ast.ListComp,), (ast.GeneratorExp,)))
    filtered = d.narrowed((None, True, False))
    inside = d.narrowed(("", "Call", "Return", "Assign"))

    def find(code: Code) -> list[Ref]:
        found = [r for r in code.find(*kinds) if len(r.node.generators) == 1 and not r.node.generators[0].is_async]
        found = [r for r in found if not inside or type(r.parent).__name__ == inside]
        if filtered is not None:
            found = [r for r in found if bool(r.node.generators[0].ifs) == filtered]
        if name in ("comprehension-to-map", "comprehension-filter", "comprehension-element", "comprehension-to-dict"):
            found = [r for r in found if isinstance(r.node.generators[0].target, ast.Name)]
        if name == "comprehension-to-map":
            found = [r for r in found if not r.node.generators[0].ifs]
        unchanged = {"comprehension-to-list": ast.ListComp, "comprehension-to-generator": ast.GeneratorExp, "comprehension-to-set": ast.SetComp}
        return [r for r in found if type(r.node) is not unchanged.get(name)]

    def edit(code: Code, ref: Ref) -> None:
        node, generator = ref.node, ref.node.generators[0]
        if name == "comprehension-filter":
            generator.ifs.append(expression(text, v=generator.target))
            return
        target = generator.target.id if name == "comprehension-to-map" else generator.target
        if name == "comprehension-to-map":
            new = expression(text, e=node.elt, i=generator.iter)
            for inner in ast.walk(new):
                if isinstance(inner, ast.arg) and inner.arg == "__v__":
                    inner.arg = target
        else:
            new = expression(text, e=node.elt, v=target, i=generator.iter)
            made = [g for n in ast.walk(new) for g in getattr(n, "generators", ()) if g.iter is generator.iter or len(text) and g.target is target]
            if generator.ifs and made:
                made[-1].ifs = generator.ifs
        ref.put(new)

    shape = "+".join(k.__name__ for k in kinds)
    return site_rule(
        name, f"{shape} {filtered} {inside} -> {text}", find, edit, needs=("comprehension",), near=("For", "Call"),
        which=d.which(), reverse=name not in ("comprehension-to-list", "comprehension-to-generator", "comprehension-to-set"),
    )  # fmt: skip


@families(["formatted-wrap", "formatted-repr", "formatted-spec", "fstring-to-format", "fstring-to-concat"])
def change_fstring(d: Draw, name: str) -> Rule:
    spec = d.of((">10", ".2f", "d", "x", "<20", "02d", ",", "^8", "s", "e", "%"))
    text, helper = d.wrap(), d.name()

    def find(code: Code) -> list[Any]:
        strings = [r for r in code.find(ast.JoinedStr) if any(isinstance(v, ast.FormattedValue) for v in r.node.values)]
        if name.startswith("formatted"):
            values = [v for r in strings for v in r.node.values if isinstance(v, ast.FormattedValue)]
            if name == "formatted-repr":
                return [v for v in values if v.conversion == -1]
            return [v for v in values if name != "formatted-spec" or not v.format_spec]
        return [r for r in strings if _single(r.node)]

    def edit(code: Code, site: Any) -> None:
        if name == "formatted-wrap":
            site.value = expression(text, x=site.value)
        elif name == "formatted-repr":
            site.conversion = 114
        elif name == "formatted-spec":
            site.format_spec = ast.JoinedStr([ast.Constant(spec)])
        else:
            value = site.node.values[0].value
            forms = {"fstring-to-format": f"{helper}(__x__)", "fstring-to-concat": f"str(__x__) + {helper}"}
            site.put(expression(forms[name], x=value))

    said = {"formatted-wrap": text, "formatted-spec": spec, "formatted-repr": ""}.get(name, helper)
    return site_rule(
        name, said, find, edit, needs=("JoinedStr",), near=("Mod", "Call"), which=d.which(), reverse=name != "fstring-to-concat"
    )


def _single(node: ast.JoinedStr) -> bool:
    return isinstance(node.values[0], ast.FormattedValue)


@family("ternary-change")
def change_ternary(d: Draw, name: str) -> Rule:
    """A conditional expression becomes another form of the same three parts."""
    form = d.of(("__t__ and __a__ or __b__", "(__b__, __a__)[__t__]", "{c}(__t__, __a__, __b__)", "{c}(__a__, __b__)", "__a__ or __b__",
                 "__b__ if __t__ else __a__", "__a__ if not __t__ else __b__", "[__b__, __a__][bool(__t__)]", "{c}(__t__)[__a__:__b__]",
                 "{c}(__a__ if __t__ else __b__)", "__a__ if __t__ else {a}", "{a} if __t__ else __b__"))  # fmt: skip
    form = form.format(c=d.callee(), a=d.argument())
    inside = d.narrowed(("", "Return", "Assign", "Call", "keyword"))

    def edit(code: Code, ref: Ref) -> None:
        node = ref.node
        if is_pure(node.test) and form.count("__t__") == 0:
            raise Refusal
        ref.put(expression(form, t=node.test, a=node.body, b=node.orelse))

    def find(code: Code) -> list[Ref]:
        return [r for r in code.find(ast.IfExp) if not inside or type(r.parent).__name__ == inside]

    return site_rule(
        name, f"{inside} {form}", find, edit, needs=("IfExp",), near=("If", "BoolOp"), which=d.which(),
        reverse=all(h in form for h in ("__t__", "__a__", "__b__")),
    )  # fmt: skip
