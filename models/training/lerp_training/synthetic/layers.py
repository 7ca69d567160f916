"""The layers of rules and how often each is drawn: by family, never by rule."""

from __future__ import annotations

from collections.abc import Callable

from . import blocks, calls, displays, flow, inserts, moves, names, signatures, wraps  # noqa: F401  (register families)
from .compose import draw_rule, draw_signature, family_name
from .draw import Draw
from .patterns import discover
from .pool import Pool
from .rules import FAMILIES, Rule
from .trees import Code

BOTH_SHARE, COMPOSED_SHARE = 0.06, 0.42
_NAMES = sorted(FAMILIES)


class Layers:
    """Draws families; the patterns of composed rules come from the functions of `pool`."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self.patterns = discover(pool, seed)

    def family(self, d: Draw, wanted: Callable[[str], bool]) -> Callable[[Draw], Rule | None] | None:
        """A random family that is wanted, as a function that draws its rules."""
        layer = d.rng.random()
        if layer < COMPOSED_SHARE and self.patterns:
            root, primitives = draw_signature(d, self.patterns)
            if not wanted(family_name(root, primitives)):
                return None
            return lambda draw: draw_rule(draw, self.patterns, root, primitives)
        if layer > 1 - BOTH_SHARE:
            one, two = sorted((d.of(_NAMES), d.of(_NAMES)))
            if one == two or not wanted(f"both:{one}+{two}"):
                return None
            return lambda draw: both(draw, one, two)
        name = d.of(_NAMES)
        return FAMILIES[name] if wanted(name) else None


def both(d: Draw, one: str, two: str) -> Rule | None:
    """Two rules of different families, one after the other; both have to apply."""
    first, second = FAMILIES[one](d), FAMILIES[two](d)
    if first.which != "all" or second.which != "all":
        return None

    def run(code: Code) -> int:
        if not first.run(code):
            return 0
        again = Code(code.text())
        found = second.run(again)
        code.module, code.fn = again.module, again.fn
        return found

    return Rule(
        f"both:{one}+{two}", f"both|{first.key}|{second.key}", run, first.needs + second.needs, first.needs + second.near,
        first.reverse and second.reverse,
    )  # fmt: skip
