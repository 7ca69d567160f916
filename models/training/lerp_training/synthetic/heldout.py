"""What training never sees: whole families, primitives and shapes of composed rules, and single rules.

The lists are fixed. Changing them makes every figure measured before incomparable.
"""

from __future__ import annotations

from zlib import crc32

HELD_OUT_FAMILIES = frozenset(
    {
        "insert-handler-start", "insert-after-loop", "insert-before-assign",
        "wrap-index", "wrap-yield", "wrap-tuple-first", "wrap-assert-condition", "wrap-element",
        "unwrap-bool-last", "unwrap-method",
        "rename-keyword", "change-bool-operator", "split-comparison", "wrap-none",
        "decorator-argument", "parameter-keyword-only", "annotate-last", "async-drop",
        "argument-prepend", "argument-rotate", "call-to-subscript", "attribute-to-getattr", "index-shift",
        "replace-simple", "wrap-head", "wrap-if-body",
        "return-to-raise", "raise-via-name", "loop-to-while", "if-to-assert", "handler-tuple", "with-to-try",
        "swap-ternary", "move-last-first", "hoist-iterated", "inline-return", "assign-chain", "call-checked",
        "augmented-contract", "comprehension-to-set", "dict-entry-first", "list-append",
    }
)  # fmt: skip

# Composed rules are held out by the primitive they use, by the kind of node they start from, and otherwise by chance.
HELD_OUT_PRIMITIVES = frozenset({"exchange-holes", "to-raise", "merge-arguments", "guard"})
HELD_OUT_ROOTS = frozenset({"While", "Delete", "DictComp", "Slice"})
_COMPOSED_SHARE = 5  # percent of the other signatures
_TEST_RULES, _VALIDATION_RULES = 8, 4  # percent of the single rules


def is_held_out(family: str) -> bool:
    """Whether the family is kept out of training. Composed families are written `compose:Root:one+two`, pairs of
    template families `both:one+two`."""
    layer, _, rest = family.partition(":")
    if layer == "both":
        return any(name in HELD_OUT_FAMILIES for name in rest.split("+"))
    if layer != "compose":
        return family in HELD_OUT_FAMILIES
    root, _, primitives = rest.partition(":")
    used = primitives.split("+")
    if root in HELD_OUT_ROOTS or HELD_OUT_PRIMITIVES & set(used):
        return True
    return len(used) > 1 and crc32(family.encode()) % 100 < _COMPOSED_SHARE


def split_of_rule(key: str) -> str:
    """The only split in which a rule of a trained family may occur, so that no rule is both trained on and asked."""
    layer, _, rest = key.partition("|")
    which, _, said = rest.partition("|")
    if which in ("all", "first", "last"):  # the same change at fewer sites is the same rule
        key = f"{layer}|{said}"
    bucket = crc32(key.encode()) % 100
    if bucket < _TEST_RULES:
        return "test"
    return "validation" if bucket < _TEST_RULES + _VALIDATION_RULES else "train"


def may_test_family(family: str, key: str) -> bool:
    """Whether the rule may stand for a family never trained. Different primitives can compose the same rule, so
    composed ones have to be rules that training can not hold either."""
    return is_held_out(family) and not (family.startswith("compose:") and split_of_rule(key) == "train")
