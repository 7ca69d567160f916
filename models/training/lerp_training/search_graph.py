"""The search for a taught edit as a graph: how likely a script is under an edit, and which way up.

    search.onnx  v (1,K,Dv), z (1,M,D), lengths (1), word, cursor, expects, least, target (1,S)
                 -> slope (1,K,Dv) of the negative log-likelihood, log_likelihood (1), reproduced (1)

One function at a time, of any length: several are no faster on one core, and padding would be work. The graph runs
through edit memory, fuse and decoder only; functions are encoded once, by encoder.onnx.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch._dispatch.python import enable_python_dispatcher
from torch.export import Dim
from torch.fx.experimental.proxy_tensor import make_fx

from lerp_training.config import ModelConfig
from lerp_training.graphs import save
from lerp_training.model import Model
from lerp_training.search import Likelihood

NAME = "search.onnx"
INPUTS = ("v", "z", "lengths", "word", "cursor", "expects", "least", "target")
OUTPUTS = ("slope", "log_likelihood", "reproduced")
BLOCK = 64  # weights that share a scale
SMALL = 4096  # fewer numbers than these stay in fp32
LONGEST_SCRIPT = 128


class Slope(nn.Module):
    """As `search.Likelihood`, with the slope in front."""

    def __init__(self, model: Model):
        super().__init__()
        self.likelihood = Likelihood(model)

    def forward(self, v: Tensor, *rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        def loss(v: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
            likelihood, right = self.likelihood(v, *rows)
            return -likelihood.sum(), (likelihood, right)

        slope, (_, (likelihood, right)) = torch.func.grad_and_value(loss, has_aux=True)(v)
        return slope, likelihood, right


def example(c: ModelConfig, latents: int, steps: int, seed: int = 0) -> tuple[Tensor, ...]:
    """Inputs of the graph: a made-up function and script."""
    random = torch.Generator().manual_seed(seed)
    positions = latents * c.stride - 3

    def numbers(low: int, high: int) -> Tensor:
        return torch.randint(low, high, (1, steps), generator=random)

    v, z = torch.randn(1, c.vectors, c.vector, generator=random), torch.randn(1, latents, c.latent, generator=random)
    target = numbers(positions // 2, positions)
    target[:, -2:] = -1
    columns = numbers(9, c.vocabulary), numbers(0, positions), numbers(0, 5), numbers(0, positions // 2), target
    return v, z, torch.tensor([positions]), *columns


@contextmanager
def bias_added() -> Iterator[None]:
    """A linear layer with a bias, traced whole, fixes the number of its rows; a product and a sum do not."""
    whole = F.linear

    def parts(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        out = whole(x, weight)
        return out if bias is None else out + bias

    F.linear = parts
    try:
        yield
    finally:
        F.linear = whole


def export_search(model: Model, path: Path) -> None:
    """Writes the graph in fp32. The slope is traced into plain operations first: the exporter knows no derivatives."""
    model = model.eval().float().requires_grad_(False)
    c = model.config
    given = example(c, 16, 24)
    with enable_python_dispatcher(), bias_added():
        plain = make_fx(Slope(model), tracing_mode="symbolic", _allow_non_fake_inputs=True)(*given)
    latents, steps = Dim("latents", min=2, max=c.longest // c.stride), Dim("steps", min=2, max=LONGEST_SCRIPT)
    save(plain.eval(), given, list(INPUTS), list(OUTPUTS), [{}, {1: latents}, {}, *[{1: steps}] * 5], path)


def shrink(path: Path) -> None:
    """In place: weights as int8 with a scale for each block, multiplied out when the graph is loaded. Products are in
    fp32: a slope needs it, and the graph is run for a second or two when something is taught."""
    model = onnx.load(str(path))
    graph = model.graph
    small = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALL or values.shape[-1] % BLOCK:
            small.append(tensor)
            continue
        blocks = values.reshape(*values.shape[:-1], -1, BLOCK)
        scales = np.maximum(np.abs(blocks).max(-1, keepdims=True), 1e-12) / 127
        names = {part: f"{tensor.name}.{part}" for part in ("int8", "scales", "shape", "wide", "scaled")}
        small.append(numpy_helper.from_array(np.rint(blocks / scales).astype(np.int8), names["int8"]))
        small.append(numpy_helper.from_array(scales.astype(np.float32), names["scales"]))
        small.append(numpy_helper.from_array(np.array(values.shape, np.int64), names["shape"]))
        nodes = [
            helper.make_node("Cast", [names["int8"]], [names["wide"]], to=TensorProto.FLOAT),
            helper.make_node("Mul", [names["wide"], names["scales"]], [names["scaled"]]),
            helper.make_node("Reshape", [names["scaled"], names["shape"]], [tensor.name]),
        ]
        for place, node in enumerate(nodes):
            graph.node.insert(place, node)
    del graph.initializer[:]
    graph.initializer.extend(small)
    onnx.save(model, str(path))
