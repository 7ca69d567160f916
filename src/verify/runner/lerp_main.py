"""Starts pytest with the overlay and the reporter in place. Run by lerp only: lerp_main.py PAYLOAD REPORT_FD."""

import os
import sys


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
    reporter = lerp_report.Reporter(report, payload["select"], reach, watch, everywhere)
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
    reporter.send_files()
    report.send("end", code=code)
    # nothing left over from the tests (exit handlers, threads) can hold up or change the end
    os._exit(code)


def main():
    report, payload = lerp_start.begin(int(sys.argv[2]))
    lerp_start.restrict(payload, report)
    run(payload, report)


import lerp_overlay
import lerp_reach
import lerp_record
import lerp_report
import lerp_start
import lerp_watch

if __name__ == "__main__":
    main()
