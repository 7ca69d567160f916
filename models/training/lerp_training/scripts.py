"""Edit scripts: what the decoder writes instead of a whole function.

    script := hunk* STOP ;  hunk := PTR(i1) PTR(i2) item* END_HUNK ;  item := word | COPY PTR(a) PTR(b)

Positions count the source with BOS in front (0) and EOS behind (n + 1). A hunk puts its items in the place of
[i1, i2); COPY a b stands for the source tokens [a, b); STOP is a pointer to 0 where a hunk would begin.

In files a pointer to p is 100000 + p. In memory it is -1 - p, which fits 16 bits beside the vocabulary.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum

import numpy as np

from lerp_training.config import BOS, COPY, END_HUNK, EOS, UNK

POINTER = 100_000
KEPT, DELETED, INSERTED, GAP = 1, 2, 3, 4  # tags of a window; 0 is padding
TAGS = 4  # bits on a source position: goes, a hunk starts here, a hunk ends here, is copied


class Expects(IntEnum):
    """What the next step of a script is. All but WORD are pointers."""

    FIRST = 0  # i1, or STOP
    SECOND = 1  # i2
    WORD = 2  # a token, COPY or END_HUNK
    COPY_A = 3
    COPY_B = 4


class Malformed(ValueError):
    pass


def compact(script: Sequence[int]) -> list[int]:
    return [POINTER - 1 - value if value >= POINTER else value for value in script]


def state_after(expects: Expects, value: int) -> Expects | None:
    """The state machine of the grammar above, on compact values; None once the script has stopped."""
    if expects is Expects.WORD:
        return {COPY: Expects.COPY_A, END_HUNK: Expects.FIRST}.get(value, Expects.WORD)
    if expects is Expects.FIRST:
        return None if value == -1 else Expects.SECOND
    return Expects.COPY_B if expects is Expects.COPY_A else Expects.WORD


def least_position(expects: Expects, cursor: int, end: int) -> int:
    """The smallest position that a pointer may take: hunks go forwards, spans are not negative, copies not empty.
    `cursor` is the last pointer, `end` the end of the hunk before. STOP is always allowed besides."""
    return {Expects.FIRST: max(end, 1), Expects.SECOND: cursor, Expects.COPY_A: 1, Expects.COPY_B: cursor + 1}.get(expects, 0)


def steps(script: Sequence[int]) -> Iterator[tuple[Expects, int, int, int]]:
    """For each value of a compact script: what was expected, the least position, the cursor, and the value."""
    expects: Expects | None = Expects.FIRST
    cursor = end = 0
    for value in script:
        if expects is None or (value < 0) == (expects is Expects.WORD):
            raise Malformed(f"{value} where {expects} was expected")
        yield expects, least_position(expects, cursor, end), cursor, value
        if value < 0:
            cursor = -1 - value
            if expects is Expects.SECOND:
                end = cursor
        expects = state_after(expects, value)
    if expects is not None:
        raise Malformed("no STOP")


def check(script: Sequence[int], source_length: int) -> None:
    """Raises Malformed where the decoder's masks would not let the script be written."""
    for expects, least, _, value in steps(script):
        position = -1 - value
        stop = expects is Expects.FIRST and position == 0
        if value < 0 and not stop and not least <= position <= source_length + 1:
            raise Malformed(f"pointer to {position}, of {source_length} tokens, at least {least}")


def apply(source: Sequence[int], script: Sequence[int]) -> list[int]:
    """The function after the edit.

    >>> apply([7, 8, 9], compact([100002, 100003, 50, 4, 100001, 100003, 5, 100000]))
    [7, 50, 7, 8, 9]
    """
    framed = [BOS, *source, EOS]
    out: list[int] = []
    done = 0
    pointers: list[int] = []
    for expects, _, _, value in steps(script):
        if expects is Expects.WORD:
            if value not in (COPY, END_HUNK):
                out.append(value)
            continue
        pointers.append(-1 - value)
        if expects is Expects.SECOND:
            first, second = pointers
            out += framed[done:first]
            done = second
        elif expects is Expects.COPY_B:
            out += framed[pointers[0] : pointers[1]]
        else:
            continue
        pointers = []
    out += framed[done:]
    return [token for token in out if token not in (BOS, EOS)]


def source_tags(script: Sequence[int], length: int) -> np.ndarray:
    """(length,) bits of TAGS per source position."""
    bits = np.zeros(length, np.uint8)
    first = 0
    for expects, _, _, value in steps(script):
        position = -1 - value
        if expects is Expects.SECOND:
            bits[first:position] |= 1
            bits[first] |= 2
            bits[position] |= 4
        elif expects is Expects.COPY_B:
            bits[first:position] |= 8
        elif expects is not Expects.WORD:
            first = position
    return bits


def spelled(tokens: Sequence[int], tags: Sequence[int], inserted: int, deleted: int, slots: list[tuple[int, int]]) -> list[int]:
    """What a window's edit vector must be able to say: its inserted tokens, then its deleted ones, each list cut or
    filled to its length. BOS stands between two stretches, EOS at the end, UNK for any slot; -1 carries no loss.

    >>> spelled([40, 10, 60, 50, 9], [1, 3, 3, 1, 2], inserted=4, deleted=2, slots=[(10, 20)])
    [3, 60, 2, -1, 9, 2]
    """
    said: dict[int, list[int]] = {INSERTED: [], DELETED: []}
    previous = 0
    for token, tag in zip(tokens, tags, strict=True):
        if tag in said:
            if said[tag] and tag != previous:
                said[tag].append(BOS)
            said[tag].append(UNK if any(low <= token < high for low, high in slots) else int(token))
        previous = tag

    def filled(stretch: list[int], length: int) -> list[int]:
        return (stretch + [EOS] + [-1] * length)[:length]

    return filled(said[INSERTED], inserted) + filled(said[DELETED], deleted)


def beside(tags: Sequence[int], count: int) -> list[int]:
    """Places of the kept tokens before a window's first change, the nearest first, then of those after it; -1 where
    there is none.

    >>> beside([1, 1, 3, 3, 1, 1, 4], count=3)
    [1, 0, -1, 4, 5, -1]
    """
    changed = [tag in (DELETED, INSERTED) for tag in tags]
    first = changed.index(True) if True in changed else len(tags)
    last = first
    while last < len(tags) and changed[last]:
        last += 1

    def side(places: Sequence[int]) -> list[int]:
        out = []
        for at in places[:count]:
            if tags[at] != KEPT:
                break
            out.append(at)
        return out + [-1] * (count - len(out))

    return side(range(first - 1, -1, -1)) + side(range(last, len(tags)))


def surroundings(tokens: Sequence[int], tags: Sequence[int], count: int, slots: list[tuple[int, int]]) -> list[int]:
    """The tokens at `beside`: where the edit is. UNK for any slot, -1 where there is none.

    >>> surroundings([40, 41, 10, 60, 12, 42, 43], [1, 1, 3, 3, 1, 1, 4], count=3, slots=[(10, 20)])
    [41, 40, -1, 3, 42, -1]
    """
    def said(token: int) -> int:
        return UNK if any(low <= token < high for low, high in slots) else int(token)

    return [said(tokens[at]) if at >= 0 else -1 for at in beside(tags, count)]
