"""Which weights take which steps, and how large."""

import torch

from lerp_training.config import TrainConfig
from lerp_training.model import Model


def learning_rate(config: TrainConfig, step: int, done: float) -> float:
    warm = min(1.0, (step + 1) / config.warm_up)
    decay = 1.0 if done < config.decay_from else max(config.floor, (1 - done) / (1 - config.decay_from))
    return config.learning_rate * warm * decay


def make_optimizers(model: Model, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the products in the middle, at AdamW's size of step; AdamW for embeddings, learned questions,
    norms, and matrices that are too large to be made orthogonal at every step."""
    linear = {id(module.weight) for module in model.modules() if isinstance(module, torch.nn.Linear)}

    def turned(p: torch.Tensor) -> bool:
        return config.muon and id(p) in linear and min(p.shape) >= 64 and p.numel() <= config.muon_largest

    middle = [p for p in model.parameters() if turned(p)]
    matrices = [p for p in model.parameters() if p.dim() > 1 and not turned(p)]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, fused=True)
    if not middle:
        return [adamw]
    muon = torch.optim.Muon(middle, lr=config.learning_rate, weight_decay=config.weight_decay, adjust_lr_fn="match_rms_adamw")
    return [adamw, muon]
