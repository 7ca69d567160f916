"""The questions of a step as rows without padding, and where attention finds them; see packed.py.

Axes:  Q questions · M latents of all sources · N = stride * M source positions · S script steps of all questions ·
       W windows · L window tokens, opposites among them
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lerp_training.config import BOS, EOS, PAD, ModelConfig
from lerp_training.episodes import PARTS, Question, Windows
from lerp_training.packed import Layout, filled, make_layout
from lerp_training.scripts import DELETED, INSERTED, Expects, beside, source_tags, steps

SCRIPT_LENGTHS = (4, 8, 16, 24, 32, 48, 64, 96)
WINDOW_LENGTHS = (16, 24, 32, 48, 64, 96)
SOURCE_STEP = 16
GROUP_OVERHEAD = 40_000.0  # what a further group costs, in attention scores


@dataclass
class PackedWindows:
    """W windows, then their W opposites, as segments."""

    ids: np.ndarray  # (L,)
    tags: np.ndarray  # (L,)
    places: np.ndarray  # (L,) rows of EditEncoder.rank
    positions: np.ndarray  # (L,) in the window
    layout: Layout
    answers: np.ndarray  # (2W,) place of each segment in the order of the layout's groups
    text: np.ndarray  # (2W * inserted + 1,) row of each inserted token in order, the last row where there is none
    text_back: np.ndarray  # (L,) the way back
    kept: np.ndarray  # (2W * 2 * around + 1,) row of each kept token beside the first change, likewise
    kept_back: np.ndarray  # (L,)


@dataclass
class Sources:
    ids: np.ndarray  # (M,stride)
    first: np.ndarray  # (M,1) 0 where a source begins, else 1
    last: np.ndarray  # (M,1) 0 where one ends
    positions: np.ndarray  # (M,) of latents
    layout: Layout  # of latents

    @property
    def real(self) -> np.ndarray:
        """Rows of positions that hold a token."""
        return np.flatnonzero(self.ids)


@dataclass
class Scripts:
    word: np.ndarray  # (S,) the word before, PAD where a pointer was
    cursor: np.ndarray  # (S,) the last pointer
    pointed: np.ndarray  # (S,) its row among the source positions
    expects: np.ndarray  # (S,)
    least: np.ndarray  # (S,)
    target: np.ndarray  # (S,) word or position
    question: np.ndarray  # (S,)
    positions: np.ndarray  # (S,)
    used: int  # rows before the filled-up ones
    layout: Layout


@dataclass
class Batch:
    windows: PackedWindows
    weights: np.ndarray  # (parts,Q,W + concepts): signed shares of the windows, then of the learned vectors
    strengths: np.ndarray  # (parts,Q)
    says: np.ndarray  # (Q,E), -1 where nothing is asked
    sources: Sources
    question: np.ndarray  # (N,) of each source position
    tags: np.ndarray  # (N,) bits
    memory: Layout  # of Q * E edit tokens, then N source positions
    memory_positions: np.ndarray  # (Q * E + N,) rows of the fused rotary table
    scripts: Scripts
    labels: list[str]
    families: list[int]


def up(value: int, ladder: Sequence[int]) -> int:
    return next(step for step in ladder if value <= step)


def rounded(value: int, step: int) -> int:
    return value + -value % step


def partition(sizes: Sequence[tuple[int, int]], edit_tokens: int) -> list[tuple[int, int, list[int]]]:
    """(T, S) of each question -> groups (T, S, questions), merged while that makes attention cheaper."""

    def cost(width: int, script: int, count: int) -> float:
        seen = width + edit_tokens
        return GROUP_OVERHEAD + count * (seen * seen + width * width / 16 + script * (seen + script))

    cells: dict[tuple[int, int], list[int]] = {}
    for number, size in enumerate(sizes):
        cells.setdefault(size, []).append(number)
    groups = [(width, script, rows) for (width, script), rows in sorted(cells.items())]
    costs = [cost(width, script, len(rows)) for width, script, rows in groups]
    while True:
        best, choice = 0.0, None
        for i, (width, script, rows) in enumerate(groups):
            for j in range(i):
                other_width, other_script, other_rows = groups[j]
                merged = cost(max(width, other_width), max(script, other_script), len(rows) + len(other_rows))
                saved = costs[i] + costs[j] - merged
                if saved > best:
                    best, choice = saved, (i, j)
        if choice is None:
            return groups
        (width, script, rows), (other_width, other_script, other_rows) = groups.pop(choice[0]), groups.pop(choice[1])
        del costs[choice[0]], costs[choice[1]]
        groups.append((max(width, other_width), max(script, other_script), rows + other_rows))
        costs.append(cost(*groups[-1][:2], len(groups[-1][2])))


def pack_windows(windows: Windows, model: ModelConfig) -> PackedWindows:
    segments = list(zip(windows.ids + windows.opposite, windows.tags + windows.opposite_tags, strict=True))
    segments = [(ids[: WINDOW_LENGTHS[-1]], tags[: WINDOW_LENGTHS[-1]]) for ids, tags in segments]
    lengths = np.array([len(ids) for ids, _ in segments])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    total = filled(int(starts[-1]))
    packed = PackedWindows(*(np.zeros(total, np.int64) for _ in range(4)), *[None] * 6)
    slots = len(segments) * model.inserted
    packed.text, packed.text_back = np.full(slots + 1, total - 1), np.full(total, slots)
    sides = 2 * model.around
    packed.kept, packed.kept_back = np.full(len(segments) * sides + 1, total - 1), np.full(total, len(segments) * sides)
    for number, (ids, tags) in enumerate(segments):
        here = slice(starts[number], starts[number + 1])
        packed.ids[here], packed.tags[here], packed.positions[here] = ids, tags, np.arange(len(ids))
        places = np.array(beside(tags.tolist(), model.around))
        slot = number * sides + np.flatnonzero(places >= 0)
        rows = starts[number] + places[places >= 0]
        packed.kept[slot], packed.kept_back[rows] = rows, slot
    # the places of EditEncoder.ranks, over all rows at once
    before = np.concatenate([[0], packed.tags[:-1]])
    before[starts[:-1]] = 0
    segment = np.zeros(total, np.int64)
    segment[: starts[-1]] = np.repeat(np.arange(len(segments)), lengths)
    for tag, offset in ((INSERTED, 1), (DELETED, 1 + model.inserted)):
        chosen = packed.tags == tag
        counted = np.cumsum(chosen.astype(np.int64) + (chosen & (before != tag)))
        rank = counted - np.concatenate([[0], counted])[starts[:-1]][segment] - 2
        rows = np.flatnonzero(chosen & (rank < model.inserted))
        packed.places[rows] = rank[rows] + offset
        if tag == INSERTED:
            slot = segment[rows] * model.inserted + rank[rows]
            packed.text[slot], packed.text_back[rows] = rows, slot
    groups, order = [], []
    for low, high in zip((-1, *WINDOW_LENGTHS), WINDOW_LENGTHS, strict=False):
        members = np.flatnonzero((lengths > low) & (lengths <= high))
        if len(members):
            groups.append((high, [np.arange(starts[m], starts[m + 1]) for m in members]))
            order += members.tolist()
    packed.layout = make_layout(groups, total)
    packed.answers = np.argsort(np.array(order))
    return packed


def pack_sources(sources: Sequence[np.ndarray], groups: list[tuple[int, Sequence[int]]], stride: int) -> tuple[Sources, np.ndarray]:
    """Framed sources, and groups (T, members) of them -> rows, and the first position of each (B + 1,)."""
    counts = np.array([-(-(len(ids) + 2) // stride) for ids in sources])
    starts = np.concatenate([[0], np.cumsum(counts)])
    total = filled(int(starts[-1]))
    ids = np.zeros(total * stride, np.int64)
    first, last = np.ones((total, 1), np.float32), np.ones((total, 1), np.float32)
    positions = np.zeros(total, np.int64)
    for number, source in enumerate(sources):
        at = starts[number] * stride
        ids[at], ids[at + len(source) + 1] = BOS, EOS
        ids[at + 1 : at + len(source) + 1] = source
        positions[starts[number] : starts[number + 1]] = np.arange(counts[number])
    first[starts[:-1]] = 0
    first[starts[-1] :] = 0
    last[starts[1:] - 1] = 0
    last[starts[-1] :] = 0
    layout = make_layout([(w // stride, [np.arange(starts[m], starts[m + 1]) for m in members]) for w, members in groups], total)
    return Sources(ids.reshape(total, stride), first, last, positions, layout), starts * stride


def pack_scripts(questions: Sequence[Question], groups: list[tuple[int, Sequence[int]]], starts: np.ndarray) -> Scripts:
    lengths = np.array([len(q.script) for q in questions])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    used = int(ends[-1])
    total = filled(used)
    packed = Scripts(*(np.zeros(total, np.int64) for _ in range(8)), used, None)
    word, expects, least, cursor, target = [], [], [], [], []
    for question in questions:
        values = [int(value) for value in question.script]
        word += [BOS, *(PAD if value < 0 else value for value in values[:-1])]
        for expected, lowest, at, value in steps(values):
            expects.append(int(expected))
            least.append(lowest)
            cursor.append(at)
            target.append(value if value >= 0 else -1 - value)
    packed.word[:used], packed.expects[:used], packed.least[:used] = word, expects, least
    packed.cursor[:used], packed.target[:used] = cursor, target
    packed.question[:used] = np.repeat(np.arange(len(questions)), lengths)
    packed.positions[:used] = np.arange(used) - ends[packed.question[:used]]
    packed.pointed[:used] = starts[packed.question[:used]] + packed.cursor[:used]
    packed.expects[used:] = Expects.WORD
    packed.layout = make_layout([(w, [np.arange(ends[m], ends[m + 1]) for m in members]) for w, members in groups], total)
    return packed


def make_batch(windows: Windows, questions: Sequence[Question], model: ModelConfig) -> Batch:
    count, edit = len(questions), model.edit_tokens
    weights = np.zeros((PARTS, count, len(windows.ids) + len(model.concepts)), np.float32)
    strengths = np.ones((PARTS, count), np.float32)
    says = np.full((count, edit), -1, np.int64)
    sizes = []
    for number, question in enumerate(questions):
        for part, (shown, sign, strength) in enumerate(question.shown):
            columns = [at if at >= 0 else len(windows.ids) - 1 - at for at in shown]
            weights[part, number, columns] = sign / len(shown)
            strengths[part, number] = strength
        if question.says is not None:
            says[number] = question.says
        sizes.append((rounded(len(question.source) + 2, SOURCE_STEP), up(len(question.script), SCRIPT_LENGTHS)))
    groups = partition(sizes, edit)
    members = [rows for _, _, rows in groups]
    widths = [width for width, _, _ in groups]
    sources, starts = pack_sources([q.source for q in questions], list(zip(widths, members, strict=True)), model.stride)
    scripts = pack_scripts(questions, [(script, rows) for _, script, rows in groups], starts)

    positions = sources.ids.size
    tags = np.zeros(positions, np.uint8)
    question_of, place = np.zeros(positions, np.int64), np.zeros(positions, np.int64)
    rows = []
    for number, question in enumerate(questions):
        length = len(question.source) + 2
        tags[starts[number] : starts[number] + length] = source_tags(list(map(int, question.script)), length)
        question_of[starts[number] : starts[number + 1]] = number
        place[starts[number] : starts[number + 1]] = np.arange(starts[number + 1] - starts[number])
        own = np.arange(starts[number], starts[number] + length) + count * edit
        rows.append(np.concatenate([np.arange(number * edit, (number + 1) * edit), own]))
    layout = make_layout([(w + edit, [rows[m] for m in ms]) for w, ms in zip(widths, members, strict=True)], count * edit + positions)
    memory_positions = np.concatenate([np.tile(np.arange(edit), count), place + edit])
    return Batch(
        pack_windows(windows, model),
        *(weights, strengths, says),
        *(sources, question_of, tags, layout, memory_positions, scripts),
        labels=[question.label for question in questions],
        families=[question.family for question in questions],
    )


def plain_batch(functions: Sequence[np.ndarray], model: ModelConfig) -> Sources:
    """Functions of like length, to be written back."""
    width = rounded(max(map(len, functions)) + 2, SOURCE_STEP)
    return pack_sources(functions, [(width, range(len(functions)))], model.stride)[0]
