"""Records the calls of one function while tests run on the original: arguments as plain data, taken at the head of the body."""

import ast
import builtins
import json
import os
import sys
import threading

import lerp_target
import lerp_values

PROBE = "__lerp_called__"


class Recorder:
    """A pytest plug-in, and what `lerp_overlay` asks for the code of an overlaid file."""

    def __init__(self, wish, report):
        self._wish = wish
        self._report = report
        self._seen = set()
        self._test = 0
        self._tries = 0
        self._here = 0
        self._skipped = {}
        self._busy = threading.local()
        self._full = False
        setattr(builtins, PROBE, self._called)

    def take(self):
        return []

    def watch(self, code):
        pass

    def prepare(self, text, path):
        if os.path.realpath(path) != self._wish["file"]:
            return text
        try:
            tree = ast.parse(text, path)
        except (SyntaxError, ValueError, RecursionError):
            return text
        for which, node in enumerate(lerp_target.targets(tree, self._wish["function"])):
            call = lerp_target.placed(probe(which, node.args), node.body[0])
            documented = ast.get_docstring(node, clean=False) is not None
            node.body.insert(1 if documented else 0, call)
        return tree

    def _called(self, which, module, positional, keywords):
        self._tries += 1
        limit = self._wish["limit_here"]
        if self._full or self._here >= limit or self._tries > 8 * limit or getattr(self._busy, "now", False):
            return
        # a user's class that is read may call the function again
        self._busy.now = True
        try:
            encoder = lerp_values.Encoder(strict=True)
            call = {
                "which": which,
                "positional": [encoder.encode(value) for value in positional],
                "keywords": [[name, encoder.encode(value)] for name, value in keywords.items()],
            }
        except lerp_values.Unplain as error:
            self._skipped[str(error)] = self._skipped.get(str(error), 0) + 1
            return
        except Exception as error:
            why = lerp_values.named(type(error))
            self._skipped[why] = self._skipped.get(why, 0) + 1
            return
        finally:
            self._busy.now = False
        key = json.dumps(call)
        if key in self._seen:
            return
        if not self._seen:
            # the path as the tests have it: a replay imports the module in the same way
            self._report.send("module", name=module, path=[path for path in sys.path if isinstance(path, str)])
        self._seen.add(key)
        self._here += 1
        self._report.send("call", test=self._test, call=call)
        self._full = len(self._seen) >= self._wish["limit"]

    def pytest_runtest_logstart(self, nodeid, location):
        self._test += 1
        self._here = self._tries = 0

    def pytest_runtest_logfinish(self, nodeid, location):
        if self._full:
            self._session.shouldstop = "enough calls"

    def pytest_sessionstart(self, session):
        self._session = session

    def pytest_sessionfinish(self, session):
        self._report.send("skipped", kinds=self._skipped)


def probe(which, arguments):
    """`__lerp_called__(which, __name__, (a, b, *rest), {"c": c, **others})`"""

    def name(argument):
        return ast.Name(argument.arg, ast.Load())

    positional = [name(argument) for argument in [*arguments.posonlyargs, *arguments.args]]
    if arguments.vararg:
        positional.append(ast.Starred(name(arguments.vararg), ast.Load()))
    keys = [ast.Constant(argument.arg) for argument in arguments.kwonlyargs]
    values = [name(argument) for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        keys.append(None)
        values.append(name(arguments.kwarg))
    parts = [ast.Constant(which), ast.Name("__name__", ast.Load()), ast.Tuple(positional, ast.Load()), ast.Dict(keys, values)]
    return ast.Expr(ast.Call(ast.Name(PROBE, ast.Load()), parts, []))
