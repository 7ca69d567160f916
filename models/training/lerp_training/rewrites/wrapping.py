"""The whole body put into a block: try, with, a loop."""

from __future__ import annotations

import ast

from .analysis import (
    count, fresh, is_generator, is_stub, load, own_of, receiver, returns, start, statements, walk,
)  # fmt: skip
from .base import Function, concept, inverse
from .crosscutting import LOGGING


def _body(function: Function) -> list[ast.stmt]:
    return function.body[start(function) :]


def _put(function: Function, new: list[ast.stmt]) -> Function:
    function.body[start(function) :] = new
    return function


def _declares(body: list[ast.stmt]) -> bool:
    return any(isinstance(s, ast.Global | ast.Nonlocal) for s in body)


@concept(
    "try-except",
    family="cross-cutting",
    title="Log exceptions",
    description="the body is tried, and an exception is logged and raised again",
    example="def f(a):\n    b = g(a)\n    return b",
    imports=LOGGING,
    reverse=True,
)
def try_except(function: Function) -> Function | None:
    body = _body(function)
    if is_stub(function) or isinstance(body[0], ast.Try) or _declares(body):
        return None
    handler = ast.ExceptHandler(load("Exception"), None, statements("logger.exception('failed')\nraise"))
    return _put(function, [ast.Try(body, [handler], [], [])])


@concept(
    "try-finally",
    family="cross-cutting",
    title="Close in the end",
    description="the body is tried, and self is closed whatever happens",
    example="def f(self, a):\n    return self.g(a)",
    changes_behaviour="the object is closed after the call",
    reverse=True,
    text=(r"\(self\b", r"\bself\."),
)
def try_finally(function: Function) -> Function | None:
    body = _body(function)
    if is_stub(function) or isinstance(body[0], ast.Try) or receiver(function) != "self" or _declares(body) or function.name == "close":
        return None
    if function.name.startswith("__") or not count(body, "self") or isinstance(function, ast.AsyncFunctionDef):
        return None
    return _put(function, [ast.Try(body, [], [], statements("self.close()"))])


@concept(
    "lock",
    family="cross-cutting",
    title="Hold a lock",
    description="the body of a method runs under self._lock",
    example="def f(self):\n    self.n += 1",
    changes_behaviour="waits for the lock; a lock that is not reentrant deadlocks when methods call each other",
    reverse=True,
    text=(r"\(self\b", r"\bself\."),
)
def lock(function: Function) -> Function | None:
    body = _body(function)
    if is_stub(function) or isinstance(body[0], ast.With) or receiver(function) != "self" or _declares(body):
        return None
    if function.name in {"__init__", "__new__"} or is_generator(function) or isinstance(function, ast.AsyncFunctionDef):
        return None
    if not any(isinstance(n, ast.Name) and n.id == "self" for s in body for n in walk(s)):
        return None
    return _put(function, [ast.With([ast.withitem(ast.parse("self._lock", mode="eval").body, None)], body, lineno=0)])


@inverse("lock", nodes=(ast.With,), text=(r"with self\._lock:",))
def unlocked(function: Function) -> Function | None:
    match _body(function):
        case [ast.With(items=[ast.withitem(context_expr=owner, optional_vars=None)], body=body)] if ast.unparse(owner) == "self._lock":
            return _put(function, body)
    return None


@concept(
    "timing",
    family="cross-cutting",
    title="Measure the time",
    description="the time that the call took is logged, however it ends",
    example="def f(a):\n    b = g(a)\n    return b",
    imports=("import time", *LOGGING),
    reverse=True,
)
def timing(function: Function) -> Function | None:
    body = _body(function)
    if is_stub(function) or is_generator(function) or _declares(body):
        return None
    if any(isinstance(n, ast.Attribute) and n.attr in {"time", "perf_counter", "monotonic"} for n in own_of(body)):
        return None
    name = fresh(function, "start")
    last = statements(f"logger.debug('took %.3f s', time.perf_counter() - {name})")
    return _put(function, [*statements(f"{name} = time.perf_counter()"), ast.Try(body, [], [], last)])


@concept(
    "retry",
    family="cross-cutting",
    title="Try three times",
    description="the body is tried up to three times before its exception is raised",
    example="def f(a):\n    return g(a)",
    changes_behaviour="effects of a failed attempt may happen again",
    reverse=True,
    nodes=(ast.Call,),
)
def retry(function: Function) -> Function | None:
    body = _body(function)
    if is_stub(function) or is_generator(function) or _declares(body) or isinstance(body[0], ast.Try | ast.For | ast.While):
        return None
    name = fresh(function, "attempt")
    if not returns(body):
        # A body that only rarely falls off its end still has to leave the loop there.
        body = [*body, ast.Break()]
    handler = ast.ExceptHandler(load("Exception"), None, statements(f"if {name} == 2:\n    raise"))
    loop = statements(f"for {name} in range(3):\n    pass")[0]
    loop.body = [ast.Try(body, [handler], [], [])]  # type: ignore[attr-defined]
    return _put(function, [loop])


