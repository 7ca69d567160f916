"""The graph that searches for an edit says what PyTorch says, whatever the lengths, and its slope leads upwards."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
onnxruntime = pytest.importorskip("onnxruntime")

from lerp_training import toy  # noqa: E402
from lerp_training.config import ModelConfig  # noqa: E402
from lerp_training.model import Model  # noqa: E402
from lerp_training.quantise import strip  # noqa: E402
from lerp_training.search import Likelihood, make_rows  # noqa: E402
from lerp_training.search_graph import INPUTS, Slope, example, export_search, shrink  # noqa: E402

SIZES = dict(width=64, heads=2, encoder_blocks=1, window_blocks=1, fuse_blocks=1, decoder_blocks=1, hidden=64, vector=32)


@pytest.fixture(scope="module")
def model() -> Model:
    torch.manual_seed(0)
    return Model(ModelConfig(toy.vocabulary().size, **SIZES)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def exported(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "search.onnx"
    export_search(model, path)
    return path


def run(path: Path, given: tuple) -> list:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    return session.run(None, {name: value.numpy() for name, value in zip(INPUTS, given, strict=True)})


@pytest.mark.parametrize(("latents", "steps"), [(16, 24), (5, 8), (88, 40)])
def test_graph_is_eager(model: Model, exported: Path, latents: int, steps: int) -> None:
    given = example(model.config, latents, steps, seed=latents)
    for ours, theirs in zip(run(exported, given), Slope(model)(*given), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-3, atol=1e-4)


def test_small_graph_is_near(model: Model, exported: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.onnx"
    small.write_bytes(exported.read_bytes())
    shrink(small)
    strip(small)
    assert small.stat().st_size < 0.5 * exported.stat().st_size
    given = example(model.config, 20, 16, seed=3)
    (slope, *_), (expected, *_) = run(small, given), run(exported, given)
    cosine = (slope * expected).sum() / np.sqrt((slope**2).sum() * (expected**2).sum())
    assert cosine > 0.99


def test_slope_leads_upwards(model: Model) -> None:
    likelihood, slope = Likelihood(model), Slope(model)
    rows = make_rows(model, [(np.array([40, 41, 42, 43]), [-2, -3, 50, 5, -1])])
    v = torch.randn(1, model.config.vectors, model.config.vector)
    start, _ = likelihood(v, *rows.inputs())
    for _ in range(40):
        v = v - 0.02 * slope(v, *rows.inputs())[0]
    assert float(likelihood(v, *rows.inputs())[0]) > float(start)


def test_reproduced_is_what_greedy_decoding_writes(model: Model) -> None:
    source = np.array([40, 41, 42, 43])
    v = torch.zeros(1, model.config.vectors, model.config.vector)
    for script in ([-1], [-2, -3, 50, 5, -1], [-3, -3, 5, -1]):
        rows = make_rows(model, [(source, script)])
        greedy = model.greedy(model.memory(rows.z, rows.lengths, v), 30)[0]
        right = Likelihood(model)(v, *rows.inputs())[1]
        assert bool(right[0]) == (greedy == script)
        if greedy[-1:] == [-1] and len(greedy) < 30:
            assert bool(Likelihood(model)(v, *make_rows(model, [(source, greedy)]).inputs())[1][0])
