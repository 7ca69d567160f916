"""Functions of a Python file, as the text that people wrote."""

import ast
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
SHORTEST, LONGEST = 40, 4000  # characters of a function that is kept
NESTED_LINES = 6  # a function inside a function counts on its own from this length


@dataclass(frozen=True)
class Function:
    name: str  # qualified: Class.method, outer.<locals>.inner
    source: str  # dedented, decorators included
    digest: bytes  # equal for two functions that differ in layout, comments, docstring or their own name only


def parse(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def functions(text: str, digests: bool = True) -> Iterator[Function]:
    """Every function and method of the file whose text is of a useful length and that does something."""
    tree = parse(text)
    if tree is None:
        return
    # Python's own line ends: splitlines() would also cut at form feeds and the like.
    lines = text.split("\n")
    for node, name in _walk(tree.body, "", inside=False):
        if is_stub(node):
            continue
        source = slice_source(lines, node)
        if source is not None and SHORTEST <= len(source) <= LONGEST:
            yield Function(name, source, digest(node) if digests else b"")


def _walk(body: list[ast.stmt], prefix: str, inside: bool) -> Iterator[tuple[FunctionNode, str]]:
    for node in body:
        if isinstance(node, FunctionNode):
            if not inside or (node.end_lineno or 0) - node.lineno + 1 >= NESTED_LINES:
                yield node, prefix + node.name
            yield from _walk(node.body, f"{prefix}{node.name}.<locals>.", inside=True)
        elif isinstance(node, ast.ClassDef):
            yield from _walk(node.body, f"{prefix}{node.name}.", inside)
        else:
            for block in ("body", "orelse", "finalbody"):
                yield from _walk(getattr(node, block, []), prefix, inside)
            for handler in getattr(node, "handlers", []):
                yield from _walk(handler.body, prefix, inside)


def slice_source(lines: list[str], node: FunctionNode) -> str | None:
    """The function's own lines, dedented; None where its lines are not its own or do not share the indent."""
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip(" \t"))]
    if len(indent.encode()) != node.col_offset:
        return None
    out = []
    for line in lines[start : node.end_lineno]:
        if line.startswith(indent):
            out.append(line[len(indent) :])
        elif not line.strip() or line.lstrip().startswith("#"):
            out.append(line.strip())
        else:
            return None  # a string's continuation lines stand left of the function
    return "\n".join(out) + "\n"


def is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def is_stub(node: FunctionNode) -> bool:
    """Overloads, protocols and abstract methods: a signature and nothing to edit."""
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


def digest(node: FunctionNode) -> bytes:
    parts: list[str] = []
    body = node.body[1:] if is_docstring(node.body[0]) else node.body
    _flatten([node.args, *body, node.returns, *node.decorator_list, type(node) is ast.AsyncFunctionDef], parts)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _flatten(value: object, parts: list[str]) -> None:
    """`ast.dump`, without the parts that say nothing: several times faster, and the corpus is large."""
    if isinstance(value, ast.AST):
        parts.append(value.__class__.__name__)
        for field in value._fields:
            if field != "ctx":
                _flatten(getattr(value, field, None), parts)
    elif isinstance(value, list):
        parts.append("[")
        for item in value:
            _flatten(item, parts)
        parts.append("]")
    else:
        parts.append(repr(value))
