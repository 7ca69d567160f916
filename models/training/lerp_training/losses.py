"""A packed batch through the model: the joint loss, and which questions came out exactly right.

The script is the answer; the others are auxiliary: each unpooled position says its token, each edit token says its
part of the edit, each source position says what happens to it.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lerp_training.batches import Batch, PackedWindows, Sources
from lerp_training.config import TrainConfig
from lerp_training.model import Model, stream
from lerp_training.packed import Packed, Regroup, packed_neighbours
from lerp_training.scripts import TAGS, Expects

ROWS = 256  # gathered rows are filled up to a multiple, so that few shapes reach the output layer
EVERY = 3
tensor = torch.from_numpy


@dataclass
class Outcome:
    losses: dict[str, Tensor]
    exact: list[bool]  # per question; per function where it is plain

    def total(self, weights: dict[str, float]) -> Tensor:
        return sum(weights[name] * loss for name, loss in self.losses.items())


def word_loss(model: Model, say: torch.nn.Module, x: Tensor, targets: np.ndarray) -> tuple[Tensor, np.ndarray]:
    """Hidden rows and their tokens -> loss of each, and which are right."""
    logits = model.words(F.pad(x, (0, 0, 0, -len(x) % ROWS)), say)[: len(x)].float()
    right = logits.detach().argmax(-1).numpy() == targets
    return F.cross_entropy(logits, tensor(targets), reduction="none"), right


def computed() -> torch.dtype:
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else torch.float32


def edits(model: Model, windows: PackedWindows) -> Tensor:
    """(W,K,Dv), as Model.edits."""
    c, encoder = model.config, model.edit_encoder
    table = model.rotary("half").rows(tensor(windows.positions))
    within = Packed(windows.layout, c.width, c.heads, computed(), table)
    tokens = model.embed(tensor(windows.ids))
    x = encoder.read(tokens, tensor(windows.tags), tensor(windows.places), within)
    both = torch.cat([x, tokens], -1)
    text = Regroup.apply(both, tensor(windows.text), tensor(windows.text_back), 0, 0, None)[:-1]
    # an unused slot holds the filled-up last row: no text there
    text = text * tensor(windows.text[:-1] < len(windows.ids) - 1)[:, None]
    seen = encoder.questions(x, within.ask)[tensor(windows.answers)]
    kept = Regroup.apply(both, tensor(windows.kept), tensor(windows.kept_back), 0, 0, None)[:-1]
    kept = kept * tensor(windows.kept[:-1] < len(windows.ids) - 1)[:, None]
    kept = kept.unflatten(0, (-1, 2 * c.around))
    return encoder.vectors(text.unflatten(0, (-1, c.inserted)), seen, kept, len(seen) // 2)


def edit_vectors(model: Model, batch: Batch) -> Tensor:
    """(Q,K,Dv)"""
    e = torch.cat([edits(model, batch.windows), model.concepts])
    means = torch.einsum("pqn,nx->pqx", tensor(batch.weights), e.flatten(1)).unflatten(-1, e.shape[1:])
    return (model.soft_norm(means) * tensor(batch.strengths)[..., None, None]).sum(0)


def unpooled(model: Model, sources: Sources, noise: float) -> Tensor:
    """(N,C), by way of latents: noisy ones while training, so that neighbours in the space mean the same."""
    c = model.config
    first, last = tensor(sources.first), tensor(sources.last)

    def around(x: Tensor) -> Tensor:
        return packed_neighbours(x, first, last)

    within = Packed(sources.layout, c.width, c.heads, computed(), model.rotary("near").rows(tensor(sources.positions)))
    z = model.encoder(tensor(sources.ids), around, within)
    return model.unpool(z + noise * torch.randn_like(z) if noise else z, around)


def pointer_loss(model: Model, batch: Batch, x: Tensor, fused: Tensor, first: float) -> tuple[Tensor, float, np.ndarray]:
    """-> weighted loss of all pointers, the weight, and the questions of which one is wrong."""
    c, s, decoder = model.config, batch.scripts, model.decoder
    pointing = model.rotary("pointing")
    places = np.maximum(batch.memory_positions - c.edit_tokens, 0)
    here = Packed(s.layout, c.width, 1, computed(), pointing.rows(tensor(s.cursor)))
    there = Packed(batch.memory, c.width, 1, computed(), pointing.rows(tensor(places)))
    queries = here.spread(decoder.pointer_query(x), 1)
    keys = there.spread(decoder.pointer_key(fused), 1)
    total, weights, wrong, base = torch.zeros(()), 0.0, [], 0
    for query, key, bias in zip(queries, keys, there.biases, strict=True):
        key, bias = key[:, c.edit_tokens :, 0], bias[:, 0, :, c.edit_tokens :]
        logits = query[:, :, 0] @ key.transpose(1, 2) * c.width**-0.5 + bias  # (B,S,T)
        rows = s.layout.there[base : base + logits.shape[0] * logits.shape[1]]
        base += len(rows)
        chosen = np.flatnonzero((rows < s.used) & (s.expects[rows] != Expects.WORD))
        rows = rows[chosen]
        expects, target = tensor(s.expects[rows]), tensor(s.target[rows])
        logits = model.allowed(logits.flatten(0, 1)[tensor(chosen)], tensor(s.least[rows]), expects)
        weight = torch.where(tensor(s.positions[rows]) == 0, first, 1.0)  # whether there is anything to do, and where
        total = total + (F.cross_entropy(logits, target, reduction="none") * weight).sum()
        weights += float(weight.sum())
        wrong.append(s.question[rows[(logits.detach().argmax(-1) != target).numpy()]])
    return total, weights, np.concatenate(wrong)


def edit_step(model: Model, batch: Batch, config: TrainConfig, noise: float) -> Outcome:
    c, s, decoder, dtype = model.config, batch.scripts, model.decoder, computed()
    v = edit_vectors(model, batch)
    u = model.edit_memory.read(v)
    edit, start, near = model.edit_memory.write(v, u)
    source = unpooled(model, batch.sources, noise)
    rows = torch.cat([edit.flatten(0, 1), source + near[tensor(batch.question)] + stream(model.fuse.kind)])
    fused_table = model.rotary("fused").rows(tensor(batch.memory_positions))
    memory = Packed(batch.memory, c.width, c.heads, dtype, fused_table)
    fused = model.fuse.stack(rows, memory)
    placed = fused[len(batch.labels) * c.edit_tokens :]  # (N,C)

    question = tensor(s.question)
    word = tensor(s.word)
    start = start[question] + model.step_places(tensor(s.positions))
    x = decoder.read(model.embed(word), word, tensor(s.expects), placed[tensor(s.pointed)], start)
    within = Packed(s.layout, c.width, c.heads, dtype, model.rotary("near").rows(tensor(s.positions)), causal=True)
    across = Packed(s.layout, c.width, c.heads, dtype, model.rotary("across").rows(tensor(s.cursor)))
    for block in decoder.blocks:
        x = block(x, within, lambda q, kv=block.cross.kv(fused): across.across(q, kv, memory))
    x = decoder.norm(x)

    exact = np.ones(len(batch.labels), bool)
    pointers, weight, wrong = pointer_loss(model, batch, x, fused, config.first_pointer)
    exact[wrong] = False
    at = np.flatnonzero(s.expects[: s.used] == Expects.WORD)
    each, right = word_loss(model, decoder.say, x[tensor(at)], s.target[at])
    exact[s.question[at[~right]]] = False

    def said(rows: Tensor, targets: np.ndarray) -> Tensor:
        asked = np.flatnonzero(targets >= 0)
        return word_loss(model, model.edit_memory.say, rows.flatten(0, 1)[tensor(asked)], targets.flatten()[asked])[0].mean()

    real = batch.sources.real
    bits = (batch.tags[real][:, None] >> np.arange(TAGS, dtype=np.uint8) & 1).astype(np.float32)
    tag_logits = model.fuse.say_tags(placed)[tensor(real)].float()
    some = real[int(torch.randint(EVERY, ())) :: EVERY]
    losses = {
        "script": (pointers + each.sum()) / (weight + len(each)),
        "edit": said(edit, batch.says),
        "unpool": word_loss(model, model.unpool.say, source[tensor(some)], batch.sources.ids.flatten()[some])[0].mean(),
        "tags": F.binary_cross_entropy_with_logits(tag_logits, tensor(bits), reduction="sum") / len(real),
    }
    return Outcome(losses, exact.tolist())


def plain_step(model: Model, sources: Sources, noise: float) -> Outcome:
    """Reconstruction alone: encoder and unpooling."""
    real = sources.real
    each, right = word_loss(model, model.unpool.say, unpooled(model, sources, noise)[tensor(real)], sources.ids.flatten()[real])
    number = np.cumsum(sources.first[:, 0] == 0)[real // model.config.stride] - 1  # of the function
    exact = np.ones(number.max() + 1, bool)
    exact[number[~right]] = False
    return Outcome({"plain": each.mean()}, exact.tolist())
