"""Every command on tiny data, without downloads, one after the other, as the real run goes.

    python -m lerp_training smoke                  all of them, in a temporary folder
    python -m lerp_training COMMAND --smoke        one command, and first what it needs

It says whether the commands still fit together, nothing about the model: that is trained for seconds. What needs PyTorch, ONNX Runtime
or the Rust tokeniser is skipped where there is none; `LERP_BINARY` says where lerp is, else it is target/release/lerp or target/debug/lerp.
"""

import argparse
import hashlib
import importlib
import importlib.util
import json
import os
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lerp_training import config as settings
from lerp_training import packages
from lerp_training.corpus import standard_library_text

MODULES = {"train": ("argparse", "shutil", "inspect"), "validation": ("configparser",), "test": ("statistics", "ftplib")}
CONCEPTS = 2  # that are exported: choosing the windows of one takes seconds
TORCH, ONNX, LERP = "torch", "onnxruntime", "lerp"
KINDS = ("mined", "named", "sums", "synthetic")


def find_lerp() -> Path | None:
    root = settings.PACKAGE.parents[2]
    given = [Path(os.environ["LERP_BINARY"])] if "LERP_BINARY" in os.environ else []
    places = [*given, *(root / "target" / kind / "lerp" for kind in ("release", "debug"))]
    return next((place.resolve() for place in places if place.is_file()), None)


def write_releases(folder: Path) -> Path:
    """Two releases each of three made-up packages, and their manifest: a comparison with None was mended in between."""
    (folder / "packages").mkdir(exist_ok=True)
    lines = ["[settings]"]
    for split, modules in MODULES.items():
        for version, heading in (("2.0", "package"), ("1.0", "release")):
            file = folder / "packages" / f"smoke_{split}-{version}-py3-none-any.whl"
            with zipfile.ZipFile(file, "w") as archive:
                for module in modules:
                    text = standard_library_text(f"{module}.py")
                    text = text.replace(" is None", " == None") if version == "1.0" else text
                    archive.writestr(f"smoke_{split}/{module}.py", text)
            entry = {"name": f"smoke-{split}", "version": version, "file": file.name}
            entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
            if heading == "package":
                entry |= {"licence": "PSF-2.0", "kind": "smoke", "split": split}
            lines += [f"[[{heading}]]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    manifest = folder / "corpus.toml"
    manifest.write_text("\n".join(lines) + "\n")
    return manifest


def mine(folder: Path) -> None:
    packages.PACKAGES = folder / "packages"
    run("mined", "--manifest", write_releases(folder), "--output", folder / "rules" / "mined.jsonl")


def tokenise(folder: Path) -> None:
    inputs = [("--rules", folder / "rules" / f"{kind}.jsonl") for kind in KINDS]
    for kind, path in [*inputs, ("--functions", folder / "functions.jsonl")]:
        with path.open() as source, path.with_suffix(".tokens.jsonl").open("w") as out:
            subprocess.run([find_lerp(), "tokenize", kind], stdin=source, stdout=out, stderr=subprocess.DEVNULL, check=True)


def export(folder: Path) -> None:
    """With the first concepts alone."""
    lines = (folder / "rules" / "named.tokens.jsonl").read_text().splitlines()
    train = [line for line in lines if json.loads(line)["split"] == "train"]
    few = folder / "few.tokens.jsonl"
    few.write_text("\n".join(train[:CONCEPTS]) + "\n")
    run("export", weights(folder), "--out", folder / "base", "--rules", few, "--no-search")


def rank(folder: Path) -> None:
    """On what the validation package gives."""
    files, rules = ("--model", folder / "base", "--functions", folder / "functions.jsonl"), ("--rules", folder / "rules")
    features = folder / "features.jsonl"
    run(*("field", "--lerp", find_lerp(), *files, *rules, "--split", "validation", "--cases", 2, "--search-ms", 0, "--features", features))
    run("rank", features, "--out", folder / "base" / "ranking.json", "--confidence", folder / "base" / "confidence.json")


def gallery(folder: Path) -> None:
    """Of one concept, which any function shows."""
    with zipfile.ZipFile(next((folder / "packages").glob("smoke_test-2.0-*.whl"))) as archive:
        archive.extractall(folder / "unpacked")
    out = folder / "gallery.md"
    run(*("gallery", "--lerp", find_lerp(), "--model", folder / "base", "--packages", folder / "unpacked", "--only", "timed", "--out", out))


def weights(folder: Path) -> Path:
    return folder / "runs" / "smoke" / "weights.safetensors"


def run(command: str, *arguments: object) -> None:
    from lerp_training.__main__ import COMMANDS

    module, function = COMMANDS[command].split(":")
    getattr(importlib.import_module(module), function)([str(argument) for argument in arguments])


@dataclass(frozen=True)
class Step:
    work: Callable[[Path], None]
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def step(command: str, *arguments: str, after: tuple[str, ...] = (), needs: tuple[str, ...] = ()) -> Step:
    """A command; `{}` in an argument is the folder."""
    return Step(lambda folder: run(command, *(argument.replace("{}", str(folder)) for argument in arguments)), after, needs)


FUNCTIONS, RULES = "{}/functions.jsonl", "{}/rules"
STEPS: dict[str, Step] = {
    "corpus": step("corpus", "--smoke", "--output", FUNCTIONS),
    "vocabulary": step("vocabulary", "--functions", FUNCTIONS, "--output", "{}/vocabulary.json", after=("corpus",)),
    "mined": Step(mine),
    "rewrites-named": step("rewrites-named", "--functions", FUNCTIONS, "--out", f"{RULES}/named.jsonl", "--per-rule", "8", after=("corpus",)),
    "rewrites-synthetic": step(
        "rewrites-synthetic", "--functions", FUNCTIONS, "--out", f"{RULES}/synthetic.jsonl", "--rules", "24", after=("corpus",)
    ),
    "rewrites-sums": step(
        "rewrites-sums", "--named", f"{RULES}/named.jsonl", "--out", f"{RULES}/sums.jsonl", "--functions", "200", after=("rewrites-named",)
    ),
    "catalogue": step("catalogue", "--out", "{}/catalogue.json"),
    "tokens": Step(tokenise, ("mined", "rewrites-synthetic", "rewrites-sums"), (LERP,)),
    "card": step("card", "--data", "{}", "--out", "{}/DATA_CARD.md", after=("tokens",)),
    "train": step("train", "smoke", "--data", "{}", "--minutes", "0.05", after=("tokens",), needs=(TORCH,)),
    "ablate": step(
        *("ablate", "--data", "{}", "--questions", "48", "--cases", "1", "--only", "no mined edits"), after=("tokens",), needs=(TORCH,)
    ),
    "evaluate": Step(
        lambda folder: run("evaluate", weights(folder), "--data", folder, "--cases", 1, "--out", folder / "base" / "evaluation.json"),
        ("export",),
        (TORCH,),
    ),
    "faults": Step(lambda folder: run("faults", weights(folder), "--data", folder, "--cases", 2, "--show", 1), ("train",), (TORCH,)),
    "export": Step(export, ("train",), (TORCH, ONNX)),
    "parity": Step(
        lambda folder: run("parity", weights(folder), "--bundle", folder / "base", "--out", folder / "parity.jsonl", "--cases", 4),
        ("export",),
        (TORCH, ONNX),
    ),
    "field": Step(
        lambda folder: run(
            *("field", "--lerp", find_lerp(), "--model", folder / "base", "--rules", folder / "rules", "--functions", folder / "functions.jsonl"),
            *("--cases", 1, "--search-ms", 0, "--out", folder / "base" / "evaluation.json"),
        ),
        ("export",),
        (ONNX, LERP),
    ),
    "rank": Step(rank, ("export",), (ONNX, LERP)),
    "stored": Step(
        lambda folder: run(
            *("stored", "--lerp", find_lerp(), "--model", folder / "base", "--rules", folder / "rules", "--functions", folder / "functions.jsonl"),
            *("--sets", 1, "--shown", 1, "--fast"),
        ),
        ("export",),
        (ONNX, LERP),
    ),
    "gallery": Step(gallery, ("mined", "export"), (ONNX, LERP)),
    "report": step("report", "--base", "{}/base", after=("evaluate", "field", "rank")),
}


def missing(name: str) -> str | None:
    """What a step, or one before it, needs and is not there."""
    chosen = STEPS[name]
    for need in chosen.needs:
        if (find_lerp() if need == LERP else importlib.util.find_spec(need)) is None:
            return need
    return next((lacks for before in chosen.after if (lacks := missing(before))), None)


def smoke(folder: Path, wanted: list[str]) -> dict[str, float | None]:
    """Seconds of each step; None where it was skipped."""
    settings.DATA, settings.RUNS = folder, folder / "runs"
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    took: dict[str, float | None] = {}

    def do(name: str) -> None:
        if name in took:
            return
        if lacks := missing(name):
            print(f"smoke: {name}: skipped, no {lacks}", flush=True)
            took[name] = None
            return
        for before in STEPS[name].after:
            do(before)
        started = time.monotonic()
        print(f"smoke: {name}", flush=True)
        STEPS[name].work(folder)
        took[name] = time.monotonic() - started

    for name in wanted:
        do(name)
    return took


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training smoke", description=__doc__.splitlines()[0])
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help="; ".join(STEPS))
    parser.add_argument("--folder", type=Path, help="to look at what was made; else it is temporary")
    options = parser.parse_args(argv)
    if unknown := set(options.commands) - set(STEPS):
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as temporary:
        took = smoke((options.folder or Path(temporary)).resolve(), options.commands or list(STEPS))
    print("\n".join(f"{name:20} " + ("skipped" if seconds is None else f"{seconds:5.1f} s") for name, seconds in took.items()))
    return 0
