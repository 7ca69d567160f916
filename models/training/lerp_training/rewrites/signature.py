"""Parameters and annotations."""

from __future__ import annotations

import ast

from .analysis import (
    count, defaults, is_generator, is_stub, load, own_of, parameters, receiver, returns, returns_value, start, statements, taken, walk,
)  # fmt: skip
from .base import Function, Unsure, concept, inverse, settled

# An annotation can be known only when its names are common or stand in the function already.
TYPING = frozenset(
    "int str bool float bytes list dict set tuple frozenset object type None complex Any Optional Union Callable Iterable Iterator "
    "Sequence Mapping MutableMapping List Dict Set Tuple Type Path Generator Awaitable Literal Self typing t collections abc NoReturn "
    "AsyncIterator AsyncGenerator Coroutine Hashable Final".split()
)


def _known(annotation: ast.expr, function: Function) -> bool:
    there = taken(function)
    for n in walk(annotation):
        match n:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                if name not in TYPING and name not in there:
                    return False
            case ast.Constant(value=str() | bytes()):
                return False  # a forward reference
    return True


@concept(
    "type-hints",
    family="signature",
    description="parameters are annotated, as in real annotated code",
    example="def f(self, name: str, n: int=0):\n    return self.get(name, n)",
    learned=True,
    reverse=True,
    nodes=(ast.arg,),
    text=(r"\w: ",),
)
def type_hints(function: Function) -> Function | None:
    mine = [a for a in parameters(function)]
    if not mine or any(a.annotation is None for a in mine):
        return None
    hints = [a.annotation for a in mine]
    starred = [a for a in (function.args.vararg, function.args.kwarg) if a is not None]
    hints += [a.annotation for a in starred if a.annotation is not None]
    for a in [*mine, *starred]:
        a.annotation = None
    if not all(_known(hint, function) for hint in hints if hint is not None):
        raise Unsure
    return function


@settled("type-hints")
def type_hints_settled(function: Function) -> bool:
    return all(a.annotation is not None for a in parameters(function))


@concept(
    "return-annotation",
    family="signature",
    description="the return type is annotated where the body says it: None, bool, str, int, a class, or a parameter's type",
    example="def f(a: str, b):\n    return a == b",
    reverse=True,
    text=(r"\):\n",),
)
def return_annotation(function: Function) -> Function | None:
    if function.returns is not None:
        return None
    function.returns = returned_type(function)
    return function if function.returns is not None else None


@inverse("return-annotation", text=(r"\) -> ",))
def no_return_annotation(function: Function) -> Function | None:
    hint, function.returns = function.returns, None
    return None if hint is None else function


TRUTHS = {"isinstance", "issubclass", "hasattr", "callable", "any", "all", "bool"}
MADE = {"str", "int", "float", "len", "repr"}


def returned_type(function: Function) -> ast.expr | None:
    """What the body alone says about the type that is returned; None where it leaves that open."""
    if is_generator(function) or is_stub(function) or any(isinstance(n, ast.Raise) for n in function.body[-1:]):
        return None
    values = [n.value for n in own_of(function.body) if isinstance(n, ast.Return)]
    if all(v is None or isinstance(v, ast.Constant) and v.value is None for v in values):
        return ast.Constant(None)
    if not returns(function.body):
        return None  # what falls off the end is None besides
    hints = {ast.unparse(hint) if hint is not None else "" for hint in (_type_of(v, function) for v in values)}
    return ast.parse(hints.pop(), mode="eval").body if len(hints) == 1 and "" not in hints else None


def _type_of(value: ast.expr | None, function: Function) -> ast.expr | None:
    match value:
        case ast.Constant(value=bool() | str() | int() | float() | bytes() as constant):
            return load(type(constant).__name__)
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return load("bool")
        case ast.BoolOp(values=[first, *rest]):
            kinds = [_type_of(v, function) for v in (first, *rest)]
            return kinds[0] if all(isinstance(k, ast.Name) and k.id == "bool" for k in kinds) else None
        case ast.JoinedStr():
            return load("str")
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith")):
            return load("bool")
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join" | "format")):
            return load("str")
        case ast.Call(func=ast.Name(id=name)):
            if name in TRUTHS:
                return load("bool")
            if name in MADE:
                return load({"len": "int", "repr": "str"}.get(name, name))
            return load(name) if name[:1].isupper() and not name.isupper() else None
        case ast.Name(id=name):
            written = any(isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load) for n in own_of(function.body))
            hint = next((a.annotation for a in parameters(function) if a.arg == name), None)
            return hint if hint is not None and not written and defaults(function).get(name) is None else None
    return None


@concept(
    "keyword-only",
    family="signature",
    title="Keyword-only defaults",
    description="parameters with a default can be given by keyword only",
    example="def f(a, b=1):\n    return a + b",
    changes_behaviour="callers that pass them by position fail",
    reverse=True,
    text=(r"def .*=",),
)
def keyword_only(function: Function) -> Function | None:
    a = function.args
    if a.vararg or a.kwonlyargs or not a.defaults or len(a.defaults) > len(a.args):
        return None
    at = len(a.args) - len(a.defaults)
    a.kwonlyargs, a.kw_defaults = a.args[at:], list(a.defaults)
    a.args, a.defaults = a.args[:at], []
    return function


@inverse("keyword-only", text=(r"def .*\*, ",))
def keyword_or_position(function: Function) -> Function | None:
    a = function.args
    if a.vararg or not a.kwonlyargs or a.defaults or None in a.kw_defaults:
        return None
    a.args, a.defaults = [*a.args, *a.kwonlyargs], [d for d in a.kw_defaults if d is not None]
    a.kwonlyargs, a.kw_defaults = [], []
    return function


MUTABLE = ("[]", "{}", "set()", "dict()", "list()")


@concept(
    "mutable-default",
    family="signature",
    title="No mutable default",
    description="a list, dict or set as a default is made anew in each call",
    example="def f(a, xs=[]):\n    xs.append(a)\n    return xs",
    changes_behaviour="calls no longer share the default",
    reverse=True,
    text=(r"def .*=(\[\]|\{\}|set\(\)|dict\(\)|list\(\))",),
)
def mutable_default(function: Function) -> Function | None:
    a = function.args
    found: list[tuple[str, ast.expr]] = []
    names = [p.arg for p in [*a.posonlyargs, *a.args]]
    for i, default in enumerate(a.defaults):
        if ast.unparse(default) in MUTABLE:
            found.append((names[len(names) - len(a.defaults) + i], default))
            a.defaults[i] = ast.Constant(None)
    for i, default in enumerate(a.kw_defaults):
        if default is not None and ast.unparse(default) in MUTABLE:
            found.append((a.kwonlyargs[i].arg, default))
            a.kw_defaults[i] = ast.Constant(None)
    if not found or is_stub(function):
        return None
    checks = [f"if {name} is None:\n    {name} = {ast.unparse(default)}" for name, default in found]
    at = start(function)
    function.body[at:at] = [s for check in checks for s in statements(check)]
    return function


@inverse("mutable-default", text=(r"def .*=None", r"if \w+ is None:\n +\w+ = (\[\]|\{\}|set\(\)|dict\(\)|list\(\))"))
def shared_default(function: Function) -> Function | None:
    a = function.args
    sites = 0
    while len(function.body) > start(function) + 1:
        match function.body[start(function)]:
            case ast.If(
                test=ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]),
                body=[ast.Assign(targets=[ast.Name(id=target)], value=value)],
                orelse=[],
            ) if name == target and ast.unparse(value) in MUTABLE:
                names = [p.arg for p in [*a.posonlyargs, *a.args]][len(a.posonlyargs) + len(a.args) - len(a.defaults) :]
                where, i = (a.defaults, names.index(name)) if name in names else (a.kw_defaults, _index(a.kwonlyargs, name))
                if i < 0 or not (isinstance(where[i], ast.Constant) and where[i].value is None):  # type: ignore[union-attr]
                    break
                where[i] = value  # type: ignore[index]
                del function.body[start(function)]
                sites += 1
            case _:
                break
    return function if sites else None


def _index(parameters_: list[ast.arg], name: str) -> int:
    return next((i for i, p in enumerate(parameters_) if p.arg == name), -1)


@concept(
    "args-splat",
    family="signature",
    title="*args and **kwargs",
    description="further arguments are accepted, and handed on to super()",
    example="def __init__(self, a):\n    super().__init__(a)\n    self.a = a",
    changes_behaviour="wrong arguments are no longer reported",
    reverse=True,
)
def args_splat(function: Function) -> Function | None:
    a = function.args
    if a.vararg or a.kwarg or {"args", "kwargs"} & taken(function):
        return None
    a.vararg, a.kwarg = ast.arg("args"), ast.arg("kwargs")
    for n in _super_calls(function):
        n.args.append(ast.Starred(load("args"), ast.Load()))
        n.keywords.append(ast.keyword(None, load("kwargs")))
    return function


def _super_calls(function: Function) -> list[ast.Call]:
    found = []
    for n in walk(function):
        match n:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=attr)) if attr == function.name:
                found.append(n)
    return found


@inverse("args-splat", text=(r"\*args, (.*, )?\*\*kwargs",))
def no_splat(function: Function) -> Function | None:
    a = function.args
    match a.vararg, a.kwarg:
        case ast.arg(arg="args", annotation=None), ast.arg(arg="kwargs", annotation=None):
            a.vararg = a.kwarg = None
            for n in _super_calls(function):
                if n.args and isinstance(n.args[-1], ast.Starred):
                    n.args.pop()
                if n.keywords and n.keywords[-1].arg is None:
                    n.keywords.pop()
            return None if {"args", "kwargs"} & taken(function) else function
    return None


@concept(
    "staticmethod",
    family="signature",
    title="Static method",
    description="a method that does not use self becomes a static method",
    example="def f(self, a):\n    return a + 1",
    changes_behaviour="Class.f(instance, a) no longer works",
    reverse=True,
    text=(r"\(self\b",),
)
def staticmethod_(function: Function) -> Function | None:
    if function.decorator_list or receiver(function) != "self" or is_stub(function) or function.name.startswith("__"):
        return None
    if count(function.body, "self") or count(function.body, "super") or function.args.posonlyargs:
        return None
    if len(function.args.defaults) == len(function.args.args):
        return None
    function.args.args.pop(0)
    function.decorator_list = [load("staticmethod")]
    return function


@inverse("staticmethod", text=(r"@staticmethod\n",))
def instance_method(function: Function) -> Function | None:
    if [ast.unparse(d) for d in function.decorator_list] != ["staticmethod"] or function.args.posonlyargs:
        return None
    if "self" in taken(function):
        return None
    function.decorator_list = []
    function.args.args.insert(0, ast.arg("self"))
    return function


@concept(
    "property",
    family="signature",
    title="Property",
    description="a method without arguments that computes a value becomes a property",
    example="def size(self):\n    return len(self.items)",
    changes_behaviour="callers drop the parentheses",
    reverse=True,
    text=(r"\(self\)",),
)
def property_(function: Function) -> Function | None:
    a = function.args
    alone = len(a.args) == 1 and not (a.posonlyargs or a.kwonlyargs or a.vararg or a.kwarg)
    if function.decorator_list or not alone or receiver(function) != "self" or function.name.startswith("__"):
        return None
    if isinstance(function, ast.AsyncFunctionDef) or is_generator(function) or not returns_value(function):
        return None
    function.decorator_list = [load("property")]
    return function


@inverse("property", text=(r"@property\n",))
def plain_method(function: Function) -> Function | None:
    if [ast.unparse(d) for d in function.decorator_list] != ["property"]:
        return None
    function.decorator_list = []
    return function


@concept(
    "async",
    family="cross-cutting",
    title="async def",
    description="the function becomes a coroutine and sleeps without blocking",
    example="def f(a):\n    time.sleep(1)\n    return a",
    changes_behaviour="callers must await it",
    imports=("import asyncio",),
    reverse=True,
    nodes=(ast.FunctionDef,),
)
def async_(function: Function) -> Function | None:
    if isinstance(function, ast.AsyncFunctionDef) or is_generator(function) or function.decorator_list or is_stub(function):
        return None
    if function.name.startswith("__"):
        return None
    fields = {name: value for name, value in ast.iter_fields(function)}
    return _Sleep().visit(ast.AsyncFunctionDef(**fields, lineno=0))


class _Sleep(ast.NodeTransformer):
    """time.sleep becomes an awaited asyncio.sleep; nested functions stay as they are."""

    depth = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id="time"), attr="sleep"):
                node.func.value.id = "asyncio"  # type: ignore[attr-defined]
                return ast.Await(node)
        return node


@inverse("async", nodes=(ast.AsyncFunctionDef,))
def sync(function: Function) -> Function | None:
    if not isinstance(function, ast.AsyncFunctionDef) or is_generator(function) or function.decorator_list:
        return None

    class Blocking(ast.NodeTransformer):
        def visit_Await(self, node: ast.Await) -> ast.AST:
            match node.value:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep")):
                    node.value.func.value.id = "time"  # type: ignore[attr-defined]
                    return node.value
            return node

    made = Blocking().visit(ast.FunctionDef(**dict(ast.iter_fields(function)), lineno=0))
    suspends = any(isinstance(n, ast.Await | ast.AsyncFor | ast.AsyncWith) or getattr(n, "is_async", 0) for n in walk(made))
    return None if suspends else made


@concept(
    "validation",
    family="cross-cutting",
    title="Check argument types",
    description="arguments annotated with a built-in type are checked on entry",
    example="def f(name: str, n: int):\n    return name * n",
    changes_behaviour="arguments of another type are rejected with TypeError",
    reverse=True,
    text=(r": (str|int|float|bool|bytes|list|dict|set|tuple)\b",),
)
def validation(function: Function) -> Function | None:
    given = defaults(function)
    checks = []
    for a in parameters(function):
        match a.annotation, given.get(a.arg):
            case ast.Name(id="str" | "int" | "float" | "bool" | "bytes" | "list" | "dict" | "set" | "tuple" as kind), default:
                if not (isinstance(default, ast.Constant) and default.value is None):
                    checks.append(f"if not isinstance({a.arg}, {kind}):\n    raise TypeError('wrong type')")
    body = function.body[start(function) :]
    if not checks or is_stub(function) or "isinstance" in "".join(map(ast.unparse, body[:1])):
        return None
    at = start(function)
    function.body[at:at] = [s for check in checks for s in statements(check)]
    return function


