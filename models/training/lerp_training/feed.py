"""Batches for training, made by a second thread while the first is inside matrix products."""

import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lerp_training.batches import Batch, Sources, make_batch, plain_batch
from lerp_training.config import EpisodeConfig, ModelConfig, TrainConfig, Vocabulary
from lerp_training.data import load_functions, load_rules
from lerp_training.episodes import Episodes, Plain


@dataclass
class Feed:
    """All that a run reads, of one split and one seed."""

    data: Path
    vocabulary: Vocabulary
    model: ModelConfig
    episodes: EpisodeConfig
    train: TrainConfig

    def rules(self, split: str, seed: int) -> Episodes:
        rules = load_rules(split, self.data / "rules")
        print(f"{split}: {len(rules)} rules, {len(rules.part)} pairs", flush=True)
        return Episodes(rules, self.vocabulary, self.model, self.episodes, random.Random(seed))

    def plain(self, split: str, seed: int) -> Plain:
        return Plain(load_functions(split, self.data / "functions.tokens.jsonl"), self.episodes, random.Random(seed))

    def endless(self, episodes: Episodes, seed: int) -> Callable[[], Batch | Sources]:
        plain, pick = self.plain("train", seed), random.Random(seed)

        def make() -> Batch | Sources:
            if pick.random() < self.train.plain_share:
                return plain_batch(plain.draw(self.train.plain_tokens), self.model)
            return make_batch(*episodes.step(), self.model)

        return ahead(make)


def ahead(make: Callable[[], object], count: int = 3) -> Callable[[], object]:
    made: queue.Queue = queue.Queue(count)

    def work() -> None:
        while True:
            try:
                made.put(make())
            except Exception as problem:  # shown by the thread that waits
                made.put(problem)
                return

    threading.Thread(target=work, daemon=True).start()

    def get() -> object:
        item = made.get()
        if isinstance(item, Exception):
            raise item
        return item

    return get
