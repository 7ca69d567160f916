"""The vectors of the built-in concepts that are learned beside the model, by name.

Every other edit is the mean of what the edit encoder makes of pairs. A built-in concept has a thousand pairs, too many to show;
its vector is a weight like any other, begun as the mean over some of them. What it is made of stays the same: it is an e, it is
normed, turned round, scaled and added as any e is.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

from lerp_training.data import Rules
from lerp_training.evaluate import edits_of, windows_of
from lerp_training.model import Model

PAIRS = 24  # whose mean a vector begins as
FILE = "concepts.safetensors"


def begin(model: Model, rules: Rules) -> None:
    """Sets each learned vector to the mean over windows of its concept."""
    waiting = {name: number for number, name in enumerate(model.config.concepts)}
    for rule, (name, kind) in enumerate(zip(rules.names, rules.kinds, strict=True)):
        if kind == "named" and name in waiting:
            windows = windows_of(rules, rules.pairs_of(rule)[:PAIRS])
            with torch.no_grad():
                model.concepts[waiting.pop(name)] = edits_of(model, windows).mean(0)
    if waiting:
        print(f"no pairs to begin with: {', '.join(waiting)}", flush=True)


def write(model: Model, names: list[str], path: Path) -> None:
    """Each vector (K, Dv) as it is added up: of near unit RMS."""
    vectors = model.soft_norm(model.concepts.detach().float())
    rows = {name: vectors[number].contiguous() for number, name in enumerate(model.config.concepts) if name in names}
    save_file(rows, path)
    path.chmod(0o644)  # it is installed with the rest: whoever may run lerp has to read it
