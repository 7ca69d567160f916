"""A second process that computes gradients, for a core that nobody needs all the time.

The first process alone takes steps, and never waits: when a gradient of the second is there, it goes into the mean with its own,
be it a few steps old (stale synchronous parallel, Ho et al. 2013). An older one is thrown away, as those shook the weights.
Weights, gradient and four numbers lie in memory that both see.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.multiprocessing
from torch import Tensor

from lerp_training.batches import Batch
from lerp_training.computing import keep_memory, precision
from lerp_training.feed import Feed
from lerp_training.losses import edit_step, plain_step
from lerp_training.model import Model

VERSION, SEEN, READY, QUESTIONS = range(4)  # of the weights, of the weights a gradient is of, whether there is one, what it answered


def parts(model: Model, flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Each weight, and its part of a tensor of all of them, in its shape."""
    weights = list(model.parameters())
    for p, part in zip(weights, flat.split([p.numel() for p in weights]), strict=True):
        yield p, part.view_as(p)


@dataclass
class Shared:
    weights: Tensor  # (all weights,)
    gradient: Tensor
    numbers: Tensor  # (4,) int64

    @classmethod
    def of(cls, model: Model) -> "Shared":
        weights = torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()
        parts = weights, torch.zeros_like(weights), torch.zeros(4, dtype=torch.int64)
        return cls(*(part.share_memory_() for part in parts))

    def put_weights(self, model: Model) -> None:
        for p, part in parts(model, self.weights):
            part.copy_(p.detach())
        self.numbers[VERSION] += 1

    def take_weights(self, model: Model) -> int:
        version = int(self.numbers[VERSION])
        for p, part in parts(model, self.weights):
            p.detach().copy_(part)
        return version

    def put_gradient(self, model: Model, version: int, questions: int) -> None:
        for p, part in parts(model, self.gradient):
            part.copy_(torch.zeros(()) if p.grad is None else p.grad)
        self.numbers[SEEN], self.numbers[QUESTIONS] = version, questions
        self.numbers[READY] = 1

    def add_gradient(self, model: Model, oldest: int) -> int:
        """Into the mean with the model's own, if there is one; how many questions it answered."""
        if not self.numbers[READY]:
            return 0
        questions = int(self.numbers[QUESTIONS])
        if int(self.numbers[VERSION] - self.numbers[SEEN]) > oldest or not torch.isfinite(self.gradient).all():
            questions = 0
        else:
            for p, part in parts(model, self.gradient):
                p.grad = part / 2 if p.grad is None else p.grad.add_(part).div_(2)
        self.numbers[READY] = 0
        return questions


def work(shared: Shared, feed: Feed, seed: int, parent: int) -> None:
    os.setsid()  # where the scheduler counts by session, it does not share the first one's time
    os.nice(5)
    keep_memory()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Model(feed.model)
    episodes = feed.rules("train", seed)
    following = feed.endless(episodes, seed)
    while os.getppid() == parent:
        batch, version = following(), shared.take_weights(model)
        with precision():
            if isinstance(batch, Batch):
                outcome = edit_step(model, batch, feed.train, feed.model.noise)
                for family, exact in zip(batch.families, outcome.exact, strict=True):
                    episodes.learned(family, exact)
            else:
                outcome = plain_step(model, batch, feed.model.noise)
        model.zero_grad()
        outcome.total(feed.train.weights).backward()
        while shared.numbers[READY] and os.getppid() == parent:  # the first one has not taken the one before
            time.sleep(0.01)
        shared.put_gradient(model, version, len(batch.labels) if isinstance(batch, Batch) else 0)


def start(model: Model, feed: Feed, seed: int) -> tuple[Shared, Callable[[], None]]:
    """-> what both see, and how to end it."""
    shared = Shared.of(model)
    context = torch.multiprocessing.get_context("spawn")
    process = context.Process(target=work, args=(shared, feed, seed, os.getpid()), daemon=True)
    process.start()
    print(f"a second process computes gradients: {process.pid}", flush=True)
    return shared, process.terminate
