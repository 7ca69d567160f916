"""String formatting: % and format() become f-strings, and lazy log messages."""

from __future__ import annotations

import ast
import re

from .analysis import method, replace, simple, walk
from .base import Function, concept, inverse

FIELD = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z%]")


def _embeddable(node: ast.expr) -> bool:
    """May stand inside an f-string of any running Python: no string, no backslash, no braces, no star."""
    for n in walk(node):
        if isinstance(n, ast.Constant) and isinstance(n.value, str | bytes):
            return False
        if isinstance(n, ast.JoinedStr | ast.Starred | ast.Lambda | ast.Dict | ast.Set | ast.SetComp | ast.DictComp | ast.NamedExpr):
            return False
        if isinstance(n, ast.Await | ast.Yield | ast.YieldFrom | ast.IfExp):
            return False
    return True


def _joined(pieces: list[str], values: list[tuple[ast.expr, int, str]]) -> ast.JoinedStr:
    parts: list[ast.expr] = []
    for i, piece in enumerate(pieces):
        if piece:
            parts.append(ast.Constant(piece))
        if i < len(values):
            value, conversion, spec = values[i]
            parts.append(ast.FormattedValue(value, conversion, ast.JoinedStr([ast.Constant(spec)]) if spec else None))
    return ast.JoinedStr(parts)


def from_percent(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            fields = FIELD.findall(text)
            pieces = FIELD.split(text)
            if not fields or len(fields) != len(values) or any(f not in ("%s", "%r") for f in fields):
                return None
            if any("{" in p or "}" in p or "%" in p or "\\" in p for p in pieces) or not all(map(_embeddable, values)):
                return None
            return _joined(pieces, [(v, 114 if f == "%r" else -1, "") for v, f in zip(values, fields)])
    return None


REPLACEMENT = re.compile(r"\{(\d*)(![rsa])?(:[^{}]*)?\}")


def from_format(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=values, keywords=[]):
            if not values or not all(map(_embeddable, values)):
                return None
            pieces, fields, at = [], [], 0
            for i, found in enumerate(REPLACEMENT.finditer(text)):
                number, conversion, spec = found.groups()
                if number and int(number) != i:
                    return None
                pieces.append(text[at : found.start()])
                fields.append((ord(conversion[1]) if conversion else -1, (spec or ":")[1:]))
                at = found.end()
            pieces.append(text[at:])
            if len(fields) != len(values) or any("{" in p or "}" in p or "\\" in p for p in pieces):
                return None
            return _joined(pieces, [(v, c, s) for v, (c, s) in zip(values, fields)])
    return None


@concept(
    "f-strings",
    family="idioms",
    title="f-strings",
    description="% formatting and format() become f-strings",
    example="def f(a, b):\n    return 'a %s' % a + 'b {}'.format(b)",
    changes_behaviour="a tuple formatted by a single %s is printed whole",
    text=(r"['\"] % |['\"]\.format\(",),
)
def f_strings(function: Function) -> Function | None:
    return replace(function, lambda node: from_percent(node) or from_format(node))


@concept(
    "f-strings-from-percent",
    family="idioms",
    title="f-strings from %",
    description="% formatting becomes an f-string",
    example="def f(a):\n    return 'a %s' % a",
    changes_behaviour="a tuple formatted by a single %s is printed whole",
    reverse=True,
    text=(r"['\"] % ",),
)
def f_strings_from_percent(function: Function) -> Function | None:
    return replace(function, from_percent)


@inverse("f-strings-from-percent", nodes=(ast.FormattedValue,))
def percent_from_f_strings(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        found = _taken_apart(node)
        if found is None or any(s or c not in (-1, 114) for _, c, s in found[1]) or any("%" in p for p in found[0]):
            return None
        pieces, values = found
        marks = ["%r" if c == 114 else "%s" for _, c, _ in values] + [""]
        text = "".join(p + m for p, m in zip(pieces, marks))
        only = values[0][0]
        alone = len(values) == 1 and not isinstance(only, ast.Tuple)
        right = only if alone else ast.Tuple([v for v, _, _ in values], ast.Load())
        return ast.BinOp(ast.Constant(text), ast.Mod(), right)

    return replace(function, site)


def _taken_apart(node: ast.expr) -> tuple[list[str], list[tuple[ast.expr, int, str]]] | None:
    """Pieces of text (one more than values) and the values of an f-string."""
    if not isinstance(node, ast.JoinedStr):
        return None
    pieces, values = [""], []
    for part in node.values:
        match part:
            case ast.Constant(value=str(text)):
                if "{" in text or "}" in text or "\\" in text:
                    return None
                pieces[-1] += text
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                inner = ""
                match spec:
                    case ast.JoinedStr(values=[ast.Constant(value=str(inner))]):
                        pass
                    case ast.JoinedStr():
                        return None
                if not _embeddable(value):
                    return None
                values.append((value, conversion, inner))
                pieces.append("")
    return (pieces, values) if values else None


@concept(
    "f-strings-from-format",
    family="idioms",
    title="f-strings from format()",
    description="format() becomes an f-string",
    example="def f(a, b):\n    return '{} and {!r}'.format(a, b)",
    reverse=True,
    text=(r"['\"]\.format\(",),
)
def f_strings_from_format(function: Function) -> Function | None:
    return replace(function, from_format)


@inverse("f-strings-from-format", nodes=(ast.FormattedValue,))
def format_from_f_strings(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        found = _taken_apart(node)
        if found is None:
            return None
        pieces, values = found
        marks = ["{" + (f"!{chr(c)}" if c > 0 else "") + (f":{s}" if s else "") + "}" for _, c, s in values] + [""]
        return method(ast.Constant("".join(p + m for p, m in zip(pieces, marks))), "format", *[v for v, _, _ in values])

    return replace(function, site)


LOGGERS = {"logger", "log", "logging", "LOG", "LOGGER", "_logger", "_log", "_LOGGER"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "warn"}


def is_log_call(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in LEVELS:
            match owner:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    return name in LOGGERS
    return False


@concept(
    "lazy-logging",
    family="idioms",
    title="Lazy log messages",
    description="a log message formatted by % passes its values as arguments instead",
    example="def f(a):\n    logger.info('a %s' % a)",
    reverse=True,
    text=(r"\.(debug|info|warning|error|exception|critical|warn)\(", r"['\"] % "),
)
def lazy_logging(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not is_log_call(node):
            return None
        match node:
            case ast.Call(args=[ast.BinOp(left=ast.Constant(value=str(text)) as message, op=ast.Mod(), right=right)]):
                values = right.elts if isinstance(right, ast.Tuple) else [right]
                if len(FIELD.findall(text)) != len(values) or "%%" in text or any(isinstance(v, ast.Starred | ast.Dict) for v in values):
                    return None
                node.args = [message, *values]
                return node
        return None

    return replace(function, site)


@inverse("lazy-logging", text=(r"\.(debug|info|warning|error|exception|critical|warn)\(['\"].*%.*['\"], ",))
def eager_logging(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not is_log_call(node):
            return None
        match node:
            case ast.Call(args=[ast.Constant(value=str(text)) as message, *values]) if values:
                if len(FIELD.findall(text)) != len(values) or "%%" in text or any(isinstance(v, ast.Starred | ast.Dict) for v in values):
                    return None
                if len(values) == 1 and isinstance(values[0], ast.Tuple):
                    return None
                right = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
                node.args = [ast.BinOp(message, ast.Mod(), right)]
                return node
        return None

    return replace(function, site)


@concept(
    "prefix-tuple",
    family="idioms",
    title="startswith() with a tuple",
    description="several startswith() or endswith() tests of one string become one with a tuple",
    example="def f(s):\n    return s.startswith('a') or s.startswith('b')",
    reverse=True,
    nodes=(ast.BoolOp,),
    text=(r"\.(starts|ends)with\(",),
)
def prefix_tuple(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.Or):
            return None
        result: list[ast.expr] = []
        for value in node.values:
            last = _prefix_test(result[-1]) if result else None
            this = _prefix_test(value)
            if this and last and this[:2] == last[:2]:
                owner = result[-1].func  # type: ignore[attr-defined]
                result[-1] = ast.Call(owner, [ast.Tuple([*last[2], *this[2]], ast.Load())], [])
            else:
                result.append(value)
        if len(result) == len(node.values):
            return None
        return result[0] if len(result) == 1 else ast.BoolOp(ast.Or(), result)

    return replace(function, site)


def _prefix_test(node: ast.expr) -> tuple[str, str, list[ast.expr]] | None:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="startswith" | "endswith" as attr), args=[prefix], keywords=[]):
            if simple(value) and simple(prefix):
                return ast.unparse(value), attr, prefix.elts if isinstance(prefix, ast.Tuple) else [prefix]
    return None


@inverse("prefix-tuple", text=(r"\.(starts|ends)with\(\(",))
def prefix_tests(function: Function) -> Function | None:
    def site(node: ast.expr) -> ast.expr | None:
        found = _prefix_test(node)
        if found is None or len(found[2]) < 2 or not isinstance(node.args[0], ast.Tuple):  # type: ignore[attr-defined]
            return None
        owner = ast.unparse(node.func)  # type: ignore[attr-defined]
        return ast.BoolOp(ast.Or(), [ast.Call(ast.parse(owner, mode="eval").body, [p], []) for p in found[2]])

    return replace(function, site)
