import json
from pathlib import Path

import numpy as np

from lerp_training import rank
from lerp_training.regression import NONE, Requests, fit, held_out, log_likelihood, probabilities


def drawn(count: int, seed: int = 0, wanted: tuple[float, ...] = (2.0, -1.0, -0.5)) -> Requests:
    """Requests whose right answers are drawn as the regression with these weights says."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4, 2))
    there = rng.random((count, 4)) < 0.8
    p = probabilities(x, there, np.array(wanted))
    sums = np.concatenate([p, 1 - p.sum(1, keepdims=True)], 1).cumsum(1)
    right = (rng.random((count, 1)) > sums).sum(1)
    return Requests(x, there, np.where(right >= 4, NONE, right), np.ones(count))


def test_candidates_share_one_probability_with_none_of_them() -> None:
    x, there = np.array([[[1.0], [2.0], [9.0]]]), np.array([[True, True, False]])
    p = probabilities(x, there, np.array([1.0, -1.0]))
    assert np.allclose(p, [[1 / (2 + np.e), np.e / (2 + np.e), 0]])
    assert np.allclose(log_likelihood(p, np.array([1])), np.log(np.e / (2 + np.e)))
    assert np.allclose(log_likelihood(p, np.array([NONE])), np.log(1 / (2 + np.e)))
    assert probabilities(np.zeros((2, 0, 1)), np.zeros((2, 0), bool), np.zeros(2)).shape == (2, 0)


def test_the_weights_that_drew_the_answers_are_found() -> None:
    data = drawn(4000)
    assert np.allclose(fit(data, 0.1), [2.0, -1.0, -0.5], atol=0.15)
    assert not np.isnan(fit(data.columns([]), 1.0)).any(), "the bias alone"


def test_what_never_changes_and_what_is_there_twice_do_no_harm() -> None:
    data = drawn(500)
    wide = Requests(np.concatenate([data.x, data.x[:, :, :1], np.full((500, 4, 1), 7.0)], 2), data.there, data.right, data.weight)
    weights = fit(wide, 1.0)
    assert np.isfinite(weights).all() and weights[3] == 0 and abs(weights[0] - weights[2]) < 1e-3


def test_a_request_is_judged_by_the_others() -> None:
    data = drawn(600)
    folds = np.arange(600) % 3
    before = held_out(data, folds, 1.0)
    turned = np.where(folds == 0, NONE, data.right)
    after = held_out(Requests(data.x, data.there, turned, data.weight), folds, 1.0)
    assert np.allclose(before[folds == 0], after[folds == 0]) and not np.allclose(before[folds == 1], after[folds == 1])


NAMES = [name for group in rank.GROUPS.values() for name in group]


def row(kind: str, applies: bool, candidates: list[tuple[bool, float]], package: str = "") -> dict:
    """Candidates: right or not, and the value of all features."""
    described = [{"right": right} | dict.fromkeys(NAMES, value) for right, value in candidates]
    now = {"top": bool(candidates and candidates[0][0]), "any": any(right for right, _ in candidates), "unchanged": False, "confidence": 0.5}
    return {"kind": kind, "table": f"{kind} {applies}", "row": package or "rule", "package": package, "applies": applies} | now | {"candidates": described}


def test_both_kinds_of_functions_weigh_the_same() -> None:
    rows = [row("taught", True, [(False, 0.0), (True, 1.0)])] + [row("taught", False, [(False, 1.0)])] * 3 + [row("taught", False, [])]
    data = rank.requests(rows, ["seen"])
    assert data.right.tolist() == [1, NONE, NONE, NONE, NONE]
    assert data.there.sum(1).tolist() == [2, 1, 1, 1, 0]
    assert np.allclose(data.weight, [2.5, 0.625, 0.625, 0.625, 0.625])


def test_what_is_better_by_less_than_anybody_sees_is_not_taken() -> None:
    data = drawn(300)
    p = held_out(data, np.arange(300) % 3, 1.0)
    sure = np.where(data.right[:, None] == np.arange(4), 0.999, 0.0)
    assert rank.is_better(sure, np.full_like(p, 0.1), data)
    hardly = np.where(data.right[:, None] == np.arange(4), 0.1 + 1e-12, 0.1)
    assert not rank.is_better(p, p, data) and not rank.is_better(hardly, np.full_like(p, 0.1), data)


def test_packages_are_folds() -> None:
    rows = [row("taught", True, [], name) for name in ("b", "a", "b")] + [row("taught", False, [])]
    folds = rank.folds_of(rows)
    assert folds[:3].tolist() == [1, 0, 1] and folds[3] in (0, 1)


def test_a_concept_applies_where_right_and_wrong_edits_part() -> None:
    rows = [row("taught", True, [(True, 1.0)], "abc"[n % 3]) for n in range(12)] + [row("taught", False, [(False, 0.0)]) | {"row": str(n)} for n in range(12)]
    folds = rank.folds_of(rows)
    check = lambda p: rank.figures(rows, p, rank.edited(rows, p, folds))  # noqa: E731
    # by probability: 0.6 and 0.2 where all are as likely beside changing nothing
    same = [one | {"candidates": [one["candidates"][0] | {"over_unchanged": 1.0}]} for one in rows]
    p = np.array([[0.6]] * 12 + [[0.2]] * 12)
    reluctance, probability = rank.gate(same, p)
    assert reluctance < 1.0 and 0.2 < probability <= 0.6
    # by how much likelier than changing nothing, where all are as probable
    p = np.full((24, 1), 0.5)
    assert rank.gate(rows, p) == (0.0, 0.0)
    assert check(p)["taught True"]["then"] == 1.0 and check(p)["taught False"]["then"] == 1.0


def test_the_file_has_both_kinds_and_the_right_one_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for kind in ("built-in", "taught"):
        for number in range(90):
            good, bad = 1 + rng.random(), rng.random()
            package = "abc"[number % 3]
            rows.append(row(kind, True, [(False, bad), (True, good)], package))
            rows.append(row(kind, False, [(False, bad)]) | {"row": f"rule {number}"})
    features, out, sure = tmp_path / "features.jsonl", tmp_path / "ranking.json", tmp_path / "confidence.json"
    features.write_text("".join(json.dumps(one) + "\n" for one in rows))
    rank.main([str(features), "--out", str(out), "--confidence", str(sure)])
    ranking = json.loads(out.read_text())
    for kind in ("built-in", "taught"):
        names = NAMES
        assert set(ranking[kind]["weights"]) <= set(names) and 0 <= ranking[kind]["applies_from"] <= 1
        weights = np.array([ranking[kind]["weights"].get(name, 0.0) for name in names] + [ranking[kind]["bias"]])
        data = rank.requests([one for one in rows if one["kind"] == kind], names)
        p = probabilities(data.x, data.there, weights)
        asked = data.right != NONE
        assert (p[asked].argmax(1) == 1).all()
    assert json.loads(sure.read_text())["taught"]["threshold"] < 1
