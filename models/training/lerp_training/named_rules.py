"""Pairs for the named concepts, from real functions: ``python -m lerp_training rewrites-named``.

Functions are drawn at random, and each is parsed once; a concept sees only those that hold what it needs. Pairs come from both
directions: code that the concept changes (apply), and code that has the concept already, with it taken out again (unapply);
the second kind counts only when applying gives the real code back. A pair is marked reversible when the way back is determined by
the function alone. Functions that hold the ingredients of a concept but are left alone by it are its near misses.

Writes one rule a line, in chunks, as ``lerp tokenize --rules`` reads them.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from . import transplant
from .rewrites import CONCEPTS, Concept, Direction, Unsure
from .rewrites.analysis import walk
from .rewrites.written import written

SHARE = {"train": 1.0, "validation": 0.04, "test": 0.06}
LONGEST = 2500
SHORTEST = 24
MOST_TOKENS = 310
# Roughly the tokens of the model: a string, a name, a number or a sign is one.
TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|\w+|[^\w\s]')
CHUNK_PAIRS, CHUNK_NO_OPS = 64, 24
FIRST, EVERY = 12_000, 50_000  # common concepts are full early: what is there is written, so that training need not wait for the rare
FEW = 0.6  # of the pairs wanted: what has fewer in training gets more by transplanting
HOSTS, HOST_TOKENS = 4000, 160  # functions that others' statements are put into
TRIES = 20  # tries allowed for each pair wanted; a quarter of them once there are pairs enough of one kind


@dataclass
class Pool:
    """What one concept has found in one split."""

    concept: Concept
    wanted: int
    per_package: int
    applied: list[dict] = field(default_factory=list)
    unapplied: list[dict] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    far: list[str] = field(default_factory=list)
    packages: Counter = field(default_factory=Counter)
    tries: int = 0

    @property
    def full(self) -> bool:
        """Both kinds are there in numbers, or the rest is too rare to go on looking for."""
        enough = len(self.applied) + len(self.unapplied) >= self.wanted
        if self.tries > TRIES * self.wanted // (4 if enough else 1):
            return True
        kinds = [k for k, d in ((self.applied, self.concept.apply), (self.unapplied, self.concept.unapply)) if d is not None]
        return all(len(kind) >= self.wanted for kind in kinds) and len(self.near) >= self.wanted // 3

    def pairs(self) -> list[dict]:
        """Half of each kind where there is enough of both."""
        half = self.wanted // 2
        few = min(len(self.applied), len(self.unapplied))
        take = [max(half, self.wanted - few)] * 2
        return (self.applied[: take[0]] + self.unapplied[: take[1]])[: self.wanted]

    def no_ops(self) -> list[str]:
        """Four near misses to one function that has nothing to do with it, where there are that many."""
        wanted = self.wanted // 3
        near = self.near[: wanted - min(len(self.far), wanted // 5)]
        return near + self.far[: wanted - len(near)]


def compiles(source: str) -> bool:
    try:
        compile(source, "<function>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def attempt(direction: Direction, source: str, wanted: str | None = None) -> str | None:
    """The other side; None where the concept leaves the function alone. Raises Unsure where no answer is settled."""
    try:
        result = direction(source)
    except (SyntaxError, ValueError, RecursionError) as error:  # ast.unparse refuses some nested f-strings
        raise Unsure(str(error)) from error
    if result == wanted:
        return result
    if result is not None and not SHORTEST <= len(result) <= 1.5 * LONGEST:
        raise Unsure
    return result


def specifications(source: str) -> list[str]:
    """How the f-strings of a function format their values."""
    return sorted(ast.unparse(n.format_spec) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FormattedValue) and n.format_spec)


def sayable(before: str, after: str) -> bool:
    """A specification that stands in a `{:.2f}` on one side is no token of its own there, so no script can bring it."""
    return specifications(before) == specifications(after)


def offer(pool: Pool, package: str, source: str, function: ast.AST, kinds: set[type]) -> None:
    """Tries both directions of one concept on one function."""
    concept = pool.concept
    crowded = pool.packages[package] >= pool.per_package
    backward = concept.unapply
    room = len(pool.near) < pool.wanted // 3
    found = False
    if backward and len(pool.unapplied) < pool.wanted and not crowded and backward.nodes_fit(kinds) and backward.text_fits(source):
        pool.tries += 1
        try:
            before = attempt(backward, source)
            if before is not None and (concept.apply is None or attempt(concept.apply, before, source) == source):
                found = True
                if not sayable(before, source):
                    raise Unsure
                pool.packages[package] += 1
                pool.unapplied.append({"before": before, "after": source, "package": package, "reverse": concept.reverse})
        except Unsure:
            found = True
    forward = concept.apply
    if forward is None:
        if not found and room and concept.settled is not None and concept.settled(function):  # type: ignore[arg-type]
            pool.near.append(source)
        return
    fits = forward.nodes_fit(kinds)
    if not fits or not forward.text_fits(source):
        # Mostly functions that at least hold the same kinds of nodes.
        if len(pool.far) < pool.wanted // 6 and random.random() < (0.5 if fits else 0.05):
            pool.far.append(source)
        return
    if (crowded or len(pool.applied) >= pool.wanted) and not room:
        return
    pool.tries += 1
    try:
        after = attempt(forward, source)
        if after is None:
            if room:
                pool.near.append(source)
            return
        if crowded or len(pool.applied) >= pool.wanted:
            return
        if not sayable(source, after):
            return
        back = concept.reverse and (backward is None or attempt(backward, after, source) == source)
    except Unsure:
        return
    pool.packages[package] += 1
    pool.applied.append({"before": source, "after": after, "package": package, "reverse": back})


def transplanted(pool: Pool, hosts: list[tuple[str, str]], draw: random.Random) -> None:
    """Fills up a rare concept with its own statements in other functions. Each direction's real side is what is planted."""
    wanted = round(FEW * pool.wanted)
    sides = [
        (pool.applied, "before", "after", pool.concept.apply),
        (pool.unapplied, "after", "before", pool.concept.unapply),
    ]
    snippets = []
    for pairs, real, made, direction in sides:
        if direction is not None:
            found = (transplant.touched(pair[real], pair[made]) for pair in pairs)
            snippets += [snippet for snippet in dict.fromkeys(found) if snippet is not None]
    pool.per_package = pool.wanted
    tries = 8 * max(0, wanted - len(pool.applied) - len(pool.unapplied))
    for package, source in transplant.sources(snippets, hosts, draw, tries):
        if len(pool.applied) + len(pool.unapplied) >= wanted:
            break
        if not SHORTEST <= len(source) <= LONGEST or len(TOKEN.findall(source)) > MOST_TOKENS:
            continue
        function = ast.parse(source).body[0]
        offer(pool, package, source, function, {type(n) for n in walk(function)})


def lines_of(pool: Pool, split: str, draw: random.Random) -> list[dict]:
    """The rule in chunks; pairs that are determined backwards too stand in chunks of their own."""
    lines: list[dict] = []
    pairs = [p for p in pool.pairs() if compiles(p["before"]) and compiles(p["after"])]
    names = list(pool.concept.brings)
    brought = {"concept": {"names": names, "strings": [], "numbers": []}} if names else {}
    no_ops = pool.no_ops()
    for reverse in (True, False):
        group = [{k: p[k] for k in ("before", "after", "package")} for p in pairs if p["reverse"] is reverse]
        draw.shuffle(group)
        for i in range(0, len(group), CHUNK_PAIRS):
            chunk = group[i : i + CHUNK_PAIRS]
            # Never a lone pair at the end: a rule needs two.
            if len(chunk) < 2 and i:
                lines[-1]["pairs"] += chunk
                continue
            lines.append(
                {
                    "rule": pool.concept.name,
                    "family": pool.concept.name,  # asked concept by concept, however many pairs each has
                    "kind": "named",
                    "split": split,
                    "reverse": reverse,
                    "pairs": chunk,
                    "no_ops": [],
                }
                | brought
            )
    for i, source in enumerate(no_ops[: CHUNK_NO_OPS * len(lines)]):
        lines[i % len(lines)]["no_ops"].append(source)
    return lines


def generate(functions: Path, out: Path, per_rule: int, seed: int) -> dict[str, dict[str, int]]:
    draw = random.Random(seed)
    random.seed(seed)
    with functions.open("rb") as file:
        rows = file.readlines()
    draw.shuffle(rows)
    packages: dict[str, set[str]] = {}
    pools: dict[str, list[Pool]] = {}
    for split, share in SHARE.items():
        wanted = max(4, round(per_rule * share))
        pools[split] = [Pool(c, wanted, max(2, wanted * 2)) for c in CONCEPTS.values()]
    for row in rows[:20000]:
        record = json.loads(row)
        packages.setdefault(record["split"], set()).add(record["package"])
    for split, mine in pools.items():
        # A package may give three times its even share of the pairs.
        for pool in mine:
            pool.per_package = max(3, 3 * 2 * pool.wanted // max(1, len(packages.get(split, ()))))
    finished: dict[str, list[Pool]] = {split: [] for split in SHARE}
    seen: set[int] = set()
    hosts: list[tuple[str, str]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done, row in enumerate(tqdm(rows, desc="functions", mininterval=5, unit="fn")):
            if done == FIRST or done and done % EVERY == 0:
                write(out, {split: finished[split] + pools[split] for split in SHARE}, seed)
            record = json.loads(row)
            mine = pools.get(record["split"])
            if not mine or len(record["source"]) > 2 * LONGEST:
                continue
            try:
                module = ast.parse(record["source"])
                source = written(module)
            except (SyntaxError, ValueError, RecursionError):
                continue
            if not SHORTEST <= len(source) <= LONGEST or hash(source) in seen or len(TOKEN.findall(source)) > MOST_TOKENS:
                continue
            seen.add(hash(source))
            function = module.body[0]
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            kinds = {type(n) for n in walk(function)}
            for pool in mine:
                offer(pool, record["package"], source, function, kinds)
            if record["split"] == "train" and len(hosts) < HOSTS and len(TOKEN.findall(source)) <= HOST_TOKENS:
                hosts.append((record["package"], source))
            if any(pool.full for pool in mine):
                finished[record["split"]] += [pool for pool in mine if pool.full]
                pools[record["split"]] = [pool for pool in mine if not pool.full]
        for pool in tqdm(finished["train"] + pools["train"], desc="transplants", mininterval=5):
            transplanted(pool, hosts, random.Random(f"{seed} {pool.concept.name}"))
    return write(out, {split: finished[split] + pools[split] for split in SHARE}, seed)


def write(out: Path, pools: dict[str, list[Pool]], seed: int) -> dict[str, dict[str, int]]:
    """Writes every pool as it is now; what was found by concept and split."""
    draw = random.Random(seed)
    counts: dict[str, dict[str, int]] = {}
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with part.open("w") as file:
        for split, mine in pools.items():
            for pool in sorted(mine, key=lambda p: p.concept.name):
                count = counts.setdefault(pool.concept.name, {})
                for line in lines_of(pool, split, draw):
                    file.write(json.dumps(line) + "\n")
                    count[f"{split} pairs"] = count.get(f"{split} pairs", 0) + len(line["pairs"])
                    count[f"{split} no-ops"] = count.get(f"{split} no-ops", 0) + len(line["no_ops"])
                    count[f"{split} reversible"] = count.get(f"{split} reversible", 0) + len(line["pairs"]) * line["reverse"]
                count[f"{split} from real code"] = min(len(pool.unapplied), pool.wanted)
    part.replace(out)
    return counts


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training rewrites-named", description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=Path, default=Path("data/functions.jsonl"))
    parser.add_argument("--out", type=Path, default=Path("data/rules/named.jsonl"))
    parser.add_argument("--per-rule", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    counts = generate(arguments.functions, arguments.out, arguments.per_rule, arguments.seed)
    columns = [f"{split} {what}" for split in SHARE for what in ("pairs", "reversible", "from real code", "no-ops")]
    print("\t".join(["concept", *columns]))
    for name, count in sorted(counts.items()):
        print("\t".join([name, *(str(count.get(column, 0)) for column in columns)]))
    return 0
