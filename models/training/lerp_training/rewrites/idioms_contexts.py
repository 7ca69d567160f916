"""Resources: with statements, suppressed exceptions, pathlib."""

from __future__ import annotations

import ast

from .analysis import (
    call, copy, count, load, method, own_of, place, replace, rewrite_blocks, same, store, walk,
)  # fmt: skip
from .base import Function, concept, inverse


def _opens(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name == "open" or name.endswith("open")
    return False


def _closes(statement: ast.stmt, name: str, verb: str = "close") -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr), args=[], keywords=[])):
            return owner == name and attr == verb
    return False


def _managed(function: Function, wanted) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        i, changed = 0, False
        while i < len(block):
            made = _context(function, block, i, wanted)
            if made:
                result.append(made[0])
                i += made[1]
                changed = True
            else:
                result.append(block[i])
                i += 1
        return result if changed else None

    return rewrite_blocks(function, block_of)


def _context(function: Function, block: list[ast.stmt], i: int, wanted) -> tuple[ast.stmt, int] | None:
    """``x = open(); ...; x.close()`` or the same with try/finally, as one with statement and the number of statements it takes."""
    match block[i]:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if wanted(value) and not count(value, name):
            pass
        case _:
            return None
    body, taken = None, 0
    following = block[i + 1] if i + 1 < len(block) else None
    match following:
        case ast.Try(body=inner, handlers=[], orelse=[], finalbody=[last]) if _closes(last, name):
            body, taken = inner, 2
        case _:
            for j in range(i + 1, len(block)):
                if _closes(block[j], name):
                    body, taken = block[i + 1 : j], j - i + 1
                    break
    if not body or count(function, name) != count(block[i : i + taken], name):
        return None
    for n in own_of(body):
        match n:
            case ast.Return(value=ast.Name(id=out)) | ast.Assign(value=ast.Name(id=out)) if out == name:
                return None  # it outlives the block
            case ast.Name(id=other, ctx=ast.Store()) if other == name:
                return None
            case ast.Yield() | ast.YieldFrom() if taken != 2:
                return None
    return ast.With([ast.withitem(value, store(name))], body, lineno=0), taken


def _released(function: Function, wanted) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.With(
                    items=[ast.withitem(context_expr=ast.Call() as value, optional_vars=ast.Name(id=name))], body=body
                ) if wanted(value) and count(function, name) == count(statement, name) and not count(value, name):
                    close = ast.Expr(ast.Call(ast.Attribute(load(name), "close", ast.Load()), [], []))
                    # always try/finally: the with closed it on exceptions too, and so the answer does not hang on a far return
                    result += [ast.Assign([store(name)], value, lineno=0), ast.Try(body, [], [], [close])]
                case _:
                    result.append(statement)
        return result if len(result) > len(block) else None

    return rewrite_blocks(function, block_of)


@concept(
    "with-open",
    family="idioms",
    title="with open()",
    description="a file that is opened and closed by hand is opened in a with statement",
    example="def f(p):\n    g = open(p)\n    text = g.read()\n    g.close()\n    return text",
    changes_behaviour="the file is closed on exceptions too",
    reverse=True,
    text=(r"open\(", r"\.close\(\)"),
)
def with_open(function: Function) -> Function | None:
    return _managed(function, _opens)


@inverse("with-open", nodes=(ast.With,), text=(r"with .*open\(.* as ",))
def with_open_back(function: Function) -> Function | None:
    return _released(function, _opens)


@concept(
    "context-manager",
    family="cross-cutting",
    title="Context-managed resource",
    description="a resource that is made, used and closed by hand is held by a with statement",
    example="def f(p):\n    conn = connect(p)\n    try:\n        return conn.get()\n    finally:\n        conn.close()",
    changes_behaviour="the resource must be a context manager; it is closed on exceptions too",
    reverse=True,
    text=(r" = .*\)\n", r"\.close\(\)"),
)
def context_manager(function: Function) -> Function | None:
    return _managed(function, lambda value: not _opens(value))


@inverse("context-manager", nodes=(ast.With,), text=(r"with .*\) as \w+:",))
def context_manager_back(function: Function) -> Function | None:
    return _released(function, lambda value: not _opens(value))


@concept(
    "with-lock",
    family="idioms",
    title="with lock",
    description="a lock that is acquired and released by hand is held by a with statement",
    example="def f(self):\n    self.lock.acquire()\n    try:\n        self.n += 1\n    finally:\n        self.lock.release()",
    reverse=True,
    nodes=(ast.Try,),
    text=(r"\.acquire\(\)", r"\.release\(\)"),
)
def with_lock(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            owner = _verb(result[-1], "acquire") if result else None
            match statement:
                case ast.Try(body=body, handlers=[], orelse=[], finalbody=[last]) if owner is not None:
                    freed = _verb(last, "release")
                    if freed is not None and same(freed, owner):
                        result[-1] = ast.With([ast.withitem(owner, None)], body, lineno=0)
                        continue
            result.append(statement)
        return result if len(result) < len(block) else None

    return rewrite_blocks(function, block_of)


def _verb(statement: ast.stmt, verb: str) -> ast.expr | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[], keywords=[])) if attr == verb and place(owner):
            return owner
    return None


@inverse("with-lock", nodes=(ast.With,), text=(r"with [\w.]*(lock|mutex|cond)\w*:",))
def with_lock_back(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result: list[ast.stmt] = []
        for statement in block:
            match statement:
                case ast.With(items=[ast.withitem(context_expr=owner, optional_vars=None)], body=body) if place(owner):
                    name = ast.unparse(owner).split(".")[-1].lower()
                    if any(word in name for word in ("lock", "mutex", "cond")):
                        result.append(ast.Expr(method(copy(owner), "acquire")))
                        result.append(ast.Try(body, [], [], [ast.Expr(method(owner, "release"))]))
                        continue
            result.append(statement)
        return result if len(result) > len(block) else None

    return rewrite_blocks(function, block_of)


@concept(
    "merge-with",
    family="structure",
    title="Merge nested with",
    description="a with directly inside a with becomes one with of two items",
    example="def f(a, b):\n    with a:\n        with b:\n            g()",
    reverse=True,
    nodes=(ast.With,),
    text=(r"with .*:\n *with ",),
)
def merge_with(function: Function) -> Function | None:
    sites = 0
    for n in [n for n in walk(function) if isinstance(n, ast.With)]:
        while len(n.body) == 1 and isinstance(n.body[0], ast.With):
            n.items += n.body[0].items
            n.body = n.body[0].body
            sites += 1
    return function if sites else None


@inverse("merge-with", nodes=(ast.With,), text=(r"with .*, .*:",))
def split_with(function: Function) -> Function | None:
    sites = 0
    for n in [n for n in walk(function) if isinstance(n, ast.With)]:
        if len(n.items) > 1:
            for item in reversed(n.items[1:]):
                n.body = [ast.With([item], n.body, lineno=0)]
            n.items = n.items[:1]
            sites += 1
    return function if sites else None


@concept(
    "suppress",
    family="idioms",
    title="contextlib.suppress",
    description="a try whose handler only passes becomes with suppress()",
    example="def f(a):\n    try:\n        a.close()\n    except OSError:\n        pass",
    imports=("from contextlib import suppress",),
    reverse=True,
    nodes=(ast.Try, ast.Pass),
)
def suppress(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt | None:
        match statement:
            case ast.Try(
                body=body, handlers=[ast.ExceptHandler(type=ast.expr() as kind, name=None, body=[ast.Pass()])], orelse=[], finalbody=[]
            ):
                kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                return ast.With([ast.withitem(call("suppress", *kinds), None)], body, lineno=0)
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


@inverse("suppress", nodes=(ast.With,), text=(r"with suppress\(",))
def suppress_back(function: Function) -> Function | None:
    def site(statement: ast.stmt) -> ast.stmt | None:
        match statement:
            case ast.With(
                items=[ast.withitem(context_expr=ast.Call(func=ast.Name(id="suppress"), args=[_, *_] as kinds), optional_vars=None)]
            ):
                kind = kinds[0] if len(kinds) == 1 else ast.Tuple(kinds, ast.Load())
                return ast.Try(statement.body, [ast.ExceptHandler(kind, None, [ast.Pass()])], [], [])
        return None

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [site(s) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


QUESTIONS = {"exists": "exists", "isfile": "is_file", "isdir": "is_dir"}


@concept(
    "pathlib",
    family="idioms",
    title="pathlib where local",
    description="os.path questions about one path become methods of Path",
    example="def f(p):\n    return os.path.exists(p)",
    changes_behaviour="a path with a trailing slash has a name",
    imports=("from pathlib import Path",),
    brings=("Path", "is_file", "is_dir"),
    reverse=True,
    text=(r"os\.path\.",),
)
def pathlib(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=asked), args=[path], keywords=[]) if _is_os_path(owner):
                if isinstance(path, ast.Starred):
                    return None
                if asked in QUESTIONS:
                    return method(_as_path(path), QUESTIONS[asked])
                if asked == "basename":
                    return ast.Attribute(_as_path(path), "name", ast.Load())
        return None

    return replace(function, site)


def _is_os_path(node: ast.expr) -> bool:
    return ast.unparse(node) == "os.path"


def _as_path(path: ast.expr) -> ast.expr:
    match path:
        case ast.Call(func=ast.Attribute(value=owner, attr="join"), args=[first, *rest], keywords=[]) if _is_os_path(owner):
            if rest and not any(isinstance(part, ast.Starred) for part in path.args):
                made: ast.expr = call("Path", first)
                for part in rest:
                    made = ast.BinOp(made, ast.Div(), part)
                return made
    return call("Path", path)


@inverse("pathlib", text=(r"Path\(.*\)\.(exists|is_file|is_dir|name)\b",))
def os_path(function: Function) -> Function | None:
    asked = {new: old for old, new in QUESTIONS.items()}

    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name(id="Path"), args=[path], keywords=[]), attr=attr), args=[], keywords=[]
            ) if attr in asked:
                return call(ast.parse(f"os.path.{asked[attr]}", mode="eval").body, path)
            case ast.Attribute(value=ast.Call(func=ast.Name(id="Path"), args=[path], keywords=[]), attr="name"):
                return call(ast.parse("os.path.basename", mode="eval").body, path)
        return None

    return replace(function, site)


