"""What is asked of `lerp batch` to measure it: text, requests, and the text that is wanted.

Pairs that teach are given as text; the spellings that belong to a concept are found by lerp from them alone.
"""

import ast
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lerp_training.named_rules import attempt
from lerp_training.rewrites import CONCEPTS, Unsure
from lerp_training.rewrites.written import written

ALIKE = 5  # functions for one set of pairs


@dataclass
class Case:
    table: str
    row: str  # concept or family
    source: str
    wanted: str  # equal to source: it must come back unchanged
    requests: list[dict] = field(default_factory=list)  # each on what the one before gave
    package: str = ""  # where the function is from, if that is known

    @property
    def kind(self) -> str:
        return "taught" if "examples" in self.requests[0] else "built-in"


def rules_of(path: Path, split: str) -> list[dict]:
    """The rules of a split, the lines of one rule put together."""
    rules: dict[str, dict] = {}
    with path.open() as file:
        for line in file:
            rule = json.loads(line)
            if rule["split"] != split:
                continue
            whole = rules.setdefault(rule["rule"], {**rule, "pairs": [], "no_ops": []})
            whole["pairs"] += [pair | {"reverse": rule["reverse"]} for pair in rule["pairs"]]
            whole["no_ops"] += rule["no_ops"]
    return list(rules.values())


def in_turn(rules: list[dict], rng: random.Random, least: int, count: int) -> Iterator[tuple[dict, dict]]:
    """(rule, pair), each rule as often as the others where it has the pairs."""
    fitting = [rule for rule in rules if len(rule["pairs"]) >= least]
    waiting = {id(rule): rng.sample(rule["pairs"], len(rule["pairs"])) for rule in fitting}
    made = 0
    while made < count and any(waiting.values()):
        for rule in fitting:
            if waiting[id(rule)] and made < count:
                made += 1
                yield rule, waiting[id(rule)].pop()


def taught(table: str, rules: list[dict], shown: int, count: int, rng: random.Random) -> Iterator[Case]:
    for rule, pair in in_turn(rules, rng, shown + 1, count):
        others = [other for other in rule["pairs"] if other is not pair]
        examples = [{"before": p["before"], "after": p["after"]} for p in rng.sample(others, shown)]
        yield Case(table, rule["family"], pair["before"], pair["after"], [{"examples": examples}], pair["package"])


def built_in(table: str, rules: list[dict], remove: bool, count: int, rng: random.Random) -> Iterator[Case]:
    if remove:
        rules = [rule | {"pairs": [p for p in rule["pairs"] if p["reverse"]]} for rule in rules]
    for rule, pair in in_turn(rules, rng, 1, count):
        source, wanted = (pair["after"], pair["before"]) if remove else (pair["before"], pair["after"])
        yield Case(table, rule["rule"], source, wanted, [{"remove" if remove else "add": [rule["rule"]]}], pair["package"])


def composed(table: str, sums: list[dict], at_once: bool, count: int, rng: random.Random) -> Iterator[Case]:
    """Built-in concepts in one request, or one request each; `rule` says which, a minus sign before one that is removed."""
    for rule, pair in in_turn(sums, rng, 1, count):
        parts = rule["rule"].split(" + ")
        add, remove = [p for p in parts if p[0] != "-"], [p[1:] for p in parts if p[0] == "-"]
        one_by_one = [{"add": [p]} for p in sorted(add)] + [{"remove": [p]} for p in sorted(remove)]
        yield Case(table, rule["family"], pair["before"], pair["after"], [{"add": add, "remove": remove}] if at_once else one_by_one)


def unchanged(table: str, rules: list[dict], count: int, rng: random.Random) -> Iterator[Case]:
    fitting = [rule for rule in rules if rule["no_ops"]]
    for rule in (fitting[i % len(fitting)] for i in range(count if fitting else 0)):
        source = rng.choice(rule["no_ops"])
        yield Case(table, rule["rule"], source, source, [{"add": [rule["rule"]]}])


def left_alone(
    table: str, rules: list[dict], shown: int, count: int, rng: random.Random, functions: Callable[[dict], list[str]]
) -> Iterator[Case]:
    """A taught concept and functions to which it does not apply, some for each set of pairs: what is taught is remembered."""
    fitting = [rule for rule in rules if len(rule["pairs"]) >= shown]
    made = 0
    for rule in rng.sample(fitting, len(fitting)):
        sources = functions(rule)
        examples = [{"before": p["before"], "after": p["after"]} for p in rng.sample(rule["pairs"], shown)]
        for source in rng.sample(sources, min(len(sources), ALIKE)):
            if made == count:
                return
            made += 1
            yield Case(table, rule["rule"], source, source, [{"examples": examples}])


def any_function(path: Path, split: str, rng: random.Random) -> Callable[[dict], list[str]]:
    """Functions of held-out packages as they come, of which the rewrite says that it leaves them alone."""
    texts = []
    with path.open() as file:
        for record in map(json.loads, file):
            source = record["source"]
            if record["split"] == split and 60 < len(source) < 1500 and function(source):
                texts.append(written(ast.parse(source)))
    rng.shuffle(texts)

    def of(rule: dict) -> list[str]:
        found: list[str] = []
        rewrite = CONCEPTS[rule["rule"]].apply
        for source in rng.sample(texts, min(len(texts), 10 * ALIKE)):
            try:
                applies = rewrite is None or attempt(rewrite, source) is not None
            except Unsure:
                continue
            if not applies:
                found.append(source)
            if len(found) == ALIKE:
                break
        return found

    return of


def function(source: str) -> str | None:
    """The last function of a module in normal form: an edit may put imports in front of it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    functions = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return ast.unparse(functions[-1]) if functions else None
