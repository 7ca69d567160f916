"""What a search for the edit gains, in tokens: the same questions with the pairs' mean and with the edit that was found.

    python -m lerp_training search data/runs/base/weights.safetensors --split test --cases 40

A pair is written by the edit of the others first; where all are written exactly, nothing is searched. Questions are other
functions of the rule, at most two, and one function to which it does not apply.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lerp_training import config as settings
from lerp_training.data import Rules, load_rules
from lerp_training.evaluate import SHOWN, Case, load, vectors, windows_of
from lerp_training.model import Model
from lerp_training.search import Likelihood, climb, grouped

Question = tuple[np.ndarray, Sequence[int]]
TABLES = (
    ("new rules of trained families", "{split}", "synthetic"),
    ("families never trained", "family_test", "synthetic"),
    ("edits that people made", "{split}", "mined"),
    ("named concepts", "{split}", "named"),
)


@dataclass
class Lesson:
    """A rule, some pairs of it, and what is asked."""

    windows: list[tuple[np.ndarray, ...]]
    pairs: list[Question]
    asked: list[Question]
    still: list[Question]
    unrelated: list[np.ndarray]


def lessons(rules: Rules, kind: str, shown: int, longest: int, rng: random.Random) -> Iterator[Lesson]:
    chosen = [rule for rule in range(len(rules)) if rules.kinds[rule] == kind]
    rng.shuffle(chosen)
    short = [source for source in rules.source[0] if 15 <= len(source) <= 40]
    for rule in chosen:
        fitting = [p for p in rules.pairs_of(rule) if 0 < len(rules.script[0][p]) <= 40 and len(rules.source[0][p]) <= longest]
        if len(fitting) <= shown:
            continue
        picked = rng.sample(fitting, len(fitting))
        still = [rules.no_ops[n] for n in rules.no_ops_of(rule) if len(rules.no_ops[n]) <= longest]
        questions = [(rules.source[0][p], rules.script[0][p].tolist()) for p in picked]
        yield Lesson(
            windows_of(rules, picked[:shown]),
            questions[:shown],
            questions[shown : shown + 2],
            [(source, [-1]) for source in rng.sample(still, min(1, len(still)))],
            rng.sample(short, 2),
        )


def edit(model: Model, windows: list[tuple[np.ndarray, ...]]) -> Tensor:
    with torch.no_grad():
        return vectors(model, [Case("", "", np.zeros(0), [], windows, 1.0)])


@torch.no_grad()
def written(model: Model, v: Tensor, questions: Sequence[Question]) -> list[bool]:
    right = [False] * len(questions)
    for members, rows in grouped(model, questions):
        said = Likelihood(model)(v.expand(len(members), -1, -1), *rows.inputs())[1]
        for member, one in zip(members, said.tolist(), strict=True):
            right[member] = one
    return right


def needs_search(model: Model, lesson: Lesson, mean: Tensor) -> bool:
    if len(lesson.pairs) == 1:
        return not all(written(model, mean, lesson.pairs))
    for number, pair in enumerate(lesson.pairs):
        others = lesson.windows[:number] + lesson.windows[number + 1 :]
        if not written(model, edit(model, others), [pair])[0]:
            return True
    return False


def study(model: Model, some: Iterator[Lesson], cases: int) -> dict[str, object]:
    asked, still, own, steps, seconds = [], [], [], [], 0.0
    for lesson, _ in zip(some, range(cases), strict=False):
        mean = edit(model, lesson.windows)
        found = mean
        if needs_search(model, lesson, mean):
            started = time.process_time()
            result = climb(model, mean, lesson.pairs, lesson.unrelated)
            seconds += time.process_time() - started
            steps.append(result.steps)
            own.append([count / len(lesson.pairs) for count in result.reproduced])
            found = result.v
        for rows, questions in ((asked, lesson.asked), (still, lesson.still)):
            rows += zip(written(model, mean, questions), written(model, found, questions), strict=True)

    def share(rows: list) -> list[float]:
        return [round(float(x), 3) for x in np.mean(np.array(rows, float), 0)] if rows else []

    return {
        "exact, mean and searched": share(asked),
        "cases": len(asked),
        "kept where it does not apply": share(still),
        "of": len(still),
        "searched": len(steps),
        "own pairs written": share(own),
        "best step": round(float(np.mean(steps)), 1) if steps else 0,
        "seconds a search": round(seconds / max(1, len(steps)), 2),
    }


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training search")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules")
    parser.add_argument("--split", default="test")
    parser.add_argument("--cases", type=int, default=40, help="rules per figure, at most")
    parser.add_argument("--longest", type=int, default=96, help="tokens of a function")
    given = parser.parse_args(argv)
    torch.set_num_threads(1)
    model = load(given.weights).requires_grad_(False)
    for name, split, kind in TABLES:
        rules = load_rules(split.format(split=given.split), given.rules)
        for shown in SHOWN:
            figures = study(model, lessons(rules, kind, shown, given.longest, random.Random(0)), given.cases)
            print(f"{name}, {shown} pairs: {figures}", flush=True)
