import pytest

from inventory import Item, Stock
from inventory.orders import Order, customers, fulfil, largest, open_orders


@pytest.fixture
def stock():
    return Stock([Item("TEA-1", "Green tea", 4.0, 3, "food"), Item("MUG-2", "Mug", 8.0, 12)])


def test_add():
    order = Order("Ada")
    assert order.add("TEA-1") and order.add("MUG-2", 5)
    assert not order.add("MUG-2", 0)
    assert order.lines == [("TEA-1", 1), ("MUG-2", 5)]
    order.closed = True
    assert not order.add("TEA-1")


def test_orders_do_not_share_lines():
    Order("Ada").add("TEA-1")
    assert Order("Bob").lines == []


def test_lists():
    order = Order("Ada", [("TEA-1", 2), ("MUG-2", 3)])
    assert order.quantities() == [2, 3]
    assert order.skus() == ["TEA-1", "MUG-2"]
    assert order.summary() == "Ada: 2 lines, 5 pieces"


def test_total(stock):
    assert Order("Ada", [("TEA-1", 2), ("MUG-2", 5)]).total(stock) == 46.0


def test_missing(stock):
    assert Order("Ada", [("TEA-1", 1), ("X", 1)]).missing(stock) == ["X"]


def test_fulfil(stock):
    order = Order("Ada", [("TEA-1", 9), ("MUG-2", 2)])
    assert fulfil(order, stock) == ["TEA-1"]
    assert order.closed and stock.get("MUG-2").quantity == 10


def test_many_orders():
    ada, bob = Order("Ada", [("A", 1)]), Order("Bob", [("A", 1), ("B", 1)])
    again = Order("Ada")
    again.closed = True
    assert open_orders([ada, bob, again]) == [ada, bob]
    assert customers([ada, bob, again]) == ["Ada", "Bob"]
    assert largest([ada, bob, again]) is bob
    assert largest([]) is None
