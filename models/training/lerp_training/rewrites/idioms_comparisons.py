"""Comparisons, memberships and truth tests."""

from __future__ import annotations

import ast

from .analysis import call, copy, one_argument, replace, same, simple, walk
from .base import Function, concept, inverse


@concept(
    "none-comparison",
    family="idioms",
    title="is None",
    description="comparison with None by identity",
    example="def f(a):\n    return a == None",
    changes_behaviour="a class that defines == is no longer asked",
    reverse=True,
    nodes=(ast.Compare,),
    text=(r"[!=]= None",),
)
def none_comparison(function: Function) -> Function | None:
    return replace(function, lambda n: _none_test(n, {ast.Eq: ast.Is, ast.NotEq: ast.IsNot}))


@inverse("none-comparison", nodes=(ast.Compare,), text=(r" is (not )?None",))
def none_equality(function: Function) -> Function | None:
    return replace(function, lambda n: _none_test(n, {ast.Is: ast.Eq, ast.IsNot: ast.NotEq}))


def _none_test(node: ast.expr, exchange: dict[type, type]) -> ast.expr | None:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=None) as none]) if type(op) in exchange:
            return ast.Compare(left, [exchange[type(op)]()], [none])
    return None


@concept(
    "not-in",
    family="idioms",
    title="not in, is not",
    description="a negated membership or identity test uses its own operator",
    example="def f(a, b):\n    return not a in b",
    reverse=True,
    nodes=(ast.Not, ast.Compare),
    text=(r"not .* (in|is) ",),
)
def not_in(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(left=left, ops=[ast.In() | ast.Is() as op], comparators=right)):
                return ast.Compare(left, [ast.NotIn() if isinstance(op, ast.In) else ast.IsNot()], right)
        return None

    return replace(function, site)


@inverse("not-in", nodes=(ast.Compare,), text=(r" not in | is not ",))
def in_not(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Compare(left=left, ops=[ast.NotIn() | ast.IsNot() as op], comparators=right):
                return ast.UnaryOp(ast.Not(), ast.Compare(left, [ast.In() if isinstance(op, ast.NotIn) else ast.Is()], right))
        return None

    return replace(function, site)


@concept(
    "truth-test",
    family="idioms",
    description="a length or truth value compared with a constant becomes a truth test",
    example="def f(xs):\n    if len(xs) == 0:\n        return None\n    return xs[0]",
    changes_behaviour="arrays and data frames have no truth value; == True is narrower than a truth test",
    nodes=(ast.Compare,),
    text=(r"len\(.*\) (==|!=|>|>=|<) [01]\b|[!=]= (True|False)",),
)
def truth_test(function: Function) -> Function | None:
    tests = _test_positions(function)
    return replace(function, lambda n: _truth(n, id(n) in tests))


def _test_positions(function: Function) -> set[int]:
    """Expressions of which only the truth is used."""
    found: set[int] = set()
    todo: list[ast.expr] = []
    for n in walk(function):
        if isinstance(n, ast.If | ast.While | ast.IfExp | ast.Assert):
            todo.append(n.test)
        elif isinstance(n, ast.comprehension):
            todo.extend(n.ifs)
        elif isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.Not):
            todo.append(n.operand)
        elif one_argument(n, "bool") is not None:
            todo.append(n.args[0])  # type: ignore[attr-defined]
    while todo:
        test = todo.pop()
        found.add(id(test))
        if isinstance(test, ast.BoolOp):
            todo.extend(test.values)
    return found


def _truth(node: ast.expr, only_truth: bool) -> ast.expr | None:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=value)]):
            inner = one_argument(left, "len")
            form = (type(op), type(value), value)
            if inner is not None and form in ((ast.Eq, int, 0), (ast.Lt, int, 1)):
                return ast.UnaryOp(ast.Not(), inner)
            if inner is not None and only_truth and form in ((ast.NotEq, int, 0), (ast.Gt, int, 0), (ast.GtE, int, 1)):
                return inner
            if form in ((ast.Eq, bool, False), (ast.NotEq, bool, True)):
                return ast.UnaryOp(ast.Not(), left)
            if only_truth and form in ((ast.Eq, bool, True), (ast.NotEq, bool, False)):
                return left
    return None


@concept(
    "chained-comparison",
    family="idioms",
    description="two comparisons of one value become a chain",
    example="def f(a, b, c):\n    return a <= b and b < c",
    reverse=True,
    nodes=(ast.BoolOp, ast.Compare),
    text=(r"[<>]=? .* and ",),
)
def chained_comparison(function: Function) -> Function | None:
    return replace(function, _chained)


ORDER = (ast.Lt, ast.LtE)
TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def _ascending(node: ast.expr, shared: ast.expr | None = None) -> tuple[ast.expr, list[ast.cmpop], list[ast.expr]] | None:
    """A comparison read from small to large; `a > b` is turned round."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=right):
            if all(isinstance(op, ORDER) for op in ops):
                return left, ops, right
            if len(ops) == 1 and type(ops[0]) in TURNED:
                return right[0], [TURNED[type(ops[0])]()], [left]
    return None


def _chained(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.And):
        return None
    result = [node.values[0]]
    for value in node.values[1:]:
        first, second = _ascending(result[-1]), _ascending(value)
        joined = None
        if first and second and all(map(simple, (first[0], *first[2], second[0], *second[2]))):
            for low, high in ((first, second), (second, first)):
                if same(low[2][-1], high[0]):
                    joined = ast.Compare(low[0], [*low[1], *high[1]], [*low[2], *high[2]])
                    break
        if joined is None:
            result.append(value)
        else:
            result[-1] = joined
    if len(result) == len(node.values):
        return None
    return result[0] if len(result) == 1 else ast.BoolOp(ast.And(), result)


@inverse("chained-comparison", nodes=(ast.Compare,), text=(r"[<>]=? .* [<>]=? ",))
def unchained_comparison(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Compare(left=left, ops=[op1, op2], comparators=[middle, right]):
                if isinstance(op1, ORDER) and isinstance(op2, ORDER) and simple(middle):
                    return ast.BoolOp(ast.And(), [ast.Compare(left, [op1], [middle]), ast.Compare(copy(middle), [op2], [right])])
        return None

    return replace(function, site)


def _merged(node: ast.expr, op: type, key_of, merge) -> ast.expr | None:
    """Joins neighbours of a boolean operation that ask the same of different values."""
    if not isinstance(node, ast.BoolOp) or not isinstance(node.op, op):
        return None
    groups: list[tuple[object, list[ast.expr]]] = []
    for value in node.values:
        key = key_of(value)
        if key is not None and groups and groups[-1][0] == key:
            groups[-1][1].append(value)
        else:
            groups.append((key, [value]))
    if len(groups) == len(node.values):
        return None
    result = [merge(members) if len(members) > 1 else members[0] for _, members in groups]
    return result[0] if len(result) == 1 else ast.BoolOp(node.op, result)


def _instance_test(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[value, kind], keywords=[]) if simple(value):
            return value, kind
    return None


@concept(
    "isinstance-tuple",
    family="idioms",
    title="isinstance() with a tuple",
    description="several isinstance() tests of one value become one",
    example="def f(a):\n    return isinstance(a, int) or isinstance(a, str)",
    reverse=True,
    nodes=(ast.BoolOp,),
    text=(r"isinstance\(",),
)
def isinstance_tuple(function: Function) -> Function | None:
    def key(node: ast.expr) -> str | None:
        found = _instance_test(node)
        return ast.unparse(found[0]) if found else None

    def merge(members: list[ast.expr]) -> ast.expr:
        pairs = [_instance_test(m) for m in members]
        kinds = [k for _, kind in pairs for k in (kind.elts if isinstance(kind, ast.Tuple) else [kind])]  # type: ignore[misc]
        return call("isinstance", pairs[0][0], ast.Tuple(kinds, ast.Load()))  # type: ignore[index]

    def negative_key(node: ast.expr) -> str | None:
        return key(node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else None

    def negative_merge(members: list[ast.expr]) -> ast.expr:
        return ast.UnaryOp(ast.Not(), merge([m.operand for m in members]))  # type: ignore[attr-defined]

    return replace(function, lambda n: _merged(n, ast.Or, key, merge) or _merged(n, ast.And, negative_key, negative_merge))


@inverse("isinstance-tuple", text=(r"isinstance\(.*, \(",))
def isinstance_tests(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        found = _instance_test(node)
        if found and isinstance(found[1], ast.Tuple) and len(found[1].elts) > 1:
            return ast.BoolOp(ast.Or(), [call("isinstance", copy(found[0]), kind) for kind in found[1].elts])
        return None

    return replace(function, site)


@concept(
    "membership-test",
    family="idioms",
    description="one value compared with several becomes a membership test",
    example="def f(a):\n    return a == 1 or a == 2",
    reverse=True,
    nodes=(ast.BoolOp, ast.Compare),
    text=(r"== .* or .* == |!= .* and .* != ",),
)
def membership_test(function: Function) -> Function | None:
    def key_for(op: type):
        def key(node: ast.expr) -> str | None:
            match node:
                case ast.Compare(left=left, ops=[found], comparators=[right]) if isinstance(found, op) and simple(left) and simple(right):
                    return ast.unparse(left)
            return None

        return key

    def merge_for(op: type):
        def merge(members: list[ast.expr]) -> ast.expr:
            values = ast.Tuple([m.comparators[0] for m in members], ast.Load())  # type: ignore[attr-defined]
            return ast.Compare(members[0].left, [op()], [values])  # type: ignore[attr-defined]

        return merge

    return replace(
        function,
        lambda n: _merged(n, ast.Or, key_for(ast.Eq), merge_for(ast.In)) or _merged(n, ast.And, key_for(ast.NotEq), merge_for(ast.NotIn)),
    )


@inverse("membership-test", nodes=(ast.Compare,), text=(r" in \(",))
def equality_tests(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Tuple(elts=[_, _, *_] as values)]):
                if not simple(left) or not all(map(simple, values)) or len(values) > 4:
                    return None
                one, join = (ast.Eq, ast.Or) if isinstance(op, ast.In) else (ast.NotEq, ast.And)
                return ast.BoolOp(join(), [ast.Compare(copy(left), [one()], [v]) for v in values])
        return None

    return replace(function, site)
