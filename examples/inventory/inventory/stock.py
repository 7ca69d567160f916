"""What is on the shelves."""


class OutOfStock(Exception):
    """Fewer pieces than asked for."""


class Stock:
    """Articles by SKU, and the movements of their quantities."""

    def __init__(self, items=()):
        self._items = {}
        self._history = []
        for item in items:
            self.add(item)

    def add(self, item):
        if item.sku in self._items:
            self._items[item.sku].quantity = self._items[item.sku].quantity + item.quantity
        else:
            self._items[item.sku] = item
        self._history.append(("add", item.sku, item.quantity))

    def get(self, sku, default=None):
        if sku in self._items:
            return self._items[sku]
        else:
            return default

    def take(self, sku, quantity):
        print("called with", sku, quantity)
        item = self._items[sku]
        if item.quantity < quantity:
            raise OutOfStock("only %d of %s left" % (item.quantity, item.name))
        item.quantity = item.quantity - quantity
        self._history.append(("take", sku, quantity))
        return item

    def items(self):
        return list(self._items.values())

    def low(self, threshold=5):
        """Articles to order again."""
        result = []
        for item in self._items.values():
            if item.quantity < threshold:
                result.append(item)
        return result

    def has_any(self, category):
        for item in self._items.values():
            if item.category == category:
                return True
        return False

    def all_available(self, skus):
        for sku in skus:
            if sku not in self._items:
                return False
        return True

    def value(self):
        total = 0
        for item in self._items.values():
            total += item.total()
        return total

    def taken(self):
        """SKUs in the order in which they were taken."""
        skus = []
        for kind, sku, quantity in self._history:
            if kind == "take":
                skus.append(sku)
        return skus

    def by_category(self):
        groups = {}
        for item in self._items.values():
            if item.category not in groups:
                groups[item.category] = []
            groups[item.category].append(item)
        return groups
