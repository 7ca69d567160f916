"""Failures beside successes: of the concepts that go wrong most often, one wrong answer each."""

import difflib
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

WORST = 10
LEAST_CASES = 3
LONGEST = 30  # lines of a function that is shown, where there is a shorter one that is wrong too


class Answer(NamedTuple):
    concept: str
    remove: bool
    source: str
    wanted: str
    given: str | None  # the first candidate; None where there was none
    right: bool


def typical(answers: Iterable[Answer]) -> dict[str, dict]:
    """For each concept one wrong answer of the kind that is most frequent there, another edit or none: of those the shortest
    function, the first of equals."""
    wrong: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if not answer.right:
            wrong[answer.concept].append(answer)
    out = {}
    for concept, of in sorted(wrong.items()):
        edited = sum(answer.given is not None for answer in of)
        kind = [answer for answer in of if (answer.given is not None) == (2 * edited >= len(of))]
        one = min(kind, key=lambda answer: len(answer.source))
        how = {"wrong": len(of), "of them no edit": len(of) - edited, "remove": one.remove}
        out[concept] = how | {"source": one.source, "wanted": one.wanted, "given": one.given}
    return out


def worst(concepts: dict[str, dict]) -> list[str]:
    """The concepts that are added rightly most seldom, the worst first."""
    measured = [(c["add"], name) for name, c in concepts.items() if c.get("add") is not None and c.get("add_cases", 0) >= LEAST_CASES]
    return [name for _, name in sorted(measured)[:WORST]]


def card(measured: dict) -> list[str]:
    """What the model card says: wanted and given as a diff."""
    shown = [name for name in worst(measured.get("concepts", {})) if name in measured.get("typical_failures", {})]
    if not shown:
        return []
    parts = ["What goes wrong: of the concepts that are added rightly most seldom, the shortest function that came out wrong, from what is right (-) to what was given (+).", ""]
    for name in shown:
        failure = measured["typical_failures"][name]
        parts += [f"**{name}**, {'removed' if failure['remove'] else 'added'}; {failure['wrong']} wrong, {failure['of them no edit']} of them without an edit", ""]
        if failure["given"] is None:
            parts += ["Came back without an edit:", ""]
            lines = failure["source"].rstrip("\n").split("\n")
        else:
            lines = difflib.unified_diff(failure["wanted"].split("\n"), failure["given"].split("\n"), n=2, lineterm="")
            lines = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        kept = lines[:LONGEST] + ["…"] * (len(lines) > LONGEST)
        parts += ["```diff" if failure["given"] is not None else "```python", *kept, "```", ""]
    return parts
