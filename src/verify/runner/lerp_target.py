"""Finds a function in a module's tree. A function inside another is called by way of the outer one."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def targets(tree, qualname):
    """Every definition of the name, in the order of the text: a property has several."""
    found = []
    _search(tree, qualname.replace(".<locals>", "").split("."), found)
    return found


def _search(node, names, found):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            if child.name == names[0]:
                found.append(child)
        elif isinstance(child, ast.ClassDef):
            if child.name == names[0] and len(names) > 1:
                _search(child, names[1:], found)
        elif isinstance(child, (ast.stmt, ast.ExceptHandler)):
            # under `if` and `try`
            _search(child, names, found)


def placed(part, beside):
    """The part, at another's place in the text, so that no traceback or warning points elsewhere."""
    for node in ast.walk(part):
        ast.copy_location(node, beside)
    return part
