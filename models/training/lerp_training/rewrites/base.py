"""The registry of named concepts.

A concept is a rewrite of one function. ``apply`` gets a fresh tree that it may change and returns the rewritten function, or
None where the concept does not apply. ``unapply`` goes the other way: it gets real code that already has the concept and returns
what the code would look like without it, so that the *after* side of a pair is what people write. A *learned* concept has
only ``unapply``: no rule knows the answer (a type hint), but real code shows it.

Both directions touch every site that fits, and depend on nothing but the function: the answer has to be knowable.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .written import written

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rewrite = Callable[[Function], Function | None]


class Unsure(Exception):
    """The concept fits, but the answer is not settled (the name it brings is taken): neither a pair nor a case of "leave alone"."""


@dataclass(frozen=True)
class Direction:
    """One direction of a concept, with what a function must contain to be worth trying."""

    rewrite: Rewrite
    nodes: tuple[type[ast.AST], ...] = ()
    text: tuple[re.Pattern[str], ...] = ()

    def nodes_fit(self, kinds: set[type]) -> bool:
        return all(kind in kinds for kind in self.nodes)

    def text_fits(self, source: str) -> bool:
        return all(pattern.search(source) for pattern in self.text)

    def __call__(self, source: str) -> str | None:
        """Rewrites the text of one function; None where nothing fits."""
        function = parse(source)
        result = self.rewrite(function)
        if result is None:
            return None
        text = written(result)
        return None if text == source else text


@dataclass
class Concept:
    name: str
    family: str
    title: str
    description: str
    example: str
    changes_behaviour: str = ""
    imports: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()  # names that some of its edits bring and the vocabulary does not have; found from the pairs otherwise
    reverse: bool = False
    apply: Direction | None = None
    unapply: Direction | None = None
    settled: Callable[[Function], bool] | None = field(default=None, repr=False)

    @property
    def learned(self) -> bool:
        return self.apply is None


CONCEPTS: dict[str, Concept] = {}


def concept(
    name: str,
    *,
    family: str,
    description: str,
    example: str,
    title: str = "",
    changes_behaviour: str = "",
    imports: tuple[str, ...] = (),
    brings: tuple[str, ...] = (),
    reverse: bool = False,
    learned: bool = False,
    nodes: tuple[type[ast.AST], ...] = (),
    text: tuple[str, ...] = (),
) -> Callable[[Rewrite], Rewrite]:
    """Registers the decorated function as ``apply`` of a new concept (as ``unapply`` when it is learned)."""

    def register(rewrite: Rewrite) -> Rewrite:
        if name in CONCEPTS:
            raise ValueError(f"two concepts are called {name}")
        direction = Direction(rewrite, nodes, tuple(re.compile(pattern) for pattern in text))
        CONCEPTS[name] = Concept(
            name,
            family,
            title or name.replace("-", " ").capitalize(),
            description,
            example,
            changes_behaviour,
            imports,
            brings,
            reverse,
            apply=None if learned else direction,
            unapply=direction if learned else None,
        )
        return rewrite

    return register


def inverse(name: str, *, nodes: tuple[type[ast.AST], ...] = (), text: tuple[str, ...] = ()) -> Callable[[Rewrite], Rewrite]:
    """Registers the decorated function as ``unapply`` of a concept that is there already."""

    def register(rewrite: Rewrite) -> Rewrite:
        CONCEPTS[name].unapply = Direction(rewrite, nodes, tuple(re.compile(pattern) for pattern in text))
        return rewrite

    return register


def settled(name: str) -> Callable[[Callable[[Function], bool]], Callable[[Function], bool]]:
    """Registers the test for "a learned concept has nothing to do here"."""

    def register(test: Callable[[Function], bool]) -> Callable[[Function], bool]:
        CONCEPTS[name].settled = test
        return test

    return register


def parse(source: str) -> Function:
    function = ast.parse(source).body[0]
    if not isinstance(function, Function):
        raise SyntaxError("not a function")
    return function
