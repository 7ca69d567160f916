"""What the model can do on packages it never saw, written greedily and compared token for token.

    python -m lerp_training evaluate data/runs/base/weights.safetensors --cases 200 --out ../base/evaluation.json

Every figure stands with its count. Exact: the function that the script makes is the reference, delexicalised.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from lerp_training import config as settings
from lerp_training.batches import rounded
from lerp_training.config import BOS, EOS, PAD, ModelConfig, Vocabulary
from lerp_training.data import Ragged, Rules, load_functions, load_rules
from lerp_training.groups import grouped, share
from lerp_training.lengths import BUCKETS, EDGES, bucket_of
from lerp_training.model import Model
from lerp_training.scripts import Malformed, apply

TOGETHER = 16  # questions answered in one go
SHOWN = (1, 3, 5)


@dataclass
class Case:
    table: str
    row: str
    source: np.ndarray
    script: Sequence[int]  # compact
    windows: list[tuple[np.ndarray, ...]]  # ids, tags, opposite ids, opposite tags
    sign: float
    concept: int | None = None  # number of a learned vector, which is asked instead of the windows


def windows_of(rules: Rules, pairs: Sequence[int]) -> list[tuple[np.ndarray, ...]]:
    fields = (rules.window, rules.window_tags, rules.opposite, rules.opposite_tags)
    return [tuple(field[pair] for field in fields) for pair in pairs]


def taught(rules: Rules, kind: str, shown: int, name: str, cases: int, rng: random.Random, sign: float = 1.0) -> Iterator[Case]:
    """Each case: `shown` pairs of a rule, and another of its functions. Rules in turn, so that none weighs more."""
    direction = 0 if sign > 0 else 1
    chosen = [rule for rule in range(len(rules)) if rules.kinds[rule] == kind]
    rng.shuffle(chosen)
    waiting = {rule: [p for p in rules.pairs_of(rule) if len(rules.script[direction][p])] for rule in chosen}
    for asked in waiting.values():
        rng.shuffle(asked)
    made = 0
    while made < cases and any(waiting.values()):
        for rule in chosen:
            if not waiting[rule] or made == cases:
                continue
            pair = waiting[rule].pop()
            others = [p for p in rules.pairs_of(rule) if p != pair]
            if len(others) < shown:
                continue
            made += 1
            windows = windows_of(rules, rng.sample(others, shown))
            yield Case(name, rules.families[rule], rules.source[direction][pair], rules.script[direction][pair].tolist(), windows, sign)


def not_applicable(rules: Rules, kind: str, name: str, cases: int, rng: random.Random) -> Iterator[Case]:
    chosen = [rule for rule in range(len(rules)) if rules.kinds[rule] == kind and len(rules.no_ops_of(rule))]
    for _ in range(cases if chosen else 0):
        rule = rng.choice(chosen)
        pairs = rules.pairs_of(rule)
        windows = windows_of(rules, rng.sample(pairs, min(3, len(pairs))))
        yield Case(name, rules.families[rule], rules.no_ops[rng.choice(rules.no_ops_of(rule))], [-1], windows, 1.0)


def framed(ids: Sequence[np.ndarray], step: int) -> Tensor:
    out = np.full((len(ids), rounded(max(map(len, ids)) + 2, step)), PAD, np.int64)
    for row, source in zip(out, ids, strict=True):
        row[0], row[1 : len(source) + 1], row[len(source) + 1] = BOS, source, EOS
    return torch.from_numpy(out)


def filled(rows: Sequence[np.ndarray]) -> Tensor:
    out = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return torch.from_numpy(out)


def edits_of(model: Model, windows: Sequence[tuple[np.ndarray, ...]]) -> Tensor:
    """Windows and their opposites -> e (N,K,Dv)."""
    arrays = [filled([np.asarray(field) for field in column]) for column in zip(*windows, strict=True)]
    width = max(array.shape[1] for array in arrays)
    return model.edits(*(torch.nn.functional.pad(array, (0, width - array.shape[1])) for array in arrays))


@torch.inference_mode()
def agreement(model: Model, windows: Sequence[tuple[np.ndarray, ...]]) -> float:
    """Mean cosine between the edits of the pairs, as the runtime shows it for what is taught; 1 for a single pair."""
    e = torch.nn.functional.normalize(edits_of(model, windows).flatten(1), dim=1)
    others = len(e) * (len(e) - 1)
    return round(float((e @ e.T).sum() - (e * e).sum()) / others, 3) if others else 1.0


def vectors(model: Model, cases: Sequence[Case]) -> Tensor:
    """(B,K,Dv): the mean over each case's windows, or the learned vector, with its sign."""
    windows = [window for case in cases if case.concept is None for window in case.windows]
    e = edits_of(model, windows) if windows else torch.zeros(0)
    means, at = [], 0
    for case in cases:
        if case.concept is None:
            means.append(e[at : at + len(case.windows)].mean(0))
            at += len(case.windows)
        else:
            means.append(model.concepts[case.concept])
    return model.soft_norm(torch.stack(means)) * torch.tensor([case.sign for case in cases])[:, None, None]


@torch.inference_mode()
def answers_of(model: Model, cases: Sequence[Case]) -> list[list[int]]:
    """The greedy scripts, compact."""
    source = framed([case.source for case in cases], model.config.stride)
    memory = model.memory(model.encode(source), (source != PAD).sum(1), vectors(model, cases))
    return model.greedy(memory, 110)


def answers(model: Model, cases: Sequence[Case]) -> list[bool]:
    out = []
    for case, script in zip(cases, answers_of(model, cases), strict=True):
        try:
            out.append(apply(case.source, script) == apply(case.source, case.script))
        except Malformed:  # cut off
            out.append(False)
    return out


@torch.inference_mode()
def written_back(model: Model, functions: Ragged, cases: int, rng: random.Random) -> dict[str, list[bool]]:
    """By number of tokens, whether unpooling says each of them."""
    out: dict[str, list[bool]] = {}
    for name, low, high in zip(BUCKETS, (0, *EDGES), EDGES, strict=False):
        rows = np.flatnonzero((functions.lengths > low) & (functions.lengths <= high)).tolist()
        rows = rng.sample(rows, min(len(rows), cases))
        results: list[bool] = []
        for first in range(0, len(rows), TOGETHER):
            source = framed([functions[row] for row in rows[first : first + TOGETHER]], model.config.stride)
            lengths = (source != PAD).sum(1)
            said = model.words(model.unpooled(model.encode(source), lengths), model.unpool.say).argmax(-1)
            results += ((said == source) | (source == PAD)).all(1).tolist()
        out[f"write back, {name} tokens"] = results
    return out


def load(weights: Path) -> Model:
    given = {name: tensor.float() for name, tensor in load_file(weights).items()}
    model = Model(ModelConfig(Vocabulary.read().size, concepts=settings.concepts_of(weights) if "concepts" in given else ()))
    model.load_state_dict({"concepts": model.concepts.data} | given)
    return model.eval()


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training evaluate")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--cases", type=int, default=200, help="per figure, at most")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    model, rng = load(given.weights), random.Random(0)
    test = load_rules("test", given.data / "rules")
    families = load_rules("family_test", given.data / "rules")
    functions = load_functions("test", given.data / "functions.tokens.jsonl")

    cases: list[Case] = []
    for shown in SHOWN:
        cases += taught(test, "named", shown, f"named, {shown} pairs", given.cases, rng)
    cases += taught(test, "named", 3, "named, backwards, 3 pairs", given.cases, rng, -1.0)
    numbers = {name: number for number, name in enumerate(model.config.concepts)}
    for table, sign in (("named, learned vector", 1.0), ("named, learned vector, backwards", -1.0)):
        asked = taught(test, "named", 0, table, given.cases, rng, sign)
        cases += [replace(case, concept=numbers[case.row]) for case in asked if case.row in numbers]
    for shown in SHOWN:
        cases += taught(test, "synthetic", shown, f"new rules of trained families, {shown} pairs", given.cases, rng)
    for shown in (1, 3):
        cases += taught(families, "synthetic", shown, f"rules of families never trained, {shown} pairs", given.cases, rng)
    cases += taught(test, "mined", 1, "edits that people made, 1 pair of the cluster", given.cases, rng)
    for kind in ("named", "synthetic"):
        cases += not_applicable(test, kind, f"does not apply: {kind}", given.cases, rng)

    started = time.monotonic()
    tables: dict[str, list[bool]] = written_back(model, functions, given.cases, rng)
    cases.sort(key=lambda case: len(case.source))  # like lengths together; the sort is stable, the tables are named
    right = [exact for first in range(0, len(cases), TOGETHER) for exact in answers(model, cases[first : first + TOGETHER])]
    for case, exact in zip(cases, right, strict=True):
        tables.setdefault(case.table, []).append(exact)
    figures = {name: share(results) for name, results in tables.items()}
    by_family = grouped((case.table, case.row, exact) for case, exact in zip(cases, right, strict=True))
    by_length = grouped((case.table, bucket_of(len(case.source)), exact) for case, exact in zip(cases, right, strict=True))
    by_concept = {table: rows for table, rows in by_family.items() if "named" in table}
    for table, parts in by_concept.items():
        figures[table]["mean over concepts"] = round(float(np.mean([part["exact"] for part in parts.values()])), 4)
    for name in sorted(figures):
        print(f"{name:52s} " + "  ".join(f"{key} {value}" for key, value in figures[name].items()))
    print(f"{time.monotonic() - started:.0f} s")
    if given.out:
        whole = json.loads(given.out.read_text()) if given.out.is_file() else {}
        count = sum(p.numel() for p in model.parameters()) / 1e6
        whole["about"] = whole.get("about", {}) | {"parameters": round(count, 1)}
        whole |= {"figures": figures, "in_tokens_by_concept": by_concept, "in_tokens_by_length": by_length}
        whole["in_tokens_by_family"] = {table: rows for table, rows in by_family.items() if table not in by_concept}
        given.out.write_text(json.dumps(whole, indent=1) + "\n")
