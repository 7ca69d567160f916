"""The bundle that is shipped: graphs, the windows of the built-in concepts, and a manifest with sizes and hashes.

    python -m lerp_training export data/runs/base/weights.safetensors --out ../base
"""

import argparse
import hashlib
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tqdm import tqdm

from lerp_training import config as settings
from lerp_training import learned
from lerp_training.computing import precision
from lerp_training.config import ModelConfig
from lerp_training.evaluate import TOGETHER, Case, agreement, answers, load
from lerp_training.graphs import export
from lerp_training.model import Model
from lerp_training.quantise import quantise, strip
from lerp_training.scripts import compact
from lerp_training.search_graph import NAME as SEARCH
from lerp_training.search_graph import export_search, shrink
from lerp_training.wheel import CONFIDENCE, RANKING, entry, link_for_the_wheel

FORMAT = 1
WINDOWS, FEW = 12, 5  # pairs of a built-in concept that are tried together
CHOICES = 3
GRAPHS = ("encoder.onnx", "edit.onnx", "memory.onnx", "decoder.onnx")


def named_lines(rules: Path) -> dict[str, list[dict]]:
    """The training lines of each named rule."""
    lines: dict[str, list[dict]] = {}
    with rules.open() as file:
        for line in file:
            rule = json.loads(line)
            if rule["kind"] == "named" and rule["split"] == "train":
                lines.setdefault(rule["rule"], []).append(rule)
    return lines


def window(pair: dict) -> tuple[np.ndarray, ...]:
    return tuple(np.array(part) for key in ("window", "opposite") for part in pair[key])


def probes(rule: dict, pairs: list[dict], windows: list[tuple], pick: random.Random) -> list[Case]:
    """Training functions on which a choice of windows is tried: both directions, and functions to be left alone."""

    def case(question: dict, sign: float) -> Case:
        return Case("", "", np.array(question["source"]), compact(question["script"]), windows, sign)

    forward = [pair["forward"] for pair in pairs if pair["forward"]]
    backward = [pair["backward"] for pair in pairs if pair["backward"]]
    cases = [case(q, 1.0) for q in pick.sample(forward, min(10, len(forward)))]
    cases += [case(q, -1.0) for q in pick.sample(backward, min(4, len(backward)))]
    alone = pick.sample(rule["no_ops"], min(4, len(rule["no_ops"])))
    cases += [Case("", "", np.array(ids), [-1], windows, 1.0) for ids in alone]
    return [case for case in cases if len(case.source) <= 110]


def detector(name: str) -> str | None:
    """The query that says whether a concept is there, absent or applicable: the name of its file."""
    path = settings.PACKAGE.parents[2] / "grammars" / "python" / "concepts" / f"{name}.scm"
    return path.name if path.is_file() else None


def right_share(model: Model, cases: list[Case]) -> float:
    cases = sorted(cases, key=lambda case: len(case.source))
    with precision():
        right = [r for at in range(0, len(cases), TOGETHER) for r in answers(model, cases[at : at + TOGETHER])]
    return sum(right) / max(1, len(right))


def built_in_concepts(model: Model, rules: Path, seed: int = 0) -> tuple[list[dict], list[str]]:
    """For each named rule: the spellings that travel with it, and the windows whose mean does best on other training
    functions, of a few choices; and the names of those whose learned vector does as well or better. All windows are of one
    line of the file: their concept tokens must count alike."""
    concepts, with_vector, sums = [], [], [0.0, 0.0]
    numbers = {name: number for number, name in enumerate(model.config.concepts)}
    for name, of_rule in tqdm(sorted(named_lines(rules).items()), desc="concepts"):
        pick = random.Random(f"{seed} {name}")
        rule = max(of_rule, key=lambda line: (len(line["pairs"]), any(p["backward"] for p in line["pairs"])))
        pairs = [pair for pair in rule["pairs"] if pair["forward"]] or rule["pairs"]
        best, chosen = -1.0, pairs[:WINDOWS]
        for choice in range(CHOICES):
            shown = pick.sample(pairs, min(WINDOWS if choice == 0 else FEW, len(pairs)))
            others = [pair for pair in pairs if pair not in shown] or pairs
            share = right_share(model, probes(rule, others, [window(p) for p in shown], random.Random(name)))
            if share > best:
                best, chosen = share, shown
        if name in numbers:
            others = [pair for pair in pairs if pair not in chosen] or pairs
            cases = [replace(case, concept=numbers[name]) for case in probes(rule, others, [], random.Random(name))]
            share = right_share(model, cases)
            sums = [sums[0] + best, sums[1] + share]
            if share >= best:
                with_vector.append(name)
        windows = [
            dict(zip(("ids", "tags", "opposite_ids", "opposite_tags"), pair["window"] + pair["opposite"], strict=True))
            for pair in chosen
        ]
        concept, signature = rule["concept"], rule["changes_signature"]
        about = {"detector": detector(name), "agreement": agreement(model, [window(pair) for pair in chosen])}
        concepts.append({"name": name, **about, "concept": concept, "windows": windows, "changes_signature": signature})
    if concepts:
        means = [f"{100 * part / len(concepts):.1f} %" for part in sums]
        print(f"on training functions: {means[0]} by windows, {means[1]} by learned vectors, which {len(with_vector)} concepts get")
    return concepts, with_vector


def write_manifest(folder: Path, version: str, model: ModelConfig) -> None:
    names = [*GRAPHS, "concepts.json"]
    names += [name for name in (SEARCH, learned.FILE) if (folder / name).is_file()]
    shapes = {
        "stride": model.stride,
        "latent": model.latent,
        "vectors": model.vectors,
        "vector": model.vector,
        "width": model.width,
        "heads": model.heads,
        "decoder_blocks": model.decoder_blocks,
        "longest": model.longest,
    }
    manifest = {
        "format": FORMAT,
        "version": version,
        "vocabulary_sha256": hashlib.sha256(settings.VOCABULARY.read_bytes()).hexdigest(),
        "shapes": shapes,
        "files": {name: entry(folder / name) for name in names},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training export")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=settings.PACKAGE.parents[1] / "base")
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules" / "named.tokens.jsonl")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--fp32", action="store_true", help="leave the graphs in fp32")
    parser.add_argument("--no-search", action="store_true", help="leave out the graph that searches for taught edits")
    given = parser.parse_args(argv)
    torch.manual_seed(0)
    given.out.mkdir(parents=True, exist_ok=True)
    model = load(given.weights)
    export(model, given.out)
    for name in GRAPHS:
        if not given.fp32:
            quantise(given.out / name, steps=name == "decoder.onnx")
        strip(given.out / name)
    (given.out / SEARCH).unlink(missing_ok=True)
    if not given.no_search:
        export_search(model, given.out / SEARCH)
        shrink(given.out / SEARCH)
        strip(given.out / SEARCH)
    concepts, with_vector = built_in_concepts(model, given.rules)
    (given.out / learned.FILE).unlink(missing_ok=True)
    if with_vector:
        learned.write(model, with_vector, given.out / learned.FILE)
    (given.out / "concepts.json").write_text(json.dumps(concepts, separators=(",", ":")) + "\n")
    for name in (CONFIDENCE, RANKING):
        (given.out / name).unlink(missing_ok=True)  # it was measured with other weights
    write_manifest(given.out, given.version, model.config)
    link_for_the_wheel(given.out)
    weights = {name: tensor.bfloat16().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, given.out / "weights.safetensors")
    if given.weights.with_name("config.json").is_file():
        shutil.copy(given.weights.with_name("config.json"), given.out / "training.json")
