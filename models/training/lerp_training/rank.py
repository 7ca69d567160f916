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
LEAST_GAIN = 1e-3  # of the likelihood for a request: columns that are 0 for a kind of concept made a difference of 1e-17, upwards
# features that are worked out together; see src/synthesis/ranking/features.rs
CORE = ["log_probability", "over_unchanged"]
SCRIPT = ["margin", "steps", "lowest", "places_log_probability"]
CONCEPT = ["seen", "doubtful", "agreement", "pairs", "length"]
EDIT = [f"{of}_{part}" for of in ("edit", "pair") for part in ("all", "content", "summary", "beside")]
TOKENS = [f"{how}_{side}" for how in ("common", "nearest") for side in ("before", "after")]
OWN = ["own_due", "own_lowest", "own_done", "own_unrelated"]
GROUPS = {"core": CORE, "script": SCRIPT, "concept": CONCEPT, "edit": EDIT, "tokens": TOKENS, "own": OWN}
# the first of these, and a later one where its held-out likelihood is surely higher: on few requests the more features, the worse
CHOICES = [["core", *more] for more in ([], ["script"], ["concept"], ["edit"], ["tokens"], ["own"], ["script", "edit"], ["script", "edit", "own"], list(GROUPS)[1:])]


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
    applies = np.array([row["applies"] for row in rows], bool)
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
    """Whether the held-out likelihood is higher by more than chance would have it, one standard error of the difference, and by more
    than another penalty makes of the same features."""
    gained = data.weight * (log_likelihood(p, data.right) - log_likelihood(before, data.right))
    return bool(gained.mean() > max(LEAST_GAIN, gained.std() / np.sqrt(len(gained))))


def first(rows: list[dict], p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the first candidate (0 where there is none), and whether it is right."""
    at = p.argmax(1) if p.shape[1] else np.zeros(len(rows), int)
    sure = p.max(1, initial=0.0)
    return sure, np.array([bool(row["candidates"]) and row["candidates"][i]["right"] for row, i in zip(rows, at, strict=True)], bool)


def over_unchanged(rows: list[dict]) -> np.ndarray:
    """How much likelier the likeliest candidate is than changing nothing, in log-probability; far less where there is none."""
    return np.array([max((c["over_unchanged"] for c in row["candidates"]), default=-99.0) for row in rows])


def gate(rows: list[dict], p: np.ndarray) -> tuple[float, float]:
    """(reluctance, applies_from): how much likelier than changing nothing a script, and how probably right a candidate must be for
    the concept to apply. Chosen so that right edits kept and functions left alone are most; a right edit that is lost weighs as much
    as two functions that are edited for nothing, which tests and diffs show. The lowest of equals."""
    sure, right = first(rows, p)
    over, applies = over_unchanged(rows), np.array([row["applies"] for row in rows], bool)

    def worth(reluctance: float, probability: float) -> float:
        edited = (over > reluctance) & (sure >= probability)
        return 2 * (right & applies & edited).sum() / max(1, applies.sum()) + (~applies & ~edited).sum() / max(1, (~applies).sum())

    grid = [(float(r), float(t)) for r in np.arange(-6, 6.1, 0.25) for t in (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)]
    return max(grid, key=lambda one: (round(worth(*one), 9), -one[1], -one[0]))


def edited(rows: list[dict], p: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Whether each request gives an edit, by a gate that the other folds chose."""
    sure, over, out = first(rows, p)[0], over_unchanged(rows), np.zeros(len(rows), bool)
    for fold in np.unique(folds):
        inside = folds == fold
        others = [row for row, within in zip(rows, inside, strict=True) if not within]
        reluctance, probability = gate(others, p[~inside])
        out[inside] = (over[inside] > reluctance) & (sure[inside] >= probability) & (sure[inside] > 0)
    return out


def figures(rows: list[dict], p: np.ndarray, given: np.ndarray) -> dict[str, dict]:
    """By table: right, or left alone where nothing applies, as it is and as it would be; `given` says which requests give an edit."""
    right = first(rows, p)[1]
    tables: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        tables[row["table"]].append(number)
    out = {}
    for name, numbers in tables.items():
        some = [rows[number] for number in numbers]
        out[name] = {
            "cases": len(some),
            "now": round(float(np.mean([row["top"] for row in some])), 3),
            "then": round(float(np.mean((right & given)[numbers] if some[0]["applies"] else ~given[numbers])), 3),
            "any, now": round(float(np.mean([row["any"] for row in some])), 3),
            "any, all candidates": round(float(np.mean([any(c["right"] for c in row["candidates"]) for row in some])), 3),
        }
    return out


def study(rows: list[dict]) -> list[dict]:
    """What each choice of features brings, and today's order and confidence for comparison."""
    folds = folds_of(rows)
    applies = np.array([row["applies"] for row in rows], bool)
    share = lambda these: round(float(these.mean()), 4) if these.size else None  # noqa: E731
    top = np.array([row["top"] for row in rows])
    table = [{"features": "as it is", "right": share(top[applies]), "left alone": share(top[~applies])}]
    for groups in CHOICES:
        data = requests(rows, features_of(groups))
        penalty, p = best_penalty(data, folds)
        right, given = first(rows, p)[1], edited(rows, p, folds)
        table.append(
            {
                "features": " + ".join(groups),
                "log-likelihood": round(likelihood(data, p), 4),
                "right": share(right[applies]),
                "right and given": share((right & given)[applies]),
                "left alone": share(~given[~applies]),
                "penalty": penalty,
            }
        )
    return table


def chosen(rows: list[dict], folds: np.ndarray) -> tuple[dict, np.ndarray]:
    """The regression of a kind of concept as the bundle has it, and its probabilities by cross-validation."""
    names, data, penalty, p = tried(rows, CHOICES[0], folds)
    for groups in CHOICES[1:]:
        other = tried(rows, groups, folds)
        if is_better(other[3], p, data):
            names, data, penalty, p = other
    weights = fit(data, penalty)
    reluctance, probability = gate(rows, p)
    regression = {
        "bias": round(float(weights[-1]), 5),
        "weights": {name: round(float(weight), 5) for name, weight in zip(names, weights[:-1], strict=True)},
        "applies_from": probability,
        "reluctance": reluctance,
        "penalty": penalty,
        "requests": len(rows),
    }
    return regression, p


def main(argv: list[str]) -> int:
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
        folds = folds_of(of_kind)
        ranking[kind], p = chosen(of_kind, folds)
        given_edits = edited(of_kind, p, folds)
        for name, one in figures(of_kind, p, given_edits).items():
            print(f"{name:75s} " + "  ".join(f"{key} {value}" for key, value in one.items()))
        print(f"{kind}: {ranking[kind]}")
        sure, right = first(of_kind, p)
        judged += [
            confidence.Row(kind, row["applies"], bool(e), bool(r), float(s))
            for row, s, r, e in zip(of_kind, sure, right, given_edits, strict=True)
        ]
        for row in confidence.reliability(row for row in judged if row.kind == kind):
            print(f"  confidence {row['confidence']}: right {row['right']} of {row['cases']}, {row['edits of others']} of others")
        if given.study:
            for one in study(of_kind):
                print("  " + "  ".join(f"{key} {value}" for key, value in one.items()), flush=True)
    fitted = [number for kind in confidence.KINDS for number in (ranking[kind]["bias"], *ranking[kind]["weights"].values())]
    if not np.isfinite(fitted).all():
        print(f"{given.features} has too few candidates to fit a ranking on: nothing is written; ask `field` for more --cases")
        return 1
    if given.out:
        given.out.write_text(json.dumps(ranking, indent=1) + "\n")
    if given.confidence:
        print(confidence.write(given.confidence, judged, "validation"))
    return 0
