"""What the rewrites ask of a function: which names it uses, where a block ends, whether an expression may move."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from .base import Function, Unsure

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
NEGATED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}


# Which fields of a node can hold nodes. The context of a name is left out: it is never asked for, and it is a third of all nodes.
PLAIN = frozenset({"ctx", "id", "attr", "arg", "type_comment", "kind", "is_async", "level", "conversion", "simple"})
CHILDREN = {
    kind: tuple(f for f in kind._fields if f not in PLAIN)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
CHILDREN[ast.Constant] = CHILDREN[ast.Name] = ()


def walk(node: ast.AST) -> list[ast.AST]:
    """ast.walk as a list, several times as fast: walking is most of what the rewrites do."""
    found = [node]
    for n in found:
        for name in CHILDREN[type(n)]:
            value = getattr(n, name, None)
            if value.__class__ is list:
                found.extend([v for v in value if isinstance(v, ast.AST)])  # type: ignore[union-attr]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def same(a: object, b: object) -> bool:
    """Equal up to the load/store context."""
    if a.__class__ is not b.__class__:
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))  # type: ignore[arg-type]
    if isinstance(a, ast.AST):
        return all(f == "ctx" or same(getattr(a, f, None), getattr(b, f, None)) for f in a._fields)
    return a == b


def blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """Every list of statements, inner ones first, so that changing one in place is seen by the next."""
    found = []
    for child in walk(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(child, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                found.append(block)
    return found[::-1]


def own(node: ast.AST) -> Iterator[ast.AST]:
    """Walks a function without entering the scopes inside it."""
    todo = [node]
    while todo:
        for child in _children(todo.pop()):
            yield child
            if not isinstance(child, SCOPES):
                todo.append(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name in CHILDREN[type(node)]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            yield from (v for v in value if isinstance(v, ast.AST))  # type: ignore[union-attr]
        elif isinstance(value, ast.AST):
            yield value


def own_of(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    for statement in statements:
        yield statement
        if not isinstance(statement, SCOPES):
            yield from own(statement)


def names(*nodes: ast.AST) -> set[str]:
    return {n.id for node in nodes for n in walk(node) if isinstance(n, ast.Name)}


def taken(function: Function) -> set[str]:
    """Every name that the function uses or binds in any way."""
    found = set()
    for node in walk(function):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.Global(names=several) | ast.Nonlocal(names=several):
                found.update(several)
            case ast.alias(name=name, asname=alias):
                found.add(alias or name.split(".")[0])
    return found


def fresh(function: Function, name: str) -> str:
    """A name that a rewrite brings: free in the source, and the same at each of its sites."""
    mine: set[str] = function.__dict__.setdefault("brought", set())
    if name not in mine and name in taken(function):
        raise Unsure(name)
    mine.add(name)
    return name


def count(node: ast.AST | Iterable[ast.AST], name: str) -> int:
    """How often a name is read, written, deleted or declared."""
    parts = [node] if isinstance(node, ast.AST) else node
    total = 0
    for part in parts:
        for n in walk(part):
            if isinstance(n, ast.Name):
                total += n.id == name
            elif isinstance(n, ast.Global | ast.Nonlocal):
                total += name in n.names
            elif isinstance(n, ast.arg):
                total += n.arg == name
    return total


def bound(target: ast.AST) -> list[str] | None:
    """The names a loop target binds, or None when it writes to anything but names."""
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            several = [bound(part) for part in parts]
            return None if None in several else [name for part in several for name in part]  # type: ignore[union-attr]
        case ast.Starred(value=value):
            return bound(value)
    return None


def leaks(function: Function, loop: ast.AST, variables: Iterable[str]) -> bool:
    """Whether a variable bound by ``loop`` is read outside it (another loop or comprehension that binds it anew does not count)."""
    variables = set(variables)
    covered = {id(n) for n in walk(loop)}
    for other in walk(function):
        shelter: list[ast.AST] = []
        if id(other) in covered:
            continue
        if isinstance(other, ast.For) and variables & set(bound(other.target) or ()):
            shelter = [*other.body]
            if any(loop is n for part in shelter for n in walk(part)):
                return True
        elif isinstance(other, COMPREHENSIONS) and variables & {v for g in other.generators for v in bound(g.target) or ()}:
            shelter = [other] if not variables & names(other.generators[0].iter) else []
        elif isinstance(other, ast.Lambda) and variables & {a.arg for a in other.args.args}:
            shelter = [other]
        covered.update(id(n) for part in shelter for n in walk(part))
    for n in walk(function):
        if isinstance(n, ast.Name) and n.id in variables and not isinstance(n.ctx, ast.Store) and id(n) not in covered:
            return True
        if isinstance(n, ast.Global | ast.Nonlocal) and variables & set(n.names):
            return True
    return False


def simple(node: ast.AST) -> bool:
    """Cheap and free of effects when evaluated twice: names, attributes, subscripts and constants."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=value):
            return simple(value)
        case ast.Subscript(value=value, slice=index):
            return simple(value) and simple(index)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts):
            return all(map(simple, parts))
    return False


def place(node: ast.AST) -> bool:
    """A name or a dotted name."""
    return isinstance(node, ast.Name) or isinstance(node, ast.Attribute) and place(node.value)


def cheap(node: ast.AST) -> bool:
    """May be evaluated although it is not needed: simple, or an empty container."""
    match node:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call(func=ast.Name(id="set" | "list" | "dict"), args=[], keywords=[]):
            return True
    return simple(node) and not any(isinstance(n, ast.Subscript) for n in walk(node))


def pinned(*nodes: ast.AST) -> bool:
    """Must stay in the scope where it stands: suspends, binds a name, or uses the implicit ``super()``."""
    for node in nodes:
        for n in walk(node):
            if isinstance(n, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
                return True
            if isinstance(n, ast.Name) and n.id in {"super", "locals", "eval", "exec", "vars"}:
                return True
            if isinstance(n, ast.comprehension) and n.is_async:
                return True
    return False


def negate(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in NEGATED:
            return ast.Compare(left, [NEGATED[type(op)]()], [right])
    return ast.UnaryOp(ast.Not(), test)


def leaves(block: list[ast.stmt]) -> bool:
    """Control never runs off the end (seen from the last statement alone)."""
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return bool(last.orelse) and leaves(last.body) and leaves(last.orelse)
    return isinstance(last, LEAVING)


def returns(block: list[ast.stmt]) -> bool:
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return bool(last.orelse) and returns(last.body) and returns(last.orelse)
    return isinstance(last, ast.Return | ast.Raise)


def elifs(function: Function) -> set[int]:
    """Identities of the ``if`` statements that are printed as ``elif``."""
    return {
        id(n.orelse[0])
        for n in walk(function)
        if isinstance(n, ast.If) and len(n.orelse) == 1 and isinstance(n.orelse[0], ast.If)
    }


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def start(function: Function) -> int:
    """Index of the first statement after the docstring."""
    return int(bool(function.body) and is_docstring(function.body[0]))


def is_stub(function: Function) -> bool:
    """Nothing happens in it: empty, ``pass``, ``...`` or ``raise NotImplementedError``."""
    body = function.body[start(function) :]
    if not body:
        return True
    match body[0]:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return len(body) == 1
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def is_generator(function: Function) -> bool:
    return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own_of(function.body))


def returns_value(function: Function) -> bool:
    return any(isinstance(n, ast.Return) and n.value is not None for n in own_of(function.body))


def parameters(function: Function) -> list[ast.arg]:
    """All parameters but the receiver, the starred ones left out."""
    a = function.args
    every = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    return every[1:] if every and every[0].arg in {"self", "cls", "mcs", "mcls"} and not a.posonlyargs else every


def receiver(function: Function) -> str | None:
    a = function.args
    first = [*a.posonlyargs, *a.args][:1]
    return first[0].arg if first and first[0].arg in {"self", "cls", "mcs", "mcls"} else None


def defaults(function: Function) -> dict[str, ast.expr]:
    a = function.args
    positional = [*a.posonlyargs, *a.args]
    found = {p.arg: d for p, d in zip(positional[len(positional) - len(a.defaults) :], a.defaults)}
    found.update({p.arg: d for p, d in zip(a.kwonlyargs, a.kw_defaults) if d is not None})
    return found


def assigned(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """(name, value) of a plain assignment to one name, annotated or not."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return name, value
    return None


def called(node: ast.AST, *wanted: str) -> bool:
    """A call of a plain name, one of ``wanted``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wanted


def one_argument(node: ast.AST, *wanted: str) -> ast.expr | None:
    """The only argument of a call of one of ``wanted``."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in wanted:
            return None if isinstance(argument, ast.Starred) else argument
    return None


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def assign(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([store(name)], value, lineno=0)


def call(function: str | ast.expr, *arguments: ast.expr) -> ast.Call:
    return ast.Call(load(function) if isinstance(function, str) else function, list(arguments), [])


def method(value: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    return call(ast.Attribute(value, name, ast.Load()), *arguments)


def copy(node: ast.expr) -> ast.expr:
    """A second copy in load context: a node never stands at two places of a tree."""
    return ast.parse(ast.unparse(node), mode="eval").body


def statements(source: str) -> list[ast.stmt]:
    return ast.parse(source).body


def replace(function: Function, rewrite) -> Function | None:
    """Applies ``rewrite: expr -> expr | None`` to every expression, inner ones first; None when it never fits."""
    sites = 0

    def visit(node: ast.AST) -> ast.AST:
        nonlocal sites
        for name in CHILDREN[type(node)]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for i, v in enumerate(value):  # type: ignore[arg-type]
                    if isinstance(v, ast.AST):
                        value[i] = visit(v)  # type: ignore[index]
            elif isinstance(value, ast.AST):
                setattr(node, name, visit(value))
        new = rewrite(node) if isinstance(node, ast.expr) else None
        if new is None:
            return node
        sites += 1
        return new

    visit(function)
    return function if sites else None


def rewrite_blocks(function: Function, rewrite) -> Function | None:
    """Applies ``rewrite: block -> new block | None`` to every block, inner ones first."""
    changed = False
    for block in blocks(function):
        new = rewrite(block)
        if new is not None:
            block[:] = new
            changed = True
    return function if changed else None
