"""Which functions of the overlaid files did a test reach? One probe at the head of each function.

From Python 3.12 the interpreter's own monitoring tells, and the code stays as it is; before, a call is put in front of
each body.
"""

import ast
import builtins
import re
import sys

PROBE = "__lerp_reached__"
# compilers of functions that read the body, and would not know the probe
COMPILERS = {"jit", "njit", "script", "kernel", "compile", "vectorize", "guvectorize"}


class Reach:
    def __init__(self, with_files=False):
        # names are `PATH::NAME` then
        self._with_files = with_files
        self._now = set()
        self._tool = None
        if sys.version_info >= (3, 12):
            for tool in (4, 3, 5):
                if sys.monitoring.get_tool(tool) is None:
                    sys.monitoring.use_tool_id(tool, "lerp")
                    sys.monitoring.register_callback(tool, sys.monitoring.events.PY_START, self._started)
                    self._tool = tool
                    break
        if self._tool is None:
            setattr(builtins, PROBE, self._now.add)

    @property
    def unchanged(self):
        """Code is watched as it is: what is cached of it will do."""
        return self._tool is not None

    def take(self):
        """The functions reached since the last call, by qualified name."""
        names = sorted(self._now)
        self._now.clear()
        if self._tool is not None:
            sys.monitoring.restart_events()
        return names

    def prepare(self, text, path):
        """What to compile in place of the text."""
        if self._tool is not None:
            return text
        try:
            prefix = f"{path}::" if self._with_files else ""
            return Prober(self._now, prefix).visit(ast.parse(text, path))
        except (SyntaxError, ValueError, RecursionError):
            return text

    def watch(self, code):
        """Asks the interpreter to tell of every function in the code object."""
        if self._tool is None:
            return
        sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.PY_START)
        for constant in code.co_consts:
            if isinstance(constant, type(code)):
                self.watch(constant)

    def _started(self, code, offset):
        name = code.co_qualname.replace(".<locals>", "")
        self._now.add(f"{code.co_filename}::{name}" if self._with_files else name)
        return sys.monitoring.DISABLE


class Prober(ast.NodeTransformer):
    """Puts the probe at the head of each function, after its docstring."""

    def __init__(self, reached, prefix):
        self._prefix = prefix
        self._names = []
        self._reached = reached

    def _inside(self, node):
        self._names.append(node.name)
        self.generic_visit(node)
        name = self._prefix + ".".join(self._names)
        self._names.pop()
        return name

    def visit_ClassDef(self, node):
        self._inside(node)
        return node

    def visit_FunctionDef(self, node):
        name = self._inside(node)
        decorators = " ".join(map(ast.unparse, node.decorator_list))
        if COMPILERS.intersection(re.findall(r"[A-Za-z]+", decorators)):
            # not to be seen, so taken as reached by all
            self._reached.add(name)
            return node
        call = ast.Expr(ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(name)], []))
        # at the body's own line, so that no traceback or warning points elsewhere
        for part in ast.walk(call):
            ast.copy_location(part, node.body[0])
        documented = ast.get_docstring(node, clean=False) is not None
        node.body.insert(1 if documented else 0, call)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef
