"""Draws rules, applies each to real functions and writes them, one rule a line.

A rule depends on the seed, its split and its number alone, so the output does not depend on the number of processes.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from .draw import Draw, Vocabulary
from .heldout import is_held_out, may_test_family, split_of_rule
from .layers import Layers
from .pool import LONGEST, SHORTEST, Pool, load_pools
from .rules import Rule
from .trees import Code, Refusal

MOST_PAIRS, FEWEST_PAIRS, TRIES = 8, 4, 160
HOPELESS = {25: 1, 60: 2, 110: 3}  # after so many tries the rule is dropped unless it has this many pairs
NO_OPS, NO_OP_TRIES = 4, 24
ATTEMPTS = 40  # families tried for one line of output
DRAWS, MISFITS = 12, 160  # rules of a family tried, and how many may be of another split (or, counted 20 times, none)
COPIES = 6  # of the same rule with other functions: families with few different rules would be too rare otherwise
LONGEST_AFTER = 1500
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Job:
    """One part of the output: `split` as written, the pool its functions come from, and which families it may use."""

    split: str
    pool: str
    wanted: Callable[[str, str], bool]
    held_out: bool
    count: int

    def family_wanted(self, family: str) -> bool:
        return is_held_out(family) == self.held_out


def _trained(split: str) -> Callable[[str, str], bool]:
    return lambda family, key: not is_held_out(family) and split_of_rule(key) == split


def jobs_for(rules: int) -> list[Job]:
    """The held-out parts keep their size in a full run and shrink in a small one."""
    few = min(1.0, rules / 6000)
    return [
        Job("train", "train", _trained("train"), False, rules),
        Job("test", "test", _trained("test"), False, max(2, int(600 * few))),
        Job("family_test", "test", may_test_family, True, max(2, int(400 * few))),
        Job("validation", "validation", _trained("validation"), False, max(2, int(300 * few))),
    ]


def apply(rule: Rule, text: str) -> tuple[str, int] | None:
    """The rewritten function and the number of sites; an empty text when the rule does not apply; None when the
    outcome is no use (ambiguous, too long, unchanged, or no Python)."""
    code = Code(text)
    try:
        sites = rule.run(code)
        if not sites:
            return "", 0
        after = code.text()
        if after == text or len(after) > LONGEST_AFTER or len(ast.parse(after).body) != 1:
            return None
        return after, sites
    except (Refusal, SyntaxError, ValueError, RecursionError):
        return None


def _words(text: str) -> set[str]:
    """Identifiers, numbers and the words of strings: enough to tell what is new, and far quicker than parsing."""
    return set(_WORD.findall(text))


def _knowable(pairs: list[dict[str, str]], source: str, result: str) -> bool:
    """Whether what is in the result and not in the source is the same in every pair: nobody can guess the rest."""
    new: set[str] = set()
    common: set[str] | None = None
    for pair in pairs:
        there = _words(pair[result])
        new |= there - _words(pair[source])
        common = there if common is None else common & there
    return new <= (common or set())


class Generator:
    """Everything that the rules of one split need."""

    def __init__(self, pool: Pool, layers: Layers, vocabulary: Vocabulary, seed: int) -> None:
        self.pool, self.layers, self.vocabulary, self.seed = pool, layers, vocabulary, seed
        self._common: dict[str, list[str]] = {}

    def rule(self, job: Job, number: int) -> dict[str, Any] | None:
        """The rule with this number, or None when none was found."""
        rng = random.Random(f"{self.seed}-{job.split}-{number}")
        draw = Draw(self.vocabulary, self.pool, rng, self._common)
        for _ in range(ATTEMPTS):
            for made, rule in self._of_one_family(job, draw, rng):
                return {"rule": f"{rule.family}-{number}", "family": rule.family, "kind": "synthetic", "split": job.split,
                        "key": rule.key, **made}  # fmt: skip
        return None

    def _of_one_family(self, job: Job, draw: Draw, rng: random.Random) -> Iterator[tuple[dict[str, Any], Rule]]:
        """Good rules of one family: it is retried, lest families that seldom fit are seldom seen."""
        drawer = self.layers.family(draw, job.family_wanted)
        if drawer is None:
            return
        tried = misfits = 0
        while misfits < MISFITS:
            rule = drawer(draw)
            if rule is None or not job.wanted(rule.family, rule.key):
                misfits += 1 if rule else 20
                continue
            try:
                made = self.instance(rule, rng)
            except (TypeError, AttributeError, IndexError) as error:  # a fault in a family must not end a long run
                print(f"dropped: {rule.key!r}: {error!r}", file=sys.stderr)
                made = None
            if made is not None:
                yield made, rule
            tried += 1
            if tried == DRAWS:
                return

    def instance(self, rule: Rule, rng: random.Random) -> dict[str, Any] | None:
        """The rule applied to functions: its pairs and its no-op cases."""
        candidates = rule.among if rule.among is not None else self.pool.sample(rule.needs, TRIES, rng)
        if len(candidates) < FEWEST_PAIRS:
            return None
        pairs: list[dict[str, str]] = []
        no_ops: list[str] = []
        single = 0
        for tried, at in enumerate(rng.sample(candidates, min(TRIES, len(candidates))) if rule.among else candidates):
            if len(pairs) == MOST_PAIRS or len(pairs) < HOPELESS.get(tried, 0):
                break
            text = self.pool.texts[at]
            if not SHORTEST <= len(text) <= LONGEST:
                continue
            done = apply(rule, text)
            if done is None:
                continue
            after, sites = done
            if not sites:
                no_ops.append(text)
            elif rule.which != "all" and sites == 1 and single == MOST_PAIRS // 2:
                continue  # with one site, "first" and "last" can not be told from "all"
            else:
                single += sites == 1
                pairs.append({"before": text, "after": after, "package": self.pool.packages[at]})
        if len(pairs) < FEWEST_PAIRS or (rule.which != "all" and single > len(pairs) - 2):
            return None
        if not _knowable(pairs, "before", "after"):
            return None
        reverse = rule.reverse and _knowable(pairs, "after", "before")
        return {"reverse": reverse, "pairs": pairs, "no_ops": self.near_misses(rule, rng, no_ops)}

    def near_misses(self, rule: Rule, rng: random.Random, found: list[str]) -> list[str]:
        """Functions that look alike and to which the rule does not apply, those with all the ingredients first."""
        rng.shuffle(found)
        kept = list(dict.fromkeys(found))[:NO_OPS]
        for near in rule.near:
            for at in self.pool.sample((near,), NO_OP_TRIES // len(rule.near), rng):
                if len(kept) >= NO_OPS:
                    return kept
                text = self.pool.texts[at]
                if text not in kept and len(text) <= LONGEST and apply(rule, text) == ("", 0):
                    kept.append(text)
        return kept


_STATE: dict[str, Any] = {}  # inherited by forked workers


def _produce(task: tuple[int, int]) -> dict[str, Any] | None:
    job = _STATE["jobs"][task[0]]
    return _STATE["generators"][job.pool].rule(job, task[1])


def generate(pools: dict[str, Pool], rules: int, seed: int, processes: int = 1) -> Iterator[dict[str, Any]]:
    """All the rules, training first; `key` says the rule in words and is not part of the file."""
    vocabulary = Vocabulary(pools["train"])
    layers = Layers(pools["train"], seed)
    generators = {name: Generator(pool, layers, vocabulary, seed) for name, pool in pools.items()}
    _STATE.update(jobs=jobs_for(rules), generators=generators)
    with get_context("fork").Pool(processes) if processes > 1 else _Alone() as workers:
        copies: Counter[str] = Counter()
        for which, job in enumerate(_STATE["jobs"]):
            made = 0
            tasks = ((which, number) for number in range(3 * job.count))
            for record in workers.imap(_produce, tasks, chunksize=16):
                if made == job.count:
                    break
                if record is None or copies[record["key"]] == COPIES:
                    continue
                copies[record["key"]] += 1
                made += 1
                yield record


class _Alone:
    """A pool of no processes."""

    def __enter__(self) -> _Alone:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def imap(self, work: Callable[[Any], Any], tasks: Any, chunksize: int) -> Iterator[Any]:
        return map(work, tasks)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="rewrites-synthetic", description=__doc__)
    parser.add_argument("--functions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rules", type=int, default=30000, help="training rules; the held-out parts come on top")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--pool", type=int, default=60000, help="most functions to draw from in training")
    options = parser.parse_args(argv)
    started = time.monotonic()
    pools = load_pools(options.functions, options.pool, options.seed)
    for name, pool in pools.items():
        print(f"{name}: {len(pool)} functions", file=sys.stderr)
    loaded = time.monotonic()
    written, families = 0, Counter[str]()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8") as out:
        for record in generate(pools, options.rules, options.seed, options.jobs):
            del record["key"]
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            written += 1
            families[record["family"]] += 1
            if written % 1000 == 0:
                print(f"{written} rules, {time.monotonic() - loaded:.0f} s", file=sys.stderr)
    print(f"{written} rules of {len(families)} families; functions {loaded - started:.0f} s, rules {time.monotonic() - loaded:.0f} s")
    return 0
