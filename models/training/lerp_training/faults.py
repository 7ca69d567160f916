"""Where scripts first go wrong: the kind of step, counted, and some of them in words.

    python -m lerp_training faults data/runs/base/weights.safetensors --kind named --cases 300 --show 40

Functions of held-out packages, three pairs shown, written greedily. A script that gives the wanted function is right, however it is written.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lerp_training import config as settings
from lerp_training.config import COPY, END_HUNK
from lerp_training.scripts import Expects, Malformed, apply, steps

STOP = -1
LONGEST = 260  # tokens of a function: longer ones take most of the time


def first_fault(wanted: Sequence[int], given: Sequence[int], kinds: Sequence[str]) -> str:
    """What a compact script does wrong at the first step where it differs. `kinds` says the kind of each word.

    >>> kinds = ["special"] * 6 + ["operator", "keyword"]
    >>> first_fault([-3, -4, 6, 5, -1], [-3, -4, 7, 5, -1], kinds)
    'word: keyword for operator'
    >>> first_fault([-3, -4, 6, 5, -1], [-1], kinds)
    'where: stops, though there is something to do'
    """
    for (expects, _, _, right), value in zip(steps(wanted), given):
        if right == value:
            continue
        if expects is Expects.FIRST:
            return "where: " + ("one hunk too many" if right == STOP else "stops, though there is something to do" if value == STOP else "another place")
        if expects is Expects.WORD:
            name = {COPY: "copy", END_HUNK: "end"}
            return f"word: {name.get(value) or kinds[value]} for {name.get(right) or kinds[right]}"
        return {Expects.SECOND: "end of a hunk", Expects.COPY_A: "start of a copy", Expects.COPY_B: "end of a copy"}[expects]
    return "cut off"


def in_words(source: Sequence[int], script: Sequence[int], texts: Sequence[str]) -> str:
    """A compact script to be read: what goes, and what comes, copies in brackets."""
    framed = ["BOS", *(texts[token] for token in source), "EOS"]
    out: list[str] = []
    start = 0
    try:
        for expects, _, _, value in steps(script):
            at = -1 - value
            if expects is Expects.WORD:
                out += [] if value in (COPY, END_HUNK) else [texts[value]]
            elif expects is Expects.SECOND:
                out.append(f"@{start}-{at} {{{' '.join(framed[start:at])}}} =>")
            elif expects is Expects.COPY_B:
                out.append("[" + " ".join(framed[start:at]) + "]")
            start = at
    except Malformed:
        out.append("...")
    return " ".join(out)


def main(argv: list[str]) -> None:
    import torch  # what is above is tested without

    from lerp_training.data import load_rules
    from lerp_training.evaluate import TOGETHER, answers_of, load, taught

    parser = argparse.ArgumentParser(prog="lerp_training faults", description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("--kind", default="named", help="of the rules: named, synthetic or mined")
    parser.add_argument("--split", default="test")
    parser.add_argument("--cases", type=int, default=300, help="forwards; half as many backwards")
    parser.add_argument("--show", type=int, default=0, help="how many to write out")
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    tokens = json.loads(settings.VOCABULARY.read_text())["tokens"]
    kinds, texts = [t["kind"] for t in tokens], [t["text"] for t in tokens]
    model, rules, rng = load(given.weights), load_rules(given.split, given.data / "rules"), random.Random(1)
    cases = list(taught(rules, given.kind, 3, "added", given.cases, rng)) + list(taught(rules, given.kind, 3, "removed", given.cases // 2, rng, -1.0))
    cases = sorted((case for case in cases if len(case.source) <= LONGEST), key=lambda case: len(case.source))
    written = [script for at in range(0, len(cases), TOGETHER) for script in answers_of(model, cases[at : at + TOGETHER])]
    faults, right, shown = Counter(), Counter(), []
    for case, script in zip(cases, written, strict=True):
        wanted = [int(value) for value in case.script]
        try:
            exact = apply(case.source, script) == apply(case.source, wanted)
        except Malformed:  # cut off
            exact = False
        right[case.table] += exact
        if not exact:
            fault = first_fault(wanted, script, kinds)
            faults[fault] += 1
            shown.append((case, wanted, script, fault))
    for table in right:
        print(f"{table}: {right[table]} of {sum(case.table == table for case in cases)} right")
    for fault, count in faults.most_common():
        print(f"{count:5d}  {fault}")
    for case, wanted, script, fault in rng.sample(shown, min(given.show, len(shown))):
        print(f"--- {case.row}, {case.table}: {fault}\n  wanted {in_words(case.source, wanted, texts)}\n  given  {in_words(case.source, script, texts)}")
