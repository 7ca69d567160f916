from inventory import Item
from inventory.search import between, cheapest, first, index_of, initials, matches, search

TEA = Item("TEA-1", "Green tea", 4.5, 3, "food")
POT = Item("POT-7", "Green tea pot", 20.0, 1)
MUG = Item("MUG-2", "Mug", 8.0, 12)
ALL = [TEA, POT, MUG]


def test_matches():
    assert matches(POT, ["green", "POT"]) and not matches(TEA, ["pot"])
    assert matches(TEA, [])


def test_search():
    assert search(ALL, "tea green") == [TEA, POT]
    assert search(ALL, "spoon") == []


def test_first():
    assert first(ALL, "other") is POT
    assert first(ALL, "book") is None


def test_cheapest():
    assert cheapest(ALL, 2) == [TEA, MUG]


def test_between():
    assert between(ALL, 4.5, 8) == [TEA, MUG]


def test_index_of():
    assert index_of(ALL, "MUG-2") == 2
    assert index_of(ALL, "X") == -1


def test_initials():
    assert initials(ALL) == "GGM"
