"""The model card, from what was measured and nothing else; and each concept's accuracy beside its windows.

    python -m lerp_training report [--base ../base]
"""

import argparse
import json
from pathlib import Path

from lerp_training import config as settings
from lerp_training import failures, groups, ruff_comparison
from lerp_training.wheel import CONFIDENCE, RANKING, entry, link_for_the_wheel

HEAD = """# lerp base {version}

A Transformer that edits Python functions: local latents, edit vectors, and a decoder that writes edit scripts. {parameters:.1f}M parameters,
{size:.1f} MB in int8. Trained from nothing on Python source of permissively licensed packages and of the standard library
(`models/training/corpus.toml`); no weights and no data sets of others. How: `models/training/README.md`.

**Use.** By `lerp`, which merges scripts into the text, filters and tests them. Not a general code model: functions of up to {longest} tokens, edits of
the kinds below and edits like the examples that it is shown.

**Measured** on packages that it was never trained on ({packages}). *Exact* means: the whole function is the
reference, token for token. Several answers may be right where the reference has one (type hints), so the figures are a lower bound there.
"""


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def end_to_end(figures: dict[str, dict]) -> list[str]:
    head = ["as a user gets it (`lerp batch`)", "first candidate", "any of 8", "mean over rows", "edited", "edit shown by default", "cases", "rows"]
    rows = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, f in figures.items():
        shares = [percent(f.get(key)) for key in ("top_1", "any_of_8", "mean_over_rows", "edited", "shown_by_default")]
        cells = [name, *shares, str(f["cases"]), str(f["rows"])]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def in_tokens(figures: dict[str, dict]) -> list[str]:
    rows = ["| in tokens, greedily, without filters | exact | cases |", "|---|---|---|"]
    return rows + [f"| {name} | {percent(f.get('exact'))} | {f['cases']} |" for name, f in figures.items()]


def by_concept(concepts: dict[str, dict]) -> list[str]:
    rows = ["| concept | added | cases | removed | cases |", "|---|---|---|---|---|"]
    for name, c in sorted(concepts.items()):
        cells = [name, percent(c.get("add")), str(c.get("add_cases", 0)), percent(c.get("remove")), str(c.get("remove_cases", 0))]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def reliability(tables: dict[str, list[dict]]) -> list[str]:
    """Built-in and taught side by side."""
    kinds = list(tables)
    rows = ["| confidence shown | " + " | ".join(f"{kind}: first candidate exact | cases | edits where nothing applies" for kind in kinds) + " |"]
    rows.append("|---" * (1 + 3 * len(kinds)) + "|")
    for parts in zip(*tables.values(), strict=True):
        cells = [f"{percent(part['right'])} | {part['cases']} | {part.get('edits of others', '–')}" for part in parts]
        rows.append(f"| {parts[0]['confidence']} | " + " | ".join(cells) + " |")
    return rows


def thresholds(chosen: dict) -> list[str]:
    """From which confidence on an edit is shown, and how often that was right where it was chosen."""
    rows = [f"An edit that no test reaches is shown from these on, chosen for {percent(chosen['precision'])} on {chosen['split']} packages:", ""]
    rows += ["| | threshold | right of what is shown | shown | cases |", "|---|---|---|---|---|"]
    for kind in ("built-in", "taught"):
        one = chosen[kind]
        rows.append(f"| {kind} | {one['threshold']} | {percent(one['precision'])} | {one['shown']} | {one['cases']} |")
    return rows


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training report")
    parser.add_argument("--base", type=Path, default=settings.PACKAGE.parents[1] / "base")
    given = parser.parse_args(argv)
    measured = json.loads((given.base / "evaluation.json").read_text())
    manifest = json.loads((given.base / "manifest.json").read_text())
    size = sum(entry["size"] for entry in manifest["files"].values()) / 1e6
    about = {"version": manifest["version"], "size": size, "longest": 320} | measured["about"]
    parts = [HEAD.format(**about).rstrip(), ""]
    parts += [*end_to_end(measured["end_to_end"]), ""]
    if "figures" in measured:
        parts += [*in_tokens(measured["figures"]), ""]
    parts += groups.card(measured)
    parts += ruff_comparison.card(measured.get("ruff"))
    sure = measured["reliability"]
    parts += ["How sure it is, and how often it is right:", "", *reliability(sure if isinstance(sure, dict) else {"all": sure}), ""]
    if (given.base / CONFIDENCE).is_file():
        parts += [*thresholds(json.loads((given.base / CONFIDENCE).read_text())), ""]
    parts += ["Each named concept:", "", *by_concept(measured["concepts"]), ""]
    parts += failures.card(measured)
    (given.base / "MODEL_CARD.md").write_text("\n".join(parts))

    concepts = json.loads((given.base / "concepts.json").read_text())
    for concept in concepts:
        row = measured["concepts"].get(concept["name"], {})
        concept["accuracy"], concept["removal_accuracy"] = row.get("add"), row.get("remove")
    (given.base / "concepts.json").write_text(json.dumps(concepts, separators=(",", ":")) + "\n")
    for name in ("concepts.json", CONFIDENCE, RANKING):
        if (given.base / name).is_file():
            manifest["files"][name] = entry(given.base / name)
    (given.base / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    link_for_the_wheel(given.base)
