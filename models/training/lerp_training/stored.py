"""Taught concepts the way a user has them: `lerp teach`, kept in a project, then `lerp refactor --add` on functions of held-out packages.

    python -m lerp_training stored                  # named concepts and synthetic rules from 3 pairs; with the search that teaching does
    python -m lerp_training stored --shown 1 --fast # from one pair, by the pairs' mean

For each set of pairs a few functions to which the rule does not apply (near misses, and any), and a few to which it does. What is
counted of the former is the rate of false positives: an edit that is shown by default, or that `--all` would show. Beside it, what
`lerp teach` says: how many of the pairs the others reproduce, and how long that took.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from lerp_training import config as settings
from lerp_training.questions import ALIKE, any_function, function, rules_of

NAME = "taught-here"
APPLIES = "applies"


@dataclass(frozen=True)
class Task:
    """A set of pairs, and functions to ask with their kind and what is wanted."""

    kind: str
    pairs: list[dict]
    functions: list[tuple[str, str, str]]


def tasks(kind: str, rules: list[dict], shown: int, count: int, anyone: Callable[[dict], list[str]], rng: random.Random) -> Iterator[Task]:
    """Up to `count` sets of pairs of different rules."""
    fitting = [rule for rule in rules if len(rule["pairs"]) > shown]
    for rule in rng.sample(fitting, min(count, len(fitting))):
        pairs = rng.sample(rule["pairs"], min(len(rule["pairs"]), shown + ALIKE))
        near = rng.sample(rule["no_ops"], min(len(rule["no_ops"]), ALIKE))
        functions = [(APPLIES, pair["before"], pair["after"]) for pair in pairs[shown:]]
        functions += [("near misses", text, text) for text in near]
        functions += [("any function", text, text) for text in anyone(rule)]
        yield Task(kind, pairs[:shown], functions)


def answers(lerp: Path, task: Task, fast: bool, folder: Path, environment: dict[str, str]) -> tuple[dict, list[dict]] | None:
    """What `lerp teach` says, and what `lerp refactor` reports of each function; None where the pairs could not be taught."""
    (folder / "pyproject.toml").write_text("")
    own = environment | {"XDG_DATA_HOME": str(folder / "data")}  # no concept of the user's
    lines = [json.dumps({"before": pair["before"], "after": pair["after"]}) + "\n" for pair in task.pairs]

    def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(lerp), *arguments], input=text, text=True, cwd=folder, env=own, capture_output=True, check=False)

    started = time.monotonic()
    taught = run("teach", NAME, "--project", "--keep-all", "--format", "json", *(["--fast"] if fast else []), text="".join(lines))
    if taught.returncode:
        return None
    said = json.loads(taught.stdout) | {"seconds": time.monotonic() - started}
    files = [folder / f"f{number}.py" for number in range(len(task.functions))]
    for file, (_, source, _) in zip(files, task.functions, strict=True):
        file.write_text(source + "\n")

    def reports(*more: str) -> dict[str, dict]:
        done = run("refactor", *(file.name for file in files), "--add", NAME, "--tests", "none", "--format", "json", *more)
        return {Path(report["path"]).name: report for report in json.loads(done.stdout)["files"]}

    # what is shown anyway, and what only --all shows; files of which there is nothing to tell are not told of
    default, everything = reports(), reports("--all")
    nothing = {"edits": []}
    return said, [{"shown": default.get(file.name, nothing), "all": everything.get(file.name, nothing)} for file in files]


def edited(report: dict, source: str) -> str | None:
    """The function's new text, from the edits of a report; None where there are none."""
    if not report["edits"]:
        return None
    lines = (source + "\n").splitlines(keepends=True)

    def offset(place: dict) -> int:
        line = lines[place["line"]] if place["line"] < len(lines) else ""
        units = line.encode("utf-16-le")[: 2 * place["character"]]
        return sum(map(len, lines[: place["line"]])) + len(units.decode("utf-16-le"))

    text = "".join(lines)
    for edit in sorted(report["edits"], key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


def about(lessons: list[dict]) -> Iterator[str]:
    """What `lerp teach` said of its pairs, and how long it took."""
    for kind in dict.fromkeys(one["kind"] for one in lessons):
        of_kind = [one for one in lessons if one["kind"] == kind]
        again, pairs, searched = (sum(one[key] for one in of_kind) for key in ("reproduced", "pairs", "searched"))
        yield f"{kind}: {again} of {pairs} pairs are reproduced when they are left out; {searched} of {len(of_kind)} vectors were searched"
    seconds = sorted(one["seconds"] / one["pairs"] for one in lessons)
    if seconds:
        middle, most = seconds[len(seconds) // 2], seconds[9 * len(seconds) // 10]
        yield f"seconds a pair, trying it on its pairs included: median {middle:.1f}, nine of ten up to {most:.1f}"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training stored", description=__doc__.splitlines()[0])
    parser.add_argument("--lerp", type=Path, default=settings.PACKAGE.parents[2] / "target" / "release" / "lerp")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules")
    parser.add_argument("--functions", type=Path, default=settings.DATA / "functions.jsonl")
    parser.add_argument("--split", default="test")
    parser.add_argument("--sets", type=int, default=20, help="sets of pairs, each of named concepts and of synthetic rules")
    parser.add_argument("--shown", type=int, default=3, help="pairs that teach")
    parser.add_argument("--fast", action="store_true", help="without the search: `lerp teach --fast`")
    given = parser.parse_args(argv)
    environment = {**os.environ} if given.model is None else {**os.environ, "LERP_MODEL": str(given.model.resolve())}
    rng = random.Random(0)
    anyone = any_function(given.functions, given.split, rng)
    todo: list[Task] = []
    for kind, others in (("named", anyone), ("synthetic", lambda rule: [])):
        rules = rules_of(given.rules / f"{kind}.jsonl", given.split)
        todo += tasks(kind, rules, given.shown, given.sets, others, rng)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    refused, lessons = 0, []
    for task in tqdm(todo, desc="sets of pairs", mininterval=5):
        with tempfile.TemporaryDirectory() as folder:
            said = answers(given.lerp.resolve(), task, given.fast, Path(folder), environment)
        if said is None:
            refused += 1
            continue
        lessons.append(said[0] | {"kind": task.kind})
        for (what, source, wanted), reports in zip(task.functions, said[1], strict=True):
            count = counts[task.kind, what]
            count["asked"] += 1
            for how, report in reports.items():
                text = edited(report, source)
                count[how] += text is not None
                count[f"{how}, right"] += text is not None and function(text) == function(wanted)
    print(f"{len(todo)} sets of {given.shown} pairs, {refused} of them refused by lerp teach")
    print(*about(lessons), sep="\n")
    print()
    print("| | functions | edited, shown by default | right | edited with --all | right |\n|---|---|---|---|---|---|")
    for (kind, what), count in counts.items():
        right = [str(count[f"{how}, right"]) if what == APPLIES else "" for how in ("shown", "all")]
        share = [f"{count[how]} ({count[how] / count['asked']:.0%})" for how in ("shown", "all")]
        print(f"| {kind}, {what} | {count['asked']} | {share[0]} | {right[0]} | {share[1]} | {right[1]} |")
