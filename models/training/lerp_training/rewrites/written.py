"""A tree as people write it: ast.unparse puts parentheses that nobody does.

`any((x for x in xs))`, `a and (not b) and (c == d)`, `return (a, b)` and `(m := (a + 1))` are what it makes. A model that learns from such text
writes it, and users' code looks different from all that it has seen.
"""

from __future__ import annotations

import ast

LOW = ast._Precedence.TUPLE  # type: ignore[attr-defined]


class _Writer(ast._Unparser):  # type: ignore[attr-defined,name-defined]
    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        level = self.boolop_precedence[self.boolops[node.op.__class__.__name__]]
        with self.require_parens(level, node):
            # ast.unparse asks for more of each further operand
            self.set_precedence(level.next(), *node.values)
            word = f" {self.boolops[node.op.__class__.__name__]} "
            self.interleave(lambda: self.write(word), self.traverse, node.values)

    def visit_Call(self, node: ast.Call) -> None:
        if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp):
            self.set_precedence(ast._Precedence.ATOM, node.func)  # type: ignore[attr-defined]
            self.traverse(node.func)
            self.traverse(node.args[0])  # brings the call's own parentheses
        else:
            super().visit_Call(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        with self.require_parens(ast._Precedence.NAMED_EXPR, node):  # type: ignore[attr-defined]
            self.set_precedence(ast._Precedence.ATOM, node.target)  # type: ignore[attr-defined]
            self.traverse(node.target)
            self.write(" := ")
            self.traverse(node.value)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        with self.delimit_if("(", ")", len(node.elts) < 2 or self.get_precedence(node) > LOW):
            self.items_view(self.traverse, node.elts)

    def visit_Return(self, node: ast.Return) -> None:
        self._bare(node.value)
        super().visit_Return(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._bare(node.value)
        super().visit_Assign(node)

    def visit_If(self, node: ast.If) -> None:
        self._test(node)
        super().visit_If(node)

    def visit_While(self, node: ast.While) -> None:
        self._test(node)
        super().visit_While(node)

    def _bare(self, value: ast.expr | None) -> None:
        if isinstance(value, ast.Tuple):
            self.set_precedence(LOW, value)

    def _test(self, node: ast.If | ast.While) -> None:
        while True:
            if isinstance(node.test, ast.NamedExpr):
                self.set_precedence(ast._Precedence.NAMED_EXPR, node.test)  # type: ignore[attr-defined]
            match node.orelse:
                case [ast.If() as inner] if isinstance(node, ast.If):
                    node = inner
                case _:
                    return


def written(tree: ast.AST) -> str:
    """The text of a tree; ast.unparse's where reading it would not give the tree back."""
    plain = ast.unparse(tree)
    try:
        text = _Writer().visit(tree)
        same = text == plain or ast.dump(ast.parse(text)) == ast.dump(ast.parse(plain))
    except (SyntaxError, ValueError):
        return plain
    return text if same else plain
