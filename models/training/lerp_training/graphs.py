"""The trained model as four ONNX graphs, as the runtime calls them. Names and shapes here are the contract with
`src/latent` (B candidates, T source positions, M latents, N windows, L tokens of a window, S steps, P steps before):

    encoder.onnx  input_ids (1,T)                                        -> z (1,M,D)
    edit.onnx     ids, tags, opposite_ids, opposite_tags (N,L)           -> e (N,K,Dv)
    memory.onnx   z (1,M,D), lengths (1), v (1,K,Dv)                     -> what the decoder reads, source_ids (1,T)
    decoder.onnx  word, cursor, expects (B,S), the memory, past (…)      -> words (B,S,V), pointers (B,S,T), present (…)

The memory stands once and is broadcast over the candidates.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim

from lerp_training.model import Memory, Model

OPSET = 18
MEMORY = ("memory_keys", "memory_values", "memory_bias", "source", "pointer_keys", "pointer_bias", "start")


class EncoderGraph(nn.Module):
    def __init__(self, model: Model):
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.model.encode(input_ids)


class EditGraph(EncoderGraph):
    def forward(self, ids: Tensor, tags: Tensor, opposite_ids: Tensor, opposite_tags: Tensor) -> Tensor:  # type: ignore[override]
        return self.model.edits(ids, tags, opposite_ids, opposite_tags)


class MemoryGraph(EncoderGraph):
    def forward(self, z: Tensor, lengths: Tensor, v: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        memory = self.model.memory(z, lengths, v)
        keys = torch.stack([k for k, _ in memory.keys_values])
        values = torch.stack([v for _, v in memory.keys_values])
        said = self.model.words(memory.unpooled, self.model.unpool.say).argmax(-1)
        shared = (memory.bias, memory.source, memory.pointer_keys, memory.pointer_bias, memory.start)
        return keys, values, *shared, memory.tag_logits, said


class DecoderGraph(EncoderGraph):
    def forward(  # type: ignore[override]
        self,
        word: Tensor,
        cursor: Tensor,
        expects: Tensor,
        memory_keys: Tensor,
        memory_values: Tensor,
        memory_bias: Tensor,
        source: Tensor,
        pointer_keys: Tensor,
        pointer_bias: Tensor,
        start: Tensor,
        past_keys: Tensor,
        past_values: Tensor,
    ) -> tuple[Tensor, ...]:
        count = word.shape[0]
        none = torch.zeros(())
        memory = Memory(
            list(zip(memory_keys.unbind(0), memory_values.unbind(0), strict=True)),
            memory_bias,
            source.expand(count, -1, -1),
            pointer_keys,
            pointer_bias,
            start,
            none,
            none,
            none,
        )
        past = list(zip(past_keys.unbind(0), past_values.unbind(0), strict=True))
        x, pointers, present = self.model.decode(memory, word, cursor, expects, past)
        keys, values = (torch.stack(part) for part in zip(*present, strict=True))
        return self.model.words(x, self.model.decoder.say), pointers, keys, values


def export(model: Model, folder: Path) -> None:
    """Writes the graphs in fp32, traced on small examples with symbolic sizes."""
    model = model.eval().float()
    c = model.config
    batch, steps, past = Dim("batch"), Dim("steps"), Dim("past")
    latents, windows, window = Dim("latents", min=2, max=c.longest // c.stride), Dim("windows"), Dim("window")
    positions = c.stride * latents
    keys = Dim("keys")

    ids = torch.randint(9, c.vocabulary, (1, 64))
    save(EncoderGraph(model), (ids,), ["input_ids"], ["z"], [{1: positions}], folder / "encoder.onnx")

    pair = torch.randint(9, c.vocabulary, (3, 24))
    tags = torch.randint(1, 4, (3, 24))
    names = ["ids", "tags", "opposite_ids", "opposite_tags"]
    save(EditGraph(model), (pair, tags, pair + 0, tags.flip(0)), names, ["e"], [{0: windows, 1: window}] * 4, folder / "edit.onnx")

    z, v = torch.randn(1, 16, c.latent), torch.randn(1, c.vectors, c.vector)
    lengths = torch.tensor([61])
    outputs = [*MEMORY, "tag_logits", "source_ids"]
    save(MemoryGraph(model), (z, lengths, v), ["z", "lengths", "v"], outputs, [{1: latents}, {}, {}], folder / "memory.onnx")

    with torch.no_grad():
        memory = MemoryGraph(model)(z, lengths, v)[: len(MEMORY)]
    ask = [torch.randint(0, 5, (3, 2)) for _ in range(3)]
    pasts = [torch.randn(c.decoder_blocks, 3, 4, c.heads, c.width // c.heads) for _ in range(2)]
    wide = Dim("positions")
    memory_shapes = [{2: keys}, {2: keys}, {3: keys}, {1: wide}, {1: wide}, {2: wide}, {}]
    shapes = [{0: batch, 1: steps}] * 3 + memory_shapes + [{1: batch, 2: past}] * 2
    names = ["word", "cursor", "expects", *MEMORY, "past_keys", "past_values"]
    outputs = ["words", "pointers", "present_keys", "present_values"]
    save(DecoderGraph(model), (*ask, *memory, *pasts), names, outputs, shapes, folder / "decoder.onnx")


def save(graph: nn.Module, example: tuple, names: list[str], outputs: list[str], shapes: list[dict], path: Path) -> None:
    torch.onnx.export(
        graph,
        example,
        str(path),
        dynamo=True,
        input_names=names,
        output_names=outputs,
        dynamic_shapes=tuple(shapes),
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )


def largest_difference(run: Callable[[dict], list], graph: nn.Module, example: dict[str, Tensor]) -> float:
    """Between a graph run elsewhere and the same in PyTorch."""
    with torch.no_grad():
        expected = graph(*example.values())
    expected = expected if isinstance(expected, tuple) else (expected,)
    given = run({name: value.numpy() for name, value in example.items()})
    return max(float((torch.from_numpy(a).float() - b.float()).abs().max()) for a, b in zip(given, expected, strict=True))
