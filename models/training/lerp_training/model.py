"""A function as latents, an edit as a vector, and a decoder that writes the edit script.

Axes:  B questions · T source positions (BOS and EOS among them) · M latents, T / stride · D width of a latent
       N windows · L tokens of a window · K vectors of an edit, Dv wide · E edit tokens · S steps of a script · C channels

    ids (B,T) ----> Encoder -----> z (B,M,D) ---> Unpool -------> (B,T,C) --+
    windows (N,L) > EditEncoder -> e (N,K,Dv)                               +-> Fuse -> memory -> Decoder -> script
                    mean, soft norm, sum: v (B,K,Dv) -> EditMemory (B,E,C) -+

A built-in concept also has an e of its own, learned like any weight: it has seen all pairs of its concept, where a mean
has seen a dozen.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lerp_training.config import BOS, PAD, ModelConfig
from lerp_training.layers import (
    CLOSED,
    DecoderBlock,
    Mix,
    Padded,
    Questions,
    Rotary,
    Stack,
    attend,
    closed_where,
    padded_neighbours,
    rotary,
    turn,
)
from lerp_training.scripts import DELETED, GAP, INSERTED, KEPT, TAGS, Expects, least_position, state_after

PastKeysValues = list[tuple[Tensor, Tensor]]


def stream(x: Tensor) -> Tensor:
    """The type that autocast computes in: a residual stream in fp32 would double the memory traffic."""
    return x.to(torch.get_autocast_dtype("cpu")) if torch.is_autocast_enabled("cpu") else x


@dataclass
class Memory:
    """What the decoder reads, and what the auxiliary losses are taken on."""

    keys_values: list[tuple[Tensor, Tensor]]  # one per decoder block, (B,E+T,H,D) each
    bias: Tensor  # (B,1,1,E+T)
    source: Tensor  # (B,T,C), the function with its edit placed
    pointer_keys: Tensor  # (B,T,C)
    pointer_bias: Tensor  # (B,1,T)
    start: Tensor  # (B,C), added to every step
    unpooled: Tensor  # (B,T,C)
    edit_tokens: Tensor  # (B,E,C)
    tag_logits: Tensor  # (B,T,TAGS)

    def rows(self, index: Tensor) -> "Memory":
        return Memory(
            [(k[index], v[index]) for k, v in self.keys_values],
            *(x[index] for x in (self.bias, self.source, self.pointer_keys, self.pointer_bias)),
            *(x[index] for x in (self.start, self.unpooled, self.edit_tokens, self.tag_logits)),
        )


class Encoder(nn.Module):
    """ids (..., stride) -> latents (..., D) of unit RMS. Local latents: one vector per four tokens writes a long
    function back exactly, one vector for all of it does not."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.embedding = nn.Embedding(c.vocabulary, c.narrow)
        self.stem = nn.Linear(c.stride * c.narrow, c.width)
        self.mix = nn.Linear(3 * c.width, c.width)
        self.stack = Stack(c.encoder_blocks, c.width)
        self.to_latent = nn.Linear(c.width, c.latent)

    def forward(self, ids: Tensor, around: Mix, within: Mix) -> Tensor:
        x = self.stem(self.embedding(ids).flatten(-2))
        x = x + self.mix(around(F.gelu(x)))
        z = self.to_latent(self.stack(x, within)).float()
        return z * torch.rsqrt(z.square().mean(-1, keepdim=True) + 1e-6)


class Unpool(nn.Module):
    """latents (..., M, D) -> (..., T, C), a vector per source position that says its token: pointing and copying
    then choose among places instead of searching inside a latent."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.stride = c.stride
        self.direct = nn.Linear(c.latent, c.stride * c.width)
        self.hidden = nn.Linear(3 * c.latent, 4 * c.latent)
        self.out = nn.Linear(4 * c.latent, c.stride * c.width)
        self.say = nn.Linear(c.width, c.width)  # before the tied output layer

    def forward(self, z: Tensor, around: Mix) -> Tensor:
        x = self.direct(z) + self.out(F.gelu(self.hidden(around(z))))
        return x.unflatten(-1, (self.stride, -1)).flatten(-3, -2)


class EditEncoder(nn.Module):
    """Embedded window tokens (..., C), their tags and places -> h, K vectors of Dv. An edit is h(window) - h(opposite
    window), so that the opposite edit is exactly -e and no change exactly 0.

    The content vectors hold the inserted tokens in order, four to a vector, each through a projection of its own
    place: what is inserted has to survive to the letter. The summary vectors are learned questions: where, when, what goes.

    Where an edit goes is said by kept tokens, which both windows share: in a plain difference they cancel out, and that
    was measured (summaries a hundredth of the contents, and places hardly learned). So a summary is what both windows
    say together, times a sense between -1 and 1 that turns round with the edit: still antisymmetric by construction."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.c = c
        self.tag = nn.Embedding(GAP + 1, c.width)
        self.rank = nn.Embedding(2 * c.inserted + 1, c.width)  # place among the inserted, or among the deleted
        nn.init.normal_(self.rank.weight, std=0.3)
        self.stack = Stack(c.window_blocks, c.width)
        self.content = nn.Linear(c.per_content * 2 * c.width, c.vector, bias=False)
        self.questions = Questions(c.summary, c.width)
        self.summary = nn.Linear(c.width, c.vector, bias=False)
        self.sense = nn.Linear(c.width, 1, bias=False)
        self.beside = nn.ModuleList(nn.Linear(c.around * 2 * c.width, c.vector, bias=False) for _ in range(2))

    def ranks(self, tags: Tensor, of: int) -> Tensor:
        """Place of each token of (N,L) among those tagged `of`; a new stretch skips one, as its script has a
        separator. -1: not tagged, or too far."""
        chosen = tags == of
        starts = chosen & (F.pad(tags, (1, 0))[:, :-1] != of)
        rank = (chosen.long() + starts.long()).cumsum(1) - 2
        return torch.where(chosen & (rank < self.c.inserted), rank, -1)

    def places(self, inserted: Tensor, deleted: Tensor) -> Tensor:
        """Rows of `rank`."""
        return torch.where(inserted >= 0, inserted + 1, torch.where(deleted >= 0, deleted + 1 + self.c.inserted, 0))

    def read(self, tokens: Tensor, tags: Tensor, places: Tensor, within: Mix) -> Tensor:
        return self.stack(tokens + stream(self.tag(tags) + self.rank(places)), within)

    def vectors(self, text: Tensor, seen: Tensor, kept: Tensor, count: int) -> Tensor:
        """The rows of the inserted tokens in order (2N, inserted, 2C), read and as they came, the answered questions
        (2N, summary, C), and the rows of the kept tokens beside the first change (2N, 2 * around, 2C), like the
        inserted ones; of `count` = N windows and then of their opposites -> e (N,K,Dv)."""
        content = self.content(text.flatten(1).unflatten(-1, (self.c.content, -1))).float()
        summary, sense = self.summary(seen).float(), self.sense(seen).float()
        turned = torch.tanh(4 * (sense[:count] - sense[count:]))
        placed = turned * (summary[:count] + summary[count:]) + 8 * (summary[:count] - summary[count:])
        sides = [side(rows.flatten(1)) for side, rows in zip(self.beside, kept.chunk(2, 1), strict=True)]
        there = torch.stack(sides, 1).float()
        there = turned[:, :2] * (there[:count] + there[count:])
        return torch.cat([content[:count] - content[count:], placed, there], 1)

    def forward(self, tokens: Tensor, tags: Tensor, table: Rotary, count: int) -> Tensor:
        """Padded windows (2N,L,C) and (2N,L), `count` = N and their opposites -> e (N,K,Dv)."""
        bias = closed_where(tags == PAD, tokens.dtype)[:, None, None]
        inserted = self.ranks(tags, INSERTED)
        within = Padded(self.c.heads, table.between(0, tags.shape[1]), bias)
        x = self.read(tokens, tags, self.places(inserted, self.ranks(tags, DELETED)), within)
        at = torch.arange(self.c.inserted, device=tags.device)
        choice = (inserted[:, None, :] == at[:, None]).to(x.dtype)  # (N, inserted, L), one-hot

        def ask(queries: Tensor, kv: Tensor) -> Tensor:
            k, v = kv.unflatten(-1, (2 * self.c.heads, -1)).chunk(2, -2)
            q = queries.unflatten(-1, (self.c.heads, -1)).expand(kv.shape[0], -1, -1, -1)
            return attend(q, k, v, bias)

        both = torch.cat([x, tokens], -1)
        return self.vectors(choice @ both, self.questions(x, ask), self.neighbours(tags).to(x.dtype) @ both, count)

    def neighbours(self, tags: Tensor) -> Tensor:
        """(N,L) -> (N, 2 * around, L): `scripts.beside`, one-hot; nothing where there is none."""
        at = torch.arange(tags.shape[1], device=tags.device)
        changed = (tags == INSERTED) | (tags == DELETED)
        started = changed.long().cumsum(1) > 0
        first = (~started).long().sum(1, keepdim=True)  # the first change; L where there is none
        last = (~(started & ~changed).long().cumsum(1).bool()).long().sum(1, keepdim=True)  # behind its run
        step = torch.arange(self.c.around, device=tags.device)
        places = torch.cat([first - 1 - step, last + step], 1)  # (N, 2 * around)
        chosen = places[..., None] == at
        kept = (chosen & (tags == KEPT)[:, None]).any(-1).long().unflatten(1, (2, -1))
        unbroken = ((1 - kept).cumsum(2) == 0).flatten(1)
        return chosen & unbroken[..., None]


class EditMemory(nn.Module):
    """v (B,K,Dv) -> edit tokens (B,E,C), a vector (B,C) for every script step and one for every source position.
    The direct path undoes EditEncoder's content projections; auxiliary loss: edit token i says token i of the edit."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.c = c
        self.hidden = nn.Linear(c.vectors * c.vector, c.hidden)
        self.spread = nn.Linear(c.hidden, c.edit_tokens * c.spread)
        self.widen = nn.Linear(c.spread, c.width)
        self.inserted = nn.Linear(c.vector, c.per_content * c.width, bias=False)
        self.deleted = nn.Linear(c.vector, c.per_content * c.width, bias=False)
        self.place = nn.Parameter(torch.randn(c.edit_tokens, c.width) * 0.3)
        self.everywhere = nn.Linear(c.hidden, 2 * c.width)
        self.say = nn.Linear(c.width, c.width)
        self.beside = nn.ModuleList(nn.Linear(c.vector, c.around * c.width, bias=False) for _ in range(2))

    def read(self, v: Tensor) -> Tensor:
        return F.gelu(self.hidden(v.flatten(1)))

    def forward(self, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.write(v, self.read(v))

    def write(self, v: Tensor, u: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        shared = self.widen(F.gelu(self.spread(u).unflatten(-1, (self.c.edit_tokens, -1))))
        content = v[:, : self.c.content]
        going = content[:, : -(-self.c.deleted // self.c.per_content)]
        direct = [
            self.inserted(content).unflatten(-1, (self.c.per_content, -1)).flatten(1, 2),
            self.deleted(going).unflatten(-1, (self.c.per_content, -1)).flatten(1, 2)[:, : self.c.deleted],
        ]
        direct += [side(v[:, at - 2]).unflatten(-1, (self.c.around, -1)) for at, side in enumerate(self.beside)]
        start, near = self.everywhere(u).chunk(2, -1)
        return shared + torch.cat(direct, 1) + stream(self.place), start, near


class Fuse(nn.Module):
    """Edit tokens beside the unpooled function -> memory. The edit finds its places here, before a word is written;
    auxiliary loss: what happens at each source position."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.kind = nn.Parameter(torch.randn(c.width) * 0.3)
        self.stack = Stack(c.fuse_blocks, c.width)
        self.say_tags = nn.Linear(c.width, TAGS)


class Decoder(nn.Module):
    """The script so far -> rows that say the next step. A step is read as the word before it, or as the memory at the
    place pointed to, plus what is expected next; it looks at the memory from the last place pointed to, the cursor."""

    def __init__(self, c: ModelConfig):
        super().__init__()
        self.expects = nn.Embedding(len(Expects), c.width)
        self.pointed = nn.Linear(c.width, c.width, bias=False)
        self.blocks = nn.ModuleList(DecoderBlock(c.width) for _ in range(c.decoder_blocks))
        self.norm = nn.LayerNorm(c.width)
        self.pointer_query = nn.Linear(c.width, c.width, bias=False)
        self.pointer_key = nn.Linear(c.width, c.width, bias=False)
        self.say = nn.Linear(c.width, c.width, bias=False)

    def read(self, word: Tensor, ids: Tensor, expects: Tensor, pointed: Tensor, start: Tensor) -> Tensor:
        """Embedded words before, their ids, what is expected, the memory at the cursor, the edit's `start`."""
        return word + stream(self.expects(expects)) + start + self.pointed(pointed) * (ids == PAD).unsqueeze(-1)


class Model(nn.Module):
    def __init__(self, c: ModelConfig):
        super().__init__()
        self.config = c
        self.embedding = nn.Embedding(c.vocabulary, c.width)  # windows, script words, and the output layer
        nn.init.normal_(self.embedding.weight, std=c.width**-0.5)
        self.scale = nn.Parameter(torch.tensor(float(c.width) ** 0.5))
        self.encoder, self.unpool = Encoder(c), Unpool(c)
        self.edit_encoder, self.edit_memory = EditEncoder(c), EditMemory(c)
        self.fuse, self.decoder = Fuse(c), Decoder(c)
        self.concepts = nn.Parameter(torch.zeros(len(c.concepts), c.vectors, c.vector))
        head, at = c.width // c.heads, torch.arange(c.longest)
        edit = torch.zeros(c.edit_tokens)  # edit tokens all stand at 0: their own place is learned
        self.table("near", rotary(head, at, 10_000.0))
        self.table("half", rotary(head // 2, at, 10_000.0))
        self.table("fused", rotary(head // 2, torch.cat([edit, at]), 1000.0))
        self.table("across", rotary(head // 2, at, 1000.0))
        self.table("pointing", rotary(c.width // 2, at, 1000.0))

    def table(self, name: str, table: Rotary) -> None:
        self.register_buffer(f"{name}_cosines", table.cosines, persistent=False)
        self.register_buffer(f"{name}_sines", table.sines, persistent=False)

    def rotary(self, name: str) -> Rotary:
        return Rotary(getattr(self, f"{name}_cosines"), getattr(self, f"{name}_sines"))

    def embed(self, ids: Tensor) -> Tensor:
        return stream(self.embedding(ids) * self.scale)

    def words(self, x: Tensor, say: nn.Module) -> Tensor:
        """(..., C) -> logits over the vocabulary."""
        return F.linear(say(x), self.embedding.weight)

    def step_places(self, at: Tensor) -> Tensor:
        """Step 2 of a script, after the first hunk's two pointers, most often writes the first inserted token, step 3
        the second: those steps carry the place of that edit token, so that reading it off is a match of places."""
        c = self.config
        table = F.pad(self.edit_memory.place[: c.inserted], (0, 0, 2, c.longest - c.inserted - 2))
        return stream(table[at])

    def encode(self, ids: Tensor) -> Tensor:
        """(B,T), T a multiple of the stride, PAD behind -> (B,M,D)"""
        ids = ids.unflatten(1, (-1, self.config.stride))
        keep = (ids != PAD).any(-1)
        bias = stream(closed_where(~keep, torch.float32))[:, None, None]
        within = Padded(self.config.heads, self.rotary("near").between(0, ids.shape[1]), bias)
        return self.encoder(ids, lambda x: padded_neighbours(x, keep), within)

    def unpooled(self, z: Tensor, lengths: Tensor) -> Tensor:
        """Latents of `lengths` (B,) source positions -> (B,T,C)"""
        keep = torch.arange(z.shape[1], device=z.device) * self.config.stride < lengths[:, None]
        return self.unpool(z, lambda x: padded_neighbours(x, keep))

    def edits(self, ids: Tensor, tags: Tensor, opposite: Tensor, opposite_tags: Tensor) -> Tensor:
        """Windows and their opposites, each (N,L) -> e (N,K,Dv)."""
        tokens, tags = self.embed(torch.cat([ids, opposite])), torch.cat([tags, opposite_tags])
        return self.edit_encoder(tokens, tags, self.rotary("half"), ids.shape[0])

    def soft_norm(self, mean: Tensor) -> Tensor:
        """Near unit RMS, so that a strength means the same for every edit; linear near 0, so that none stays none."""
        return mean * torch.rsqrt(mean.square().mean(-1, keepdim=True) + 0.05)

    def memory(self, z: Tensor, lengths: Tensor, v: Tensor) -> Memory:
        """latents (B,M,D), source positions in use (B,), edits (B,K,Dv) already normed, scaled and summed."""
        unpooled = self.unpooled(z, lengths)
        edit, start, near = self.edit_memory(v)
        count, positions = edit.shape[1], unpooled.shape[1]
        beyond = torch.arange(positions, device=z.device) >= lengths[:, None]
        pointer_bias = closed_where(beyond, unpooled.dtype)
        bias = F.pad(pointer_bias, (count, 0))[:, None, None]
        table = self.rotary("fused").between(0, count + positions)
        x = torch.cat([edit, unpooled + near[:, None] + stream(self.fuse.kind)], 1)
        fused = self.fuse.stack(x, Padded(self.config.heads, table, bias))
        source = fused[:, count:]
        keys_values = []
        for block in self.decoder.blocks:
            k, v = block.cross.kv(fused).unflatten(-1, (2 * self.config.heads, -1)).chunk(2, -2)
            keys_values.append((turn(k, table.cast(k)), v))
        pointing = self.rotary("pointing").between(0, positions).cast(fused)
        keys = turn(self.decoder.pointer_key(source)[:, :, None], pointing)[:, :, 0]
        tags = self.fuse.say_tags(source)
        return Memory(keys_values, bias, source, keys, pointer_bias[:, None], start, unpooled, edit, tags)

    def decode(
        self, memory: Memory, word: Tensor, cursor: Tensor, expects: Tensor, past: PastKeysValues | None = None
    ) -> tuple[Tensor, Tensor, PastKeysValues]:
        """(B,S) each: the word before (BOS at first, PAD where a pointer was), the last pointer, what is expected
        -> steps (B,S,C) for `words`, pointer logits (B,S,T), and keys and values to go on from."""
        heads, steps = self.config.heads, word.shape[1]
        done = past[0][0].shape[1] if past else 0
        pointed = memory.source.gather(1, cursor[..., None].expand(-1, -1, memory.source.shape[-1]))
        start = memory.start[:, None] + self.step_places(torch.arange(done, done + steps, device=word.device))
        x = self.decoder.read(self.embed(word), word, expects, pointed, start)
        table = self.rotary("near").between(done, done + steps)
        across = self.rotary("across").rows(cursor).cast(x)
        ahead = torch.ones(steps, done + steps, dtype=torch.bool, device=x.device).triu(done + 1)
        bias = closed_where(ahead, x.dtype)
        present = []
        for i, block in enumerate(self.decoder.blocks):
            within = Padded(heads, table, bias, past[i] if past else None)

            def look(q: Tensor, keys_values: tuple[Tensor, Tensor] = memory.keys_values[i]) -> Tensor:
                return attend(turn(q.unflatten(-1, (heads, -1)), across), *keys_values, memory.bias)

            x = block(x, within, look)
            present.append(within.present)
        x = self.decoder.norm(x)
        query = turn(self.decoder.pointer_query(x)[:, :, None], self.rotary("pointing").rows(cursor).cast(x))[:, :, 0]
        pointers = query @ memory.pointer_keys.transpose(1, 2) * query.shape[-1] ** -0.5 + memory.pointer_bias
        return x, pointers, present

    def allowed(self, pointers: Tensor, least: Tensor, expects: Tensor) -> Tensor:
        """Pointer logits (B,S,T) with every place below `least` (B,S) closed, STOP excepted."""
        position = torch.arange(pointers.shape[-1], device=pointers.device)
        closed = (position < least[..., None]) & ~((position == 0) & (expects == Expects.FIRST)[..., None])
        return pointers.float().masked_fill(closed, CLOSED)

    @torch.no_grad()
    def greedy(self, memory: Memory, limit: int = 96) -> list[list[int]]:
        """The likeliest compact script of each question, step by step; cut off at `limit` steps."""
        count, device = len(memory.start), memory.start.device
        scripts: list[list[int]] = [[] for _ in range(count)]
        word, cursor, end = [BOS] * count, [0] * count, [0] * count
        expects: list[Expects | None] = [Expects.FIRST] * count
        past = None
        for _ in range(limit):
            if not any(e is not None for e in expects):
                break
            asked = [Expects.FIRST if e is None else e for e in expects]
            least = [least_position(e, c, last) for e, c, last in zip(asked, cursor, end, strict=True)]
            columns = [torch.tensor(x, device=device)[:, None] for x in (word, cursor, asked, least)]
            x, pointers, past = self.decode(memory, *columns[:3], past)
            positions = self.allowed(pointers, columns[3], columns[2])[:, 0].argmax(-1).tolist()
            words = self.words(x[:, 0], self.decoder.say).argmax(-1).tolist()
            for row, state in enumerate(expects):
                if state is None:
                    continue
                value = words[row] if state is Expects.WORD else -1 - positions[row]
                scripts[row].append(value)
                if value < 0:
                    word[row], cursor[row] = PAD, -1 - value
                    if state is Expects.SECOND:
                        end[row] = cursor[row]
                else:
                    word[row] = value
                expects[row] = state_after(state, value)
        return scripts


