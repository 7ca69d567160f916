"""The named concepts: rewrites with a name, registered on import, in files by theme."""

from . import (  # noqa: F401
    crosscutting,
    idioms_comparisons,
    idioms_comprehensions,
    idioms_contexts,
    idioms_generators,
    idioms_literals,
    idioms_loops,
    idioms_mappings,
    idioms_sorting,
    idioms_strings,
    idioms_values,
    signature,
    structure,
    structure_blocks,
    structure_match,
    wrapping,
)
from .base import CONCEPTS, Concept, Direction, Unsure, parse

__all__ = ["CONCEPTS", "Concept", "Direction", "Unsure", "parse"]
