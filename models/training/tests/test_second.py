import pytest

torch = pytest.importorskip("torch")

from lerp_training.second import VERSION, Shared  # noqa: E402


def model(*weights: float) -> "torch.nn.Module":
    layer = torch.nn.Linear(2, 1, bias=True)
    with torch.no_grad():
        for p, value in zip(layer.parameters(), weights, strict=True):
            p.fill_(value)
    return layer


def with_gradient(value: float | None) -> "torch.nn.Module":
    layer = model(0.0, 0.0)
    for p in layer.parameters():
        p.grad = None if value is None else torch.full_like(p, value)
    return layer


def test_weights_go_over() -> None:
    first, second = model(1.0, 2.0), model(0.0, 0.0)
    shared = Shared.of(first)
    shared.put_weights(model(3.0, 4.0))
    assert shared.take_weights(second) == 1
    assert [p.flatten()[0].item() for p in second.parameters()] == [3.0, 4.0]


@pytest.mark.parametrize(("own", "other", "mean"), [(1.0, 3.0, 2.0), (None, 3.0, 1.5), (1.0, None, 0.5)])
def test_the_step_takes_the_mean(own: float | None, other: float | None, mean: float) -> None:
    first = with_gradient(own)
    shared = Shared.of(first)
    shared.put_gradient(with_gradient(other), 0, 48)
    assert shared.add_gradient(first, oldest=2) == 48
    assert [p.grad.flatten()[0].item() for p in first.parameters()] == [mean, mean]
    assert shared.add_gradient(first, oldest=2) == 0, "it is taken once"


@pytest.mark.parametrize("version", [3, 4])
def test_an_old_gradient_is_thrown_away(version: int) -> None:
    first = with_gradient(1.0)
    shared = Shared.of(first)
    shared.put_gradient(with_gradient(3.0), 0, 48)
    shared.numbers[VERSION] = version
    assert shared.add_gradient(first, oldest=2) == 0
    assert next(first.parameters()).grad[0, 0] == 1.0
    shared.put_gradient(with_gradient(3.0), version, 48)
    assert shared.add_gradient(first, oldest=2) == 48, "the next one is waited for"


def test_a_gradient_that_is_no_number_is_thrown_away() -> None:
    first = with_gradient(1.0)
    shared = Shared.of(first)
    shared.put_gradient(with_gradient(float("nan")), 0, 48)
    assert shared.add_gradient(first, oldest=2) == 0
    assert next(first.parameters()).grad[0, 0] == 1.0
