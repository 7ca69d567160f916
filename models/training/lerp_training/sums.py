"""`python -m lerp_training rewrites-sums`: data/rules/sums.jsonl, two named concepts at once; `--three`: three, for measuring alone.

A function to which both apply, whichever comes first with the same outcome, is asked; what is shown are pairs of each concept
alone. Functions come from the pairs of data/rules/named.jsonl, so that splits stay what they are.
"""

import argparse
import ast
import json
import random
from collections import defaultdict
from pathlib import Path

from tqdm import tqdm

from lerp_training.config import DATA
from lerp_training.named_rules import LONGEST, attempt, compiles
from lerp_training.rewrites import CONCEPTS, Direction, Unsure
from lerp_training.rewrites.analysis import walk

RULES = DATA / "rules"
SHOWN, MOST_PAIRS, FEWEST_PAIRS = 12, 24, 3
PARTNERS = 10  # other concepts tried on one function
Part = tuple[str, bool]  # concept, removed


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training rewrites-sums", description=__doc__.splitlines()[0])
    parser.add_argument("--named", type=Path, default=RULES / "named.jsonl")
    parser.add_argument("--three", action="store_true", help="three at once, of validation and test packages alone, into triples.jsonl")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--functions", type=int, default=24_000, help="tried, of training; fewer of the other splits")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    lines = 0
    path = options.out or RULES / ("triples.jsonl" if options.three else "sums.jsonl")
    with path.open("w", encoding="utf-8") as out:
        for split, share in (("train", 1.0), ("validation", 0.1), ("test", 0.2))[1 if options.three else 0 :]:
            shown, draw = read(options.named, split), random.Random(options.seed)
            found = sums(shown, split, int(options.functions * share), draw)
            for record in triples(found, shown, split, draw) if options.three else found:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                lines += 1
    print(f"{lines} sums in {path}")
    return 0


def read(path: Path, split: str) -> dict[Part, list[dict]]:
    """The pairs of each concept and sense."""
    shown: dict[Part, list[dict]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line["split"] != split:
                continue
            shown[line["rule"], False] += line["pairs"]
            if line["reverse"]:
                shown[line["rule"], True] += [
                    {"before": p["after"], "after": p["before"], "package": p["package"]} for p in line["pairs"]
                ]
    return shown


def direction(part: Part) -> Direction | None:
    concept = CONCEPTS[part[0]]
    return concept.unapply if part[1] else concept.apply


def composed(one: Direction, two: Direction, pair: dict, kinds: set[type]) -> str | None:
    """Both applied, if each applies whichever comes first and the outcome is the same."""
    before, after = pair["before"], pair["after"]
    if not (two.nodes_fit(kinds) and two.text_fits(before) and two.text_fits(after)):
        return None
    try:
        alone = attempt(two, before)
        both = alone and attempt(one, alone)
        if not both or both != attempt(two, after) or both in (before, after, alone):
            return None
    except Unsure:
        return None
    return both if len(both) <= 1.5 * LONGEST and compiles(both) else None


def sums(shown: dict[Part, list[dict]], split: str, count: int, draw: random.Random) -> list[dict]:
    found: dict[tuple[Part, Part], list[dict]] = defaultdict(list)
    parts = [part for part in shown if direction(part) is not None]
    for _ in tqdm(range(count), desc=f"sums, {split}", mininterval=5):
        one = draw.choice(parts)
        pair = draw.choice(shown[one])
        kinds = {type(node) for node in walk(ast.parse(pair["before"]).body[0])}
        for two in draw.sample(parts, min(PARTNERS, len(parts))):
            if two[0] == one[0] or len(found[min(one, two), max(one, two)]) >= MOST_PAIRS:
                continue
            if both := composed(direction(one), direction(two), pair, kinds):
                found[min(one, two), max(one, two)].append({"before": pair["before"], "after": both, "package": pair["package"]})
    return records(found, shown, split, FEWEST_PAIRS if split == "train" else 2, draw)


def triples(two: list[dict], shown: dict[Part, list[dict]], split: str, draw: random.Random) -> list[dict]:
    """A third concept on what two have changed: it applies before them as well as behind them, with the same outcome."""
    found: dict[tuple[Part, ...], list[dict]] = defaultdict(list)
    parts = [part for part in shown if direction(part) is not None]
    for record in tqdm(two, desc=f"triples, {split}", mininterval=5):
        key = [(name.removeprefix("-"), name.startswith("-")) for name in record["rule"].split(" + ")]
        for pair in record["pairs"]:
            for third in draw.sample(parts, min(PARTNERS, len(parts))):
                if third[0] in (name for name, _ in key):
                    continue
                kinds = {type(node) for node in walk(ast.parse(pair["before"]).body[0])}
                if after := last_of_three(direction(third), [direction(part) for part in key], pair, kinds):
                    found[tuple(sorted([*key, third]))].append({"before": pair["before"], "after": after, "package": pair["package"]})
    return records(found, shown, split, 1, draw)


def last_of_three(third: Direction, two: list[Direction], pair: dict, kinds: set[type]) -> str | None:
    if not (third.nodes_fit(kinds) and third.text_fits(pair["before"])):
        return None
    try:
        last, first = attempt(third, pair["after"]), attempt(third, pair["before"])
        for one in two:
            first = first and attempt(one, first)
    except Unsure:
        return None
    fits = last is not None and last == first and last not in (pair["before"], pair["after"])
    return last if fits and len(last) <= 1.5 * LONGEST and compiles(last) else None


def records(found: dict[tuple[Part, ...], list[dict]], shown: dict[Part, list[dict]], split: str, fewest: int, draw: random.Random) -> list[dict]:
    return [
        {
            "rule": " + ".join(f"-{name}" if removed else name for name, removed in key),
            "family": " + ".join(sorted(name for name, _ in key)),
            "kind": "sum",
            "split": split,
            "reverse": False,
            "pairs": pairs,
            "parts": [draw.sample(shown[part], min(SHOWN, len(shown[part]))) for part in key],
            "no_ops": [],
        }
        for key, pairs in sorted(found.items())
        if len(pairs) >= fewest
    ]
