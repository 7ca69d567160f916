"""Cases on which PyTorch, the graphs in fp32 and in int8, and the Rust runtime have to write the same scripts.

    python -m lerp_training parity data/runs/base/weights.safetensors --bundle ../base --out ../../tests/parity/cases.jsonl

Each line: source ids, windows, sign, and the greedy script of PyTorch, of the fp32 graphs and of the bundle's.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from lerp_training import config as settings
from lerp_training.config import BOS, EOS, PAD
from lerp_training.data import load_rules
from lerp_training.evaluate import Case, answers_of, load, taught
from lerp_training.graphs import MEMORY, export
from lerp_training.scripts import Expects, least_position, state_after

LIMIT = 96


class Graphs:
    """The four graphs, run as the runtime runs them."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.run = {
            name: onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options).run
            for name in ("encoder", "edit", "memory", "decoder")
        }

    def vector(self, case: Case, vector: int) -> np.ndarray:
        """(1,K,Dv), the mean of the windows' edits, near unit RMS, with its sign."""
        names = ("ids", "tags", "opposite_ids", "opposite_tags")
        width = -(-max(len(field) for window in case.windows for field in window) // 16) * 16
        feed = {name: np.zeros((len(case.windows), width), np.int64) for name in names}
        for row, window in enumerate(case.windows):
            for name, field in zip(names, window, strict=True):
                feed[name][row, : len(field)] = field
        mean = self.run["edit"](["e"], feed)[0].mean(0, keepdims=True)
        return case.sign * mean / np.sqrt((mean**2).mean(-1, keepdims=True) + 0.05)

    def script(self, case: Case, vector: int) -> list[int]:
        """The greedy script, compact."""
        ids = [BOS, *case.source.tolist(), EOS]
        padded = np.array([ids + [PAD] * (-len(ids) % 32)])
        z = self.run["encoder"](["z"], {"input_ids": padded})[0]
        feed = {"z": z, "lengths": np.array([len(ids)]), "v": self.vector(case, vector).astype(np.float32)}
        memory = dict(zip(MEMORY, self.run["memory"](list(MEMORY), feed), strict=True))
        layers, _, _, heads, channels = memory["memory_keys"].shape
        past = [np.zeros((layers, 1, 0, heads, channels), np.float32)] * 2
        script: list[int] = []
        word, cursor, end = BOS, 0, 0
        expects: Expects | None = Expects.FIRST
        while expects is not None and len(script) < LIMIT:
            step = {"word": word, "cursor": cursor, "expects": int(expects)}
            feed = {name: np.array([[value]]) for name, value in step.items()} | memory
            feed |= {"past_keys": past[0], "past_values": past[1]}
            words, pointers, *past = self.run["decoder"](None, feed)
            if expects is Expects.WORD:
                words[..., : settings.COPY] = -np.inf
                value = int(words[0, 0].argmax())
                word = value
            else:
                scores = pointers[0, 0, : len(ids)].copy()
                low = least_position(expects, cursor, end)
                scores[: low if expects is not Expects.FIRST else 0] = -np.inf
                if expects is Expects.FIRST:
                    scores[1:low] = -np.inf
                cursor = int(scores.argmax())
                value, word = -1 - cursor, PAD
                end = cursor if expects is Expects.SECOND else end
            script.append(value)
            expects = state_after(expects, value)
        return script


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training parity")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--bundle", type=Path, default=settings.PACKAGE.parents[1] / "base")
    parser.add_argument("--out", type=Path, default=settings.PACKAGE.parents[2] / "tests" / "parity" / "cases.jsonl")
    parser.add_argument("--cases", type=int, default=60)
    given = parser.parse_args(argv)
    torch.set_num_threads(1)
    rng = random.Random(0)
    rules = load_rules("test", settings.DATA / "rules")
    cases = list(taught(rules, "named", 3, "named", given.cases // 2, rng))
    cases += taught(rules, "synthetic", 3, "synthetic", given.cases // 4, rng)
    cases += taught(rules, "named", 2, "removed", given.cases - len(cases), rng, -1.0)
    cases = [case for case in cases if len(case.source) <= 200]
    model = load(given.weights)
    with tempfile.TemporaryDirectory() as folder:
        export(model, Path(folder))
        fp32, shipped = Graphs(Path(folder)), Graphs(given.bundle)
        same = {"fp32": 0, "int8": 0}
        given.out.parent.mkdir(parents=True, exist_ok=True)
        with given.out.open("w") as file:
            for case in cases:
                torch_script = answers_of(model, [case])[0]
                scripts = {"pytorch": torch_script, "fp32": fp32.script(case, 0), "int8": shipped.script(case, 0)}
                same["fp32"] += scripts["fp32"] == torch_script
                same["int8"] += scripts["int8"] == torch_script
                names = ("ids", "tags", "opposite_ids", "opposite_tags")
                windows = [{n: np.asarray(f).tolist() for n, f in zip(names, w, strict=True)} for w in case.windows]
                line = {"source": case.source.tolist(), "windows": windows, "sign": case.sign, **scripts}
                file.write(json.dumps(line, separators=(",", ":")) + "\n")
    print(f"{len(cases)} cases; the script is PyTorch's in fp32 {same['fp32']}, in int8 {same['int8']} times")
