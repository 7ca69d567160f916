"""Composed rules: a pattern of real code, and one to three primitives that make its other side.

A family is the kind of the pattern's root with the sequence of primitives: `compose:Assign:swap+wrap`.
"""

from __future__ import annotations

import ast
from typing import Any

from . import statement_primitives  # noqa: F401  (registers its primitives)
from .draw import Draw
from .patterns import Pattern, find, match
from .primitives import PRIMITIVES, STATEMENT_ONLY, Template
from .rules import Rule
from .trees import Code, Refusal, clone, pick

_ALL = sorted(PRIMITIVES)
_EXPRESSION = [name for name in _ALL if name not in STATEMENT_ONLY]
_TRIES = 6


def draw_signature(d: Draw, patterns: dict[str, list[Pattern]]) -> tuple[str, tuple[str, ...]]:
    """A root kind, those with few patterns more seldom, and a sequence of primitives."""
    roots = tuple(patterns)
    root = d.rng.choices(roots, [min(len(patterns[r]), 60) ** 0.5 for r in roots])[0]
    usable = _EXPRESSION if patterns[root][0].is_expression else _ALL
    length = d.rng.choices((1, 2, 3), (50, 38, 12))[0]
    return root, tuple(d.of(usable) for _ in range(length))


def family_name(root: str, primitives: tuple[str, ...]) -> str:
    return f"compose:{root}:{'+'.join(primitives)}"


def draw_rule(d: Draw, patterns: dict[str, list[Pattern]], root: str, primitives: tuple[str, ...]) -> Rule | None:
    """A rule with this signature, or None when the primitives do not fit the patterns tried."""
    for _ in range(_TRIES):
        pattern = d.of(patterns[root])
        template = Template(pattern.nodes, pattern.holes)
        try:
            if not all(PRIMITIVES[name](d, template) for name in primitives):
                continue
            text = template.text()
        except (ValueError, AttributeError, IndexError):
            continue  # a primitive after another one met a tree it has no answer for
        if text != pattern.text and _blocks_stay_blocks(template) and not _has_idle_statement(pattern, template):
            return compose(pattern, template.body, text, family_name(root, primitives), d.which())
    return None


def _has_idle_statement(pattern: Pattern, template: Template) -> bool:
    """Whether one of two statements only says where the other is to be changed: that can not be told from pairs."""
    if not len(pattern.nodes) == len(template.body) == 2:
        return False
    return any(ast.dump(before) == ast.dump(after) for before, after in zip(pattern.nodes, template.body, strict=True))


def _blocks_stay_blocks(template: Template) -> bool:
    """A block can not stand where an expression is asked for."""
    nodes = [n for node in template.body for n in ast.walk(node)]
    names = sum(isinstance(n, ast.Name) and n.id.startswith("__b") for n in nodes)
    return names == sum(isinstance(n, ast.Expr) and isinstance(n.value, ast.Name) and n.value.id.startswith("__b") for n in nodes)


def compose(pattern: Pattern, after: list[Any], text: str, family: str, which: str) -> Rule:
    """The rule that puts the template `after` (printed: `text`) where the pattern matches."""
    used = {hole for hole in pattern.holes if hole in text}

    def run(code: Code) -> int:
        sites = find(pattern, code)
        for site in pick(sites, which):
            holes = match(pattern, site)
            if holes is None:  # an inner site was changed and no longer fits
                raise Refusal
            if pattern.is_expression:
                site.put(clone(after[0].value, holes, set()))
                continue
            filled = clone(after, holes, set())
            at = site.position()
            site.block[at : at + len(pattern.nodes)] = filled
        return len(sites)

    near = tuple(need for need in pattern.needs if ":" not in need)[:2] + tuple(need for need in pattern.needs if ":" in need)[:1]
    return Rule(
        family, f"compose|{which}|{pattern.text} => {text}", run, pattern.needs, near, used == set(pattern.holes), which
    )
