"""Says what this interpreter is, as one JSON object. Run with the working directory outside the project."""

import importlib.util
import json
import os
import site
import sys

here = os.path.dirname(os.path.abspath(__file__))
paths = [path for path in sys.path if path and os.path.abspath(path) != here]
sys.path[:] = paths


def found(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


plugins = ["xdist", "pytest_cov", "pytest_randomly", "random_order", "pytest_random_order", "pytest_rerunfailures"]
json.dump(
    {
        "executable": sys.executable,
        "version": list(sys.version_info[:3]),
        "prefixes": sorted({sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}),
        "paths": paths,
        "user_base": site.getuserbase() if site.ENABLE_USER_SITE else None,
        "pytest": found("pytest"),
        "plugins": [name for name in plugins if found(name)],
    },
    sys.stdout,
)
