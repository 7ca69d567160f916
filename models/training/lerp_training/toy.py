"""Small made-up rules in the token format: enough to see that the model learns, and to time it, without any download."""

import json
import random
from pathlib import Path

from lerp_training.config import COPY, END_HUNK, UNK, Vocabulary
from lerp_training.scripts import DELETED, GAP, INSERTED, KEPT, POINTER

WORDS = 120
CONTEXT = 6
Hunk = tuple[int, int, list[int | tuple[int, int]]]  # i1, i2, items: a word, or a span to copy; positions without BOS


def vocabulary(size: int = 0) -> Vocabulary:
    counts = {"ID": 48, "STR": 32, "NUM": 16, "CN": 16, "CS": 6, "CU": 4}
    ranges, low = {}, 9 + WORDS
    for kind, count in counts.items():
        ranges[kind] = (low, low + count)
        low += count
    return Vocabulary(max(low, size), ranges)


def function(rng: random.Random, v: Vocabulary, shortest: int, longest: int) -> list[int]:
    low, _ = v.ranges["ID"]
    used = 0
    out = []
    for _ in range(rng.randint(shortest, longest)):
        if rng.random() < 0.35:
            choice = rng.randrange(min(used + 1, 40))
            used = max(used, choice + 1)
            out.append(low + choice)
        else:
            out.append(rng.randrange(9, 9 + WORDS))
    return out


class Rule:
    """Before, after or around each occurrence of one or two tokens, something happens."""

    def __init__(self, rng: random.Random, v: Vocabulary):
        self.family = rng.choice(("insert", "delete", "replace", "wrap", "duplicate"))
        self.token = rng.randrange(9, 9 + WORDS)
        self.span = rng.randint(1, 3)
        names = [v.ranges["CN"][0] + k for k in range(rng.randint(0, 2))]
        self.names = len(names)
        self.text = names + [rng.randrange(9, 9 + WORDS) for _ in range(rng.randint(1, 4))]
        rng.shuffle(self.text)

    def hunks(self, ids: list[int]) -> list[Hunk]:
        out: list[Hunk] = []
        done = 0
        for at, token in enumerate(ids):
            end = at + self.span
            if token != self.token or at < done or end > len(ids):
                continue
            done = end + 1
            out += {
                "insert": [(at, at, self.text)],
                "delete": [(at, end, [])],
                "replace": [(at, end, self.text)],
                "wrap": [(at, end, [*self.text, (at, end), self.text[0]])],
                "duplicate": [(end, end, [(at, end), self.text[0]])],
            }[self.family]
        return out


def written(hunks: list[Hunk]) -> list[int]:
    script = []
    for i1, i2, items in hunks:
        script += [POINTER + i1 + 1, POINTER + i2 + 1]
        for item in items:
            script += [COPY, POINTER + item[0] + 1, POINTER + item[1] + 1] if isinstance(item, tuple) else [item]
        script.append(END_HUNK)
    return [*script, POINTER]


def windows(ids: list[int], hunks: list[Hunk], v: Vocabulary) -> tuple[list[list[int]], list[list[int]]]:
    """The window of an edit and of its opposite: ids and tags."""
    runs: tuple[list[tuple[int, int]], ...] = ([], [])
    for i1, i2, items in hunks[:2]:
        new = [t for item in items for t in (ids[item[0] : item[1]] if isinstance(item, tuple) else [item])]
        for run, gone, come in ((runs[0], ids[i1:i2], new), (runs[1], new, ids[i1:i2])):
            run += [(UNK, GAP)] if run else []
            run += [(t, KEPT) for t in ids[max(0, i1 - CONTEXT) : i1]]
            run += [(t, DELETED) for t in gone] + [(t, INSERTED) for t in come]
            run += [(t, KEPT) for t in ids[i2 : i2 + CONTEXT]]
    low, high = v.ranges["ID"]
    out = []
    for run in runs:
        renamed: dict[int, int] = {}
        tokens = [renamed.setdefault(t, low + len(renamed)) if low <= t < high else t for t, _ in run]
        out.append([tokens, [tag for _, tag in run]])
    return out[0], out[1]


def rule_line(rng: random.Random, v: Vocabulary, number: int, split: str, shortest: int, longest: int) -> dict:
    rule = Rule(rng, v)
    pairs, no_ops = [], []
    while len(pairs) < 7:
        ids = function(rng, v, shortest, longest)
        for at in rng.sample(range(len(ids)), 1 if rng.random() < 0.7 else 2):
            ids[at] = rule.token
        hunks = rule.hunks(ids)
        if hunks:
            window, opposite = windows(ids, hunks, v)
            question = {"source": ids, "script": written(hunks)}
            pairs.append({"package": "toy", "forward": question, "backward": None, "window": window, "opposite": opposite})
    while len(no_ops) < 3:
        ids = function(rng, v, shortest, longest)
        if not rule.hunks(ids):
            no_ops.append(ids)
    concept = {"names": [f"n{k}" for k in range(rule.names)], "strings": [], "numbers": []}
    kind = "named" if number % 3 == 0 else "synthetic"
    head = {"rule": f"{rule.family}-{number}", "family": rule.family, "kind": kind, "split": split, "concept": concept}
    return head | {"pairs": pairs, "no_ops": no_ops}


def write(folder: Path, rules: int = 2000, shortest: int = 8, longest: int = 40, seed: int = 0, size: int = 0) -> Vocabulary:
    """functions.tokens.jsonl and rules/toy.tokens.jsonl in `folder`, one rule in ten for validation."""
    rng, v = random.Random(seed), vocabulary(size)
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    with (folder / "rules" / "toy.tokens.jsonl").open("w") as file:
        for number in range(rules):
            split = "validation" if number % 10 == 9 else "train"
            file.write(json.dumps(rule_line(rng, v, number, split, shortest, longest)) + "\n")
    with (folder / "functions.tokens.jsonl").open("w") as file:
        for number in range(rules):
            split = "validation" if number % 10 == 9 else "train"
            file.write(json.dumps({"package": "toy", "split": split, "ids": function(rng, v, shortest, longest)}) + "\n")
    return v
