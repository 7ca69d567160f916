"""Everything that can be set about a run, in one place, and the vocabulary that all of it counts on."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("LERP_TRAINING_DATA", PACKAGE.parent / "data"))  # everything that is made, runs among it
RUNS = DATA / "runs"
VOCABULARY = PACKAGE.parents[2] / "grammars" / "python" / "vocabulary.json"

PAD, BOS, EOS, UNK, COPY, END_HUNK = range(6)
SLOT_KINDS = ("ID", "STR", "NUM")
CONCEPT_KINDS = ("CN", "CS", "CU")


@dataclass(frozen=True)
class Vocabulary:
    """The size of the closed vocabulary and the half-open id range of each numbered kind of token."""

    size: int
    ranges: dict[str, tuple[int, int]]

    @classmethod
    def read(cls, path: Path = VOCABULARY) -> "Vocabulary":
        content = json.loads(path.read_text())
        ranges = {kind: (low, high) for kind, (low, high) in content["ranges"].items()}
        return cls(len(content["tokens"]), ranges)

    @property
    def slots(self) -> list[tuple[int, int]]:
        return [self.ranges[kind] for kind in SLOT_KINDS]

    @property
    def concepts(self) -> list[tuple[int, int]]:
        return [self.ranges[kind] for kind in CONCEPT_KINDS]


@dataclass
class ModelConfig:
    vocabulary: int
    width: int = 256  # C
    heads: int = 4
    encoder_blocks: int = 3
    window_blocks: int = 2
    fuse_blocks: int = 3
    decoder_blocks: int = 3
    narrow: int = 128  # width of the encoder's own embedding
    stride: int = 4  # tokens in one latent
    latent: int = 64  # D
    noise: float = 0.1  # on the latents while training; they have unit RMS
    content: int = 7  # vectors of an edit that spell the inserted tokens, `per_content` each
    per_content: int = 4
    summary: int = 9  # vectors of an edit that are learned questions to the window
    vector: int = 96  # Dv
    deleted: int = 12  # edit tokens that spell what goes; content * per_content spell what comes
    around: int = 4  # kept tokens on either side of a change that the edit memory must be able to say
    hidden: int = 640  # of the edit memory
    spread: int = 64  # width of an edit token in the edit memory before it is widened
    longest: int = 352  # source positions, BOS and EOS among them
    concepts: tuple[str, ...] = ()  # those that have a learned vector, beside what their pairs' windows say

    @property
    def vectors(self) -> int:
        return self.content + self.summary + 2  # the last two: what stands before the change, and behind it

    @property
    def inserted(self) -> int:
        return self.content * self.per_content

    @property
    def edit_tokens(self) -> int:
        return self.inserted + self.deleted + 2 * self.around


@dataclass
class EpisodeConfig:
    kinds: dict[str, float] = field(default_factory=lambda: {"named": 0.5, "synthetic": 0.38, "mined": 0.12, "sum": 0.0})
    family_power: float = 0.35  # weight of a synthetic family is its number of rules to this power
    synthetic_shares: dict[str, float] = field(  # by what a family is: composed, a pair of two others, or a template
        default_factory=lambda: {"compose": 1.0, "both": 0.3, "template": 3.0}
    )
    backward: float = 0.3
    shown: tuple[float, ...] = (0.2, 0.2, 0.3, 0.15, 0.15)  # shares of 1, 2, ... pairs
    asked: int = 4
    own_only: float = 0.2
    own_among: float = 0.1
    no_op: float = 0.2  # share of questions whose right answer is STOP
    no_op_named: float = 0.2  # the same of named concepts: there the detector decides at run time, and the pairs often can not say it
    no_edit: float = 0.02  # share of questions asked with v = 0
    learned: float = 0.4  # share of the named episodes that are asked by the concept's learned vector, no pair shown
    sums: float = 0.0  # share of episodes to which a second rule is added that does not apply
    strength: tuple[float, float] = (0.8, 1.2)
    questions: int = 48  # in one step: more steps teach more than larger ones, as long as the products stay large
    longest_script: int = 96
    longest_source: int = 352


@dataclass
class TrainConfig:
    learning_rate: float = 1.5e-3
    warm_up: int = 100  # steps
    decay_from: float = 0.6  # share of the time budget
    floor: float = 0.02
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.02
    muon: bool = True
    muon_largest: int = 300_000  # elements; larger matrices stay with AdamW
    clip: float = 1.0
    oldest: int = 4  # steps, of a gradient that a second process computed
    plain_share: float = 0.08
    plain_tokens: int = 4096
    weights: dict[str, float] = field(
        default_factory=lambda: {"script": 1.0, "unpool": 0.5, "edit": 0.3, "tags": 1.0, "plain": 1.0}
    )
    first_pointer: float = 4.0  # weight of a script's first step, whether and where, beside 1 for other steps
    log_every: int = 100
    save_minutes: float = 5.0
    validate_minutes: float = 10.0
    validate_questions: int = 384
    seed: int = 0


def write(path: Path, **parts: object) -> None:
    path.write_text(json.dumps({name: asdict(part) for name, part in parts.items()}, indent=1))


def concepts_of(weights: Path) -> tuple[str, ...]:
    """The concepts that weights have learned vectors of, from the settings that lie beside them."""
    for name in ("config.json", "training.json"):
        if (file := weights.with_name(name)).is_file():
            return tuple(json.loads(file.read_text())["model"].get("concepts", ()))
    return ()
