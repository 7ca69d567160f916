"""Plants faults in the functions of a Python file, one at a time: `mutate.py FILE SEED COUNT` prints a JSON line for each of COUNT.

A fault is one of: an operator changed, a constant changed, a comparison changed, a condition negated, `return None` in place of what is
returned, a statement deleted. Only its own characters are replaced; the rest of the text stays. The choice
depends on the seed alone; a function has two faults at the most.
"""

import ast
import json
import random
import sys

BINARY = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "//", ast.BitAnd: "|", ast.BitOr: "&", ast.Pow: "*",
    ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip
COMPARE = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is",
    ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
DELETABLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)


class Text:
    """A source text, addressed as `ast` does it: lines from 1, columns in bytes."""

    def __init__(self, text):
        self.data = text.encode("utf-8")
        self.starts = [0]
        for line in self.data.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def span(self, node):
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def read(self, node):
        start, end = self.span(node)
        return self.data[start:end].decode("utf-8")

    def replaced(self, start, end, new):
        return (self.data[:start] + new.encode("utf-8") + self.data[end:]).decode("utf-8")


def faults(text, node):
    """Kind and whole new text of every fault at one node."""
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        yield "operator", between(text, node.left, node.right, BINARY[type(node.op)])
    elif isinstance(node, ast.BoolOp):
        # of `a and b and c`, the first
        new = "or" if isinstance(node.op, ast.And) else "and"
        yield "operator", between(text, node.values[0], node.values[1], new)
    elif isinstance(node, ast.AugAssign) and type(node.op) in BINARY:
        yield "operator", between(text, node.target, node.value, BINARY[type(node.op)] + "=")
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        yield "comparison", between(text, node.left, node.comparators[0], COMPARE[type(node.ops[0])])
    elif isinstance(node, ast.Constant):
        new = constant(node.value)
        if new is not None:
            yield "constant", text.replaced(*text.span(node), new)
    elif isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
        yield "return", text.replaced(*text.span(node), "return None")
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition", text.replaced(*text.span(node.test), f"(not ({text.read(node.test)}))")
    if isinstance(node, DELETABLE) and not docstring(node):
        yield "deleted", text.replaced(*text.span(node), "pass")


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def between(text, left, right, new):
    """The operator stands between its operands, with blanks and parentheses around; a comment there is nobody's style."""
    (_, start), (end, _) = text.span(left), text.span(right)
    gap = text.data[start:end].decode("utf-8")
    before = gap[: len(gap) - len(gap.lstrip(" )\n\\"))]
    after = gap[len(gap.rstrip(" (\n\\")) :]
    return text.replaced(start, end, f"{before or ' '}{new}{after or ' '}")


def constant(value):
    if value is True or value is False:
        return str(not value)
    if type(value) is int:
        return str(value + 1)
    if type(value) is float:
        return repr(value + 1.0)
    if type(value) is str:
        return repr(value + "XX") if value else "'XX'"
    return None


def functions(tree, prefix=""):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")


def inside(function):
    """The nodes of the body; annotations, defaults, docstrings and parts of f-strings are left alone."""
    open_nodes = list(function.body)
    while open_nodes:
        node = open_nodes.pop(0)
        if docstring(node) or isinstance(node, (ast.JoinedStr, ast.arguments, ast.AnnAssign, ast.ClassDef)):
            continue
        yield node
        open_nodes.extend(ast.iter_child_nodes(node))


def main():
    path, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(path, encoding="utf-8") as file:
        source = file.read()
    text = Text(source)
    nodes = [(name, node) for name, function in functions(ast.parse(source)) for node in inside(function)]
    random.Random(seed).shuffle(nodes)
    taken = {}
    for name, node in nodes:
        for kind, mutant in faults(text, node):
            if taken.get(name, 0) == 2 or mutant == source:
                continue
            try:
                compile(mutant, path, "exec")
            except (SyntaxError, ValueError):
                continue
            taken[name] = taken.get(name, 0) + 1
            print(json.dumps({"function": name, "kind": kind, "line": node.lineno, "text": mutant}))
            count -= 1
            if count == 0:
                return


if __name__ == "__main__":
    main()
