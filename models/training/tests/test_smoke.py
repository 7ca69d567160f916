"""The commands fit together: each on what the ones before it wrote. What is not installed here is skipped."""

import json
from pathlib import Path

import pytest

from lerp_training import __main__, packages, smoke
from lerp_training import config as settings

LEFT_OUT = {"parity", "ablate"}  # one exports once more, one trains once more: a minute each, and what they are made of has tests


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain sets them; they are set back."""
    for module, name in ((settings, "DATA"), (settings, "RUNS"), (packages, "PACKAGES")):
        monkeypatch.setattr(module, name, getattr(module, name))


def test_the_chain_runs_from_end_to_end(tmp_path: Path) -> None:
    wanted = [name for name in smoke.STEPS if name not in LEFT_OUT]
    took = smoke.smoke(tmp_path, wanted)
    assert {name for name, seconds in took.items() if seconds is None} == {name for name in wanted if smoke.missing(name)}
    for kind in smoke.KINDS:
        lines = (tmp_path / "rules" / f"{kind}.jsonl").read_text().splitlines()
        assert lines, kind
    assert {json.loads(line)["split"] for line in (tmp_path / "rules" / "mined.jsonl").open()} == set(smoke.MODULES)
    if took["card"] is not None:
        assert "| named | test |" in (tmp_path / "DATA_CARD.md").read_text()
    if took["evaluate"] is not None:
        measured = json.loads((tmp_path / "base" / "evaluation.json").read_text())
        assert "write back, 65 to 128 tokens" in measured["figures"]
        assert measured["in_tokens_by_length"]
        assert measured["in_tokens_by_family"]
    if took["field"] is not None:
        measured = json.loads((tmp_path / "base" / "evaluation.json").read_text())
        assert sum(part["cases"] for part in measured["by_length"]["built-in, added"].values()) == measured["end_to_end"]["built-in, added"]["cases"]
        assert measured["typical_failures"]  # a model of some seconds
    if took["report"] is not None:
        assert "in tokens, by tokens of the function" in (tmp_path / "base" / "MODEL_CARD.md").read_text()


def test_a_step_waits_for_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    steps = {
        "last": smoke.Step(lambda _: done.append("last"), ("middle",)),
        "middle": smoke.Step(lambda _: done.append("middle"), ("first",)),
        "first": smoke.Step(lambda _: done.append("first")),
        "never": smoke.Step(lambda _: done.append("never"), ("first",), ("no-such-module",)),
        "nor this": smoke.Step(lambda _: done.append("nor this"), ("never",)),
    }
    monkeypatch.setattr(smoke, "STEPS", steps)
    took = smoke.smoke(tmp_path, list(steps))
    assert done == ["first", "middle", "last"]
    assert took["never"] is None
    assert took["nor this"] is None


def test_every_command_has_a_smoke_run() -> None:
    # the study of the search takes minutes, and ruff is downloaded; what they are made of has tests of its own
    assert set(__main__.COMMANDS) - set(smoke.STEPS) <= {"search", "smoke", "ruff"}
