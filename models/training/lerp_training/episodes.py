"""Episodes: pairs of one rule are shown, functions of the same rule are asked.

A step has some 48 questions of some 12 episodes. The windows of an episode are encoded once and serve all of its
questions; each question's edit is a signed mean over some of them. Questions of like size are then answered together.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lerp_training.config import EpisodeConfig, ModelConfig, Vocabulary
from lerp_training.data import Ragged, Rules, renumbered
from lerp_training.scripts import DELETED, spelled, surroundings

STOP = [-1]
SEEN = 0.5  # a variant that a concept's pairs have n times is asked n ** (1 - SEEN) times as often as one that they have once
PARTS = 2  # rules that can be added up in one question


@dataclass
class Question:
    source: np.ndarray  # ids
    script: Sequence[int]  # compact
    label: str
    family: int
    shown: list[tuple[list[int], float, float]]  # per part: windows of the batch, or -1 - concept; sign, strength
    says: list[int] | None  # what the shown windows agree on of `spelled` and `surroundings`, where there is only one part


@dataclass
class Windows:
    """Everything shown in one step."""

    ids: list[np.ndarray] = field(default_factory=list)
    tags: list[np.ndarray] = field(default_factory=list)
    opposite: list[np.ndarray] = field(default_factory=list)
    opposite_tags: list[np.ndarray] = field(default_factory=list)


@dataclass
class Drawn:
    """A rule as one episode sees it: its concept tokens renumbered, one direction, some pairs shown."""

    rule: int
    sign: int
    numbers: np.ndarray  # (vocabulary,) new id of each id
    pool: list[int]  # pairs
    columns: dict[int, int]  # pair -> window of the batch


class Episodes:
    def __init__(self, rules: Rules, vocabulary: Vocabulary, model: ModelConfig, config: EpisodeConfig, rng: random.Random):
        self.rules, self.vocabulary, self.model, self.config, self.rng = rules, vocabulary, model, config, rng
        self.slot = np.zeros(vocabulary.size, bool)
        for low, high in vocabulary.slots:
            self.slot[low:high] = True
        self.askable = [
            (script.lengths > 0) & (script.lengths <= config.longest_script) & (source.lengths + 2 <= config.longest_source)
            for source, script in zip(rules.source, rules.script, strict=True)
        ]
        by_family: dict[tuple[str, str], list[int]] = defaultdict(list)
        for rule, (kind, family) in enumerate(zip(rules.kinds, rules.families, strict=True)):
            if self.askable[0][rules.pairs[rule] : rules.pairs[rule + 1]].any():
                by_family[kind, family].append(rule)
        self.family_names = [f"{kind}/{family}" for kind, family in by_family]
        self.family_rules = list(by_family.values())
        self.families_of: dict[str, list[int]] = defaultdict(list)
        for number, (kind, _) in enumerate(by_family):
            self.families_of[kind].append(number)
        self.exact = np.full(len(self.family_rules), 0.5)  # running share of right answers per family
        power = {kind: config.family_power for kind in self.families_of} | {"named": 0.0}
        share = config.synthetic_shares
        self.weight = np.array(
            [
                len(members) ** power[kind] * (share.get(family.partition(":")[0], share["template"]) if kind == "synthetic" else 1)
                for (kind, family), members in by_family.items()
            ]
        )
        self.shares = [self.variant_shares(direction) for direction in (0, 1)]
        numbers = {name: number for number, name in enumerate(model.concepts)}
        self.learned_of = [numbers.get(name) if kind == "named" else None for name, kind in zip(rules.names, rules.kinds, strict=True)]
        self.by_split = {kind: share for kind, share in config.kinds.items() if self.families_of.get(kind)}

    def variant_shares(self, direction: int) -> np.ndarray:
        """(P,) by how many pairs of its concept write the same words of syntax: `+=` is one variant, `%=` another, and what is
        seldom has to be learned too. 1 for all but named rules."""
        rules, syntax = self.rules, self.vocabulary.slots[0][0]
        variants: dict[tuple[str, frozenset[int]], list[int]] = defaultdict(list)
        for rule, kind in enumerate(rules.kinds):
            for pair in rules.pairs_of(rule) if kind == "named" else ():
                script = rules.script[direction][pair]
                variants[rules.families[rule], frozenset(script[(script >= 0) & (script < syntax)].tolist())].append(pair)
        shares = np.ones(len(rules.part))
        for pairs in variants.values():
            shares[pairs] = len(pairs) ** -SEEN
        return shares

    def in_any_order(self, pairs: Sequence[int], direction: int) -> list[int]:
        """The pairs shuffled, those with a large share rather first (Efraimidis and Spirakis 2006)."""
        return sorted(pairs, key=lambda pair: self.rng.random() ** (1 / self.shares[direction][pair]), reverse=True)

    def learned(self, family: int, exact: bool) -> None:
        """What is still wrong is asked more often."""
        self.exact[family] += 0.02 * (exact - self.exact[family])

    def draw_rule(self, kinds: dict[str, float]) -> tuple[str, int, int]:
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        families = self.families_of[kind]
        exact = self.exact[families]
        # a named concept until it is learned; of the others, what is half known teaches most and the hopeless nothing yet
        weights = self.weight[families] * (1.15 - exact if kind == "named" else 0.3 + 4 * exact * (1 - exact))
        family = self.rng.choices(families, weights.tolist())[0]
        return kind, family, self.rng.choice(self.family_rules[family])

    def draw(self, rule: int, sign: int, numbers: np.ndarray, windows: Windows, count: int, part: int = 0) -> Drawn:
        pairs = [p for p in self.rules.pairs_of(rule) if self.rules.part[p] == part]
        drawn = Drawn(rule, sign, numbers, self.rng.sample(pairs, min(count, len(pairs))), {})
        for pair in drawn.pool:
            drawn.columns[pair] = len(windows.ids)
            windows.ids.append(drawn.numbers[self.rules.window[pair]])
            windows.tags.append(self.rules.window_tags[pair])
            windows.opposite.append(drawn.numbers[self.rules.opposite[pair]])
            windows.opposite_tags.append(self.rules.opposite_tags[pair])
        return drawn

    def orders(self) -> list[list[int]]:
        """In which order the concept tokens are numbered: what is taught is numbered as its pairs happen to bring it."""
        return [self.rng.sample(range(high - low), high - low) for low, high in self.vocabulary.concepts]

    def cannot_apply(self, rule: int, sign: int, source: np.ndarray) -> bool:
        """Some token that every window of the rule deletes is not in the function at all."""
        ids, tags = (self.rules.window, self.rules.window_tags) if sign > 0 else (self.rules.opposite, self.rules.opposite_tags)
        required: set[int] | None = None
        for pair in self.rules.pairs_of(rule)[:6]:
            gone = ids[pair][tags[pair] == DELETED]
            gone = set(gone[~self.slot[gone]].tolist())
            required = gone if required is None else required & gone
        return bool(required and required - set(source.tolist()))

    def add(self, windows: Windows, questions: list[Question]) -> None:
        """One episode."""
        rng, rules, config = self.rng, self.rules, self.config
        kind, family, rule = self.draw_rule(self.by_split)
        backward_pairs = [p for p in rules.pairs_of(rule) if self.askable[1][p]]
        sign = -1 if kind != "sum" and backward_pairs and rng.random() < config.backward else 1
        direction = 0 if sign > 0 else 1
        asked_pairs = [p for p in rules.pairs_of(rule) if self.askable[direction][p]]
        if self.learned_of[rule] is not None and rng.random() < config.learned:
            self.add_learned(family, rule, sign, asked_pairs, questions)
            return
        orders = self.orders()
        numbers = renumbered(self.vocabulary, orders)
        shown = rng.choices(range(1, len(config.shown) + 1), config.shown)[0]
        drawn = [self.draw(rule, sign, numbers, windows, shown + 1)]
        if kind == "sum":
            drawn.append(self.draw(rule, sign, numbers, windows, shown + 1, part=1))
        elif rng.random() < config.sums:
            _, _, second = self.draw_rule(self.by_split)
            second_sign = -1 if rng.random() < config.backward else 1
            beside = renumbered(self.vocabulary, orders, rules.concepts[rule].tolist())
            if second != rule and rules.kinds[second] != "sum":
                drawn.append(self.draw(second, second_sign, beside, windows, rng.randint(1, 3)))

        first = drawn[0]
        own = [p for p in first.pool if p in set(asked_pairs)]
        others = self.in_any_order([p for p in asked_pairs if p not in first.columns], direction)
        mode = rng.random()
        asked = (own + others if mode < config.own_only + config.own_among else others + own)[: config.asked]
        for pair in asked:
            if mode < config.own_only and pair in first.columns:
                used = [pair]
            elif mode < config.own_only + config.own_among and pair in first.columns:
                used = first.pool
            else:
                used = [p for p in first.pool if p != pair] or first.pool
                used = used[:shown]
            source, script = rules.source[direction][pair], rules.script[direction][pair]
            label = kind if sign > 0 else f"{kind} removed"
            if rng.random() < (config.no_op_named if kind == "named" else config.no_op):
                unchanged = self.no_op(rule, sign)
                if unchanged is not None:
                    source, script, label = unchanged, STOP, "no-op"
            parts = [(used, first)]
            for other in drawn[1:]:
                if kind == "sum" or self.cannot_apply(other.rule, other.sign, source):
                    parts.append((other.pool, other))
                    label = "sum" if kind == "sum" else label
            if rng.random() < config.no_edit:
                parts, script, label = [], STOP, "no edit"
            says = self.agreed(first, used) if len(parts) == 1 else None
            questions.append(
                Question(
                    first.numbers[source],
                    np.where(script >= 0, first.numbers[script], script) if len(script) > 1 else script,
                    label,
                    family,
                    [([d.columns[p] for p in used], float(d.sign), rng.uniform(*config.strength)) for used, d in parts],
                    says,
                )
            )

    def add_learned(self, family: int, rule: int, sign: int, asked_pairs: list[int], questions: list[Question]) -> None:
        """An episode of a built-in concept without pairs. Its concept tokens stay as they are numbered in the files, where all
        lines of a concept share one table: the vector that is learned is of these numbers."""
        rng, config, direction = self.rng, self.config, 0 if sign > 0 else 1
        for pair in self.in_any_order(asked_pairs, direction)[: config.asked]:
            source, script = self.rules.source[direction][pair], self.rules.script[direction][pair]
            label = "learned" if sign > 0 else "learned removed"
            if rng.random() < config.no_op_named:
                unchanged = self.no_op(rule, sign)
                if unchanged is not None:
                    source, script, label = unchanged, STOP, "no-op"
            shown = [([-1 - self.learned_of[rule]], float(sign), rng.uniform(*config.strength))]
            questions.append(Question(source, script, label, family, shown, None))

    def agreed(self, drawn: Drawn, used: Sequence[int]) -> list[int]:
        """What the mean of the used windows has to say: where they differ nothing is asked, it could only be guessed."""
        rules, slots = self.rules, self.vocabulary.slots
        ids, tags = (rules.window, rules.window_tags) if drawn.sign > 0 else (rules.opposite, rules.opposite_tags)
        said = []
        for pair in used:
            window = drawn.numbers[ids[pair]].tolist(), tags[pair].tolist()
            says = spelled(*window, self.model.inserted, self.model.deleted, slots)
            said.append(says + surroundings(*window, self.model.around, slots))
        return [tokens[0] if len(set(tokens)) == 1 else -1 for tokens in zip(*said, strict=True)]

    def no_op(self, rule: int, sign: int) -> np.ndarray | None:
        rows = self.rules.no_ops_of(rule)
        if not rows:
            return None
        ids = self.rules.no_ops[self.rng.choice(rows)]
        if len(ids) + 2 > self.config.longest_source or (sign < 0 and not self.cannot_apply(rule, sign, ids)):
            return None
        return ids

    def step(self) -> tuple[Windows, list[Question]]:
        windows, questions = Windows(), []
        while len(questions) < self.config.questions:
            self.add(windows, questions)
        return windows, questions[: self.config.questions]


class Plain:
    """Functions to be written back, by length."""

    def __init__(self, functions: Ragged, config: EpisodeConfig, rng: random.Random, bucket: int = 16):
        self.functions, self.rng, self.bucket = functions, rng, bucket
        positions = functions.lengths + 2
        cells = -(-positions // bucket)
        self.rows = {int(cell): np.flatnonzero(cells == cell) for cell in np.unique(cells) if cell * bucket <= config.longest_source}
        self.weights = [float(positions[rows].sum()) for rows in self.rows.values()]  # so that a token is as likely in any

    def draw(self, tokens: int) -> list[np.ndarray]:
        """Functions of like length, about `tokens` tokens of them."""
        cell = self.rng.choices(list(self.rows), self.weights)[0]
        rows = self.rows[cell]
        count = max(4, tokens // (cell * self.bucket))
        return [self.functions[int(rows[self.rng.randrange(len(rows))])] for _ in range(count)]
