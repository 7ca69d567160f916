"""What is put into a function from outside: one statement or one decorator, with texts that are always the same."""

from __future__ import annotations

import ast

from .analysis import (
    defaults, is_docstring, is_generator, is_stub, load, names, own_of, parameters, receiver, replace, returns_value, rewrite_blocks,
    start, statements, walk,
)  # fmt: skip
from .base import Function, concept, inverse
from .idioms_strings import is_log_call

LOGGING = ("import logging", "logger = logging.getLogger(__name__)")


def _insert(function: Function, source: str) -> Function:
    at = start(function)
    function.body[at:at] = statements(source)
    return function


def _first(function: Function) -> ast.stmt | None:
    body = function.body[start(function) :]
    return body[0] if body else None


def _first_call(function: Function) -> ast.Call | None:
    match _first(function):
        case ast.Expr(value=ast.Call() as called):
            return called
    return None


@concept(
    "logging",
    family="cross-cutting",
    title="Log the call",
    description="logs that the function was called",
    example="def f(a):\n    return g(a)",
    imports=LOGGING,
    reverse=True,
)
def logging_(function: Function) -> Function | None:
    first = _first_call(function)
    if is_stub(function) or first is not None and is_log_call(first):
        return None
    return _insert(function, "logger.debug('called')")


@concept(
    "print-debugging",
    family="cross-cutting",
    title="Print the arguments",
    description="prints the arguments on entry",
    example="def f(a, b):\n    return g(a, b)",
    changes_behaviour="writes to standard output",
    reverse=True,
)
def print_debugging(function: Function) -> Function | None:
    given = [a.arg for a in parameters(function)]
    first = _first_call(function)
    if not given or is_stub(function) or first is not None and isinstance(first.func, ast.Name) and first.func.id == "print":
        return None
    return _insert(function, f"print('called with', {', '.join(given)})")


@concept(
    "deprecation-warning",
    family="cross-cutting",
    description="warns on each call that the function is deprecated",
    example="def f(a):\n    return g(a)",
    changes_behaviour="emits a DeprecationWarning",
    imports=("import warnings",),
    reverse=True,
)
def deprecation_warning(function: Function) -> Function | None:
    if any(isinstance(n, ast.Name) and n.id == "DeprecationWarning" for n in walk(function)):
        return None
    return _insert(function, "warnings.warn('deprecated', DeprecationWarning, stacklevel=2)")


@concept(
    "docstring",
    family="cross-cutting",
    title="Docstring",
    description="puts a docstring to be filled in",
    example="def f(a):\n    return g(a)",
    reverse=True,
)
def docstring(function: Function) -> Function | None:
    if is_docstring(function.body[0]):
        return None
    function.body.insert(0, ast.Expr(ast.Constant("TODO: describe.")))
    return function


def _optional(function: Function, name: str) -> bool:
    given = defaults(function).get(name)
    annotation = next((a.annotation for a in parameters(function) if a.arg == name), None)
    hint = ast.unparse(annotation) if annotation is not None else ""
    return isinstance(given, ast.Constant) and given.value is None or "None" in hint or "Optional" in hint


def _checks_none(function: Function, name: str) -> bool:
    """The first statement already asks about the argument."""
    first = _first(function)
    return isinstance(first, ast.If | ast.Assert) and name in names(first.test)


@concept(
    "guard-clause",
    family="structure",
    title="Guard clause",
    description="rejects None as the first argument",
    example="def f(a, b):\n    return a + b",
    changes_behaviour="None as the first argument raises ValueError",
    reverse=True,
)
def guard_clause(function: Function) -> Function | None:
    given = [a.arg for a in parameters(function)]
    if not given or is_stub(function) or _optional(function, given[0]) or _checks_none(function, given[0]):
        return None
    return _insert(function, f"if {given[0]} is None:\n    raise ValueError('missing value')")


@concept(
    "none-guard",
    family="structure",
    title="Return None for None",
    description="returns None when the first argument is None",
    example="def f(a, b):\n    return a + b",
    changes_behaviour="None as the first argument is passed through",
    reverse=True,
)
def none_guard(function: Function) -> Function | None:
    given = [a.arg for a in parameters(function)]
    if not given or is_stub(function) or not returns_value(function) or is_generator(function) or _checks_none(function, given[0]):
        return None
    return _insert(function, f"if {given[0]} is None:\n    return None")


@concept(
    "caching",
    family="cross-cutting",
    title="Cache results",
    description="keeps results in an lru_cache",
    example="def f(a):\n    return g(a)",
    changes_behaviour="arguments must be hashable; effects happen once per argument",
    imports=("from functools import lru_cache",),
    reverse=True,
    nodes=(ast.Return,),
)
def caching(function: Function) -> Function | None:
    if function.decorator_list or receiver(function) or isinstance(function, ast.AsyncFunctionDef):
        return None
    if is_generator(function) or not returns_value(function) or function.args.vararg or function.args.kwarg:
        return None
    function.decorator_list = [ast.parse("lru_cache(maxsize=None)", mode="eval").body]
    return function


@inverse("caching", text=(r"@lru_cache\(maxsize=None\)",))
def uncached(function: Function) -> Function | None:
    if [ast.unparse(d) for d in function.decorator_list] != ["lru_cache(maxsize=None)"]:
        return None
    function.decorator_list = []
    return function


@concept(
    "print-to-logging",
    family="cross-cutting",
    title="Log instead of print",
    description="a print of one value becomes a log message",
    example="def f(a):\n    print(a)\n    return a",
    changes_behaviour="the message goes to the log",
    imports=LOGGING,
    reverse=True,
    text=(r"\bprint\(",),
)
def print_to_logging(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Name(id="print"), args=[argument], keywords=[]) if not isinstance(argument, ast.Starred):
                node.func = ast.Attribute(load("logger"), "info", ast.Load())
                return node
        return None

    return replace(function, site)


@inverse("print-to-logging", text=(r"logger\.info\(",))
def logging_to_print(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="logger"), attr="info"), args=[argument], keywords=[]):
                if not isinstance(argument, ast.Starred):
                    return ast.Call(load("print"), [argument], [])
        return None

    return replace(function, site)


@concept(
    "unnecessary-pass",
    family="structure",
    title="Remove pass",
    description="a pass beside other statements is removed",
    example="def f(self):\n    '''Do nothing.'''\n    pass",
    nodes=(ast.Pass,),
)
def unnecessary_pass(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        rest = [s for s in block if not isinstance(s, ast.Pass)]
        return rest if rest and len(rest) < len(block) else None

    return rewrite_blocks(function, block_of)


@inverse("unnecessary-pass", nodes=(ast.If,))
def needless_pass(function: Function) -> Function | None:
    """A pass at the end of the first branch that does not leave."""
    for n in own_of(function.body):
        if isinstance(n, ast.If) and not isinstance(n.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break | ast.Pass):
            n.body.append(ast.Pass())
            return function
    return None


