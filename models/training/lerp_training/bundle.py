"""The bundle that is shipped: graphs, the windows of the built-in concepts, and a manifest with sizes and hashes.

    python -m lerp_training export data/runs/base/weights.safetensors --out ../base
"""

import argparse
import hashlib
import json
import random
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from lerp_training import config as settings
from lerp_training.config import ModelConfig, Vocabulary
from lerp_training.graphs import export
from lerp_training.model import Model
from lerp_training.quantise import quantise

FORMAT = 1
WINDOWS = 12  # pairs of a built-in concept: more of them hardly move the mean any more
GRAPHS = ("encoder.onnx", "edit.onnx", "memory.onnx", "decoder.onnx")


def load(weights: Path) -> Model:
    """A model of the default shape with these weights, in fp32."""
    model = Model(ModelConfig(Vocabulary.read().size))
    given = {name: tensor.float() for name, tensor in load_file(weights).items()}
    model.load_state_dict(given, strict=False)
    return model.eval()


def built_in_concepts(rules: Path, seed: int = 0) -> list[dict]:
    """For each named rule: the spellings that travel with it, and the windows of some of its training pairs.

    All windows are of one line of the file: their concept tokens must count alike."""
    pick = random.Random(seed)
    lines: dict[str, list[dict]] = {}
    with rules.open() as file:
        for line in file:
            rule = json.loads(line)
            if rule["kind"] == "named" and rule["split"] == "train":
                lines.setdefault(rule["rule"], []).append(rule)
    concepts = []
    for name, of_rule in sorted(lines.items()):
        rule = max(of_rule, key=lambda line: (len(line["pairs"]), any(p["backward"] for p in line["pairs"])))
        pairs = [pair for pair in rule["pairs"] if pair["forward"]] or rule["pairs"]
        windows = [
            {
                "ids": pair["window"][0],
                "tags": pair["window"][1],
                "opposite_ids": pair["opposite"][0],
                "opposite_tags": pair["opposite"][1],
            }
            for pair in pick.sample(pairs, min(WINDOWS, len(pairs)))
        ]
        concept, signature = rule["concept"], rule["changes_signature"]
        concepts.append({"name": name, "concept": concept, "windows": windows, "changes_signature": signature})
    return concepts


def write_manifest(folder: Path, version: str, model: ModelConfig) -> None:
    def entry(path: Path) -> dict:
        content = path.read_bytes()
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    names = [*GRAPHS, "concepts.json"]
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
    parser.add_argument("--measured", type=Path, help="evaluation.json, whose accuracies are put beside the concepts")
    given = parser.parse_args(argv)
    torch.manual_seed(0)
    given.out.mkdir(parents=True, exist_ok=True)
    model = load(given.weights)
    export(model, given.out)
    if not given.fp32:
        for name in GRAPHS:
            quantise(given.out / name)
    concepts = built_in_concepts(given.rules)
    measured = json.loads(given.measured.read_text())["concepts"] if given.measured else {}
    for concept in concepts:
        row = measured.get(concept["name"], {})
        concept["accuracy"], concept["removal_accuracy"] = row.get("add"), row.get("remove")
    (given.out / "concepts.json").write_text(json.dumps(concepts, separators=(",", ":")) + "\n")
    write_manifest(given.out, given.version, model.config)
    weights = {name: tensor.bfloat16().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, given.out / "weights.safetensors")
    if given.weights.with_name("config.json").is_file():
        shutil.copy(given.weights.with_name("config.json"), given.out / "training.json")
