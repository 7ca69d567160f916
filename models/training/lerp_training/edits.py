"""The edit between two versions of a function: hunks over tokens, and the key by which like edits are found."""

import ast
import difflib
import hashlib
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from lerp_training.functions import FunctionNode, is_docstring
from lerp_training.rewrites.written import written

SKIPPED = {tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER}
LAYOUT = {tokenize.NEWLINE: "<NL>", tokenize.INDENT: "<IN>", tokenize.DEDENT: "<DE>"}
INTERPOLATION = re.compile(r"\{\{|\{([^{}]*)\}")
LONGEST_STRING = 12  # a longer one says what the message was, not what the edit was


@dataclass(frozen=True)
class Hunk:
    left: str  # the kept token before it
    deleted: tuple[str, ...]
    inserted: tuple[str, ...]
    right: str  # the kept token after it


def normal_form(source: str, docstring: ast.stmt | None = None) -> tuple[str, FunctionNode, ast.stmt | None]:
    """The text in one layout, with the given docstring in place of its own; and the node, and its own docstring."""
    node = ast.parse(source).body[0]
    assert isinstance(node, FunctionNode)
    own = node.body[0] if is_docstring(node.body[0]) else None
    if own is not None:
        node.body = node.body[1:] or [ast.Pass()]
    if docstring is not None:
        node.body = [docstring, *node.body]
    return written(node) + "\n", node, own


def token_list(text: str) -> list[str]:
    """Tokens of a text in normal form, layout included."""
    return [
        LAYOUT.get(token.type, token.string)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in SKIPPED
    ]


def similarity(matcher: difflib.SequenceMatcher) -> float:
    """Share of kept tokens; the cheap upper bounds decide most of the hopeless cases."""
    return 0.0 if matcher.real_quick_ratio() < 0.5 or matcher.quick_ratio() < 0.5 else matcher.ratio()


def hunks(matcher: difflib.SequenceMatcher) -> list[Hunk]:
    before, after = matcher.a, matcher.b
    return [
        Hunk(
            before[i1 - 1] if i1 else "",
            tuple(before[i1:i2]),
            tuple(after[j1:j2]),
            before[i2] if i2 < len(before) else "",
        )
        for operation, i1, i2, j1, j2 in matcher.get_opcodes()
        if operation != "equal"
    ]


def local_names(node: FunctionNode) -> set[str]:
    """Parameters and assigned names, except the conventional ones, which mean the same everywhere."""
    found = {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    found |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    found |= {handler.name for handler in ast.walk(node) if isinstance(handler, ast.ExceptHandler) and handler.name}
    found.add(node.name)
    return found - {"self", "cls", "args", "kwargs", "_"}


def edit_key(changes: Sequence[Hunk], local: set[str], before: Sequence[str]) -> bytes:
    """Equal for edits that say the same of different functions.

    Locals, strings and numbers that the function had before are numbered by first appearance in the edit; what the edit
    brings with it keeps its spelling. A pure insertion or deletion is known by its neighbours too: they say where.
    """
    there = set(before)
    numbers: dict[str, str] = {}

    def abstract(token: str) -> str:
        if token in there and (token in local or (token[:1] in "'\"" and len(token) > LONGEST_STRING + 2)):
            return numbers.setdefault(token, f"${len(numbers)}")
        if is_fstring(token):
            # The literal text is the message; which values it shows is the edit.
            parts = (part.group(1) for part in INTERPOLATION.finditer(token))
            return "f(" + ",".join(numbers.setdefault(part, f"${len(numbers)}") for part in parts if part) + ")"
        return token

    lines = set()
    for hunk in changes:
        parts = [tuple(map(abstract, hunk.deleted)), tuple(map(abstract, hunk.inserted))]
        if not hunk.deleted or not hunk.inserted:
            parts += [(abstract(hunk.left),), (abstract(hunk.right),)]
        lines.add(repr(parts))
    return hashlib.blake2b("\n".join(sorted(lines)).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def is_fstring(token: str) -> bool:
    return token[:1] in "fFrR" and token.lstrip("fFrR")[:1] in ("'", '"') and "f" in token.split(token[-1])[0].lower()
