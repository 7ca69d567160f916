"""Which files did a run depend on? What it imported or opened: when one of them changes, what was learnt no longer holds."""

import os
import sys

MOST = 5000


class Watch:
    def __init__(self, root):
        self._root = os.path.join(root, "")
        prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
        self._prefixes = [os.path.join(os.path.realpath(prefix), "") for prefix in prefixes]
        self._opened = set()

    def opened(self, path):
        """From the audit hook: the name of a file that was opened."""
        if type(path) is str and path.startswith(self._root) and len(self._opened) < MOST:
            self._opened.add(path)

    def _of_environment(self, path):
        """Installed, not the user's: such files change by an installation only, which the folder's time tells."""
        if path.startswith(self._root):
            inside = path[len(self._root) :].split(os.sep)
            return "site-packages" in inside or "dist-packages" in inside
        return any(path.startswith(prefix) for prefix in self._prefixes)

    def take(self):
        """Files to watch, and the installed modules in the order of their import."""
        files, modules = set(), []
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if name == "__main__" or name.startswith("lerp_") or (path is not None and type(path) is not str):
                continue
            if path is None or self._of_environment(os.path.realpath(path)):
                # a namespace package may be the user's: it is imported with what is in it
                if path is not None or name in sys.builtin_module_names:
                    modules.append(name)
            else:
                files.add(os.path.abspath(path))
        for folder in sys.path:
            if os.path.basename(folder) in ("site-packages", "dist-packages"):
                files.add(folder)
        scrap = os.sep + "__pycache__" + os.sep
        files.update(path for path in self._opened if scrap not in path)
        return sorted(files)[:MOST], modules
