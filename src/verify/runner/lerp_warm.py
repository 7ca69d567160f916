"""A Python that is kept, and forked for each candidate. Run by lerp only: lerp_warm.py PAYLOAD CONTROL_FD REPORT_FD.

L0, the first process, has pytest and the installed modules. Its forks are L1, which also has the user's modules and tests and
is forked in turn, and those candidates whose modules have to be imported anew. Each order comes with the descriptors
that its fork is to use. A fork that runs a candidate gives up its rights before it reads a byte of it.
"""

import gc
import importlib
import json
import os
import random
import socket
import sys
import tempfile

ORDER_BYTES = 1 << 16


class Zygote:
    """Waits for orders on a socket and forks."""

    def __init__(self, control, payload, report):
        self._control = control
        self._payload = payload
        self._report = report
        self._token = None

    def serve(self):
        """Returns once for each order, in the fork made for it. Ends the process when no more orders can come."""
        gc.collect()
        # what lives now lives on: the forks' collector need not touch, and so copy, its pages
        gc.freeze()
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._control, ORDER_BYTES, 4)
            if not data:
                os._exit(0)
            for stream in (sys.__stdout__, sys.__stderr__):
                try:
                    stream.flush()
                except Exception:
                    pass
            # by way of a process in between, the fork becomes the child of lerp's own stage
            chance = random.getstate()
            between = os.fork()
            if between == 0:
                between = os.getpid()
                if os.fork():
                    os._exit(0)
                # Python seeds anew after a fork; a seed that the tests set at import is to hold
                random.setstate(chance)
                return self._begin(json.loads(data), descriptors, between)
            for descriptor in descriptors:
                os.close(descriptor)
            os.waitpid(between, 0)

    def _begin(self, order, descriptors, between):
        os.setsid()
        while os.getppid() == between:
            os.sched_yield()
        lerp_confine.die_with_parent()
        report, out, err, *control = descriptors
        os.write(report, f"pid {os.getpid()}\n".encode("ascii"))
        for number, descriptor in ((1, out), (2, err)):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(self._report.descriptor)
        self._report.become(report, order["token"])
        self._control.close()
        self._control = None
        folder = order["folder"]
        home, tmp = os.path.join(folder, "home"), os.path.join(folder, "tmp")
        os.environ.update(HOME=home, TMPDIR=tmp, HYPOTHESIS_STORAGE_DIRECTORY=os.path.join(tmp, "hypothesis"))
        tempfile.tempdir = None
        if control:
            self._control = socket.socket(fileno=control[0])
        else:
            self._confine([folder], [home, tmp])
        return order

    def _confine(self, read, write):
        try:
            lerp_confine.restrict(self._payload["layer"], read, write)
            filter = bytes.fromhex(self._payload["fork_filter"])
            lerp_confine.install(lerp_confine.for_process(filter, self._payload["own"], os.getpid()))
        except Exception as error:
            self._report.send("refused", reason=f"the fork can not be confined: {error!r}")
            os._exit(125)


class Holder:
    """A plug-in that keeps pytest between collection and the first test. Each fork goes on from there."""

    reporter = None

    def __init__(self, zygote, report, files):
        self._zygote = zygote
        self._report = report
        self._files = files

    def pytest_runtestloop(self, session):
        if session.testsfailed or session.config.option.collectonly:
            return None
        living = lerp_swap.Living(self._files)
        config = session.config
        reason = None
        if threads() > 1:
            reason = "threads run after collection"
        elif not hasattr(getattr(config, "_tmp_path_factory", None), "_given_basetemp"):
            reason = "this pytest keeps its temporary folders elsewhere"
        self.reporter.own_forks()
        self._report.send("ready", reason=reason)
        order = self._zygote.serve()
        try:
            payload = read(order)
            move(config, os.path.join(order["folder"], "tmp"))
            for path in living.swap(payload["files"], payload["imported"]):
                self._report.send("loaded", path=path)
        except lerp_edit.Unfit as error:
            self._report.send("unfit", reason=str(error))
            os._exit(0)
        config.option.maxfail = payload["maxfail"]
        self.reporter.choose(session, payload["select"])
        return None

    # before pytest's own, which runs the tests
    pytest_runtestloop.pytest_impl = {"tryfirst": True}


def read(order):
    with open(order["payload"], encoding="utf-8") as file:
        return json.load(file)


def move(config, tmp):
    """The folders that pytest has noted already."""
    from pathlib import Path

    factory = config._tmp_path_factory
    if factory._basetemp is not None:
        raise lerp_edit.Unfit("a temporary folder was made before the first test")
    factory._given_basetemp = Path(tmp, "basetemp")
    cache = getattr(config, "cache", None)
    if cache is not None:
        cache._cachedir = Path(tmp, "cache")


def threads():
    return len(os.listdir("/proc/self/task"))


def main():
    report, payload = lerp_start.begin(int(sys.argv[3]))
    try:
        lerp_confine.install(bytes.fromhex(payload["exec_filter"]))
        import pytest  # noqa: F401
    except Exception as error:
        report.send("refused", reason=f"the warm process does not start: {error!r}")
        os._exit(125)
    for name in [*own_plugins(), *preloaded(payload["modules"])]:
        try:
            importlib.import_module(name)
        except BaseException:
            # what does not import alone is imported where it is needed
            pass
    zygote = Zygote(socket.socket(fileno=int(sys.argv[2])), payload, report)
    report.send("ready", reason="threads run after the installed modules were imported" if threads() > 1 else None)
    order = zygote.serve()
    payload = read(order)
    holder = None
    if zygote._control is not None:
        holder = Holder(zygote, report, payload["files"])
    lerp_main.run(payload, report, holder)


def own_plugins():
    """What pytest loads at each start."""
    from _pytest import config

    return [f"_pytest.{name}" for name in getattr(config, "default_plugins", ())]


def preloaded(modules):
    """Without pytest's plug-ins: pytest imports those itself, and rewrites their assertions."""
    from importlib import metadata

    points = metadata.entry_points()
    # a mapping before Python 3.10
    points = points.select(group="pytest11") if hasattr(points, "select") else points.get("pytest11", ())
    plugins = {point.value.partition(":")[0].partition(".")[0] for point in points}
    plugins |= {"_pytest", "pytest"}
    return [name for name in modules if name.partition(".")[0] not in plugins]


import lerp_confine
import lerp_edit
import lerp_main
import lerp_report
import lerp_start
import lerp_swap

if __name__ == "__main__":
    main()
