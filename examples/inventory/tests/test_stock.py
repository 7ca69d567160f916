import pytest

from inventory import Item, Stock
from inventory.stock import OutOfStock


@pytest.fixture
def stock():
    return Stock([Item("TEA-1", "Green tea", 4.5, 3, "food"), Item("MUG-2", "Mug", 8.0, 12)])


def test_adding_twice_adds_up(stock):
    stock.add(Item("MUG-2", "Mug", 8.0, 8))
    assert stock.get("MUG-2").quantity == 20


def test_get(stock):
    assert stock.get("TEA-1").name == "Green tea"
    assert stock.get("NONE") is None
    assert stock.get("NONE", 7) == 7


def test_take(stock):
    assert stock.take("MUG-2", 2).quantity == 10
    with pytest.raises(OutOfStock, match="only 3 of Green tea left"):
        stock.take("TEA-1", 4)
    assert stock.taken() == ["MUG-2"]


def test_low(stock):
    assert [item.sku for item in stock.low()] == ["TEA-1"]
    assert [item.sku for item in stock.low(20)] == ["TEA-1", "MUG-2"]


def test_has_any(stock):
    assert stock.has_any("food") and not stock.has_any("book")


def test_all_available(stock):
    assert stock.all_available(["TEA-1", "MUG-2"]) and not stock.all_available(["TEA-1", "X"])
    assert stock.all_available([])


def test_value(stock):
    assert stock.value() == pytest.approx(109.5)


def test_by_category(stock):
    groups = stock.by_category()
    assert list(groups) == ["food", "other"] and len(groups["other"]) == 1
