"""Training, flat.    python -m lerp_training train NAME --minutes 100

Everything it makes lies in data/runs/NAME: config.json, checkpoint.pt (all that --resume needs), weights.safetensors
(bf16, the start of a later run), log.jsonl.
"""

import argparse
import json
import os
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1024")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from lerp_training import config as settings  # noqa: E402
from lerp_training import learned, second, toy  # noqa: E402
from lerp_training.batches import Batch, Sources, make_batch, plain_batch  # noqa: E402
from lerp_training.checkpoints import resume, save, warm_start  # noqa: E402
from lerp_training.computing import keep_memory, precision  # noqa: E402
from lerp_training.config import EpisodeConfig, ModelConfig, TrainConfig, Vocabulary  # noqa: E402
from lerp_training.feed import Feed  # noqa: E402
from lerp_training.losses import Outcome, edit_step, plain_step  # noqa: E402
from lerp_training.model import Model  # noqa: E402
from lerp_training.optimizers import learning_rate, make_optimizers  # noqa: E402
from lerp_training.overrides import overridden  # noqa: E402
from lerp_training.rewrites import CONCEPTS  # noqa: E402


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lerp_training train")
    parser.add_argument("name")
    parser.add_argument("--data", type=Path, default=settings.DATA)
    parser.add_argument("--minutes", type=float, help="of training, earlier ones of a resumed run among them; 100, or 1 to smoke")
    parser.add_argument("--until", help="HH:MM, the end by the clock; the earlier of the two counts")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--second", action="store_true", help="a second process computes gradients, for a core of its own")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--init", type=Path, help="weights to start from, by name and shape")
    parser.add_argument("--learning-rate", type=float, default=TrainConfig.learning_rate)
    parser.add_argument("--optimizer", choices=["muon", "adamw"], default="muon" if TrainConfig.muon else "adamw")
    parser.add_argument("--longest-source", type=int, default=EpisodeConfig.longest_source, help="tokens; short ones teach faster")
    parser.add_argument("--longest-script", type=int, default=EpisodeConfig.longest_script, help="steps")
    parser.add_argument("--set", action="append", default=[], metavar="PART.KEY=VALUE", help="a setting of model, episodes or train")
    parser.add_argument("--questions", type=int, help="to end after so many instead of by the clock, for runs that are compared")
    parser.add_argument("--smoke", action="store_true", help="on made-up rules, in a minute")
    given = parser.parse_args(argv)
    if given.questions and given.resume:
        parser.error("--questions does not go with --resume: what was answered before is not known")
    return given


class Clock:
    """Share of the budget that is used. The schedule follows it: on a CPU the budget is hours, not steps; or questions."""

    def __init__(self, minutes: float, until: str | None, consumed: float = 0.0, questions: int | None = None):
        self.questions, self.answered = questions, 0
        self.started = time.monotonic() - 60 * consumed
        self.budget = 60 * minutes
        if until:
            now = datetime.now()
            end = datetime.combine(now.date(), datetime.strptime(until, "%H:%M").time())
            left = (end if end > now else end + timedelta(days=1)) - now
            self.budget = min(self.budget, 60 * consumed + left.total_seconds())

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self.started) / 60

    @property
    def done(self) -> float:
        if self.questions:
            return self.answered / self.questions
        return 60 * self.minutes / self.budget


@torch.no_grad()
def validate(model: Model, batches: list[Batch], plain: list[Sources], config: TrainConfig) -> dict[str, float]:
    """Whole scripts right, each step given the right ones before it, on rules never trained on."""
    seen = defaultdict(list)
    with precision():
        for batch in batches:
            for label, exact in zip(batch.labels, edit_step(model, batch, config, 0.0).exact, strict=True):
                seen[f"valid {label}"].append(exact)
        for source in plain:
            seen["valid recon"] += plain_step(model, source, 0.0).exact
    return {label: float(np.mean(values)) for label, values in seen.items()}


def main(argv: list[str]) -> None:
    given = arguments(argv)
    config = TrainConfig(learning_rate=given.learning_rate, muon=given.optimizer == "muon")
    episode_config = EpisodeConfig(longest_source=given.longest_source, longest_script=given.longest_script)
    if given.smoke:
        given.data = Path(tempfile.mkdtemp())
        vocabulary = toy.write(given.data)
        config = replace(config, log_every=20, validate_minutes=0.5)
        episode_config = replace(episode_config, questions=64)
    else:
        vocabulary = Vocabulary.read()
    folder = settings.RUNS / given.name
    folder.mkdir(parents=True, exist_ok=True)
    concepts = () if given.smoke else tuple(sorted(CONCEPTS))
    if given.resume:
        concepts = settings.concepts_of(folder / "checkpoint.pt")
    parts = {"model": ModelConfig(vocabulary.size, concepts=concepts), "episodes": episode_config, "train": config}
    model_config, episode_config, config = overridden(parts, given.set).values()
    settings.write(folder / "config.json", model=model_config, episodes=episode_config, train=config)
    keep_memory()
    torch.set_num_threads(given.threads)
    torch.manual_seed(config.seed)
    model = Model(model_config)
    optimizers = make_optimizers(model, config)
    step, consumed, begun = 0, 0.0, True
    if given.resume:
        step, consumed = resume(folder, model, optimizers)
    elif given.init:
        begun = warm_start(model, given.init)

    feed = Feed(given.data, vocabulary, model_config, episode_config, config)
    seed = config.seed + step
    train_episodes, held_out = feed.rules("train", seed), feed.rules("validation", 1)
    if not begun:
        learned.begin(model, train_episodes.rules)
    valid = []
    while sum(len(batch.labels) for batch in valid) < config.validate_questions:
        valid.append(make_batch(*held_out.step(), model_config))
    held_out_plain = feed.plain("validation", 1)
    valid_plain = [plain_batch(held_out_plain.draw(config.plain_tokens), model_config) for _ in range(3)]
    following = feed.endless(train_episodes, seed)
    shared, end = second.start(model, feed, seed + 1_000_003) if given.second else (None, None)
    clock = Clock(given.minutes or (1.0 if given.smoke else 100.0), given.until, consumed, given.questions)
    saved = validated = logged = clock.minutes
    seen: dict[str, list[float]] = defaultdict(list)
    log = (folder / "log.jsonl").open("a")
    questions = tokens = 0

    while clock.done < 1:
        batch = following()
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = learning_rate(config, step, clock.done)
        with precision():
            if isinstance(batch, Batch):
                outcome: Outcome = edit_step(model, batch, config, model_config.noise)
                labels = batch.labels
                for family, exact in zip(batch.families, outcome.exact, strict=True):
                    train_episodes.learned(family, exact)
                questions += len(labels)
                clock.answered += len(labels)
                tokens += int(np.count_nonzero(batch.sources.ids))
            else:
                outcome = plain_step(model, batch, model_config.noise)
                labels = ["recon"] * len(outcome.exact)
        model.zero_grad()
        outcome.total(config.weights).backward()
        helped = shared.add_gradient(model, config.oldest) if shared else 0
        questions += helped
        clock.answered += helped
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        if torch.isfinite(norm):
            for optimizer in optimizers:
                optimizer.step()
        if shared:
            shared.put_weights(model)
        step += 1

        for name, loss in outcome.losses.items():
            seen[f"loss {name}"].append(loss.item())
        for label, exact in zip(labels, outcome.exact, strict=True):
            seen[label].append(exact)
        seen["norm"].append(float(norm))
        row: dict[str, float] = {}
        if step % config.log_every == 0:
            seconds = 60 * (clock.minutes - logged)
            row = {label: float(np.mean(values)) for label, values in sorted(seen.items())}
            row |= {"questions/s": questions / seconds, "tokens/s": tokens / seconds}
            seen.clear()
            logged, questions, tokens = clock.minutes, 0, 0
        if clock.minutes - validated > config.validate_minutes or clock.done >= 1:
            row |= validate(model, valid, valid_plain, config)
            validated = clock.minutes
        if row:
            row = {"step": step, "minutes": round(clock.minutes, 2)} | row
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
            log.write(json.dumps(row) + "\n")
            log.flush()
        if clock.minutes - saved > config.save_minutes:
            save(folder, model, optimizers, step, clock.minutes)
            saved = clock.minutes
    save(folder, model, optimizers, step, clock.minutes)
    if end:
        end()
