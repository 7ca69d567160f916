"""Finding articles."""


def matches(item, words):
    text = item.name.lower()
    for word in words:
        if word.lower() not in text:
            return False
    return True


def search(items, query):
    """Articles whose name has all words of the query."""
    print("called with", items, query)
    words = query.split()
    hits = []
    for item in items:
        if matches(item, words):
            hits.append(item)
    return hits


def first(items, category):
    for item in items:
        if item.category == category:
            return item
    return None


def cheapest(items, limit=3):
    ordered = sorted(items, key=lambda item: item.price)
    return ordered[:limit]


def between(items, low, high):
    found = []
    for item in items:
        if low <= item.price and item.price <= high:
            found.append(item)
    return found


def index_of(items, sku):
    i = 0
    for item in items:
        if item.sku == sku:
            return i
        i += 1
    return -1


def initials(items):
    letters = []
    for item in items:
        letters.append(item.name[0].upper())
    return "".join(letters)
