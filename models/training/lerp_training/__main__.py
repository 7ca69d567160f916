"""`python -m lerp_training CMD ...`: each command is one module with `main(argv)`, imported only when it is asked for.

`CMD --smoke` runs it on tiny data, see smoke.py.
"""

import importlib
import sys

COMMANDS = {
    "corpus": "lerp_training.corpus:main",
    "train": "lerp_training.train:main",
    "ablate": "lerp_training.ablate:main",
    "evaluate": "lerp_training.evaluate:main",
    "faults": "lerp_training.faults:main",
    "rewrites-synthetic": "lerp_training.synthetic.generate:main",
    "rewrites-named": "lerp_training.named_rules:main",
    "rewrites-sums": "lerp_training.sums:main",
    "catalogue": "lerp_training.catalogue:main",
    "vocabulary": "lerp_training.vocabulary:main",
    "mined": "lerp_training.mined:main",
    "export": "lerp_training.bundle:main",
    "parity": "lerp_training.parity:main",
    "card": "lerp_training.card:main",
    "ruff": "lerp_training.ruff_comparison:main",
    "report": "lerp_training.report:main",
    "field": "lerp_training.field:main",
    "rank": "lerp_training.rank:main",
    "stored": "lerp_training.stored:main",
    "search": "lerp_training.search_study:main",
    "gallery": "lerp_training.gallery:main",
    "smoke": "lerp_training.smoke:main",
}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        print("usage: python -m lerp_training {" + ",".join(COMMANDS) + "} ...", file=sys.stderr)
        return 2
    if argv[1:] == ["--smoke"]:
        argv = ["smoke", argv[0]]
    module, function = COMMANDS[argv[0]].split(":")
    return getattr(importlib.import_module(module), function)(argv[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
