import pytest

from inventory import Item
from inventory.pricing import clamp, discount, format_price, rate_of, spread, taxed, tier, with_tax


def test_rates():
    assert rate_of("food") == 0.07
    assert rate_of("toy") == 0.19
    assert rate_of("toy", {"other": 0.5}) == 0.5
    assert with_tax(100, "book") == 107.0


def test_discount():
    assert discount(10, 25) == 7.5
    with pytest.raises(ValueError, match="a discount of 120 percent"):
        discount(10, 120)


@pytest.mark.parametrize("quantity, percent", [(1, 0), (4, 0), (5, 5), (19, 5), (20, 10), (99, 10), (100, 15)])
def test_tier(quantity, percent):
    assert tier(quantity) == percent


def test_taxed():
    assert taxed([Item("A", "a", 100, 1, "food"), Item("B", "b", 100)]) == [107.0, 119.0]


def test_clamp():
    assert [clamp(price, 2, 5) for price in (1, 3, 9)] == [2, 3, 5]


def test_spread():
    assert spread([3, 1, 2.5]) == (1, 3, 2)
    assert spread([]) is None


def test_format_price():
    assert format_price(3) == "3.00 EUR"
    assert format_price(2.5, "USD") == "2.50 USD"
