import pytest

from inventory.parsing import ParseError, header_columns, load, parse_line, parse_lines, parse_price, split_fields


def test_split_fields():
    assert split_fields("a; b ;c") == ["a", "b", "c"]
    assert split_fields("a,b", ",") == ["a", "b"]


@pytest.mark.parametrize("text, price", [("3.50", 3.5), ("3,50", 3.5), (" 3,50 EUR", 3.5), ("2 €", 2.0)])
def test_parse_price(text, price):
    assert parse_price(text) == price


def test_parse_line():
    item = parse_line("TEA-1; Green tea; 4,50; 3; food")
    assert (item.sku, item.name, item.price, item.quantity, item.category) == ("TEA-1", "Green tea", 4.5, 3, "food")
    assert parse_line("MUG-2; Mug; 8").quantity == 0


def test_short_line():
    with pytest.raises(ParseError, match="line 7: expected 3 fields, found 2"):
        parse_line("MUG-2; Mug", 7)


def test_parse_lines():
    items = parse_lines(["# stock", "", "MUG-2; Mug; 8", "TEA-1; Green tea; 4"])
    assert [item.sku for item in items] == ["MUG-2", "TEA-1"]


def test_load(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text("MUG-2; Mug; 8\n", encoding="utf-8")
    assert [item.name for item in load(path)] == ["Mug"]


def test_header_columns():
    assert header_columns("SKU; Colour; Price") == {"sku": 0, "price": 2}
