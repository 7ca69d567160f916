"""Figures by group: of each table, the share that is right by length of the function and by family, with counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lerp_training.lengths import BUCKETS

Groups = dict[str, dict[str, dict]]  # table -> group -> share
LAYERS = ("template families", "composed families", "two families at once")


def share(results: Sequence[bool]) -> dict:
    """
    >>> share([True, False, True]), share([])
    ({'exact': 0.6667, 'cases': 3}, {'cases': 0})
    """
    return {"exact": round(sum(results) / len(results), 4), "cases": len(results)} if results else {"cases": 0}


def grouped(results: Iterable[tuple[str, str, bool]]) -> Groups:
    """(table, group, right) of each case.

    >>> grouped([("named", "1 to 64", True), ("named", "1 to 64", False)])
    {'named': {'1 to 64': {'exact': 0.5, 'cases': 2}}}
    """
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for table, group, right in results:
        found[table][group].append(right)
    return {table: {group: share(parts[group]) for group in sorted(parts)} for table, parts in found.items()}


def layer(family: str) -> str:
    """How a synthetic family is made; there are too many families for a table of them.

    >>> layer("swap-tuple"), layer("compose:Assign:swap+wrap"), layer("both:swap-tuple+wrap-call")
    ('template families', 'composed families', 'two families at once')
    """
    return LAYERS[("compose", "both").index(family.partition(":")[0]) + 1 if ":" in family else 0]


def by_layer(by_family: Groups) -> Groups:
    """Families put together; the counts are exact, the shares as exact as they were rounded."""
    out: Groups = {}
    for table, families in by_family.items():
        right: dict[str, float] = defaultdict(float)
        cases: dict[str, int] = defaultdict(int)
        for family, part in families.items():
            right[layer(family)] += part.get("exact", 0) * part["cases"]
            cases[layer(family)] += part["cases"]
        out[table] = {name: {"exact": round(right[name] / count, 4), "cases": count} for name, count in cases.items() if count}
    return out


def rows(groups: Groups, columns: Sequence[str], head: str) -> list[str]:
    """A table with a column for each group: `52 % of 60`.

    >>> print(*rows({"named": {"1 to 64": {"exact": 0.5, "cases": 2}}}, ["1 to 64", "65 to 128"], "exact"), sep=chr(10))
    | exact | 1 to 64 | 65 to 128 |
    |---|---|---|
    | named | 50 % of 2 | – |
    """

    def cell(part: dict | None) -> str:
        return f"{100 * part['exact']:.0f} % of {part['cases']}" if part and part["cases"] else "–"

    out = [f"| {head} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return out + [f"| {table} | " + " | ".join(cell(parts.get(column)) for column in columns) + " |" for table, parts in groups.items()]


def card(measured: dict) -> list[str]:
    """What the model card says by length and by kind of family; empty lines between tables."""
    parts: list[str] = []
    if lengths := measured.get("by_length"):
        parts += [*rows(lengths, BUCKETS, "first candidate exact, by tokens of the function"), ""]
    if lengths := measured.get("in_tokens_by_length"):
        parts += [*rows(lengths, BUCKETS, "in tokens, by tokens of the function"), ""]
    for key, head in (("by_family", "taught rules, first candidate exact"), ("in_tokens_by_family", "synthetic rules in tokens")):
        if families := measured.get(key):
            parts += [*rows(by_layer(families), LAYERS, head), ""]
    return parts
