"""Weights of a run, on disk: all that --resume needs, and what a later run or the export begins with."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from lerp_training import config as settings
from lerp_training.model import Model


def warm_start(model: Model, path: Path) -> bool:
    """Takes what fits by name and shape; whether the vectors of the concepts are among it."""
    mine = model.state_dict()
    given = {name: w.float() for name, w in load_file(path).items() if name in mine and mine[name].shape == w.shape}
    if settings.concepts_of(path) != tuple(model.config.concepts):
        given.pop("concepts", None)  # of other concepts
    model.load_state_dict(given, strict=False)
    print(f"{len(given)} of {len(mine)} tensors from {path}", flush=True)
    return "concepts" in given


def resume(folder: Path, model: Model, optimizers: list[torch.optim.Optimizer]) -> tuple[int, float]:
    """-> steps and minutes behind it."""
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(kept)
    torch.set_rng_state(state["rng"])
    return state["step"], state["minutes"]


def save(folder: Path, model: Model, optimizers: list[torch.optim.Optimizer], step: int, minutes: float) -> None:
    state = {"model": model.state_dict(), "step": step, "minutes": minutes}
    state["optimizers"] = [optimizer.state_dict() for optimizer in optimizers]
    torch.save(state | {"rng": torch.get_rng_state()}, folder / "checkpoint.partial")
    (folder / "checkpoint.partial").replace(folder / "checkpoint.pt")
    weights = {name: w.bfloat16().contiguous() for name, w in model.state_dict().items()}
    save_file(weights, folder / "weights.partial")
    (folder / "weights.partial").replace(folder / "weights.safetensors")
