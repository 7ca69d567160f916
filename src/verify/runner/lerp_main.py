"""Starts pytest with the overlay and the reporter in place. Run by lerp only: lerp_main.py PAYLOAD REPORT_FD."""

import json
import os
import sys


def leave_own_folder():
    """This folder served the runner's own imports; the project must not see it."""
    here = sys.path.pop(0)
    sys.path_importer_cache.pop(here, None)


def close_input():
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)


def run(payload, report, holder=None):
    """Runs pytest as the payload says and ends the process. A holder may keep it after collection (see lerp_warm)."""
    everywhere = lerp_overlay.Everywhere(**payload["everywhere"]) if payload["everywhere"] else None
    recorder = lerp_record.Recorder(payload["aside"], report) if payload["aside"] else None
    reach = lerp_reach.Reach(everywhere is not None) if payload["reach"] else recorder
    watch = lerp_watch.Watch(payload["root"]) if payload["watch"] else None
    finder = lerp_overlay.install(payload["files"], lambda path: report.send("loaded", path=path), reach, everywhere)
    if payload["bootstrap"]:
        # children that are Python see the candidate too
        os.environ["PYTHONPATH"] = payload["bootstrap"]
        os.environ["LERP_OVERLAY"] = payload["path"]
    sys.path[0:0] = payload["paths"]
    sys.argv[:] = ["pytest", *payload["arguments"]]
    try:
        import pytest
    except ImportError as error:
        report.send("refused", reason=f"pytest can not be imported: {error}")
        os._exit(125)
    reporter = lerp_report.Reporter(report, payload["select"], reach, watch)
    sys.addaudithook(reporter.audit)
    if holder is not None:
        holder.reporter = reporter
    plugins = [plugin for plugin in (reporter, finder, holder, recorder) if plugin is not None]
    code = int(pytest.main(payload["arguments"], plugins=plugins))
    # what is said on the way out still counts as output
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    reporter.send_sources()
    if everywhere is not None:
        report.send("files", paths=everywhere.files())
    report.send("end", code=code)
    # nothing left over from the tests (exit handlers, threads) can hold up or change the end
    os._exit(code)


def main():
    payload_path, descriptor = sys.argv[1], int(sys.argv[2])
    leave_own_folder()
    token = os.read(0, 256).decode("ascii")
    close_input()
    report = lerp_report.Report(descriptor, token)
    with open(payload_path, encoding="utf-8") as file:
        payload = json.load(file)
    if payload["filter"]:
        try:
            lerp_confine.install(bytes.fromhex(payload["filter"]))
        except Exception as error:
            report.send("refused", reason=f"the strict system call filter: {error!r}")
            os._exit(125)
    run(payload, report)


import lerp_confine
import lerp_overlay
import lerp_reach
import lerp_record
import lerp_report
import lerp_watch

if __name__ == "__main__":
    main()
