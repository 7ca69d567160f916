"""Settings from the command line, and the table of runs that differ in one."""

import doctest
import json
from pathlib import Path

import pytest

from lerp_training import ablate, overrides
from lerp_training import config as settings
from lerp_training.config import EpisodeConfig, ModelConfig, TrainConfig
from lerp_training.overrides import Unknown, overridden

PARTS = {"model": ModelConfig(100), "episodes": EpisodeConfig(), "train": TrainConfig()}


def test_doctests() -> None:
    failed, tried = doctest.testmod(overrides)
    assert tried
    assert not failed


def test_the_defaults_stay() -> None:
    overridden(PARTS, ["episodes.kinds.mined=0", "model.width=64"])
    assert PARTS["episodes"].kinds["mined"] > 0
    assert PARTS["model"].width == ModelConfig(100).width


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("episodes.kinds.mined", "not of the form"),
        ("episode.no_op=0", "not of the form"),
        ("episodes.noop=0", "there is no 'noop'; there is kinds"),
        ("episodes.kinds.mind=0", "there is no 'mind'; there is named"),
        ("episodes.no_op.x=0", "there is no 'x'; there is a plain value"),
        ("episodes.no_op=some", "no JSON value"),
        ('episodes.no_op="0"', "of another kind"),
        ("episodes.questions=1.5", "of another kind"),
        ("episodes.shown=1", "of another kind"),
    ],
)
def test_a_setting_that_is_not_there_is_an_error(setting: str, problem: str) -> None:
    with pytest.raises(Unknown, match=problem):
        overridden(PARTS, [setting])


@pytest.mark.parametrize("name", ablate.VARIANTS)
def test_every_variant_can_be_set(name: str) -> None:
    assert (overridden(PARTS, ablate.VARIANTS[name]) == PARTS) is (name == "everything")


def test_a_variant_is_trained_and_evaluated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[list[str]] = []

    def lerp_training(*arguments: object) -> None:
        ran.append([str(argument) for argument in arguments])
        if arguments[0] == "evaluate":
            out = Path(ran[-1][-1])
            out.parent.mkdir(parents=True)
            out.write_text(json.dumps({"figures": {"named, 3 pairs": {"exact": 0.5, "cases": 8}}}))

    monkeypatch.setattr(ablate, "lerp_training", lerp_training)
    monkeypatch.setattr(settings, "RUNS", tmp_path)
    for _ in range(2):
        assert ablate.main(["--questions", "1000", "--only", "no mined edits", "--only", "everything"]) == 0
    assert [arguments[0] for arguments in ran] == ["train", "evaluate"] * 2
    assert "--set episodes.kinds.mined=0" in " ".join(ran[0])
    assert "--set" not in ran[2]
    assert "| no mined edits | 50 % of 8 |" in capsys.readouterr().out


def test_figures_that_one_run_lacks_are_left_out() -> None:
    one = {"exact": 0.25, "cases": 4}
    rows = ablate.table({"a": {"named, 3 pairs": one, "does not apply: named": one}, "b": {"named, 3 pairs": {"cases": 0}}})
    assert rows[0] == "| | named, 3 pairs |"
    assert rows[2:] == ["| a | 25 % of 4 |", "| b | – |"]
