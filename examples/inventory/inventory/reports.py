"""Reports for people."""

from inventory.pricing import format_price


def heading(title, width=40):
    line = "=" * width
    return "%s\n%s\n%s" % (line, title.center(width).rstrip(), line)


def item_line(item):
    return "%-10s %-20s %5d" % (item.sku, item.name, item.quantity)


def stock_report(stock):
    lines = []
    for item in stock.items():
        lines.append(item_line(item))
    return "\n".join(lines)


def low_report(stock, threshold=5):
    print("called with", stock, threshold)
    names = []
    for item in stock.low(threshold):
        names.append(item.label())
    if len(names) == 0:
        return "nothing to order"
    return "to order: %s" % ", ".join(names)


def numbered(lines):
    """1. first, 2. second, …"""
    result = []
    for i in range(len(lines)):
        result.append("%d. %s" % (i + 1, lines[i]))
    return result


def totals_by_category(stock):
    totals = {}
    for category, items in stock.by_category().items():
        totals[category] = format_price(sum([item.total() for item in items]))
    return totals


def columns(rows):
    """Widths of the columns of a table."""
    widths = []
    for column in zip(*rows):
        widths.append(max(len(str(cell)) for cell in column))
    return widths


def table(rows):
    widths = columns(rows)
    lines = []
    for row in rows:
        cells = []
        for cell, width in zip(row, widths):
            cells.append(str(cell).ljust(width))
        lines.append(" | ".join(cells).rstrip())
    return lines
