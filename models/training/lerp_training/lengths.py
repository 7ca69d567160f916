"""Functions by their number of tokens, in the ranges that every table has."""

EDGES = (64, 128, 256, 320)
BUCKETS = tuple(f"{low + 1} to {high}" for low, high in zip((0, *EDGES), EDGES, strict=False))


def bucket_of(tokens: int) -> str:
    """
    >>> bucket_of(64), bucket_of(65), bucket_of(1000)
    ('1 to 64', '65 to 128', '257 to 320')
    """
    return next((name for name, high in zip(BUCKETS, EDGES, strict=True) if tokens <= high), BUCKETS[-1])
