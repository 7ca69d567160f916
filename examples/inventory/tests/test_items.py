from inventory.items import Item, by_sku, categories, names, skus_in, valid_sku

import pytest

TEA = Item("TEA-1", "Green tea", 4.5, 3, "food")
MUG = Item("MUG-2", "Mug", 8.0, 12)


def test_total_and_label():
    assert MUG.total() == 96
    assert TEA.label() == "Green tea (TEA-1)"


def test_low():
    assert TEA.is_low() and not MUG.is_low()
    assert MUG.is_low(threshold=20)


def test_same_article():
    assert TEA.same_article(Item("TEA-1", "Other name", 1.0))
    assert not TEA.same_article(MUG)
    assert not TEA.same_article("TEA-1")


@pytest.mark.parametrize(
    "sku, expected",
    [("ABC-123", True), ("ABC123", False), ("AB-1", False), ("A1C-1", False), ("ABC-x", False), (None, False)],
)
def test_valid_sku(sku, expected):
    assert valid_sku(sku) is expected


def test_lists():
    assert names([TEA, MUG]) == ["Green tea", "Mug"]
    assert names([]) == []
    assert skus_in([TEA, MUG], "food") == ["TEA-1"]
    assert by_sku([TEA, MUG]) == {"TEA-1": TEA, "MUG-2": MUG}
    assert categories([TEA, MUG, MUG]) == {"food", "other"}
