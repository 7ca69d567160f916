"""What a rule is, and the registry of the template families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .trees import Code, pick

if TYPE_CHECKING:
    from .draw import Draw


@dataclass(frozen=True)
class Rule:
    """A rewrite with all its choices drawn.

    `key` says the rule completely: two rules with the same key are the same rule. `needs` are features (pool.py) that
    a function must have for the rule to apply; `near` are features a function that looks alike has. `run` edits the
    tree and returns the number of sites it found; 0 means that the rule does not apply.
    """

    family: str
    key: str
    run: Callable[[Code], int]
    needs: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    reverse: bool = True
    which: str = "all"
    among: tuple[int, ...] | None = field(default=None, repr=False)  # functions known to match, where that is known


Find = Callable[[Code], list[Any]]
Edit = Callable[[Code, Any], None]


def site_rule(
    family: str,
    key: str,
    find: Find,
    edit: Edit,
    *,
    needs: tuple[str, ...] = (),
    near: tuple[str, ...] = (),
    reverse: bool = True,
    which: str = "all",
) -> Rule:
    """A rule that edits every site `find` gives, or the first, or the last."""

    def run(code: Code) -> int:
        found = find(code)
        for site in pick(found, which):
            edit(code, site)
        return len(found)

    return Rule(family, f"{family}|{which}|{key}", run, needs, near, reverse, which)


def code_rule(
    family: str,
    key: str,
    edit: Callable[[Code], bool | int | None],
    *,
    needs: tuple[str, ...] = (),
    near: tuple[str, ...] = (),
    reverse: bool = True,
) -> Rule:
    """A rule with at most one place in a function; a false answer means that it does not apply."""
    return Rule(family, f"{family}||{key}", lambda code: int(edit(code) or 0), needs, near, reverse)


Drawer = Callable[["Draw"], Rule]
FAMILIES: dict[str, Drawer] = {}


def family(name: str) -> Callable[[Callable[["Draw", str], Rule]], Callable[["Draw", str], Rule]]:
    """Registers a template family; the function draws one rule of it."""

    def register(drawer: Callable[["Draw", str], Rule]) -> Callable[["Draw", str], Rule]:
        assert name not in FAMILIES, name
        FAMILIES[name] = lambda draw: drawer(draw, name)
        return drawer

    return register


def families(names: list[str]) -> Callable[[Callable[["Draw", str], Rule]], Callable[["Draw", str], Rule]]:
    """Registers one drawer under several family names; the name says the variant."""

    def register(drawer: Callable[["Draw", str], Rule]) -> Callable[["Draw", str], Rule]:
        for name in names:
            family(name)(drawer)
        return drawer

    return register
