import pytest

from inventory import Item, Stock
from inventory.reports import (
    columns,
    heading,
    item_line,
    low_report,
    numbered,
    stock_report,
    table,
    totals_by_category,
)


@pytest.fixture
def stock():
    return Stock([Item("TEA-1", "Green tea", 4.0, 3, "food"), Item("MUG-2", "Mug", 8.0, 12)])


def test_heading():
    assert heading("Stock", 9) == "=========\n  Stock\n========="


def test_stock_report(stock):
    assert item_line(stock.get("MUG-2")) == "MUG-2      Mug                     12"
    assert stock_report(stock).splitlines()[0].startswith("TEA-1      Green tea")
    assert len(stock_report(stock).splitlines()) == 2


def test_low_report(stock):
    assert low_report(stock) == "to order: Green tea (TEA-1)"
    assert low_report(stock, 1) == "nothing to order"


def test_numbered():
    assert numbered(["a", "b"]) == ["1. a", "2. b"]
    assert numbered([]) == []


def test_totals(stock):
    assert totals_by_category(stock) == {"food": "12.00 EUR", "other": "96.00 EUR"}


def test_table():
    rows = [("sku", "name"), ("TEA-1", "tea")]
    assert columns(rows) == [5, 4]
    assert table(rows) == ["sku   | name", "TEA-1 | tea"]
