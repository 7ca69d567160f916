"""Latent search: a taught edit is moved up the likelihood of its own pairs' scripts, with the model frozen.

Axes:  B rows, each a function and its script, with an edit of its own · S steps of a script, filled up with target -1
       T, M, D, K, Dv as in model.py
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lerp_training.config import BOS, COPY, PAD
from lerp_training.evaluate import framed
from lerp_training.layers import CLOSED
from lerp_training.model import Model
from lerp_training.scripts import Expects, steps

STEP = 8  # lengths of scripts are filled up to a multiple
POSITIONS = 32  # and those of functions, as the runtime does
RATE = 0.1  # how far a step of Adam moves each number of an edit; they are near unit RMS
BETAS = (0.9, 0.98)
STEPS = 12
UNRELATED = 0.5  # weight of a function that is to stay as it is, beside 1 for a pair
SURE = -0.1  # a script at least this likely, in log-probability, needs no more search


@dataclass
class Rows:
    """Functions, encoded once, and the scripts that are to be written for them."""

    z: Tensor  # (B,M,D)
    lengths: Tensor  # (B,) source positions in use
    word: Tensor  # (B,S) the word before, PAD where a pointer was
    cursor: Tensor  # (B,S) the last pointer
    expects: Tensor  # (B,S)
    least: Tensor  # (B,S) the smallest position that a pointer may take
    target: Tensor  # (B,S) word or position; -1 beyond the script

    def inputs(self) -> tuple[Tensor, ...]:
        return self.z, self.lengths, self.word, self.cursor, self.expects, self.least, self.target


def script_columns(scripts: Sequence[Sequence[int]]) -> list[Tensor]:
    """Compact scripts -> word, cursor, expects, least and target (B,S)."""
    width = max(map(len, scripts))
    width += -width % STEP
    columns = np.zeros((5, len(scripts), width), np.int64)
    columns[4] = -1
    for row, script in enumerate(scripts):
        values = [int(value) for value in script]
        columns[0, row, : len(values)] = [BOS, *(PAD if value < 0 else value for value in values[:-1])]
        for at, (expected, lowest, cursor, value) in enumerate(steps(values)):
            columns[1:, row, at] = cursor, int(expected), lowest, value if value >= 0 else -1 - value
    return list(torch.from_numpy(columns))


@torch.no_grad()
def make_rows(model: Model, questions: Sequence[tuple[np.ndarray, Sequence[int]]]) -> Rows:
    source = framed([source for source, _ in questions], POSITIONS)
    return Rows(model.encode(source), (source != PAD).sum(1), *script_columns([script for _, script in questions]))


class Likelihood(nn.Module):
    """Edits (B,K,Dv) -> log-likelihood of each row's script, and whether it is what greedy decoding writes: that is so
    when every step's target is the likeliest one, given the steps before it."""

    def __init__(self, model: Model):
        super().__init__()
        self.model = model

    def forward(
        self, v: Tensor, z: Tensor, lengths: Tensor, word: Tensor, cursor: Tensor, expects: Tensor, least: Tensor, target: Tensor
    ) -> tuple[Tensor, Tensor]:
        model = self.model
        x, pointers, _ = model.decode(model.memory(z, lengths, v), word, cursor, expects)
        words = model.words(x, model.decoder.say).float()
        unwritable = torch.arange(words.shape[-1], device=v.device) < COPY
        words = words.masked_fill(unwritable, CLOSED)
        pointers = model.allowed(pointers, least, expects)
        is_word, used = expects == int(Expects.WORD), target >= 0
        total, right = torch.zeros(v.shape[0], device=v.device), torch.ones(v.shape[0], dtype=torch.bool, device=v.device)
        for logits, asked in ((words, used & is_word), (pointers, used & ~is_word)):
            at = target.clamp(0, logits.shape[-1] - 1)
            chosen = logits.gather(-1, at[..., None])[..., 0]
            total = total + ((chosen - logits.logsumexp(-1)) * asked).sum(1)
            right = right & ((chosen >= logits.amax(-1)) | ~asked).all(1)
        return total, right


@dataclass
class Found:
    v: Tensor  # (1,K,Dv)
    steps: int
    reproduced: tuple[int, int]  # pairs written exactly, before and after


def grouped(model: Model, questions: Sequence[tuple[np.ndarray, Sequence[int]]]) -> list[tuple[list[int], Rows]]:
    """Questions of like size together: padding is work."""
    cells: dict[tuple[int, int], list[int]] = {}
    for number, (source, script) in enumerate(questions):
        cells.setdefault((-(-(len(source) + 2) // POSITIONS), -(-len(script) // STEP)), []).append(number)
    return [(members, make_rows(model, [questions[m] for m in members])) for members in cells.values()]


def climb(
    model: Model, v: Tensor, pairs: Sequence[tuple[np.ndarray, Sequence[int]]], unrelated: Sequence[np.ndarray], limit: int = STEPS
) -> Found:
    """From a normed edit (1,K,Dv) up the likelihood of the pairs' scripts; the unrelated functions are to stay."""
    likelihood = Likelihood(model)
    groups = grouped(model, [*pairs, *((source, [-1]) for source in unrelated)])
    weight = torch.tensor([1.0] * len(pairs) + [UNRELATED] * len(unrelated))
    mean, square = torch.zeros_like(v), torch.zeros_like(v)
    found, best = Found(v, 0, (0, 0)), (-1, -np.inf)
    for step in range(limit + 1):
        v = v.detach().requires_grad_(True)
        said, right = torch.zeros(len(weight)), torch.zeros(len(weight), dtype=torch.bool)
        for members, rows in groups:
            said[members], right[members] = likelihood(v.expand(len(members), -1, -1), *rows.inputs())
        total = (said * weight).sum()
        count = int(right[: len(pairs)].sum())
        if step == 0:
            found.reproduced = (count, count)
        if (count, float(total)) > best:
            best = (count, float(total))
            found = Found(v.detach(), step, (found.reproduced[0], count))
        enough = len(pairs) == 1 or float(said.min()) > SURE  # more than writing a single pair is learning its accidents
        if (count == len(pairs) and enough) or step == limit:
            break
        (slope,) = torch.autograd.grad(-total, v)
        mean = BETAS[0] * mean + (1 - BETAS[0]) * slope
        square = BETAS[1] * square + (1 - BETAS[1]) * slope**2
        unbiased = (square / (1 - BETAS[1] ** (step + 1))).sqrt() + 1e-8
        v = v.detach() - RATE * mean / (1 - BETAS[0] ** (step + 1)) / unbiased
    return found
