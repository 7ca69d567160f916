"""Which failures the model card shows."""

from lerp_training.faults import first_fault, in_words
from lerp_training.failures import Answer, card, typical, worst

RIGHT, WRONG = "def f(a):\n    return a is None", "def f(a):\n    return a is not None"
SOURCE = "def f(a):\n    return a == None"


def test_the_frequent_kind_of_failure_is_shown_by_its_shortest_function() -> None:
    answers = [
        Answer("none", False, SOURCE, RIGHT, RIGHT, True),
        Answer("none", False, SOURCE + " or b", RIGHT, WRONG, False),
        Answer("none", True, SOURCE, RIGHT, WRONG, False),
        Answer("none", False, "def f(): 0", RIGHT, None, False),
        Answer("all right", False, SOURCE, RIGHT, RIGHT, True),
        Answer("never", False, SOURCE, RIGHT, None, False),
    ]
    found = typical(answers)
    assert set(found) == {"none", "never"}
    assert found["none"] == {"wrong": 3, "of them no edit": 1, "remove": True, "source": SOURCE, "wanted": RIGHT, "given": WRONG}
    assert found["never"]["given"] is None


def test_concepts_with_few_cases_are_not_the_worst() -> None:
    concepts = {"a": {"add": 0.5, "add_cases": 6}, "b": {"add": 0.0, "add_cases": 1}, "c": {"add": 0.1, "add_cases": 3}, "d": {"remove": 0.0}}
    assert worst(concepts) == ["c", "a"]


def test_the_card_shows_what_is_right_and_what_was_given() -> None:
    failures = typical([Answer("none", False, SOURCE, RIGHT, WRONG, False), Answer("never", False, SOURCE, RIGHT, None, False)])
    concepts = {"none": {"add": 0.0, "add_cases": 6}, "never": {"add": 0.2, "add_cases": 6}, "fine": {"add": 1.0, "add_cases": 6}}
    text = "\n".join(card({"concepts": concepts, "typical_failures": failures}))
    assert "-    return a is None\n+    return a is not None" in text
    assert text.index("**none**, added; 1 wrong, 0 of them") < text.index("**never**")
    assert "Came back without an edit:\n\n```python\n" + SOURCE in text
    assert card({"concepts": concepts}) == []


def test_the_first_step_that_goes_wrong_has_a_kind() -> None:
    kinds = ["special"] * 6 + ["operator", "keyword"]
    wanted = [-2, -3, 6, 4, -2, -4, 5, -1]  # at 1 to 2: a word, and a copy of 1 to 3
    given = {
        "where: another place": [-3, -3, 6, 5, -1],
        "end of a hunk": [-2, -4, 6, 5, -1],
        "word: keyword for operator": [-2, -3, 7, 5, -1],
        "word: end for copy": [-2, -3, 6, 5, -1],
        "end of a copy": [-2, -3, 6, 4, -2, -3, 5, -1],
        "where: one hunk too many": [-2, -3, 6, 4, -2, -4, 5, -4, -4, 6, 5, -1],
        "cut off": wanted[:5],
    }
    for fault, script in given.items():
        assert first_fault(wanted, script, kinds) == fault
    texts = [str(token) for token in range(30)]
    assert in_words([20, 21, 22], wanted, texts) == "@1-2 {20} => 6 [20 21]"
    assert in_words([20, 21, 22], wanted[:5], texts).endswith("...")
