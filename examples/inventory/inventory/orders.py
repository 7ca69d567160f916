"""Orders: lines of SKU and quantity."""

from inventory.pricing import discount, tier
from inventory.stock import OutOfStock


class Order:
    """What one customer wants."""

    def __init__(self, customer, lines=None):
        self.customer = customer
        if lines is None:
            lines = []
        self.lines = lines
        self.closed = False

    def add(self, sku, quantity=1):
        if not self.closed:
            if quantity > 0:
                self.lines.append((sku, quantity))
                return True
        return False

    def quantities(self):
        numbers = []
        for sku, quantity in self.lines:
            numbers.append(quantity)
        return numbers

    def skus(self):
        result = []
        for line in self.lines:
            result.append(line[0])
        return result

    def total(self, stock):
        total = 0
        for i in range(len(self.lines)):
            sku, quantity = self.lines[i]
            item = stock.get(sku)
            total = total + discount(item.price, tier(quantity)) * quantity
        return round(total, 2)

    def missing(self, stock):
        """SKUs that the stock does not know."""
        unknown = []
        for sku, quantity in self.lines:
            if stock.get(sku) is None:
                unknown.append(sku)
        return unknown

    def summary(self):
        return "{}: {} lines, {} pieces".format(self.customer, len(self.lines), sum(self.quantities()))


def fulfil(order, stock):
    """Takes all lines from the stock; returns those for which there was not enough."""
    print("called with", order, stock)
    failed = []
    for sku, quantity in order.lines:
        try:
            stock.take(sku, quantity)
        except OutOfStock:
            failed.append(sku)
    order.closed = True
    return failed


def open_orders(orders):
    return [order for order in orders if not order.closed]


def customers(orders):
    found = []
    for order in orders:
        if not order.customer in found:
            found.append(order.customer)
    return found


def largest(orders):
    best = None
    for order in orders:
        if best is None or len(order.lines) > len(best.lines):
            best = order
    return best
