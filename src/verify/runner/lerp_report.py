"""A pytest plugin that reports what happened, as JSON lines on an inherited descriptor."""

import json
import os
import re
from collections import Counter

TEXT_LIMIT = 8000
FAILURES_WITH_TEXT = 5
PROCESS_EVENTS = {"subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn"}
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
    def __init__(self, report, select, reach, watch=None):
        self._report = report
        self._select = None if select is None else Counter(map(plain, select))
        self._reach = reach
        self._watch = watch
        self._phases = {}
        self._seconds = {}
        self._text = {}
        self._told = 0
        self._processes = False

    def audit(self, event, arguments):
        if event == "open":
            if self._watch is not None:
                self._watch.opened(arguments[0])
        elif event in PROCESS_EVENTS and not self._processes:
            self._processes = True
            self._report.send("process")

    def pytest_collectreport(self, report):
        if report.failed:
            self._report.send("collect_error", id=report.nodeid, text=report.longreprtext[-TEXT_LIMIT:])

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
            name = plain(item.nodeid)
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
        imported = self._reach.take() if self._reach else []
        self._report.send("collected", count=len(session.items), imported=imported)
        # already here: the tests may end the process
        self.send_sources()

    def send_sources(self):
        if self._watch is not None:
            files, modules = self._watch.take()
            self._report.send("sources", files=files, modules=modules)

    def pytest_runtest_logstart(self, nodeid, location):
        self._phases[nodeid] = {}
        self._seconds[nodeid] = 0.0
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
        self._report.send(
            "test",
            id=plain(nodeid),
            outcome="/".join(phases.get(phase, "-") for phase in ("setup", "call", "teardown")),
            seconds=self._seconds.pop(nodeid, 0.0),
            reached=self._reach.take() if self._reach else [],
            text=text,
        )
