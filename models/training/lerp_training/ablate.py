"""What each part of the data and of the episodes is worth: runs that differ in one setting, over as many questions each.

    python -m lerp_training ablate --questions 60000 --init ../base/weights.safetensors
    python -m lerp_training ablate --questions 60000 --only "no mined edits"        # one of them

Each run lies in data/runs/ablation-NAME, with its evaluation; what is there already is not run again. The table is for README.md.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from lerp_training import config as settings
from lerp_training.config import PACKAGE

VARIANTS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "no synthetic rules": ("episodes.kinds.synthetic=0",),
    "no mined edits": ("episodes.kinds.mined=0",),
    "with sums of two concepts": ("episodes.kinds.sum=0.08", "episodes.sums=0.12"),
    "composed families as often as templates": ("episodes.synthetic_shares.both=1", "episodes.synthetic_shares.template=1"),
    "one pair shown instead of the mean of up to five": ("episodes.shown=[1]",),
    "without questions of the own pair alone": ("episodes.own_only=0", "episodes.own_among=0"),
    "without the loss of the edit tokens": ("train.weights.edit=0",),
    "the first step weighs as the others": ("train.first_pointer=1",),
    "AdamW instead of Muon": ("train.muon=false",),
}
COLUMNS = (
    "named, 3 pairs",
    "named, backwards, 3 pairs",
    "new rules of trained families, 1 pairs",
    "new rules of trained families, 3 pairs",
    "rules of families never trained, 3 pairs",
    "edits that people made, 1 pair of the cluster",
    "does not apply: named",
    "does not apply: synthetic",
)


def folder_of(name: str) -> Path:
    return settings.RUNS / ("ablation-" + "-".join(name.split()))


def lerp_training(*arguments: object) -> None:
    """In a process of its own: a run's threads and rules go with it."""
    environment = os.environ | {"LERP_TRAINING_DATA": str(settings.DATA)}
    subprocess.run([sys.executable, "-m", "lerp_training", *map(str, arguments)], check=True, cwd=PACKAGE.parent, env=environment)


def run(name: str, given: argparse.Namespace) -> Path:
    """Trains and evaluates one variant; its figures."""
    folder = folder_of(name)
    figures = folder / f"evaluation-{given.questions}.json"
    if not figures.is_file():
        sets = [argument for setting in VARIANTS[name] for argument in ("--set", setting)]
        start = ["--init", given.init.resolve()] if given.init else []
        lerp_training("train", folder.name, "--data", given.data.resolve(), "--questions", given.questions, *sets, *start)
        lerp_training("evaluate", folder / "weights.safetensors", "--data", given.data.resolve(), "--cases", given.cases, "--out", figures)
    return figures


def table(figures: dict[str, dict]) -> list[str]:
    """A row for each variant, `48 % of 60` for each figure that all of them have."""
    columns = [column for column in COLUMNS if all(column in of for of in figures.values())]
    out = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, of in figures.items():
        cells = [f"{100 * of[c]['exact']:.0f} % of {of[c]['cases']}" if of[c]["cases"] else "–" for c in columns]
        out.append(f"| {name} | " + " | ".join(cells) + " |")
    return out


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training ablate", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--questions", type=int, required=True, help="in each run")
    parser.add_argument("--cases", type=int, default=120, help="per figure, at most")
    parser.add_argument("--init", type=Path, help="weights that all of them start from")
    parser.add_argument("--only", action="append", choices=list(VARIANTS), help="some of them")
    given = parser.parse_args(argv)
    figures = {name: json.loads(run(name, given).read_text())["figures"] for name in given.only or VARIANTS}
    print(f"{given.questions:,} questions each")
    print("\n".join(table(figures)))
    return 0
