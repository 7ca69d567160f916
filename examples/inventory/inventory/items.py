"""Articles and the checks on them."""

from dataclasses import dataclass


@dataclass
class Item:
    """One article."""

    sku: str
    name: str
    price: float
    quantity: int = 0
    category: str = "other"

    def total(self):
        """What all pieces cost together."""
        return self.price * self.quantity

    def label(self):
        return "%s (%s)" % (self.name, self.sku)

    def is_low(self, threshold=5):
        if self.quantity < threshold:
            return True
        else:
            return False

    def same_article(self, other):
        if isinstance(other, Item):
            if self.sku == other.sku:
                return True
        return False


def valid_sku(sku):
    """Three letters, a dash, digits: ABC-123."""
    print("called with", sku)
    if sku == None:
        return False
    parts = sku.split("-")
    if len(parts) != 2:
        return False
    return len(parts[0]) == 3 and parts[0].isalpha() and parts[1].isdigit()


def names(items):
    result = []
    for item in items:
        result.append(item.name)
    return result


def skus_in(items, category):
    """The SKUs of one category."""
    found = []
    for item in items:
        if item.category == category:
            found.append(item.sku)
    return found


def by_sku(items):
    table = {}
    for item in items:
        table[item.sku] = item
    return table


def categories(items):
    seen = set()
    for item in items:
        seen.add(item.category)
    return seen
