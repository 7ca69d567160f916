"""Token files as compact arrays: 250k functions and 35k rules in a few hundred MB, read in seconds once cached.

Axes:  R rules · P pairs of all rules · ids and scripts are ragged, one flat array with offsets each
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from lerp_training.config import DATA, Vocabulary
from lerp_training.scripts import Malformed, check, compact

FUNCTIONS = DATA / "functions.tokens.jsonl"
RULES = DATA / "rules"
FORMAT = 3  # of the cache


@dataclass
class Ragged:
    values: np.ndarray
    offsets: np.ndarray  # (count + 1,) int64

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], dtype: type) -> "Ragged":
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        values = np.fromiter((value for row in rows for value in row), dtype, int(offsets[-1]))
        return cls(values, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)


@dataclass
class Rules:
    """All rules of one split. Direction 0 is forward, 1 backward; a direction that is not asked has an empty script."""

    names: list[str]
    families: list[str]  # (R,)
    kinds: list[str]  # (R,)
    concepts: np.ndarray  # (R,3): how many concept names, strings, numbers
    pairs: np.ndarray  # (R + 1,): rule r has pairs pairs[r] to pairs[r + 1]
    no_op_rows: np.ndarray  # (R + 1,)
    source: tuple[Ragged, Ragged]  # per direction, (P,)
    script: tuple[Ragged, Ragged]
    window: Ragged  # (P,) ids
    window_tags: Ragged
    opposite: Ragged
    opposite_tags: Ragged
    part: np.ndarray  # (P,): which of its rule's parts a window shows; 0 but for sums, see `read_rules`
    no_ops: Ragged

    def __len__(self) -> int:
        return len(self.names)

    def pairs_of(self, rule: int) -> range:
        return range(int(self.pairs[rule]), int(self.pairs[rule + 1]))

    def no_ops_of(self, rule: int) -> range:
        return range(int(self.no_op_rows[rule]), int(self.no_op_rows[rule + 1]))


def read_lines(path: Path) -> Iterator[dict]:
    with path.open() as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read_rules(paths: Sequence[Path], split: str) -> Rules:
    """A line of kind "sum" has "parts": for each of the rules that are added, the windows that may be shown for it,
    [{"window", "opposite"}, ...]. They become pairs that are never asked, beside the composed pairs that are, whose
    own window is never shown (part -1)."""
    names, families, kinds, concepts, pairs, no_op_rows = [], [], [], [], [0], [0]
    source, script = ([], []), ([], [])
    window, window_tags, opposite, opposite_tags, part, no_ops = [], [], [], [], [], []
    dropped: Counter[str] = Counter()
    for path in paths:
        for line in read_lines(path):
            if line["split"] != split:
                continue
            composed = "parts" in line
            entries = [(pair, -1 if composed else 0) for pair in line["pairs"]]
            entries += [(shown, number) for number, shown_part in enumerate(line.get("parts", ())) for shown in shown_part]
            before = len(part)
            for pair, number in entries:
                asked = []
                for direction in ("forward", "backward"):
                    question = pair.get(direction)
                    ids, values = ([], []) if question is None else (question["source"], compact(question["script"]))
                    try:
                        if question is not None:
                            check(values, len(ids))
                    except (Malformed, KeyError) as problem:
                        dropped[f"{path.name}: {type(problem).__name__}"] += 1
                        ids, values = [], []
                    asked.append((ids, values))
                if "window" not in pair:  # a composed pair is only asked
                    pair = pair | {"window": [[], []], "opposite": [[], []]}
                elif not len(pair["window"][0]):
                    dropped[f"{path.name}: empty window"] += 1
                    continue
                for direction, (ids, values) in enumerate(asked):
                    source[direction].append(ids)
                    script[direction].append(values)
                window.append(pair["window"][0])
                window_tags.append(pair["window"][1])
                opposite.append(pair["opposite"][0])
                opposite_tags.append(pair["opposite"][1])
                part.append(number)
            if len(part) == before:
                dropped[f"{path.name}: rule without pairs"] += 1
                continue
            names.append(line["rule"])
            families.append(line["family"])
            kinds.append(line["kind"])
            concepts.append([len(line["concept"][kind]) for kind in ("names", "strings", "numbers")])
            no_ops += line["no_ops"]
            pairs.append(len(part))
            no_op_rows.append(len(no_ops))
    if dropped:
        print(f"dropped while reading {split} rules: {dict(dropped)}", file=sys.stderr)
    return Rules(
        names,
        families,
        kinds,
        np.array(concepts, np.int16).reshape(-1, 3),
        np.array(pairs),
        np.array(no_op_rows),
        (Ragged.of(source[0], np.int16), Ragged.of(source[1], np.int16)),
        (Ragged.of(script[0], np.int16), Ragged.of(script[1], np.int16)),
        *(Ragged.of(rows, dtype) for rows, dtype in ((window, np.int16), (window_tags, np.int8))),
        *(Ragged.of(rows, dtype) for rows, dtype in ((opposite, np.int16), (opposite_tags, np.int8))),
        np.array(part, np.int8),
        Ragged.of(no_ops, np.int16),
    )


def read_functions(path: Path, split: str) -> Ragged:
    return Ragged.of([line["ids"] for line in read_lines(path) if line["split"] == split], np.int16)


def flatten(rules: Rules) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {}
    for field in fields(rules):
        value = getattr(rules, field.name)
        for number, item in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(item, Ragged):
                out[f"{field.name}.{number}.values"] = item.values
                out[f"{field.name}.{number}.offsets"] = item.offsets
            else:
                out[f"{field.name}.{number}"] = np.array(item)
    return out


def unflatten(arrays: dict[str, np.ndarray]) -> Rules:
    def ragged(name: str, number: int = 0) -> Ragged:
        return Ragged(arrays[f"{name}.{number}.values"], arrays[f"{name}.{number}.offsets"])

    values = {}
    for field in fields(Rules):
        if field.name in ("source", "script"):
            values[field.name] = (ragged(field.name, 0), ragged(field.name, 1))
        elif f"{field.name}.0.values" in arrays:
            values[field.name] = ragged(field.name)
        else:
            array = arrays[f"{field.name}.0"]
            values[field.name] = array.tolist() if field.name in ("names", "families", "kinds") else array
    return Rules(**values)


def cached(cache: Path, paths: Sequence[Path], make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `make` gives, from `cache` while the files it came from are the same ones."""
    stamp = np.array([FORMAT, *(n for p in paths for n in (p.stat().st_size, p.stat().st_mtime_ns))])
    if cache.exists():
        with np.load(cache) as file:
            if np.array_equal(file["stamp"], stamp):
                return {name: file[name] for name in file.files}
    arrays = make() | {"stamp": stamp}
    partial = cache.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(cache)
    return arrays


def load_rules(split: str, folder: Path = RULES, pattern: str = "*.tokens.jsonl") -> Rules:
    paths = sorted(folder.glob(pattern))
    return unflatten(cached(folder / f"{split}.npz", paths, lambda: flatten(read_rules(paths, split))))


def load_functions(split: str, path: Path = FUNCTIONS) -> Ragged:
    def make() -> dict[str, np.ndarray]:
        functions = read_functions(path, split)
        return {"values": functions.values, "offsets": functions.offsets}

    arrays = cached(path.with_name(f"functions.{split}.npz"), [path], make)
    return Ragged(arrays["values"], arrays["offsets"])


def renumbered(vocabulary: Vocabulary, orders: Sequence[Sequence[int]], skip: Sequence[int] = (0, 0, 0)) -> np.ndarray:
    """(vocabulary,) new id of each id: the k-th concept token of a kind becomes number `order[skip + k]` of that kind."""
    table = np.arange(vocabulary.size, dtype=np.int64)
    for (low, high), order, first in zip(vocabulary.concepts, orders, skip, strict=True):
        table[low:high] = low + np.roll(np.asarray(order), -first)
    return table
