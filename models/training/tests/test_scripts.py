"""Edit scripts, windows' spelled targets, episodes and batches: all without torch but for the last."""

import doctest
import json
import random
from pathlib import Path

import numpy as np
import pytest

from lerp_training import faults, scripts, toy
from lerp_training.config import EpisodeConfig, ModelConfig
from lerp_training.data import Ragged, load_functions, load_rules, renumbered
from lerp_training.episodes import Episodes, Plain
from lerp_training.scripts import POINTER, Expects, Malformed, apply, check, compact, source_tags, spelled, steps, surroundings

SOURCE = [20, 21, 22]


def pointers(*values: int | str) -> list[int]:
    """Positions as strings, words as numbers."""
    return compact([POINTER + int(value) if isinstance(value, str) else value for value in values])


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (pointers("0"), SOURCE),
        (pointers("1", "1", 50, 5, "0"), [50, *SOURCE]),
        (pointers("4", "4", 50, 5, "0"), [*SOURCE, 50]),
        (pointers("2", "3", 5, "0"), [20, 22]),
        (pointers("1", "4", 50, 4, "2", "4", 51, 4, "1", "2", 5, "0"), [50, 21, 22, 51, 20]),
        (pointers("1", "2", 50, 5, "3", "4", 51, 5, "0"), [50, 21, 51]),
    ],
)
def test_apply(script: list[int], after: list[int]) -> None:
    check(script, len(SOURCE))
    assert apply(SOURCE, script) == after


@pytest.mark.parametrize(
    "script",
    [
        pointers("1", "1", 50, 5),  # no STOP
        pointers(50, "0"),  # a word where a pointer is expected
        pointers("1", "1", "2", 5, "0"),  # a pointer where a word is expected
        pointers("2", "1", 50, 5, "0"),  # backwards
        pointers("2", "3", 5, "1", "1", 50, 5, "0"),  # a hunk before the one before
        pointers("1", "1", 4, "2", "2", 5, "0"),  # an empty copy
        pointers("1", "5", 5, "0"),  # beyond EOS
        pointers("0", "0"),  # goes on after STOP
    ],
)
def test_malformed(script: list[int]) -> None:
    with pytest.raises(Malformed):
        check(script, len(SOURCE))


def test_steps_say_what_is_expected_and_where_the_cursor_is() -> None:
    walked = list(steps(pointers("2", "3", 4, "1", "2", 5, "0")))
    assert [expects for expects, *_ in walked] == [
        *(Expects.FIRST, Expects.SECOND, Expects.WORD, Expects.COPY_A, Expects.COPY_B, Expects.WORD, Expects.FIRST)
    ]
    assert [least for _, least, _, _ in walked] == [1, 2, 0, 1, 2, 0, 3]
    assert [cursor for _, _, cursor, _ in walked] == [0, 2, 3, 3, 1, 2, 2]


def test_source_tags() -> None:
    bits = source_tags(pointers("2", "3", 4, "1", "2", 5, "0"), 5)
    assert bits.tolist() == [0, 8, 1 | 2, 4, 0]


def test_doctests() -> None:
    for module in (scripts, faults):
        failed, tried = doctest.testmod(module)
        assert tried
        assert not failed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy")
    toy.write(path, rules=60)
    return path


def test_the_cache_gives_back_what_was_read(folder: Path) -> None:
    read, again = (load_rules("train", folder / "rules") for _ in range(2))
    assert read.names == again.names
    assert all(np.array_equal(read.script[0][p], again.script[0][p]) for p in range(len(read.part)))


def test_concept_tokens_are_renumbered_within_their_kind_and_two_rules_do_not_meet() -> None:
    vocabulary = toy.vocabulary()
    rng = random.Random(0)
    orders = [rng.sample(range(high - low), high - low) for low, high in vocabulary.concepts]
    table, beside = renumbered(vocabulary, orders), renumbered(vocabulary, orders, (3, 0, 1))
    low, high = vocabulary.ranges["CN"]
    assert [table[low + k] - low for k in range(3)] == orders[0][:3]
    assert beside[low] == table[low + 3]
    assert not {*table[low : low + 3].tolist()} & {*beside[low : low + 3].tolist()}
    for one in (table, beside):
        assert sorted(one.tolist()) == list(range(vocabulary.size))
        assert one[: vocabulary.ranges["CN"][0]].tolist() == list(range(vocabulary.ranges["CN"][0]))


@pytest.fixture
def episodes(folder: Path) -> Episodes:
    vocabulary = toy.vocabulary()
    rules = load_rules("train", folder / "rules")
    return Episodes(rules, vocabulary, ModelConfig(vocabulary.size), EpisodeConfig(sums=0.5), random.Random(3))


def test_every_question_is_a_script_of_its_source(episodes: Episodes) -> None:
    labels = set()
    for _ in range(8):
        windows, questions = episodes.step()
        for question in questions:
            check([int(value) for value in question.script], len(question.source))
            assert all(0 <= column < len(windows.ids) for shown, *_ in question.shown for column in shown)
            labels.add(question.label)
    assert labels == {"named", "synthetic", "no-op", "no edit"}


def test_named_concepts_have_their_own_share_of_no_ops(folder: Path) -> None:
    vocabulary, rules = toy.vocabulary(), load_rules("train", folder / "rules")
    config = EpisodeConfig(no_op=1, no_op_named=0, no_edit=0)
    episodes = Episodes(rules, vocabulary, ModelConfig(vocabulary.size), config, random.Random(3))
    labels = {question.label for _ in range(8) for question in episodes.step()[1]}
    assert labels == {"named", "no-op"}


def test_a_second_rule_is_only_shown_where_it_can_not_apply(episodes: Episodes) -> None:
    summed = [q for _ in range(8) for q in episodes.step()[1] if len(q.shown) > 1]
    assert summed
    assert all(q.says is None for q in summed)


def test_an_edit_has_to_say_what_all_of_its_windows_say(episodes: Episodes) -> None:
    slots, differs = episodes.vocabulary.slots, 0
    for _ in range(8):
        windows, questions = episodes.step()
        for question in questions:
            if question.says is None:
                continue
            ((shown, sign, _),) = question.shown
            ids, tags = (windows.ids, windows.tags) if sign > 0 else (windows.opposite, windows.opposite_tags)
            for window in shown:
                said = ids[window].tolist(), tags[window].tolist()
                whole = spelled(*said, 28, 12, slots) + surroundings(*said, 4, slots)
                asked = [(a, b) for a, b in zip(question.says, whole, strict=True) if a >= 0]
                assert all(a == b for a, b in asked)
                differs += len(asked) < sum(token >= 0 for token in whole)
    assert differs


def test_plain_functions_of_a_batch_are_of_like_length() -> None:
    functions = Ragged.of([[9] * n for n in (3, 4, 60, 61, 62)], np.int16)
    plain = Plain(functions, EpisodeConfig(), random.Random(0))
    for _ in range(5):
        lengths = {len(ids) + 2 for ids in plain.draw(256)}
        assert max(lengths) - min(lengths) < plain.bucket


def test_the_toy_functions_load(folder: Path) -> None:
    assert len(load_functions("validation", folder / "functions.tokens.jsonl")) == 6


def test_a_sum_shows_windows_of_its_parts_and_asks_composed_pairs(tmp_path: Path) -> None:
    vocabulary, rng = toy.vocabulary(), random.Random(0)
    lines = [toy.rule_line(rng, vocabulary, number, "train", 8, 20) for number in (0, 1)]
    composed = {"forward": {"source": SOURCE, "script": [POINTER + 1, POINTER + 1, 50, 5, POINTER]}, "backward": None}
    total = {"rule": "a+b", "family": "sum", "kind": "sum", "split": "train", "concept": lines[0]["concept"]}
    total |= {"pairs": [composed], "no_ops": [], "parts": [[{k: p[k] for k in ("window", "opposite")} for p in r["pairs"]] for r in lines]}
    (tmp_path / "sum.tokens.jsonl").write_text(json.dumps(total) + "\n")
    rules = load_rules("train", tmp_path)
    assert np.bincount(rules.part + 1).tolist() == [1, 7, 7]
    config = EpisodeConfig(kinds={"sum": 1.0}, no_op=0, no_edit=0)
    windows, questions = Episodes(rules, vocabulary, ModelConfig(vocabulary.size), config, rng).step()
    for question in questions:
        assert question.label == "sum"
        first, second = (set(shown) for shown, *_ in question.shown)
        assert not first & second
        assert all(len(windows.ids[column]) for column in first | second)


def test_a_variant_of_a_concept_that_is_seldom_is_asked_more_often_than_its_share(tmp_path: Path) -> None:
    vocabulary = toy.write(tmp_path, rules=40)
    rules = load_rules("train", tmp_path / "rules")
    episodes = Episodes(rules, vocabulary, ModelConfig(vocabulary.size), EpisodeConfig(), random.Random(0))
    rule = rules.kinds.index("named")
    pairs = list(rules.pairs_of(rule))
    episodes.shares[0][pairs] = [1.0] + [1 / 3] * (len(pairs) - 1)  # nine of the others are one variant
    first = [episodes.in_any_order(pairs, 0)[0] for _ in range(2000)]
    expect = 2000 / (1 + (len(pairs) - 1) / 3)
    assert abs(first.count(pairs[0]) - expect) < 0.2 * expect
    assert sorted(episodes.in_any_order(pairs, 0)) == pairs
