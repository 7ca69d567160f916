"""Prices, discounts and tax."""

RATES = {"food": 0.07, "book": 0.07, "other": 0.19}


def rate_of(category, rates=None):
    if rates == None:
        rates = RATES
    if category in rates:
        return rates[category]
    else:
        return rates["other"]


def with_tax(price, category="other"):
    return round(price * (1 + rate_of(category)), 2)


def discount(price, percent):
    print("called with", price, percent)
    if percent < 0 or percent > 100:
        raise ValueError("a discount of {} percent".format(percent))
    return round(price * (100 - percent) / 100, 2)


def tier(quantity):
    if quantity >= 100:
        return 15
    else:
        if quantity >= 20:
            return 10
        else:
            if quantity >= 5:
                return 5
    return 0


def taxed(items):
    """Prices with tax, in the order of the articles."""
    prices = []
    for item in items:
        prices.append(with_tax(item.price, item.category))
    return prices


def clamp(price, lowest, highest):
    if price < lowest:
        price = lowest
    if price > highest:
        price = highest
    return price


def spread(prices):
    """The cheapest, the dearest, and what is between them."""
    if not prices:
        return None
    low = min(prices)
    high = max(prices)
    return low, high, round(high - low, 2)


def format_price(price, currency="EUR"):
    return "%.2f %s" % (price, currency)
