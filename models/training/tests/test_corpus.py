"""Corpus and vocabulary, without network."""

import ast
import json

import pytest

from lerp_training import corpus, vocabulary
from lerp_training.functions import functions, slice_source
from lerp_training.lexer import tokens
from lerp_training.packages import read_manifest

LONG = "    return first_long_name + second_long_name\n"


def names(text: str) -> list[str]:
    return [function.name for function in functions(text)]


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("def f(first_long_name, second_long_name):\n" + LONG, ["f"]),
        ("class A:\n  def f(self, first_long_name, second_long_name):\n  " + LONG, ["A.f"]),
        ("if True:\n  async def f(first_long_name, second_long_name):\n  " + LONG, ["f"]),
        ("def f(first_long_name, second_long_name):\n    pass\n", []),  # a stub
        ("def f(x): return x\n", []),  # too short
        ("def f(first_long_name, second_long_name:\n" + LONG, []),  # does not parse
        ("def outer(first_long_name):\n    def inner(second_long_name):\n    " + LONG + "    return inner\n", ["outer"]),
        (
            "def outer():\n    def inner(argument):\n" + "        argument += 1\n" * 5 + "    return inner\n",
            ["outer", "outer.<locals>.inner"],
        ),
    ],
)
def test_functions(text: str, expect: list[str]) -> None:
    assert names(text) == expect


def test_source_is_sliced_with_decorators_and_comments() -> None:
    text = "class A:\n    @property  # why\n    def f(self):\n        # left\n\n        return self.first_long_name\n"
    (function,) = functions(text)
    assert function.source == "@property  # why\ndef f(self):\n    # left\n\n    return self.first_long_name\n"


def test_source_that_can_not_be_dedented_is_left_out() -> None:
    text = 'class A:\n    def f(self):\n        return """\nleft\n"""\n'
    node = ast.parse(text).body[0].body[0]
    assert slice_source(text.split("\n"), node) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f(argument):\n    return argument + 1  # why\n", "def g(argument):\n    '''doc'''\n    return (argument + 1)\n", True),
        ("def f(argument):\n    return argument + 1 + 1000\n", "def f(argument):\n    return argument + 1 + 1001\n", False),
        ("def f(argument):\n    return argument + 1 + 1000\n", "async def f(argument):\n    return argument + 1 + 1000\n", False),
    ],
)
def test_digest_ignores_layout_docstring_and_own_name(one: str, other: str, same: bool) -> None:
    (first,), (second,) = functions(one), functions(other)
    assert (first.digest == second.digest) is same


def test_lexer() -> None:
    source = "x = 'a\\n' + \"b\" + r'raw' + f'{y}' + '''doc''' + 1e-5 + 0x1F + .5  # z 'no'\n"
    assert list(tokens(source)) == [
        ("name", "x"), ("string", "a\\n"), ("string", "b"), ("number", "1e-5"), ("number", "0x1F"), ("number", ".5"),
    ]  # fmt: skip


def test_smoke_corpus_has_every_split_and_no_doubles(tmp_path) -> None:
    output = tmp_path / "functions.jsonl"
    assert corpus.main(["--smoke", "--output", str(output)]) == 0
    records = [json.loads(line) for line in output.read_text().splitlines()]
    assert {record["split"] for record in records} == {"train", "validation", "test"}
    assert len({record["source"] for record in records}) == len(records) > 300
    assert set(records[0]) == {"package", "version", "split", "path", "name", "source"}


def test_tests_are_at_most_their_share() -> None:
    def file(path: str) -> tuple[str, str]:
        bodies = [f"def f{k}(argument):\n    return '{path} {k} and some more text'\n" for k in range(100)]
        return path, "\n".join(bodies)

    records = corpus.collect_functions(
        [file("p/tests/a.py"), file("p/b.py"), file("p/test_c.py"), file("p/d.py")], "p", "1", "train", 1000, 0.25
    )
    from_tests = sum(corpus.is_test(record["path"]) for record in records)
    assert (len(records), from_tests) == (266, 66)


def test_a_function_of_two_packages_counts_for_the_first() -> None:
    first, second = [{"digest": b"1", "split": "test"}], [{"digest": b"1", "split": "train"}]
    assert [record["split"] for record in corpus.unique([first, second])] == ["test"]


def test_vocabulary() -> None:
    sources = [("p", "def f(self):\n    return 'a' + 7 + colour\n")] * 3 + [("q", "def f(self): return shape\n")]
    built = vocabulary.build(sources)
    ids = {(token["kind"], token["text"]): k for k, token in enumerate(built["tokens"])}
    assert len(ids) == len(built["tokens"])
    assert [ids["special", text] for text in ("PAD", "BOS", "EOS", "UNK", "COPY", "END_HUNK", "NL", "IN", "DE")] == [*range(9)]
    assert ids["id", "ID_0"] == built["ranges"]["ID"][0] and ids["concept_num", "CU_3"] == built["ranges"]["CU"][1] - 1
    assert ("name", "colour") in ids and ("string", "a") in ids and ("number", "7") in ids


def test_no_package_dominates_the_vocabulary() -> None:
    common = [(package, "def f(): return everywhere") for package in "abcdefgh" for _ in range(50)]
    own = [("z", "def f(): return habit")] * 1000
    scores = vocabulary.score([*common, *own])["name"]
    assert scores["everywhere"] > scores["habit"] == vocabulary.FUNCTIONS_PER_PACKAGE


def test_manifest_is_pinned_and_permissive() -> None:
    manifest = read_manifest()
    splits = [wheel.split for wheel in manifest.packages]
    assert splits == sorted(splits, key=["test", "validation", "train"].index)  # held-out first
    for wheel in [*manifest.packages, *(wheel for wheels in manifest.releases.values() for wheel in wheels)]:
        assert len(wheel.sha256) == 64 and wheel.version in wheel.file
        assert "GPL" not in wheel.licence
