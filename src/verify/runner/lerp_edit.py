"""What does a new text of a module change? The bodies of functions, or more."""

import ast
import types
from collections import namedtuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)

# a function, not nested in another, with a new body: qualified name, first line in the old text, new code
Edit = namedtuple("Edit", "name line code")


class Unfit(Exception):
    """The edit touches more than bodies of functions, or these are in use already."""


class Module:
    """The text that a process has imported."""

    def __init__(self, text):
        self.text = text
        self._lines = split(text)
        try:
            self._body = ast.parse("\n".join(self._lines)).body
        except (SyntaxError, ValueError, RecursionError):
            self._body = None

    def edits(self, text, path):
        """Parses no more of the new text than the statements that differ."""
        if self._body is None:
            raise Unfit("the original does not parse")
        lines = split(text)
        old, new, start = self._differing(lines)
        try:
            body = ast.parse("\n" * start + "\n".join(lines[start : start + new]) + "\n").body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise Unfit(f"the candidate does not parse: {error}") from None
        statements = [node for node in self._body if start <= first(node) and node.end_lineno <= start + old]
        found = []
        compare(statements, body, (), self._lines, lines, found)
        return [self._edit(one, other, around, path) for one, other, around in found]

    def _differing(self, lines):
        """How many old and new lines differ, from which line on, widened to whole statements."""
        before, least = self._lines, min(len(self._lines), len(lines))
        head = tail = 0
        while head < least and before[head] == lines[head]:
            head += 1
        while tail < least - head and before[-1 - tail] == lines[-1 - tail]:
            tail += 1
        start, end = head, len(before) - tail
        for node in self._body:
            # an insertion is empty in the old text, and may stand inside a statement
            if first(node) < max(end, start + 1) and start < node.end_lineno:
                start, end = min(start, first(node)), max(end, node.end_lineno)
        return end - start, end - start + len(lines) - len(before), start

    def _edit(self, one, other, around, path):
        node = other
        for owner in reversed(around):
            fields = dict(ast.iter_fields(owner), bases=[], keywords=[], decorator_list=[], body=[node])
            node = ast.copy_location(type(owner)(**fields), owner)
        future = [line for line in self._body if isinstance(line, ast.ImportFrom) and line.module == "__future__"]
        name = ".".join([*(owner.name for owner in around), other.name])
        try:
            code = compile(ast.Module([*future, node], []), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise Unfit(f"the candidate does not compile: {error}") from None
        found = [code for code in within(code) if code.co_firstlineno == first(other) + 1 and code.co_name == other.name]
        if len(found) != 1:
            raise Unfit(f"{name} can not be told from another on the same line")
        return Edit(name, first(one) + 1, found[0])


def split(text):
    """Lines as Python counts them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def first(node):
    """Index of a statement's first line, decorators included."""
    return min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))]) - 1


def within(code):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from within(constant)


def compare(old, new, around, old_lines, new_lines, found):
    """Walks two lists of statements; bodies of functions may differ, nothing else."""
    if len(old) != len(new):
        raise Unfit("statements outside of functions changed")
    for one, other in zip(old, new):
        spans = [(node.col_offset, lines[first(node) : node.end_lineno]) for node, lines in ((one, old_lines), (other, new_lines))]
        if spans[0] == spans[1] or ast.dump(one) == ast.dump(other):
            continue
        if type(one) is not type(other) or head(one) != head(other):
            raise Unfit("more than the body of a function changed")
        if isinstance(one, FUNCTIONS):
            if ast.get_docstring(one, clean=False) != ast.get_docstring(other, clean=False):
                raise Unfit(f"the documentation of {one.name} changed")
            found.append((one, other, around))
            continue
        inside = (*around, other) if isinstance(one, ast.ClassDef) else around
        for name in BLOCKS:
            compare(getattr(one, name, []), getattr(other, name, []), inside, old_lines, new_lines, found)


# the fields of compound statements that hold statements
BLOCKS = ("body", "orelse", "finalbody")


def head(node):
    """All of a statement but its blocks; of one that has none, all."""
    if not isinstance(node, (*DEFINITIONS, ast.If, ast.Try)):
        return ast.dump(node)
    fields = [(name, value) for name, value in ast.iter_fields(node) if name not in BLOCKS]
    return [(name, plain(value)) for name, value in fields]


def plain(value):
    if isinstance(value, ast.AST):
        return ast.dump(value)
    return [plain(item) for item in value] if isinstance(value, list) else value
