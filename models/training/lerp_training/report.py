"""The model card, from what was measured and nothing else; and each concept's accuracy beside its windows.

    python -m lerp_training report [--base ../base]
"""

import argparse
import hashlib
import json
from pathlib import Path

from lerp_training import config as settings
from lerp_training import groups, ruff_comparison

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
    rows = ["| as a user gets it (`lerp batch`) | first candidate | any of 8 | mean over rows | cases | rows |", "|---|---|---|---|---|---|"]
    for name, f in figures.items():
        cells = [name, percent(f["top_1"]), percent(f["any_of_8"]), percent(f["mean_over_rows"]), str(f["cases"]), str(f["rows"])]
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


def reliability(table: list[dict]) -> list[str]:
    rows = ["| confidence shown | first candidate exact | cases |", "|---|---|---|"]
    return rows + [f"| {row['confidence']} | {percent(row['right'])} | {row['cases']} |" for row in table]


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
    parts += ["How sure it is, and how often it is right:", "", *reliability(measured["reliability"]), ""]
    parts += ["Each named concept:", "", *by_concept(measured["concepts"]), ""]
    (given.base / "MODEL_CARD.md").write_text("\n".join(parts))

    concepts = json.loads((given.base / "concepts.json").read_text())
    for concept in concepts:
        row = measured["concepts"].get(concept["name"], {})
        concept["accuracy"], concept["removal_accuracy"] = row.get("add"), row.get("remove")
    content = (json.dumps(concepts, separators=(",", ":")) + "\n").encode()
    (given.base / "concepts.json").write_bytes(content)
    manifest["files"]["concepts.json"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (given.base / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
