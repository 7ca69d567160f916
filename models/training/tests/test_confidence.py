import json

from lerp_training import confidence
from lerp_training.confidence import Row


def rows(*shown: tuple[float, bool, bool], silent: int = 0, kind: str = "taught") -> list[Row]:
    """(confidence, applies, right); `silent` functions to which it applies come back unchanged."""
    edited = [Row(kind, applies, True, right, sure) for sure, applies, right in shown]
    return edited + [Row(kind, True, False, False, 0.9)] * silent


def test_an_edit_where_nothing_applies_is_wrong_however_sure() -> None:
    table = confidence.reliability(rows((0.97, True, True), (0.99, False, False), silent=3))
    last = table[-1]
    assert (last["right"], last["cases"], last["edits of others"]) == (1.0, 1, 1)
    assert sum(row["cases"] for row in table) == 1, "what is not edited has no confidence to be relied on"


def test_both_kinds_of_functions_weigh_the_same() -> None:
    # 1 of 2 it applies to is right, 1 of 8 others is edited: (1/2) / (1/2 + 1/8)
    some = rows((0.9, True, True), (0.9, False, False), silent=1) + [Row("taught", False, False, False, 0.9)] * 7
    share, shown = confidence.precision(some, 0.5)
    assert share == 0.8 and shown == 2
    assert confidence.precision(some, 0.95) == (None, 0)


def test_the_threshold_is_the_lowest_that_keeps_its_promise() -> None:
    right, wrong = [(0.8, True, True)] * 60, [(0.5, True, False)] * 10
    chosen = confidence.choose(rows(*right, *wrong))
    assert (chosen["threshold"], chosen["precision"], chosen["shown"], chosen["cases"]) == (0.51, 1.0, 60, 70)
    assert confidence.choose(rows(*right))["threshold"] == 0.0
    # too few to say: nothing is shown unasked but what is certain
    assert confidence.choose(rows(*right[:5]))["threshold"] == 1.0
    # wrong at the top: no threshold helps
    assert confidence.choose(rows(*[(0.99, True, False)] * 40, *right))["threshold"] == 1.0


def test_the_file_names_its_split_and_both_kinds(tmp_path) -> None:
    path = tmp_path / "confidence.json"
    confidence.write(path, rows(*[(0.8, True, True)] * 40, kind="built-in"), "validation")
    whole = json.loads(path.read_text())
    assert (whole["precision"], whole["split"]) == (0.95, "validation")
    assert whole["built-in"]["threshold"] == 0.0 and whole["taught"]["threshold"] == 1.0
