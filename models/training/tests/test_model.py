"""The packed training step says what the padded model says, and vectors behave like vectors."""

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lerp_training import learned, toy  # noqa: E402
from lerp_training.batches import make_batch, plain_batch  # noqa: E402
from lerp_training.config import BOS, EOS, PAD, EpisodeConfig, ModelConfig, TrainConfig  # noqa: E402
from lerp_training.data import load_rules  # noqa: E402
from lerp_training.episodes import Episodes, Question, Windows  # noqa: E402
from lerp_training.evaluate import agreement, edits_of, windows_of  # noqa: E402
from lerp_training.losses import edit_step, edit_vectors, edits, plain_step  # noqa: E402
from lerp_training.model import Model  # noqa: E402
from lerp_training.scripts import check, steps  # noqa: E402

CONFIG = dict(width=64, heads=2, encoder_blocks=1, window_blocks=1, fuse_blocks=2, decoder_blocks=2, hidden=64, vector=32)


@pytest.fixture(scope="module")
def model() -> Model:
    torch.manual_seed(0)
    return Model(ModelConfig(toy.vocabulary().size, **CONFIG)).eval()


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> tuple[Windows, list[Question]]:
    folder: Path = tmp_path_factory.mktemp("toy")
    vocabulary = toy.write(folder, rules=40)
    rules = load_rules("train", folder / "rules")
    config = EpisodeConfig(questions=10, sums=0.5)
    return Episodes(rules, vocabulary, ModelConfig(vocabulary.size, **CONFIG), config, random.Random(0)).step()


def column(values: list) -> "torch.Tensor":
    return torch.tensor(np.array(values, dtype=np.int64))[None]


def padded_memory(model: Model, question: Question, v: "torch.Tensor"):  # noqa: ANN201
    ids = [BOS, *question.source, EOS]
    source = column(ids + [PAD] * (-len(ids) % 16 + 16))
    return model.memory(model.encode(source), torch.tensor([len(ids)]), v)


def padded_loss(model: Model, question: Question, v: "torch.Tensor", first: float) -> tuple[float, float]:
    values = [int(value) for value in question.script]
    walked = list(steps(values))
    word = column([BOS, *(PAD if value < 0 else value for value in values[:-1])])
    expects, least, cursor = (column([int(step[i]) for step in walked]) for i in range(3))
    x, pointers, _ = model.decode(padded_memory(model, question, v), word, cursor, expects)
    pointers, words = model.allowed(pointers, least, expects), model.words(x, model.decoder.say)
    total = weights = 0.0
    for at, (_, _, _, value) in enumerate(walked):
        logits, target = (words, value) if value >= 0 else (pointers, -1 - value)
        weight = first if at == 0 else 1.0
        total += weight * float(-logits[0, at].log_softmax(-1)[target])
        weights += weight
    return total, weights


@torch.no_grad()
def test_packed_is_padded(model: Model, step: tuple[Windows, list[Question]]) -> None:
    batch = make_batch(*step, model.config)
    v = edit_vectors(model, batch)
    config = TrainConfig()
    each = [padded_loss(model, q, v[n : n + 1], config.first_pointer) for n, q in enumerate(step[1])]
    expected = sum(total for total, _ in each) / sum(weight for _, weight in each)
    assert float(edit_step(model, batch, config, 0.0).losses["script"]) == pytest.approx(expected, rel=1e-4)


@torch.no_grad()
def test_packed_windows_are_padded_windows(model: Model, step: tuple[Windows, list[Question]]) -> None:
    windows = step[0]
    e = edits(model, make_batch(*step, model.config).windows)
    for number, fields in enumerate(zip(windows.ids, windows.tags, windows.opposite, windows.opposite_tags, strict=True)):
        alone = model.edits(*map(column, fields))[0]
        assert torch.allclose(e[number], alone, atol=1e-5)


def test_filled_up_rows_have_no_gradient(model: Model, step: tuple[Windows, list[Question]]) -> None:
    """Analytic against numeric, along the gradient, for parameters on either side of a regrouping."""
    batch = make_batch(*step, model.config)
    named = dict(model.named_parameters())

    def loss() -> "torch.Tensor":
        losses = edit_step(model, batch, TrainConfig(), 0.0).losses
        return losses["script"] + losses["tags"] + losses["edit"]

    for name in ("encoder.mix.weight", "edit_encoder.content.weight", "fuse.stack.blocks.1.attention.qkv.weight", "decoder.pointer_key.weight"):
        model.zero_grad()
        loss().backward()
        gradient = named[name].grad.clone()
        move = 1e-2 * gradient / gradient.norm()
        with torch.no_grad():
            named[name].add_(move)
            above = loss()
            named[name].sub_(2 * move)
            below = loss()
            named[name].add_(move)
        assert float(above - below) / 2e-2 == pytest.approx(float(gradient.norm()), rel=0.03), name


@torch.no_grad()
def test_an_edit_and_its_opposite(model: Model, step: tuple[Windows, list[Question]]) -> None:
    windows = step[0]
    there = [column(x[0]) for x in (windows.ids, windows.tags, windows.opposite, windows.opposite_tags)]
    e, opposite = model.edits(*there), model.edits(*there[2:], *there[:2])
    assert torch.allclose(e, -opposite, atol=1e-6)
    assert float(model.edits(*there[:2], *there[:2]).abs().max()) < 1e-6
    assert float(model.soft_norm(e * 0).abs().max()) == 0.0


@torch.no_grad()
def test_greedy_writes_scripts_that_can_be_applied(model: Model, step: tuple[Windows, list[Question]]) -> None:
    question = step[1][0]
    v = torch.randn(1, model.config.vectors, model.config.vector)
    script = model.greedy(padded_memory(model, question, v), limit=40)[0]
    if script[-1] == -1 and len(script) < 40:
        check(script, len(question.source))
    else:
        assert len(script) == 40


@torch.no_grad()
def test_steps_one_by_one_are_all_steps_at_once(model: Model, step: tuple[Windows, list[Question]]) -> None:
    memory = padded_memory(model, step[1][0], torch.randn(1, model.config.vectors, model.config.vector))
    word, cursor, expects = column([BOS, PAD, PAD, 20, 5]), column([0, 2, 2, 2, 2]), column([0, 1, 2, 2, 0])
    x, pointers, _ = model.decode(memory, word, cursor, expects)
    past = None
    for at in range(5):
        one, pointer, past = model.decode(memory, *(c[:, at : at + 1] for c in (word, cursor, expects)), past)
        assert torch.allclose(one[0, 0], x[0, at], atol=1e-4)
        assert torch.allclose(pointer[0, 0], pointers[0, at], atol=1e-4)


@torch.no_grad()
def test_plain_step_counts_functions(model: Model) -> None:
    outcome = plain_step(model, plain_batch([np.full(n, 9) for n in (3, 7, 12)], model.config), 0.0)
    assert len(outcome.exact) == 3


def test_pairs_agree_with_themselves_and_opposites_do_not(model: Model, step: tuple[Windows, list[Question]]) -> None:
    windows = step[0]
    one = tuple(field[0] for field in (windows.ids, windows.tags, windows.opposite, windows.opposite_tags))
    other = tuple(field[1] for field in (windows.ids, windows.tags, windows.opposite, windows.opposite_tags))
    assert agreement(model, [one]) == 1
    assert agreement(model, [one, one]) == pytest.approx(1, abs=2e-3)
    assert agreement(model, [one, one[2:] + one[:2]]) == pytest.approx(-1, abs=2e-3)
    between = agreement(model, [one, other])
    assert agreement(model, [one, one, other]) == pytest.approx((1 + 2 * between) / 3, abs=3e-3)


@pytest.fixture(scope="module")
def with_vectors(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Episodes]:
    """Named concepts are asked by learned vectors alone here, begun as means of windows."""
    folder: Path = tmp_path_factory.mktemp("learned")
    vocabulary = toy.write(folder, rules=40)
    rules = load_rules("train", folder / "rules")
    names = tuple(name for name, kind in zip(rules.names, rules.kinds, strict=True) if kind == "named")
    torch.manual_seed(0)
    model = Model(ModelConfig(vocabulary.size, concepts=names, **CONFIG)).eval()
    learned.begin(model, rules)
    return model, Episodes(rules, vocabulary, model.config, EpisodeConfig(questions=24, learned=1.0), random.Random(0))


@torch.no_grad()
def test_a_learned_vector_begins_as_the_mean_and_is_what_is_asked(with_vectors: tuple[Model, Episodes]) -> None:
    model, episodes = with_vectors
    rules = episodes.rules
    windows, questions = episodes.step()
    asked = [(number, q) for number, q in enumerate(questions) if q.label in ("learned", "learned removed")]
    assert asked and all(q.label != "named" for q in questions)
    v = edit_vectors(model, make_batch(windows, questions, model.config))
    for number, question in asked:
        [([column_of], sign, strength)] = question.shown
        name = model.config.concepts[-1 - column_of]
        rule = rules.names.index(name)
        mean = edits_of(model, windows_of(rules, rules.pairs_of(rule))).mean(0)
        assert torch.allclose(v[number], model.soft_norm(mean) * sign * strength, atol=1e-4), name


def test_a_learned_vector_learns_from_its_own_questions_alone(with_vectors: tuple[Model, Episodes]) -> None:
    model, episodes = with_vectors
    windows, questions = episodes.step()
    asked = {-1 - q.shown[0][0][0] for q in questions if q.shown and q.shown[0][0][0] < 0}
    model.zero_grad()
    edit_step(model, make_batch(windows, questions, model.config), TrainConfig(), 0.0).losses["script"].backward()
    moved = set(torch.nonzero(model.concepts.grad.abs().amax((1, 2))).flatten().tolist())
    assert moved == asked
    model.zero_grad()
