"""The data card: what training, validation and test are made of, counted from the token files and nothing else.

    python -m lerp_training card        writes DATA_CARD.md, and data_card.json with all counts

The token files are counted, not the texts: what does not fit the model is not in them and is never trained on.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lerp_training.config import DATA, PACKAGE
from lerp_training.data import read_lines
from lerp_training.lengths import BUCKETS, bucket_of
from lerp_training.packages import Manifest, read_manifest

KINDS = ("named", "synthetic", "mined", "sum")
SPLITS = ("train", "validation", "test", "family_test")
WHAT = ("rules", "pairs", "forward", "backward", "no-ops")
TOP = {"named": 100, "synthetic": 40, "mined": 10, "sum": 20}  # families that have a row of their own


@dataclass
class Counts:
    """All of them by (kind, split, …); a function is of kind "functions"."""

    totals: Counter = field(default_factory=Counter)  # kind, split, what
    lengths: Counter = field(default_factory=Counter)  # kind, split, bucket: questions, or functions
    packages: Counter = field(default_factory=Counter)  # package, kind
    families: dict[str, dict[str, Counter]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Counter)))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # of the families, before `group`


def group(family: str) -> str:
    """Thousands of composed families have one rule each: they are counted by the node that they start from.

    >>> group("compose:Assign:swap+wrap"), group("both:swap-tuple+wrap-call"), group("swap-tuple")
    ('compose:Assign', 'both', 'swap-tuple')
    """
    layer, *rest = family.split(":")
    return ":".join([layer, *rest[:1]]) if layer == "compose" else layer


def count_rule(counts: Counts, rule: dict) -> None:
    kind, split = rule["kind"], rule["split"]
    counts.names[kind].add(rule["family"])
    family = counts.families[kind][group(rule["family"])]
    asked = {way: [pair[way]["source"] for pair in rule["pairs"] if pair[way]] for way in ("forward", "backward")}
    found = {"rules": 1, "pairs": len(rule["pairs"]), **{way: len(sources) for way, sources in asked.items()}}
    for what, number in (found | {"no-ops": len(rule["no_ops"])}).items():
        counts.totals[kind, split, what] += number
    family[f"{split} rules"] += 1
    family[f"{split} pairs"] += len(rule["pairs"])
    for source in asked["forward"] + asked["backward"]:
        counts.lengths[kind, split, bucket_of(len(source))] += 1
    for pair in rule["pairs"]:
        counts.packages[pair["package"], kind] += 1


def count(data: Path) -> Counts:
    counts = Counts()
    for path in sorted((data / "rules").glob("*.tokens.jsonl")):
        for rule in read_lines(path):
            count_rule(counts, rule)
    functions = data / "functions.tokens.jsonl"
    for function in read_lines(functions) if functions.is_file() else ():
        counts.totals["functions", function["split"], "functions"] += 1
        counts.lengths["functions", function["split"], bucket_of(len(function["ids"]))] += 1
        counts.packages[function["package"], "functions"] += 1
    return counts


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) + " |"


def by_kind(counts: Counts) -> Iterator[str]:
    rows = [
        [kind, split, *(counts.totals[kind, split, what] for what in WHAT)]
        for kind in KINDS
        for split in SPLITS
        if counts.totals[kind, split, "rules"]
    ]
    yield from table(("kind", "split", "rules", "pairs", "asked forwards", "asked backwards", "left alone"), rows)


def by_length(counts: Counts) -> Iterator[str]:
    rows = [
        [kind, split, *(counts.lengths[kind, split, bucket] for bucket in BUCKETS)]
        for kind in ("functions", *KINDS)
        for split in SPLITS
        if any(counts.lengths[kind, split, bucket] for bucket in BUCKETS)
    ]
    yield from table(("tokens", "split", *BUCKETS), rows)


def by_family(counts: Counts) -> Iterator[str]:
    for kind in KINDS:
        families = counts.families.get(kind)
        if not families:
            continue
        order = sorted(families, key=lambda family: (-families[family].total(), family))
        columns = [f"{split} {what}" for split in SPLITS for what in ("rules", "pairs")]
        used = [column for column in columns if any(families[family][column] for family in order)]
        rows = [[family, *(families[family][column] for column in used)] for family in order[: TOP[kind]]]
        rest = order[TOP[kind] :]
        if rest:
            rows.append([f"{len(rest):,} others", *(sum(families[f][column] for f in rest) for column in used)])
        yield f"### {kind}: {len(counts.names[kind]):,} families"
        yield ""
        if kind == "synthetic":
            yield "Those of two template families (`both`), and the composed ones by the node that their pattern starts from, are counted together."
            yield ""
        yield from table(("family", *used), rows)
        yield ""


def by_package(counts: Counts, manifest: Manifest) -> Iterator[str]:
    known = {wheel.name: (wheel.version, wheel.licence, wheel.split) for wheel in manifest.packages}
    names = sorted({name for name, _ in counts.packages}, key=lambda name: (known.get(name, ("", "", "train"))[2], name))
    rows = [
        [name, *known.get(name, ("of the running Python", "PSF-2.0", "train")), *(counts.packages[name, k] for k in ("functions", *KINDS))]
        for name in names
    ]
    yield from table(("package", "version", "licence", "split", "functions", "named", "synthetic", "mined", "sums"), rows)


def card(counts: Counts, manifest: Manifest) -> str:
    releases = sum(map(len, manifest.releases.values()))
    parts = [
        "# Data card",
        "",
        "Counted by `python -m lerp_training card` from the token files of one run of the commands in README.md. All counts: `data_card.json`.",
        "",
        f"**Sources.** {len(manifest.packages)} packages from PyPI, pinned by version and hash in `corpus.toml`, {releases} older releases of {len(manifest.releases)} of them for edits that people made, and the standard",
        "library of the running Python. Permissive licences only. Whole packages are held out; a function that stands in a held-out package too counts for that one. Nothing of it is committed.",
        "",
        "**Seeds.** Every generator takes `--seed` or has it fixed, 0 in all of them; a synthetic rule depends on the seed, its split and its number alone.",
        "",
        "**Kinds.** *Named*: the concepts of `grammars/python/concepts`. *Synthetic*: random rules, `family_test` being rules of families that are in no other split. *Mined*: edits that people made between releases.",
        "*Sum*: two named concepts at once. *Left alone*: functions to which a rule does not apply, near misses most of them. A rule is one line of a token file; a concept has many.",
        "",
        *by_kind(counts),
        "",
        "Questions by tokens of the function that is asked (both directions), and functions by theirs:",
        "",
        *by_length(counts),
        "",
        "## Families",
        "",
        *by_family(counts),
        "## Packages",
        "",
        "Functions, and pairs made of them.",
        "",
        *by_package(counts, manifest),
    ]
    return "\n".join(parts) + "\n"


def whole(counts: Counts) -> dict:
    """All of it, one short list a family: rules and pairs of each split."""
    families = {
        kind: {family: [[c[f"{split} rules"], c[f"{split} pairs"]] for split in SPLITS] for family, c in sorted(of_kind.items())}
        for kind, of_kind in counts.families.items()
    }
    totals = [[*key, number] for key, number in sorted(counts.totals.items())]
    lengths = [[*key, number] for key, number in sorted(counts.lengths.items())]
    packages = [[*key, number] for key, number in sorted(counts.packages.items())]
    names = {kind: len(families) for kind, families in counts.names.items()}
    return {"splits": SPLITS, "family names": names, "totals": totals, "lengths": lengths, "packages": packages, "families": families}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training card", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=PACKAGE.parent / "DATA_CARD.md")
    options = parser.parse_args(argv)
    counts = count(options.data)
    if not counts.totals:
        raise SystemExit(f"no token files in {options.data}: run the commands of README.md up to `lerp tokenize` first")
    options.out.write_text(card(counts, read_manifest()))
    options.out.with_name("data_card.json").write_text(json.dumps(whole(counts), separators=(",", ":")) + "\n")
    print(f"{sum(n for (_, _, what), n in counts.totals.items() if what == 'rules')} rules: {options.out}")
    return 0
