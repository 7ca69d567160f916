"""Names, strings and numbers of a source text by one regular expression: counting a large corpus needs speed, not a tree.

An f-string is one token here; what stands inside it is not counted.
"""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<prefix>(?:[rRbBuUfF]|[bBfF][rR]|[rR][bBfF])?)
    (?:(?P<triple>\"{3}|'{3})(?:[^\\]|\\.)*?(?P=triple) | "(?P<double>(?:[^"\\\n]|\\.)*)" | '(?P<single>(?:[^'\\\n]|\\.)*)')
  | (?P<name>[^\W\d]\w*)
  | (?P<number>(?:\d|\.\d)(?:[eE][+-]?(?=\d)|[\w.])*)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> Iterator[tuple[str, str]]:
    """("name" | "number" | "string", text). Strings: plain, not triple-quoted, by the raw text between the quotes."""
    for match in TOKEN.finditer(source):
        kind = match.lastgroup
        if kind in ("name", "number"):
            yield kind, match[kind]
        elif kind in ("single", "double") and not match["prefix"]:
            yield "string", match[kind]
