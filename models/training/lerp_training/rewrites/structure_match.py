"""match statements from chains of tests."""

from __future__ import annotations

import ast

from .analysis import elifs, place, rewrite_blocks, same
from .base import Function, concept, inverse


@concept(
    "match-from-if",
    family="structure",
    title="match from an if chain",
    description="a chain of tests of one value becomes a match statement",
    example="def f(a):\n    if a == 1:\n        return g()\n    elif a == 2:\n        return h()\n    else:\n        return None",
    changes_behaviour="needs Python 3.10",
    reverse=True,
    nodes=(ast.If,),
    text=(r"if .*(==| in \(|isinstance)", r"elif .*(==| in \(|isinstance)"),
)
def match_from_if(function: Function) -> Function | None:
    chained = elifs(function)

    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [(_matched(s) if isinstance(s, ast.If) and id(s) not in chained else None) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _matched(head: ast.If) -> ast.stmt | None:
    cases: list[ast.match_case] = []
    subject: ast.expr | None = None
    node: ast.If | None = head
    while node is not None:
        found = _pattern(node.test)
        if found is None or subject is not None and not same(subject, found[0]):
            return None
        subject = found[0]
        cases.append(ast.match_case(found[1], None, node.body))
        match node.orelse:
            case []:
                node = None
            case [ast.If() as inner]:
                node = inner
            case rest:
                cases.append(ast.match_case(ast.MatchAs(), None, rest))
                node = None
    if len(cases) < 3 and not (len(cases) == 2 and not isinstance(cases[-1].pattern, ast.MatchAs)):
        return None
    return ast.Match(subject, cases)


def _pattern(test: ast.expr) -> tuple[ast.expr, ast.pattern] | None:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]) if place(left):
            one = _value_pattern(right)
            return (left, one) if one else None
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]) if place(left):
            return left, ast.MatchSingleton(None)
        case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Tuple(elts=[_, _, *_] as parts)]) if place(left):
            several = [_value_pattern(p) for p in parts]
            return (left, ast.MatchOr(several)) if all(several) else None  # type: ignore[arg-type]
        case ast.Call(func=ast.Name(id="isinstance"), args=[left, kind], keywords=[]) if place(left):
            kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
            if not kinds or not all(map(place, kinds)):
                return None
            patterns: list[ast.pattern] = [ast.MatchClass(k, [], [], []) for k in kinds]
            return left, patterns[0] if len(patterns) == 1 else ast.MatchOr(patterns)
    return None


def _value_pattern(value: ast.expr) -> ast.pattern | None:
    match value:
        case ast.Constant(value=str() | bytes() | int() | float()) if not isinstance(value.value, bool):
            return ast.MatchValue(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return ast.MatchValue(value)
        case ast.Attribute() if place(value):
            return ast.MatchValue(value)
    return None


@inverse("match-from-if", nodes=(ast.Match,))
def if_from_match(function: Function) -> Function | None:
    def block_of(block: list[ast.stmt]) -> list[ast.stmt] | None:
        result = [(_tested(s) if isinstance(s, ast.Match) else None) or s for s in block]
        return result if any(a is not b for a, b in zip(result, block)) else None

    return rewrite_blocks(function, block_of)


def _tested(statement: ast.Match) -> ast.stmt | None:
    if not place(statement.subject):
        return None
    made: list[ast.stmt] = []
    for case in reversed(statement.cases):
        if case.guard is not None:
            return None
        match case.pattern:
            case ast.MatchAs(pattern=None, name=None) if not made and case is statement.cases[-1]:
                made = case.body
                continue
        test = _test_of(statement.subject, case.pattern)
        if test is None:
            return None
        made = [ast.If(test, case.body, made)]
    return made[0] if len(made) == 1 and isinstance(made[0], ast.If) else None


def _test_of(subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
    text = ast.unparse(subject)
    match pattern:
        case ast.MatchValue(value=value):
            source = f"{text} == {ast.unparse(value)}"
        case ast.MatchSingleton(value=None):
            source = f"{text} is None"
        case ast.MatchClass(cls=kind, patterns=[], kwd_attrs=[]):
            source = f"isinstance({text}, {ast.unparse(kind)})"
        case ast.MatchOr(patterns=parts) if all(isinstance(p, ast.MatchValue) for p in parts):
            source = f"{text} in ({', '.join(ast.unparse(p) for p in parts)})"
        case ast.MatchOr(patterns=parts) if all(isinstance(p, ast.MatchClass) and not p.patterns and not p.kwd_attrs for p in parts):
            source = f"isinstance({text}, ({', '.join(ast.unparse(p.cls) for p in parts)}))"  # type: ignore[attr-defined]
        case _:
            return None
    return ast.parse(source, mode="eval").body
