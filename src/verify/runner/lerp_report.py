"""A pytest plugin that reports what happened, as JSON lines on an inherited descriptor."""

import json
import os
import re
import sys
from collections import Counter

TEXT_LIMIT = 8000
FAILURES_WITH_TEXT = 5
PROCESS_EVENTS = {"subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn"}
CONFTEST = re.compile(r"(__pycache__/)?conftest\.(py|[^/]*pyc)$")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def plain(name):
    """A test's name without the addresses that objects in its parameters leave there."""
    return ADDRESS.sub("0x", name)


class Report:
    """Writes events. Every line carries the token that only lerp and this object know, so that no stray write is taken for one."""

    def __init__(self, descriptor, token):
        self.become(descriptor, token)

    def become(self, descriptor, token):
        """Speaks for this process from now on, on another descriptor."""
        os.set_inheritable(descriptor, False)
        self.descriptor = descriptor
        self._token = token
        self._process = os.getpid()

    def send(self, event, **fields):
        # a forked child of a test has no say
        if os.getpid() != self._process:
            return
        rest = memoryview((json.dumps({"token": self._token, "event": event, **fields}) + "\n").encode("ascii"))
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]


class Reporter:
    def __init__(self, report, select, reach, watch=None, everywhere=None):
        self._report = report
        self._everywhere = everywhere
        self._modules = 0
        self._select = None if select is None else Counter(map(plain, select))
        self._reach = reach
        self._watch = watch
        self._phases = {}
        self._seconds = {}
        self._text = {}
        self._told = 0
        self._processes = False
        self._config = None
        self._collected = False
        self._numbers = {}

    def _reached(self):
        """The functions that were reached since the last time, as numbers; each name is told once."""
        names = self._reach.take() if self._reach else []
        new = [name for name in names if name not in self._numbers]
        if new:
            self._numbers.update(zip(new, range(len(self._numbers), len(self._numbers) + len(new))))
            self._report.send("names", names=new)
        return [self._numbers[name] for name in names]

    def pytest_configure(self, config):
        self._config = config

    def _named(self, nodeid):
        """A test's name from the folder in which pytest was started, which is not always the one that it takes for the root."""
        root, here = getattr(self._config, "rootpath", None), os.fspath(self._config.invocation_params.dir)
        if root is None or os.fspath(root) == here:
            return plain(nodeid)
        path, mark, rest = nodeid.partition("::")
        return plain(os.path.relpath(os.path.join(root, path), here) + mark + rest if path else nodeid)

    def audit(self, event, arguments):
        if event == "open":
            path = arguments[0]
            if self._watch is not None:
                self._watch.opened(path)
            if not self._collected and type(path) is str and CONFTEST.search(path):
                self.at(os.path.relpath(CONFTEST.sub("conftest.py", path)))
        elif event in PROCESS_EVENTS and not self._processes:
            self._processes = True
            self._report.send("process")

    def pytest_internalerror(self, excrepr):
        self._report.send("broken", reason=str(excrepr)[-TEXT_LIMIT:])

    def at(self, place):
        """What begins now: the last one is where a run that was cut short was."""
        self._report.send("at", place=place)

    def pytest_collectstart(self, collector):
        if collector.nodeid.endswith(".py"):
            self.at(self._named(collector.nodeid))

    def pytest_collectreport(self, report):
        if report.failed:
            self._report.send("collect_error", id=self._named(report.nodeid), text=report.longreprtext[-TEXT_LIMIT:])

    def pytest_collection_modifyitems(self, session, config, items):
        if self._select is not None:
            dropped = self._keep_selected(items)
            if dropped:
                config.hook.pytest_deselected(items=dropped)

    # after every other plugin has had its say: what is run is what is kept
    pytest_collection_modifyitems.pytest_impl = {"trylast": True}

    def _keep_selected(self, items):
        wanted, kept, dropped = self._select.copy(), [], []
        for item in items:
            name = self._named(item.nodeid)
            wanted[name] -= 1
            (kept if wanted[name] >= 0 else dropped).append(item)
        items[:] = kept
        return dropped

    def own_forks(self):
        """Processes are started by the runner from now on, which says nothing about the tests."""
        self._processes = True

    def choose(self, session, select):
        """Narrows an existing collection."""
        self._select = Counter(map(plain, select))
        self._keep_selected(session.items)

    def pytest_collection_finish(self, session):
        self._collected = True
        imported = self._reached()
        files = Counter(self._named(item.nodeid).partition("::")[0] for item in session.items)
        self._report.send("collected", files=files, imported=imported)
        # already here: the tests may end the process
        self.send_sources()
        self.send_files()

    def send_files(self):
        """The project's files that are in use, when there are more than were told."""
        if self._everywhere is not None and len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            self._report.send("files", paths=self._everywhere.files())

    def send_sources(self):
        if self._watch is not None:
            files, modules = self._watch.take()
            self._report.send("sources", files=files, modules=modules)

    def pytest_runtest_logstart(self, nodeid, location):
        self._phases[nodeid] = {}
        self._seconds[nodeid] = 0.0
        self.at(self._named(nodeid))
        if self._reach:
            self._reach.take()

    def pytest_runtest_logreport(self, report):
        phases = self._phases.setdefault(report.nodeid, {})
        outcome = report.outcome + ("-expected" if hasattr(report, "wasxfail") else "")
        # several reports of one phase (subtests): the bad one counts
        if phases.get(report.when) in (None, "passed"):
            phases[report.when] = outcome
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + getattr(report, "duration", 0.0)
        if report.failed and report.nodeid not in self._text:
            self._text[report.nodeid] = report.longreprtext

    def pytest_runtest_logfinish(self, nodeid, location):
        phases = self._phases.pop(nodeid, {})
        text = self._text.pop(nodeid, None)
        if text is not None:
            self._told += 1
            text = text[-TEXT_LIMIT:] if self._told <= FAILURES_WITH_TEXT else ""
        # before the test itself is told: what is known of it then is whole
        self.send_files()
        self._report.send(
            "test",
            id=self._named(nodeid),
            outcome="/".join(phases.get(phase, "-") for phase in ("setup", "call", "teardown")),
            seconds=self._seconds.pop(nodeid, 0.0),
            reached=self._reached(),
            text=text,
        )
