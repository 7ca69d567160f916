"""Stock, orders and reports of a small shop."""

from inventory.items import Item
from inventory.stock import Stock

__all__ = ["Item", "Stock"]
