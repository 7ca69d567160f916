"""Random choices: names from a wide vocabulary, and the fragments of code that rules insert.

Names are drawn evenly from three bands (frequent in the corpus, rarer, made up), because a token that training never
inserted is never produced.
"""

from __future__ import annotations

import keyword
import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from .pool import Pool

T = TypeVar("T")

_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])")
_PLAIN = re.compile(r"^[a-z][a-z0-9_]*$")
_CLASS = re.compile(r"^[A-Z][a-z]+\w*$")
BINARY = ("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in")
LOG_METHODS = ("debug", "info", "warning", "error", "exception", "critical", "log", "trace", "write", "append", "send")
NARROWED = 0.12  # share of the rules that are for some places only where nothing but the rule says so
KINDS = ("Call", "Name", "Attribute", "Constant", "Compare", "BinOp", "Subscript", "BoolOp", "Tuple", "List", "Dict")


class Vocabulary:
    """The names that rules may insert, from the training functions alone."""

    def __init__(self, pool: Pool) -> None:
        plain: Counter[str] = Counter()
        classes: Counter[str] = Counter()
        words: Counter[str] = Counter()
        for feature, numbers in pool.index.items():
            role, _, name = feature.partition(":")
            if role not in ("name", "attr", "param", "keyword", "raise", "except") or not name.isidentifier():
                continue
            for word in _WORD.findall(name):
                if 3 <= len(word) <= 11:
                    words[word.lower()] += len(numbers)
            if _PLAIN.match(name) and len(name) > 1 and not keyword.iskeyword(name) and name not in ("self", "cls"):
                plain[name] += len(numbers)
            elif _CLASS.match(name):
                classes[name] += len(numbers)
        self.frequent, self.rare = _bands(plain, 900)
        self.frequent_classes, self.rare_classes = _bands(classes, 150)
        ordered = sorted(words.items(), key=lambda x: (-x[1], x[0]))
        self.words = [word for word, count in ordered if count >= 3 and not keyword.iskeyword(word)][:4000]
        if len(self.words) < 50:
            raise ValueError("too few functions to draw names from: at least some hundred are needed")


def _bands(counts: Counter[str], top: int) -> tuple[list[str], list[str]]:
    ordered = [name for name, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]
    return ordered[:top], ordered[top : top + 12000] or ordered[:top]


class Draw:
    """A seeded source of choices for one rule."""

    def __init__(self, vocabulary: Vocabulary, pool: Pool, rng: random.Random, common: dict[str, list[str]]) -> None:
        self.vocabulary = vocabulary
        self.pool = pool
        self.rng = rng
        self._common = common

    def of(self, choices: Sequence[T]) -> T:
        return choices[int(self.rng.random() * len(choices))]

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def existing(self, role: str) -> str:
        """A name that functions of the pool have in this role: half the time one of the most frequent."""
        found = self._common.get(role)
        if found is None:
            found = self._common[role] = self.pool.common(role, 9)
        if not found:
            return "missing"
        return self.of(found[:60] if self.chance(0.4) else found)

    def which(self) -> str:
        """Who teaches by example seldom means the first place only, and a pair with a single place does not say it."""
        return self.rng.choices(("all", "first", "last"), (93, 5, 2))[0]

    def narrowed(self, choices: Sequence[T]) -> T:
        """The first of the choices, which leaves a rule general, and seldom another. Pairs show where an edit is made, not where
        it might be made and is not: that it is made inside of a call alone can not be told from them."""
        return self.of(choices) if self.chance(NARROWED) else choices[0]

    def kind(self) -> str | None:
        """A restriction of sites to one kind of node, seldom."""
        return self.of(KINDS) if self.chance(NARROWED) else None

    # names

    def name(self) -> str:
        band = self.rng.random()
        if band < 1 / 3:
            return self.of(self.vocabulary.frequent)
        if band < 2 / 3:
            return self.of(self.vocabulary.rare)
        return "_".join(self.of(self.vocabulary.words) for _ in range(self.of((1, 2, 2, 3))))

    def klass(self) -> str:
        band = self.rng.random()
        if band < 1 / 3:
            return self.of(self.vocabulary.frequent_classes)
        if band < 2 / 3:
            return self.of(self.vocabulary.rare_classes)
        return "".join(self.of(self.vocabulary.words).capitalize() for _ in range(self.of((1, 2, 2))))

    def exception(self) -> str:
        return self.klass() if self.chance(0.4) else self.of(BUILTIN_EXCEPTIONS)

    def upper(self) -> str:
        return "_".join(self.of(self.vocabulary.words) for _ in range(self.of((1, 2)))).upper()

    def dotted(self) -> str:
        parts = [self.name() for _ in range(self.rng.choices((1, 2, 3), (50, 40, 10))[0])]
        if self.chance(0.3):
            parts.insert(0, "self")
        elif self.chance(0.12):
            parts[0] = self.klass()
        return ".".join(parts)

    def string(self) -> str:
        words = [self.of(self.vocabulary.words) for _ in range(self.of((1, 1, 2, 3)))]
        text = self.of((" ", "-", "_", ".", "/", ": ", " ")).join(words)
        return repr(text + self.of(("", "", "", "", ".", "!", ": %s", " {}", "\n", "...")))

    def constant(self) -> str:
        small = ("None", "True", "False", "0", "1", "-1", "2", "''", "[]", "{}", "()", "10", "0.5", "100", "...")
        return self.of(small) if self.chance(0.6) else self.string()

    def argument(self) -> str:
        r = self.rng.random()
        if r < 0.4:
            return self.name()
        if r < 0.6:
            return self.dotted()
        return self.upper() if r < 0.66 else self.constant()

    def callee(self) -> str:
        return self.name() if self.chance(0.5) else self.dotted() if self.chance(0.8) else self.klass()

    def arguments(self, least: int = 0, most: int = 2) -> str:
        given = [self.argument() for _ in range(self.rng.randint(least, most))]
        if self.chance(0.2) and len(given) < most:
            given.append(f"{self.name()}={self.argument()}")
        return ", ".join(given)

    def call(self) -> str:
        return f"{self.callee()}({self.arguments()})"

    def value(self) -> str:
        return self.call() if self.chance(0.35) else self.argument()

    def type(self) -> str:
        r = self.rng.random()
        if r < 0.35:
            return self.of(("int", "str", "float", "bool", "bytes", "object", "dict", "list", "None", "Any"))
        if r < 0.6:
            return self.klass()
        if r < 0.7:
            return f"{self.name()}.{self.klass()}"
        if r < 0.8:
            return f"{self.klass()} | None"
        return f"{self.of(('list', 'Optional', 'dict[str, {}]', 'Iterable', 'tuple')).format('int')}[{self.klass()}]"

    def condition(self, hole: str | None = None) -> str:
        """A condition; with a hole, one about it."""
        x = hole or self.dotted()
        return self.of(
            (
                x,
                f"not {x}",
                f"{x} is None",
                f"{x} is not None",
                f"{x} {self.of(COMPARISONS[:6])} {self.argument()}",
                f"{self.callee()}({x})",
                f"not {self.callee()}({x})",
                f"isinstance({x}, {self.klass()})",
                f"{x} in {self.dotted()}",
                f"len({x}) {self.of(COMPARISONS[:6])} {self.of(('0', '1', '2', self.name()))}",
            )
        )

    # templates

    def wrap(self) -> str:
        """An expression around the hole `__x__`."""
        return self.of(_WRAPS)(self)

    def statement(self, holes: Sequence[str] = ()) -> str:
        """One statement; with holes (context such as the first parameter), most often one that uses a hole."""
        hole = f"__{self.of(holes)}__" if holes and self.chance(0.65) else None
        return self.of(_STATEMENTS)(self, hole)

    def exit(self) -> str:
        """A statement that leaves the function."""
        return self.of(
            (
                f"return {self.value()}",
                "return",
                f"raise {self.exception()}",
                f"raise {self.exception()}({self.string()})",
                f"return {self.constant()}",
            )
        )


BUILTIN_EXCEPTIONS = (
    "ValueError", "TypeError", "KeyError", "RuntimeError", "Exception", "AttributeError", "IndexError", "OSError",
    "NotImplementedError", "LookupError", "StopIteration", "AssertionError", "ImportError", "PermissionError",
)  # fmt: skip

_WRAPS = (
    lambda d: f"{d.callee()}(__x__)",
    lambda d: f"{d.name()}(__x__)",
    lambda d: f"{d.callee()}(__x__, {d.argument()})",
    lambda d: f"{d.callee()}({d.argument()}, __x__)",
    lambda d: f"{d.callee()}({d.name()}=__x__)",
    lambda d: f"{d.callee()}({d.argument()}, {d.name()}=__x__)",
    lambda d: f"{d.klass()}(__x__)",
    lambda d: f"__x__.{d.name()}",
    lambda d: f"__x__.{d.name()}()",
    lambda d: f"__x__.{d.name()}({d.argument()})",
    lambda d: f"__x__[{d.argument()}]",
    lambda d: f"__x__[:{d.of(('1', '2', '-1', d.name()))}]",
    lambda d: f"{d.dotted()}[__x__]",
    lambda d: f"{d.of(('not ', '-', '~', '+'))}(__x__)",
    lambda d: f"(__x__, {d.argument()})",
    lambda d: f"({d.argument()}, __x__)",
    lambda d: "[__x__]",
    lambda d: "(__x__,)",
    lambda d: f"{{{d.string()}: __x__}}",
    lambda d: f"__x__ or {d.argument()}",
    lambda d: f"__x__ and {d.argument()}",
    lambda d: f"{d.dotted()} or __x__",
    lambda d: f"__x__ if {d.condition()} else {d.argument()}",
    lambda d: f"{d.argument()} if {d.condition()} else __x__",
    lambda d: f"__x__ {d.of(BINARY)} {d.argument()}",
    lambda d: f"{d.argument()} {d.of(BINARY)} __x__",
    lambda d: f"__x__ {d.of(COMPARISONS)} {d.argument()}",
    lambda d: "lambda: __x__",
    lambda d: f"lambda {d.name()}: __x__",
    lambda d: "await __x__",
    lambda d: f"({d.name()} := __x__)",
    lambda d: f"{d.callee()}({d.callee()}(__x__))",
    lambda d: f"{d.callee()}(__x__).{d.name()}",
    lambda d: f"{d.callee()}(lambda: __x__)",
    lambda d: f"[{d.callee()}(item) for item in __x__]",
    lambda d: f"{d.callee()}(*__x__)",
)

_STATEMENTS = (
    lambda d, h: f"{d.callee()}({h or d.arguments()})",
    lambda d, h: f"{d.name()}({h or d.argument()})",
    lambda d, h: f"{d.dotted()}.{d.name()}({h or d.arguments()})",
    lambda d, h: f"{d.dotted()}.{d.of(LOG_METHODS)}({d.string()}{', ' + h if h else ''})",
    lambda d, h: f"{d.callee()}({d.argument()}, {h or d.argument()})",
    lambda d, h: f"{d.callee()}({d.name()}={h or d.argument()})",
    lambda d, h: f"{d.name()} = {h or d.value()}",
    lambda d, h: f"{d.name()} = {d.callee()}({h or d.arguments()})",
    lambda d, h: f"self.{d.name()} = {h or d.value()}",
    lambda d, h: f"{d.dotted()}[{h or d.argument()}] = {d.value()}",
    lambda d, h: f"{d.dotted()} {d.of(('+', '-', '*', '|'))}= {h or d.of(('1', '1', d.argument()))}",
    lambda d, h: f"{h or d.name()} = {d.callee()}({h or d.arguments()})",
    lambda d, h: f"assert {d.condition(h)}",
    lambda d, h: f"assert {d.condition(h)}, {d.string()}",
    lambda d, h: f"if {d.condition(h)}:\n    {d.exit()}",
    lambda d, h: f"if {d.condition(h)}:\n    {d.call()}",
    lambda d, h: f"if {d.condition()}:\n    {d.callee()}({h or d.argument()})",
    lambda d, h: f"if {d.condition(h)}:\n    {h or d.name()} = {d.value()}",
    lambda d, h: f"with {d.call()}:\n    {d.callee()}({h or d.arguments()})",
    lambda d, h: f"with {d.callee()}({h or d.arguments()}) as {d.name()}:\n    {d.call()}",
    lambda d, h: f"for {d.name()} in {h or d.dotted()}:\n    {d.call()}",
    lambda d, h: f"await {d.callee()}({h or d.arguments()})",
    lambda d, h: f"del {h or d.dotted()}",
    lambda d, h: f"yield {h or d.argument()}",
    lambda d, h: f"print({d.string()}, {h or d.argument()})",
    lambda d, h: f"{d.name()}: {d.type()} = {h or d.value()}",
    lambda d, h: f"{d.name()}, {d.name()} = {h or d.call()}",
    lambda d, h: f"try:\n    {d.callee()}({h or d.arguments()})\nexcept {d.exception()}:\n    {d.of(('pass', d.call()))}",
    lambda d, h: f"{d.name()} = {h} or {d.argument()}" if h else f"{d.name()} = {d.argument()}",
    lambda d, h: f"{d.name()} = [{h or d.argument()}]",
)
