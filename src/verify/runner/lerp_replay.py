"""Calls one function with given arguments, or with simple ones, and tells what came of it. Run by lerp only: lerp_replay.py PAYLOAD REPORT_FD."""

import ast
import builtins
import importlib
import inspect
import io
import os
import signal
import sys

PRINTED = 4000
KEEPER = "__lerp_kept__"


class TooSlow(BaseException):
    """A call took longer than it may."""


class Keeper:
    """Keeps the plain function as it is defined, beneath its decorators: arguments were recorded there."""

    def __init__(self, wish):
        self._wish = wish
        self.functions = {}
        self.nodes = []
        self.tree = None

    def watch(self, code):
        pass

    def prepare(self, text, path):
        if os.path.realpath(path) != self._wish["file"]:
            return text
        self.tree = ast.parse(text, path)
        self.nodes = lerp_target.targets(self.tree, self._wish["function"])
        setattr(builtins, KEEPER, self.keep)
        for which, node in enumerate(self.nodes):
            keep = ast.Call(ast.Name(KEEPER, ast.Load()), [ast.Constant(which)], [])
            node.decorator_list.append(lerp_target.placed(keep, node))
        return self.tree

    def keep(self, which):
        def kept(function):
            self.functions[which] = function
            return function

        return kept


class Caller:
    """Calls a function within a time limit, and says what came of it."""

    def __init__(self, seconds):
        self._seconds = seconds
        signal.signal(signal.SIGALRM, self._late)

    @staticmethod
    def _late(number, frame):
        raise TooSlow

    def outcome(self, function, call):
        decoder = lerp_decode.Decoder()
        try:
            positional = [decoder.decode(data) for data in call["positional"]]
            keywords = {name: decoder.decode(data) for name, data in call["keywords"]}
        except Exception as error:
            return {"unmade": lerp_values.named(type(error))}
        printed, stdout = io.StringIO(), sys.stdout
        sys.stdout = printed
        # again and again: what catches the first is caught by a later one
        signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds)
        try:
            try:
                end, value = "returned", lerp_values.settled(function(*positional, **keywords))
            except TooSlow:
                return "slow"
            except BaseException as error:
                end, value = "raised", error
            sys.stdout = stdout
            try:
                return self._told(end, value, positional, keywords, printed)
            except TooSlow:
                return "slow"
        except TooSlow:
            return "slow"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.stdout = stdout

    @staticmethod
    def _told(end, value, positional, keywords, printed):
        encoder = lerp_values.Encoder(strict=False)
        # arguments first: a result that is one of them then refers to it
        arguments = [encoder.encode(argument) for argument in [*positional, *keywords.values()]]
        if end == "returned":
            answer = {"returned": encoder.encode(value)}
        else:
            own = said_by_itself(value)
            said = [encoder.encode(part) for part in value.args] if own else None
            answer = {"raised": {"class": lerp_values.named(type(value)), "own": own, "said": said}}
        return {"answer": {**answer, "arguments": arguments, "printed": printed.getvalue()[:PRINTED].encode("utf-8", "replace").decode()}}


def said_by_itself(error):
    """Whether a `raise` in the user's file raised it: its words are then the function's, not the interpreter's."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    at = trace.tb_lasti
    return code.co_filename == OWN_FILE[0] and 0 <= at < len(code.co_code) and code.co_code[at] == RAISE


def module_name(file):
    """Name of the module of a file, and the folder from which it is imported: packages are followed upwards."""
    folder, base = os.path.split(file)
    parts = [] if base == "__init__.py" else [base.rpartition(".")[0]]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return ".".join(parts), folder


def main():
    report, payload = lerp_start.begin(int(sys.argv[2]))
    lerp_start.restrict(payload, report)
    wish = payload["aside"]
    OWN_FILE[0] = wish["file"]
    keeper = Keeper(wish)
    lerp_overlay.install(payload["files"], lambda path: None, keeper)
    name, path = wish["module"], wish["path"]
    if name is None:
        name, folder = module_name(wish["file"])
        path = [folder]
    sys.path[:] = [*path, *payload["paths"], *(entry for entry in sys.path if entry not in path)]
    try:
        importlib.import_module(name)
    except BaseException as error:
        report.send("unusable", reason=f"{name} can not be imported: {type(error).__name__}: {error}"[:500])
        os._exit(1)
    if any(inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one) for one in keeper.functions.values()):
        # not within the time of the first call
        importlib.import_module("asyncio")
    caller = Caller(wish["seconds"])
    if wish["calls"] is None:
        lerp_invent.invent(keeper, caller, report, wish["limit"], (name, path))
    else:
        for number, call in enumerate(wish["calls"]):
            function = keeper.functions.get(call["which"])
            if function is None:
                report.send("unusable", reason=f"{name} does not define {wish['function']}")
                os._exit(1)
            report.send("answer", number=wish["numbers"][number], outcome=caller.outcome(function, call))
    report.send("end", code=0)
    os._exit(0)


OWN_FILE = [""]

if __name__ == "__main__":
    import opcode

    import lerp_decode
    import lerp_invent
    import lerp_overlay
    import lerp_start
    import lerp_target
    import lerp_values

    RAISE = opcode.opmap["RAISE_VARARGS"]
    main()
