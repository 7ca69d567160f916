"""Which candidate comes first, and how sure lerp is of it: fitted on what `field --features` wrote, which is of validation packages.

    python -m lerp_training field --split validation --search-ms 0 --cases 40 --features data/features.jsonl
    python -m lerp_training rank data/features.jsonl --out ../base/ranking.json --confidence ../base/confidence.json

Built-in and taught concepts each have a regression (see regression.py), in which functions to which the concept applies weigh as
much as those to which it does not. What is reported comes from cross-validation over packages: each request is judged by what the
others taught. The thresholds of the confidence are chosen on the same figures.
"""

import argparse
import json
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from lerp_training import confidence
from lerp_training.regression import NONE, Requests, fit, held_out, log_likelihood

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
# features that are worked out together; see src/synthesis/ranking/features.rs
SCRIPT = ["log_probability", "margin", "over_unchanged", "steps", "lowest", "places_log_probability"]
CONCEPT = ["seen", "doubtful", "agreement", "pairs", "length"]
EDIT = [f"{of}_{part}" for of in ("edit", "pair") for part in ("all", "content", "summary", "beside")]
TOKENS = [f"{how}_{side}" for how in ("common", "nearest") for side in ("before", "after")]
GROUPS = {"script": SCRIPT, "concept": CONCEPT, "edit": EDIT, "tokens": TOKENS}
# the first of these, and a later one where its held-out likelihood is surely higher: on few requests the more features, the worse
CHOICES = [["script"], ["script", "concept"], ["script", "edit"], ["script", "concept", "tokens"], ["script", "concept", "edit"], list(GROUPS)]


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def requests(rows: list[dict], names: list[str]) -> Requests:
    """Both kinds of functions, where the concept applies and where not, weigh the same in all."""
    most = max((len(row["candidates"]) for row in rows), default=0)
    x = np.zeros((len(rows), most, len(names)))
    there = np.zeros((len(rows), most), bool)
    right = np.full(len(rows), NONE)
    for number, row in enumerate(rows):
        for at, candidate in enumerate(row["candidates"]):
            there[number, at] = True
            x[number, at] = [candidate[name] for name in names]
        hits = [at for at, candidate in enumerate(row["candidates"]) if candidate["right"]]
        right[number] = hits[0] if hits else NONE
    applies = np.array([row["applies"] for row in rows])
    weight = np.where(applies, 0.5 / max(1, applies.sum()), 0.5 / max(1, (~applies).sum())) * len(rows)
    return Requests(x, there, right, weight)


def folds_of(rows: list[dict]) -> np.ndarray:
    """By package; functions that nothing is known of by what they were asked for."""
    known = {name: number for number, name in enumerate(sorted({row["package"] for row in rows if row["package"]}))}
    return np.array([known.get(row["package"], zlib.crc32(row["row"].encode()) % max(1, len(known))) for row in rows])


def features_of(groups: list[str]) -> list[str]:
    return [name for group in groups for name in GROUPS[group]]


def likelihood(data: Requests, p: np.ndarray) -> float:
    return float(np.average(log_likelihood(p, data.right), weights=data.weight))


def best_penalty(data: Requests, folds: np.ndarray) -> tuple[float, np.ndarray]:
    each = [(penalty, held_out(data, folds, penalty)) for penalty in PENALTIES]
    return max(each, key=lambda one: likelihood(data, one[1]))


def tried(rows: list[dict], groups: list[str], folds: np.ndarray) -> tuple[list[str], Requests, float, np.ndarray]:
    names = features_of(groups)
    data = requests(rows, names)
    return names, data, *best_penalty(data, folds)


def is_better(p: np.ndarray, before: np.ndarray, data: Requests) -> bool:
    """Whether the held-out likelihood is higher by more than chance would have it: one standard error of the difference."""
    gained = data.weight * (log_likelihood(p, data.right) - log_likelihood(before, data.right))
    return bool(gained.mean() > gained.std() / np.sqrt(len(gained)))


def first(rows: list[dict], p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the first candidate (0 where there is none), and whether it is right."""
    at = p.argmax(1) if p.shape[1] else np.zeros(len(rows), int)
    sure = p.max(1, initial=0.0)
    return sure, np.array([bool(row["candidates"]) and row["candidates"][i]["right"] for row, i in zip(rows, at, strict=True)])


def applies_from(rows: list[dict], p: np.ndarray) -> float:
    """From which probability on a concept applies: where right edits kept and functions left alone are most, a right edit that is
    lost being as bad as two functions edited for nothing (tests and diffs show those)."""
    sure, right = first(rows, p)
    applies = np.array([row["applies"] for row in rows])
    worth = lambda t: 2 * (right & applies & (sure >= t)).sum() / max(1, applies.sum()) + (~applies & (sure < t)).sum() / max(1, (~applies).sum())  # noqa: E731
    return max((hundredth / 100 for hundredth in range(0, 60)), key=worth)


def figures(rows: list[dict], p: np.ndarray, threshold: float) -> dict[str, dict]:
    """By table: first candidate right, any of them, left alone; and the same as it is now."""
    sure, right = first(rows, p)
    tables: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        tables[row["table"]].append(number)
    out = {}
    for name, numbers in tables.items():
        some = [rows[number] for number in numbers]
        edited = sure[numbers] >= max(threshold, 1e-9)
        out[name] = {
            "cases": len(some),
            "now": round(float(np.mean([row["top"] for row in some])), 3),
            "then": round(float(np.mean(right[numbers] & edited if some[0]["applies"] else ~edited)), 3),
            "any, now": round(float(np.mean([row["any"] for row in some])), 3),
            "any, all candidates": round(float(np.mean([any(c["right"] for c in row["candidates"]) for row in some])), 3),
        }
    return out


def study(rows: list[dict]) -> list[dict]:
    """What each choice of features brings, and today's order and confidence for comparison."""
    folds = folds_of(rows)
    applies = np.array([row["applies"] for row in rows])
    share = lambda these: round(float(these.mean()), 4) if these.size else None  # noqa: E731
    top = np.array([row["top"] for row in rows])
    table = [{"features": "as it is", "right": share(top[applies]), "left alone": share(top[~applies])}]
    for groups in CHOICES:
        data = requests(rows, features_of(groups))
        penalty, p = best_penalty(data, folds)
        sure, right = first(rows, p)
        threshold = applies_from(rows, p)
        table.append(
            {
                "features": " + ".join(groups),
                "log-likelihood": round(likelihood(data, p), 4),
                "right": share(right[applies]),
                "right where it is applied": share((right & (sure >= threshold))[applies]),
                "left alone": share((sure < threshold)[~applies]),
                "penalty": penalty,
            }
        )
    return table


def reluctance(rows: list[dict], p: np.ndarray, threshold: float) -> float:
    """How much likelier the likeliest script is than changing nothing where a right edit is found: all but the last 1 in 200, with
    room for those that were not among the requests. What is looked at for nothing costs some passes of the filters."""
    sure, right = first(rows, p)
    found = [max(c["over_unchanged"] for c in row["candidates"]) for row, s, r in zip(rows, sure, right, strict=True) if r and s >= threshold]
    return min(-2.0, float(np.quantile(found, 0.005)) - 3.0) if found else -20.0


def chosen(rows: list[dict]) -> tuple[dict, np.ndarray]:
    """The regression of a kind of concept as the bundle has it, and its probabilities by cross-validation."""
    folds = folds_of(rows)
    names, data, penalty, p = tried(rows, CHOICES[0], folds)
    for groups in CHOICES[1:]:
        other = tried(rows, groups, folds)
        if is_better(other[3], p, data):
            names, data, penalty, p = other
    weights = fit(data, penalty)
    threshold = applies_from(rows, p)
    regression = {
        "bias": round(float(weights[-1]), 5),
        "weights": {name: round(float(weight), 5) for name, weight in zip(names, weights[:-1], strict=True)},
        "applies_from": threshold,
        "reluctance": round(reluctance(rows, p, threshold), 2),
        "penalty": penalty,
        "requests": len(rows),
    }
    return regression, p


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training rank", description=__doc__.splitlines()[0])
    parser.add_argument("features", type=Path, help="what `field --split validation --features` wrote")
    parser.add_argument("--out", type=Path, help="where to write the ranking")
    parser.add_argument("--confidence", type=Path, help="where to write the thresholds")
    parser.add_argument("--study", action="store_true", help="say what each choice of features brings")
    given = parser.parse_args(argv)
    rows = read(given.features)
    ranking: dict = {"split": "validation"}
    judged: list[confidence.Row] = []
    for kind in confidence.KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        ranking[kind], p = chosen(of_kind)
        threshold = ranking[kind]["applies_from"]
        for name, one in figures(of_kind, p, threshold).items():
            print(f"{name:75s} " + "  ".join(f"{key} {value}" for key, value in one.items()))
        about = {key: value for key, value in ranking[kind].items() if key != "weights"}
        print(f"{kind}: {about}")
        sure, right = first(of_kind, p)
        judged += [
            confidence.Row(kind, row["applies"], bool(s >= threshold and s > 0), bool(r), float(s))
            for row, s, r in zip(of_kind, sure, right, strict=True)
        ]
        for row in confidence.reliability(row for row in judged if row.kind == kind):
            print(f"  confidence {row['confidence']}: right {row['right']} of {row['cases']}, {row['edits of others']} of others")
        if given.study:
            for one in study(of_kind):
                print("  " + "  ".join(f"{key} {value}" for key, value in one.items()), flush=True)
    if given.out:
        given.out.write_text(json.dumps(ranking, indent=1) + "\n")
    if given.confidence:
        print(confidence.write(given.confidence, judged, "validation"))
