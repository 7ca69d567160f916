"""Reading stock lists: one article a line, fields separated by semicolons."""

from inventory.items import Item


class ParseError(ValueError):
    """A line that is not an article."""


def split_fields(line, separator=";"):
    fields = []
    for field in line.split(separator):
        fields.append(field.strip())
    return fields


def parse_price(text):
    """Accepts 3.50, 3,50 and 3,50 EUR."""
    text = text.strip()
    if text.endswith("EUR") or text.endswith("€"):
        text = text.replace("EUR", "").replace("€", "").strip()
    return float(text.replace(",", "."))


def parse_line(line, number=0):
    print("called with", line, number)
    fields = split_fields(line)
    if len(fields) < 3:
        raise ParseError("line %d: expected 3 fields, found %d" % (number, len(fields)))
    sku, name, price = fields[0], fields[1], parse_price(fields[2])
    quantity = int(fields[3]) if len(fields) > 3 else 0
    category = fields[4] if len(fields) > 4 else "other"
    return Item(sku, name, price, quantity, category)


def parse_lines(lines):
    """Skips blank lines and comments."""
    items = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            items.append(parse_line(line, number))
    return items


def load(path):
    handle = open(path, encoding="utf-8")
    lines = handle.readlines()
    handle.close()
    return parse_lines(lines)


def header_columns(header, wanted=["sku", "name", "price"]):
    columns = {}
    fields = split_fields(header)
    for i in range(len(fields)):
        name = fields[i].lower()
        if name in wanted:
            columns[name] = i
    return columns
