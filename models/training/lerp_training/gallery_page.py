"""docs/gallery.md as text: what was taught, what was asked, and what came of it."""

import difflib
from collections import Counter

from lerp_training.gallery import Concept, Function, edited, place, plain

STRENGTHS = (0.25, 0.5, 0.75, 1.0)


def diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    return "\n".join(["```diff", *(line for line in list(lines)[2:] if not line.startswith("@@")), "```"])


def judged(answer: dict, one: Function, concept: Concept) -> tuple[str, str]:
    """In a word, and in a sentence."""
    wanted, after = one.wanted(concept), edited(answer, one)
    sure, threshold = answer.get("confidence") or 0.0, answer.get("threshold") or 0.0
    hidden = after is not None and sure < threshold
    shown = f"confidence {sure:.2f}" + (f", hidden by default (below {threshold:.2f})" if hidden else "")
    if answer["error"]:
        return "refused", answer["error"]
    if after is None:
        return ("left alone rightly", "left alone, rightly") if wanted is None else ("left alone wrongly", "left alone, although it applies")
    if wanted is None:
        return "edited wrongly" + hidden * ", hidden", f"edited, although nothing applies; {shown}"
    right = plain(after) == plain(wanted)
    return ("edited rightly" if right else "edited wrongly") + hidden * ", hidden", f"edited {'as wanted' if right else '**otherwise than wanted**'}; {shown}"


COLUMNS = ("edited rightly", "edited rightly, hidden", "edited wrongly", "edited wrongly, hidden", "left alone wrongly", "left alone rightly", "refused")


def page(parts: list[tuple[Concept, dict, list[Function], list[tuple[Function, dict]]]], dial: tuple[Concept, Function, list[dict]] | None) -> str:
    lines = [
        "# Gallery: ten taught concepts",
        "",
        "Made by `make gallery` from the shipped model; nothing here is picked or corrected by hand (`models/training/lerp_training/gallery.py` says how",
        "functions are chosen). The functions are those of packages that the model was never trained on. *Hidden*: the model is less sure than the default asks",
        "for, so `lerp refactor` shows the edit only with `--all`, or when tests vouch for it.",
        "",
        "| concept | pairs | pairs reproduced by the others | " + " | ".join(COLUMNS) + " |",
        "|---" * (3 + len(COLUMNS)) + "|",
    ]
    total: Counter = Counter()
    for concept, report, _, asked in parts:
        counts = Counter(judged(answer, one, concept)[0] for one, answer in asked)
        total += counts
        again = f"{report['reproduced']} of {report['pairs']}" + ("" if report["left_out"] else " (itself)")
        lines.append(f"| [{concept.name}](#{concept.name}) | {concept.pairs} | {again} | " + " | ".join(str(counts[column] or "") for column in COLUMNS) + " |")
    lines += ["| all | | | " + " | ".join(str(total[column]) for column in COLUMNS) + " |", ""]
    lines += picture(*dial) if dial else []
    for concept, report, shown, asked in parts:
        lines += [f"## {concept.name}", "", f"{concept.what}. Agreement of the pairs {report['agreement']:.2f}; strength: {report['strength']}.", "", "Taught with:", ""]
        for one in shown:
            lines += [f"`{place(one)}`", "", diff(one.text, one.wanted(concept) or ""), ""]
        for one, answer in asked:
            _, sentence = judged(answer, one, concept)
            lines += [f"**`{place(one)}`**: {sentence}", ""]
            if after := edited(answer, one):
                lines += [diff(one.text, after), ""]
    return "\n".join(lines).rstrip() + "\n"


def picture(concept: Concept, one: Function, answers: list[dict]) -> list[str]:
    """Which lines of a function change at which strength."""
    before = one.text.splitlines()
    changed = []
    for answer in answers:
        after = (edited(answer, one) or one.text).splitlines()
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        changed.append({line for kind, start, end, _, _ in blocks if kind != "equal" for line in range(start, max(end, start + 1))})
    width = max(len(line) for line in before) + 2
    rows = ["".ljust(width) + "".join(f"{strength:>6g}" for strength in STRENGTHS)]
    rows += [line.ljust(width) + "".join(f"{'●' if number in lines else '':>6}" for lines in changed) for number, line in enumerate(before)]
    places = answers[-1]["candidates"][0]["places"] if answers[-1]["candidates"] else 0
    said = f"`{concept.name}` on `{place(one)}`, which the model edits at {places} places; a dot is a line that changes:"
    return ["## Strength", "", said, "", "```", *(row.rstrip() for row in rows), "```", ""]
