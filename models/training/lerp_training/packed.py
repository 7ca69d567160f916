"""A training step without padding: all rows of all questions one after the other, (N,C). Padding would be three
tenths of the work. Only attention sees padded groups, gathered for it and scattered back.

Rows beyond the last are filled up, so that matrix products keep to few shapes. No loss reads a filled-up row and no
attention looks at one, so their gradients are zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lerp_training.layers import Rotary, attend, closed_where

FILL = 256  # the number of rows is a multiple of this, and at least one row is filled up


def filled(count: int) -> int:
    return count + FILL - count % FILL


@dataclass
class Layout:
    """Where the rows of each segment stand in padded groups (B,T). A last, unused slot pairs with the filled-up rows."""

    there: np.ndarray  # (slots + 1,) row of each slot
    back: np.ndarray  # (N,) slot of each row
    closed: list[np.ndarray]  # per group (B,T) bool: no row stands here


def make_layout(groups: Sequence[tuple[int, Sequence[np.ndarray]]], total: int) -> Layout:
    """Groups of a width and the row numbers of each member, in order; the last of the `total` rows is a filled-up one."""
    slots = sum(width * len(members) for width, members in groups)
    there, back = np.full(slots + 1, total - 1), np.full(total, slots)
    masks = []
    base = 0
    for width, members in groups:
        mask = np.ones((len(members), width), bool)
        for number, rows in enumerate(members):
            first = base + number * width
            there[first : first + len(rows)] = rows
            back[rows] = np.arange(first, first + len(rows))
            mask[number, : len(rows)] = False
        masks.append(mask)
        base += width * len(members)
    return Layout(there, back, masks)


def spin(x: Tensor, table: Rotary, sign: float) -> None:
    """In place: the leading 2R channels of each head of (N,H,D), turned by each row's position."""
    cosines, sines = table.cosines.unsqueeze(1), table.sines.unsqueeze(1) * sign
    pairs = cosines.shape[-1]
    a, b = x[..., :pairs], x[..., pairs : 2 * pairs]
    turned = a * cosines - b * sines
    b.copy_(a * sines + b * cosines)
    a.copy_(turned)


class Regroup(torch.autograd.Function):
    """Rows (N,C) to other places, their leading channels turned by their positions if there are tables. `back` is the
    way back, so that the gradient is a gather too: on a CPU far faster than the scatter that autograd would write."""

    @staticmethod
    def forward(ctx, x, there, back, turned, channels, tables):  # noqa: ANN001, ANN205, PLR0913
        ctx.back, ctx.turned, ctx.channels, ctx.tables = back, turned, channels, tables
        out = x.index_select(0, there)
        if turned:
            spin(out.unflatten(-1, (-1, channels))[:, :turned], tables[0], 1.0)
        return out

    @staticmethod
    def backward(ctx, gradient):  # noqa: ANN001, ANN205
        out = gradient.index_select(0, ctx.back)
        if ctx.turned:
            spin(out.unflatten(-1, (-1, ctx.channels))[:, : ctx.turned], ctx.tables[1], -1.0)
        return out, None, None, None, None, None


class Packed:
    """A layout as attention uses it. `table` has a row for each row, and turns by position."""

    def __init__(self, layout: Layout, width: int, heads: int, dtype: torch.dtype, table: Rotary | None = None, causal: bool = False):
        self.there, self.back = torch.from_numpy(layout.there), torch.from_numpy(layout.back)
        self.heads, self.channels = heads, width // heads
        self.shapes = [mask.shape for mask in layout.closed]
        self.tables = None
        if table is not None:
            here = Rotary(table.cosines.to(dtype), table.sines.to(dtype))
            self.tables = here.rows(self.there), here
        self.biases = []
        for mask in layout.closed:
            closed = torch.from_numpy(mask)[:, None, None, :]
            if causal:
                closed = torch.ones(mask.shape[1], mask.shape[1], dtype=torch.bool).triu(1)[None, None]
            self.biases.append(closed_where(closed, dtype))

    def spread(self, x: Tensor, turned: int) -> list[Tensor]:
        """(N, heads * D) -> per group (B,T,heads,D), the first `turned` heads turned."""
        turned = turned if self.tables else 0
        out = Regroup.apply(x, self.there, self.back, turned, self.channels, self.tables)
        parts = out.split([count * width for count, width in self.shapes] + [1])
        return [part.view(*shape, -1, self.channels) for part, shape in zip(parts, self.shapes, strict=False)]

    def collect(self, groups: list[Tensor]) -> Tensor:
        """Per group (B,T,C) -> (N,C)."""
        unused = groups[0].new_zeros(1, groups[0].shape[-1])
        rows = torch.cat([group.flatten(0, 1) for group in groups] + [unused])
        return Regroup.apply(rows, self.back, self.there, 0, self.channels, None)

    def __call__(self, qkv: Tensor) -> Tensor:
        """Self-attention: (N,3C) -> (N,C)."""
        groups = [group.chunk(3, 2) for group in self.spread(qkv, 2 * self.heads)]
        return self.collect([attend(q, k, v, bias) for (q, k, v), bias in zip(groups, self.biases, strict=True)])

    def across(self, q: Tensor, kv: Tensor, memory: "Packed") -> Tensor:
        """(N,C) looks at the rows of another layout with the same groups, (M,2C)."""
        groups = zip(self.spread(q, self.heads), memory.spread(kv, self.heads), memory.biases, strict=True)
        return self.collect([attend(queries, *keys.chunk(2, 2), bias) for queries, keys, bias in groups])

    def ask(self, queries: Tensor, kv: Tensor) -> Tensor:
        """The same queries (count,C) to every segment -> (segments, count, C), in the order of the groups."""
        asked = queries.unflatten(-1, (self.heads, -1))
        groups = zip(self.spread(kv, 0), self.biases, strict=True)
        return torch.cat([attend(asked.expand(len(keys), -1, -1, -1), *keys.chunk(2, 2), bias) for keys, bias in groups])


def packed_neighbours(x: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """(M,C) -> (M,3C): the row before, itself, the row after; `first` and `last` (M,1) are 0 at the ends of a segment."""
    before = torch.cat([x[-1:], x[:-1]]) * first.to(x.dtype)
    after = torch.cat([x[1:], x[:1]]) * last.to(x.dtype)
    return torch.cat([before, x, after], -1)
