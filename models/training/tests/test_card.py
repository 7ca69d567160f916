"""The data card counts what is there."""

import doctest
import json
from pathlib import Path
from types import ModuleType

import pytest

from lerp_training import card, groups, lengths, toy
from lerp_training.data import read_lines


def test_the_card_counts_every_rule_pair_and_function(tmp_path: Path) -> None:
    toy.write(tmp_path, rules=40)
    assert card.main(["--data", str(tmp_path), "--out", str(tmp_path / "DATA_CARD.md")]) == 0
    text, whole = (tmp_path / "DATA_CARD.md").read_text(), json.loads((tmp_path / "data_card.json").read_text())
    lines = list(read_lines(tmp_path / "rules" / "toy.tokens.jsonl"))
    train = [line for line in lines if line["split"] == "train" and line["kind"] == "named"]
    pairs = sum(len(line["pairs"]) for line in train)
    assert f"| named | train | {len(train)} | {pairs} | {pairs} | 0 | {3 * len(train)} |" in text
    assert sum(number for *_, number in whole["lengths"]) == sum(len(line["pairs"]) for line in lines) + 40
    assert sum(rules for of_kind in whole["families"].values() for splits in of_kind.values() for rules, _ in splits) == 40


def test_families_beyond_the_table_are_summed() -> None:
    counts = card.Counts()
    pair = {"package": "p", "forward": {"source": [9] * 70}, "backward": None}
    for number in range(card.TOP["synthetic"] + 3):
        rule = {"kind": "synthetic", "split": "train", "family": f"f{number}", "pairs": [pair] * 2, "no_ops": [[9]]}
        card.count_rule(counts, rule)
    rows = list(card.by_family(counts))
    assert "| 3 others | 3 | 6 |" in rows
    assert counts.lengths["synthetic", "train", "65 to 128"] == 2 * (card.TOP["synthetic"] + 3)


@pytest.mark.parametrize("module", [card, lengths, groups])
def test_doctests(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed


def test_families_become_layers() -> None:
    families = groups.grouped([("t", "swap", True), ("t", "wrap", False), ("t", "compose:If:swap", True), ("u", "both:a+b", False)])
    layers = groups.by_layer(families)
    assert layers["t"] == {"template families": {"exact": 0.5, "cases": 2}, "composed families": {"exact": 1.0, "cases": 1}}
    assert groups.rows(layers, groups.LAYERS, "")[-1] == "| u | – | – | 0 % of 1 |"
