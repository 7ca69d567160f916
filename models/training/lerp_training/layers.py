"""Transformer parts written plainly, so that model.py holds only what is particular to this model.

How rows see each other is a callable that is handed in: `Padded` below for tensors (B,T,C), `packed.Packed` for the
rows of a whole training step without any padding. All the rest works on rows of any leading shape (..., C).

Axes:  B batch · H heads · T queries · S keys · D channels of a head · C channels
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLOSED = -1e4  # an attention score that lets nothing through; finite, so a row with no open key stays a number
Mix = Callable[[Tensor], Tensor]  # projected rows -> what each row has seen, (..., C)


class Rotary(NamedTuple):
    """Cosines and sines, each (..., R): R pairs of channels are turned, the rest are free of position."""

    cosines: Tensor
    sines: Tensor

    def cast(self, x: Tensor) -> "Rotary":
        return Rotary(self.cosines.to(x.dtype), self.sines.to(x.dtype))

    def rows(self, positions: Tensor) -> "Rotary":
        return Rotary(self.cosines[positions], self.sines[positions])

    def between(self, low: int, high: int) -> "Rotary":
        return Rotary(self.cosines[low:high], self.sines[low:high])


def rotary(channels: int, positions: Tensor, base: float) -> Rotary:
    frequencies = base ** (-torch.arange(0, channels, 2).float() / channels)
    angles = positions.float()[:, None] * frequencies
    return Rotary(angles.cos(), angles.sin())


def turn(x: Tensor, table: Rotary) -> Tensor:
    """(..., H, D), the leading 2R channels of each head turned by its row's position."""
    cosines, sines = table.cosines.unsqueeze(-2), table.sines.unsqueeze(-2)
    pairs = cosines.shape[-1]
    a, b, rest = x.split([pairs, pairs, x.shape[-1] - 2 * pairs], -1)
    return torch.cat([a * cosines - b * sines, a * sines + b * cosines, rest], -1)


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    """(B,T,H,D), (B,S,H,D) twice -> (B,T,C). Scores written out: on a CPU, in bf16 and at these lengths, two matrix
    products beat the fused kernel."""
    q, k, v = q.transpose(1, 2), k.transpose(1, 2).contiguous(), v.transpose(1, 2)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if bias is not None:
        scores = scores + bias
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


def closed_where(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """A bool mask of positions not to be attended to -> an additive bias."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(mask, CLOSED)


class Padded:
    """Self-attention over (B,T,C), every position in `bias` or causal. After a call, `present` holds the keys and
    values with those of `past` in front, for a decoder that goes on."""

    def __init__(self, heads: int, table: Rotary, bias: Tensor | None, past: tuple[Tensor, Tensor] | None = None):
        self.heads, self.table, self.bias, self.past, self.present = heads, table, bias, past, past

    def __call__(self, qkv: Tensor) -> Tensor:
        qk, v = qkv.unflatten(-1, (3 * self.heads, -1)).split([2 * self.heads, self.heads], -2)
        q, k = turn(qk, self.table.cast(qk)).chunk(2, -2)
        if self.past is not None:
            k, v = torch.cat([self.past[0], k], 1), torch.cat([self.past[1], v], 1)
        self.present = k, v
        return attend(q, k, v, self.bias)


def padded_neighbours(x: Tensor, keep: Tensor) -> Tensor:
    """(B,S,C) -> (B,S,3C): what stands before, the position itself, what stands after; nothing beyond `keep` (B,S)."""
    wide = F.pad(x * keep[..., None], (0, 0, 1, 1))
    return torch.cat([wide[:, :-2], x, wide[:, 2:]], -1)


class FeedForward(nn.Module):
    def __init__(self, width: int, times: int = 4):
        super().__init__()
        self.wide = nn.Linear(width, times * width, bias=False)
        self.out = nn.Linear(times * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.gelu(self.wide(x)))


class SelfAttention(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, within: Mix) -> Tensor:
        return self.out(within(self.qkv(x)))


class CrossAttention(nn.Module):
    """Its keys and values, `kv`, are computed by the caller: once for a memory that is read at every step."""

    def __init__(self, width: int):
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, across: Mix) -> Tensor:
        return self.out(across(self.query(x)))


class Block(nn.Module):
    """Pre-norm; sees both ways."""

    def __init__(self, width: int):
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.attention = SelfAttention(width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = FeedForward(width)

    def forward(self, x: Tensor, within: Mix) -> Tensor:
        x = x + self.attention(self.norm_attention(x), within)
        return x + self.feed(self.norm_feed(x))


class Stack(nn.Module):
    def __init__(self, count: int, width: int):
        super().__init__()
        self.blocks = nn.ModuleList(Block(width) for _ in range(count))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, within: Mix) -> Tensor:
        for block in self.blocks:
            x = block(x, within)
        return self.norm(x)


class DecoderBlock(nn.Module):
    """Looks back at the script so far, then at the memory."""

    def __init__(self, width: int):
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.attention = SelfAttention(width)
        self.norm_cross = nn.LayerNorm(width)
        self.cross = CrossAttention(width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = FeedForward(width)

    def forward(self, x: Tensor, within: Mix, across: Mix) -> Tensor:
        x = x + self.attention(self.norm_attention(x), within)
        x = x + self.cross(self.norm_cross(x), across)
        return x + self.feed(self.norm_feed(x))


class Questions(nn.Module):
    """Windows of rows -> (N,count,C): a fixed number of learned queries put to each."""

    def __init__(self, count: int, width: int):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(count, width))
        self.cross = CrossAttention(width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = FeedForward(width, 2)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, ask: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """`ask`: projected queries (count,C), projected keys and values of all rows (..., 2C) -> (N,count,C)."""
        seen = self.cross.out(ask(self.cross.query(self.queries), self.cross.kv(x)))
        asked = self.queries.to(seen.dtype) + seen
        return self.norm(asked + self.feed(self.norm_feed(asked)))
