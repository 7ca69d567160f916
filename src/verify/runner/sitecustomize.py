"""Found by every Python that a test command starts: brings the overlay, then the environment's own `sitecustomize`, if any."""

import json
import os
import sys


def _start():
    here = os.path.dirname(os.path.abspath(__file__))
    payload_path = os.environ.get("LERP_OVERLAY")
    if payload_path:
        sys.path.insert(0, os.path.dirname(here))
        try:
            import lerp_overlay
        finally:
            sys.path.pop(0)
        with open(payload_path, encoding="utf-8") as file:
            payload = json.load(file)

        def loaded(path):
            # lerp counts a command's run only when some process of it did load the candidate
            with open(payload["marker"], "a", encoding="utf-8") as marker:
                marker.write(path + "\n")

        lerp_overlay.install(payload["files"], loaded)
    for folder in sys.path:
        other = os.path.join(folder, "sitecustomize.py")
        if os.path.abspath(folder) != here and os.path.isfile(other):
            with open(other, "rb") as file:
                exec(compile(file.read(), other, "exec"), {"__name__": "sitecustomize", "__file__": other})
            break


_start()
