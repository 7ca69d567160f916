"""``python -m lerp_training catalogue``: the named concepts as data, for the part of lerp that offers them to people."""

from __future__ import annotations

import argparse
import ast
import json
import re
from pathlib import Path

from .rewrites import CONCEPTS, Concept
from .rewrites.written import written

OUT = Path(__file__).resolve().parents[3] / "grammars" / "python" / "concepts" / "catalogue.json"


def example(concept: Concept) -> dict[str, str]:
    source = written(ast.parse(concept.example))
    if concept.apply is None:
        assert concept.unapply is not None
        before, after = concept.unapply(source), source
    else:
        before, after = source, concept.apply(source)
    if before is None or after is None:
        raise ValueError(f"the example of {concept.name} does not fit it")
    return {"before": tidy(before), "after": tidy(after)}


def tidy(source: str) -> str:
    """Blanks round the default of an annotated parameter."""
    return re.sub(r"(\w+: \w+)=", r"\1 = ", source)


def entries() -> list[dict]:
    return [
        {
            "name": c.name,
            "title": c.title,
            "description": c.description,
            "family": c.family,
            "reverse": c.reverse,
            "learned": c.learned,
            "changes_behaviour": c.changes_behaviour,
            "imports": list(c.imports),
            "example": example(c),
        }
        for _, c in sorted(CONCEPTS.items())
    ]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training catalogue", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args(argv).out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(entries(), indent=1, ensure_ascii=False) + "\n")
    print(f"{len(CONCEPTS)} concepts: {out}")
    return 0
