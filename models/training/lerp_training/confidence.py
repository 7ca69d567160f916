"""Confidence against what came of it: reliability, false positives, and from which confidence on an edit is shown by default.

A function to which the concept does not apply counts: an edit of it that is shown is wrong. How many such functions a user has
nobody knows; here they weigh as much as those to which it does apply.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.01)
PRECISION = 0.95
FEWEST = 15  # shown edits that a threshold is judged by
KINDS = ("built-in", "taught")


@dataclass(frozen=True)
class Row:
    kind: str  # of KINDS
    applies: bool
    edited: bool  # there is a candidate
    right: bool
    confidence: float


def reliability(rows: Iterable[Row]) -> list[dict]:
    """How often the first candidate is right, by the confidence that is shown with it; where nothing applies none is."""
    rows = [row for row in rows if row.edited]
    table = []
    for low, high in zip(EDGES, EDGES[1:], strict=False):
        inside = [row for row in rows if low <= row.confidence < high]
        asked = [row for row in inside if row.applies]
        share = round(sum(row.right for row in asked) / len(asked), 3) if asked else None
        table.append({"confidence": f"{low:g} to {min(high, 1):g}", "right": share, "cases": len(asked), "edits of others": len(inside) - len(asked)})
    return table


def precision(rows: list[Row], threshold: float) -> tuple[float | None, int]:
    """Share of the edits shown from a threshold on that are right, both kinds of functions weighing the same; how many there are."""
    shown = [row for row in rows if row.edited and row.confidence >= threshold]
    asked = {applies: sum(row.applies is applies for row in rows) for applies in (True, False)}
    weight = {applies: 1 / count if count else 0.0 for applies, count in asked.items()}
    total = sum(weight[row.applies] for row in shown)
    right = sum(weight[row.applies] for row in shown if row.right)
    return (right / total if total else None), len(shown)


def choose(rows: Iterable[Row]) -> dict:
    """The lowest threshold from which on the precision is high enough, and stays so."""
    rows = list(rows)
    best = 1.0
    for hundredth in range(99, -1, -1):
        share, shown = precision(rows, hundredth / 100)
        if shown < FEWEST:
            continue
        if share is None or share < PRECISION:
            break
        best = hundredth / 100
    share, shown = precision(rows, best)
    return {"threshold": best, "precision": None if share is None else round(share, 3), "shown": shown, "cases": len(rows)}


def write(path: Path, rows: list[Row], split: str) -> dict:
    """The file of the bundle that lerp reads its defaults from."""
    whole = {"precision": PRECISION, "split": split} | {kind: choose(row for row in rows if row.kind == kind) for kind in KINDS}
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return whole
