"""Calls made up for a function that no test calls: simple values, kept where the original takes them. Only for functions that look pure."""

import ast
import itertools
import random

import lerp_values

# no effect outside of what they return
MODULES = {
    "abc", "base64", "binascii", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal", "difflib", "enum",
    "fractions", "functools", "hashlib", "heapq", "html", "itertools", "json", "keyword", "math", "numbers", "operator", "re",
    "statistics", "string", "struct", "textwrap", "typing", "typing_extensions", "unicodedata", "urllib", "uuid", "zlib",
}  # fmt: skip
EFFECTS = {
    "open", "print", "input", "exec", "eval", "compile", "__import__", "exit", "quit", "setattr", "delattr", "breakpoint", "globals",
    "vars", "help", "memoryview",
}  # fmt: skip
ANYTHING = [
    0, 1, -3, 12, 2.5, "", "a", "ab, c d", "Hello World", [], [3, 1, 2], ["b", "a", "b"], {}, {"a": 1, "b": 2}, None, True, (1, 2), b"ab",
]  # fmt: skip
BY_NAME = {
    "int": [0, 1, 2, -1, 7, 100],
    "float": [0.0, 1.0, -2.5, 1e9],
    "complex": [1j],
    "bool": [True, False],
    "str": ["", "a", "Hello World", "a,b c", "42", "  x\n"],
    "bytes": [b"", b"ab", b"\x00\xff"],
    "list": [[], [3, 1, 2], ["b", "a", "b"], [1.5, 2.5]],
    "tuple": [(), (1, 2), ("a", "b")],
    "dict": [{}, {"a": 1, "b": 2}],
    "set": [set(), {1, 2}],
    "None": [None],
}
BY_NAME.update(dict.fromkeys(("Sequence", "Iterable", "Collection", "List", "MutableSequence"), BY_NAME["list"]))
BY_NAME.update(dict.fromkeys(("Mapping", "Dict", "MutableMapping"), BY_NAME["dict"]))
TRIES = 400
SEED = 20


def impure(nodes, tree):
    """What in the functions, or in those of the file that they call, does not look pure; `None` when all does."""
    defined = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imported[(alias.asname or alias.name).partition(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imported[alias.asname or alias.name] = "." * node.level + (node.module or "")
    open_nodes, seen = list(nodes), set()
    while open_nodes:
        node = open_nodes.pop()
        for part in ast.walk(node):
            if isinstance(part, (ast.Global, ast.Nonlocal, ast.Await, ast.AsyncFor, ast.AsyncWith)):
                return type(part).__name__.lower()
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                return "an import in the function"
            if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load):
                continue
            if part.id in EFFECTS and part.id not in defined:
                return part.id
            if part.id in imported and imported[part.id].partition(".")[0] not in MODULES:
                return part.id
            if part.id in defined and part.id not in seen:
                seen.add(part.id)
                open_nodes.append(defined[part.id])
    return None


def invent(keeper, caller, report, limit, module):
    """Reports calls as a recorder does."""
    if not keeper.nodes or not keeper.functions:
        return report.send("unusable", reason="it is not defined when its module is imported")
    which = max(keeper.functions)
    node = keeper.nodes[which]
    first = [*node.args.posonlyargs, *node.args.args][:1]
    if node not in keeper.tree.body or (first and first[0].arg in ("self", "cls")):
        return report.send("unusable", reason="no test calls it, and calls are made up for functions of a module only")
    why = impure([node], keeper.tree)
    if why is not None:
        return report.send("unusable", reason=f"no test calls it, and it does not look pure ({why}): no call was made up")
    report.send("module", name=module[0], path=module[1])
    found, returned = 0, 0
    for values, keywords in simple_calls(node):
        encoder = lerp_values.Encoder(strict=True)
        call = {
            "which": which,
            "positional": [encoder.encode(value) for value in values],
            "keywords": [[name, encoder.encode(value)] for name, value in keywords.items()],
        }
        answer = caller.outcome(keeper.functions[which], call)
        answer = answer.get("answer", {}) if isinstance(answer, dict) else {}
        # refused arguments say nothing about what the function does
        if "returned" in answer or answer.get("raised", {}).get("own"):
            report.send("call", test=found, call=call)
            found, returned = found + 1, returned + ("returned" in answer)
        if found >= limit:
            break
    if not returned:
        report.send("unusable", reason="no test calls it, and it took none of the simple values that were tried")
    return None


def simple_calls(node):
    """Combinations of simple values for the parameters: the same ones for the same function."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    choices = [values_for(argument, default) for argument, default in zip(positional, defaults)]
    named = [argument.arg for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default is None]
    choices += [values_for(argument, None) for argument in arguments.kwonlyargs if argument.arg in named]
    if arguments.vararg:
        choices.append(ANYTHING)
    count = 1
    for values in choices:
        count *= len(values)
    if count <= TRIES:
        combinations = itertools.product(*choices)
    else:
        source = random.Random(SEED)
        combinations = (tuple(source.choice(values) for values in choices) for _ in range(TRIES))
    for values in combinations:
        head, rest = list(values[: len(positional)]), values[len(positional) :]
        keywords = dict(zip(named, rest))
        yield head + list(rest[len(named) :]), keywords


def values_for(argument, default):
    found = []
    if isinstance(default, ast.Constant) and type(default.value) in (int, float, str, bytes, bool, type(None)):
        found.append(default.value)
    words = set()
    if argument.annotation is not None:
        for part in ast.walk(argument.annotation):
            if isinstance(part, ast.Name):
                words.add(part.id)
            elif isinstance(part, ast.Attribute):
                words.add(part.attr)
            elif isinstance(part, ast.Constant):
                words.add(str(part.value))
    for word in sorted(words):
        found += BY_NAME.get(word, [])
        if word == "Optional":
            found.append(None)
    if not words and found:
        # without a type, the default's own kind is the best guess
        found += BY_NAME.get(type(found[0]).__name__, [])
    return found or ANYTHING
