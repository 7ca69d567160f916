"""`python -m lerp_training mined`: data/rules/mined.jsonl, the edits that people made between releases of the corpus packages.

Like edits of at least three functions make a rule of several pairs (family "mined-cluster"); every other edit is a rule
of its own pair (family "mined-single"). Rules are split as their packages are.
"""

import argparse
import difflib
import functools
import itertools
import json
import multiprocessing
import random
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from lerp_training import edits
from lerp_training.functions import Function, functions
from lerp_training.packages import DATA, MANIFEST, Wheel, fetch, python_files, read_manifest

OUTPUT = DATA / "rules" / "mined.jsonl"
LONGEST = 2000  # characters of either side
LEAST_SIMILARITY = 0.6
MOST_HUNKS, MOST_INSERTED, MOST_DELETED = 8, 48, 64  # tokens: what an edit vector can be asked to hold
LEAST_PAIRS, MOST_PAIRS, MOST_CHUNKS = 3, 8, 6  # a very large cluster is several rules, but not hundreds
SINGLES_PER_PACKAGE = 2000
NO_OPS = 4


@dataclass(frozen=True)
class Edit:
    package: str
    before: str
    after: str
    key: bytes
    deleted: tuple[str, ...]


@dataclass
class Mined:
    split: str
    edits: list[Edit] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training mined", description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    options = parser.parse_args(argv)
    manifest = read_manifest(options.manifest)
    current = {wheel.name: wheel for wheel in manifest.packages}
    lines = [[*older, current[name]] for name, older in manifest.releases.items()]
    fetched = [[wheel for wheel in line if fetch(wheel, manifest.settings)] for line in tqdm(lines, desc="fetch")]
    with multiprocessing.Pool(options.jobs) as pool:
        mined = list(tqdm(pool.imap(mine, fetched), total=len(fetched), desc="mine"))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    counts: Counter = Counter()
    part = options.output.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for rule in rules(mined):
            file.write(json.dumps(rule, ensure_ascii=False) + "\n")
            counts[rule["split"], rule["family"], "rules"] += 1
            counts[rule["split"], rule["family"], "pairs"] += len(rule["pairs"])
    part.replace(options.output)
    for key, count in sorted(counts.items()):
        print(*key, count)
    return 0


def mine(line: list[Wheel]) -> Mined:
    """Edits between successive releases of one package."""
    out = Mined(line[-1].split)
    seen: set[tuple[bytes, bytes]] = set()
    indices = (index(wheel) for wheel in line)
    for older, newer in itertools.pairwise(indices):
        for place in sorted(older.keys() & newer.keys()):
            before, after = older[place], newer[place]
            if before is None or after is None:
                continue
            if before.digest == after.digest:
                out.unchanged.append(before.source)
            elif (before.digest, after.digest) not in seen:
                seen.add((before.digest, after.digest))
                edit = compare(before.source, after.source, line[-1].name)
                if edit is not None:
                    out.edits.append(edit)
    out.edits.sort(key=lambda edit: (edit.before, edit.after))
    out.unchanged = sorted(set(out.unchanged))
    return out


def index(wheel: Wheel) -> dict[tuple[str, str], Function | None]:
    """Functions by place; None where two have the same one (overloads, property setters)."""
    found: dict[tuple[str, str], Function | None] = {}
    for path, text in python_files(wheel):
        for function in functions(text):
            place = path, function.name
            found[place] = None if place in found else function
    return found


def compare(before: str, after: str, package: str) -> Edit | None:
    """The edit in normal form, or None where it is no small change. The docstring before is kept: it is not the edit."""
    if max(len(before), len(after)) > LONGEST:
        return None
    try:
        own = edits.normal_form(before)[2]
        before, old, _ = edits.normal_form(before, own)
        after, new, _ = edits.normal_form(after, own)
        old_tokens, new_tokens = edits.token_list(before), edits.token_list(after)
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
        return None
    matcher = difflib.SequenceMatcher(None, old_tokens, new_tokens, autojunk=False)
    if before == after or edits.similarity(matcher) <= LEAST_SIMILARITY:
        return None
    changes = edits.hunks(matcher)
    deleted = tuple(token for hunk in changes for token in hunk.deleted)
    inserted = sum(len(hunk.inserted) for hunk in changes)
    if len(changes) > MOST_HUNKS or inserted > MOST_INSERTED or len(deleted) > MOST_DELETED:
        return None
    if new.name != old.name:
        return None
    key = edits.edit_key(changes, edits.local_names(old) | edits.local_names(new), old_tokens)
    return Edit(package, before, after, key, deleted)


def rules(mined: list[Mined]) -> Iterator[dict]:
    clusters: dict[tuple[str, bytes], list[Edit]] = defaultdict(list)
    unchanged: dict[str, list[str]] = {}
    for batch in mined:
        for edit in batch.edits:
            clusters[batch.split, edit.key].append(edit)
        if batch.edits:
            unchanged[batch.edits[0].package] = batch.unchanged
    singles: Counter = Counter()
    numbers: Counter = Counter()
    # A seeded order: which of too many are kept must not follow the alphabet.
    order = sorted(clusters.items())
    random.Random(0).shuffle(order)
    for (split, _), members in order:
        many = len({edit.before for edit in members}) >= LEAST_PAIRS
        family = "mined-cluster" if many else "mined-single"
        for pairs in chunks(members) if many else [[edit] for edit in members]:
            if not many:
                singles[pairs[0].package] += 1
                if singles[pairs[0].package] > SINGLES_PER_PACKAGE:
                    continue
            numbers[family] += 1
            yield {
                "rule": f"{family}-{numbers[family]}",
                "family": family,
                "kind": "mined",
                "split": split,
                "reverse": True,
                "pairs": [{"before": edit.before, "after": edit.after, "package": edit.package} for edit in pairs],
                "no_ops": no_ops(pairs, unchanged) if many else [],
            }


def chunks(members: list[Edit]) -> Iterator[list[Edit]]:
    """Rules of at most MOST_PAIRS different functions; a remainder too small for a rule is left out."""
    members = list({edit.before: edit for edit in members}.values())
    random.Random(len(members)).shuffle(members)
    for start in range(0, min(len(members), MOST_PAIRS * MOST_CHUNKS), MOST_PAIRS):
        pairs = members[start : start + MOST_PAIRS]
        if len(pairs) >= LEAST_PAIRS:
            yield pairs


def no_ops(pairs: list[Edit], unchanged: dict[str, list[str]]) -> list[str]:
    """Functions of the same packages that lack a token which every pair deletes: here the rule can not apply."""
    needed = set.intersection(*(set(edit.deleted) for edit in pairs))
    if not needed:
        return []
    pool = [source for package in sorted({edit.package for edit in pairs}) for source in unchanged[package]]
    out: list[str] = []
    for source in random.Random(pairs[0].before).sample(pool, min(len(pool), 30)):
        tokens = tokens_of(source)
        if tokens and not needed <= tokens:
            out.append(source)
        if len(out) == NO_OPS:
            break
    return out


@functools.lru_cache(maxsize=10_000)
def tokens_of(source: str) -> frozenset[str]:
    try:
        return frozenset(edits.token_list(edits.normal_form(source)[0])) if len(source) <= LONGEST else frozenset()
    except (SyntaxError, ValueError, AssertionError, tokenize.TokenError):
        return frozenset()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
