"""Import overlay: modules whose file is in a table are compiled from the table's text. No file is written."""

import importlib.machinery
import linecache
import os
import sys


class OverlayLoader(importlib.machinery.SourceFileLoader):
    """Loads one module from text; all else (its `__file__`, resources beside it) stays as it is on disk."""

    def __init__(self, name, path, text, loaded, reach):
        super().__init__(name, path)
        self._text = text
        self._loaded = loaded
        self._reach = reach

    def get_source(self, fullname):
        return self._text

    def get_code(self, fullname):
        # no cached bytecode: it belongs to the text on disk
        tree_or_text = self._text
        if self._reach is not None:
            tree_or_text = self._reach.prepare(self._text, self.path)
        code = self.source_to_code(tree_or_text, self.path)
        if self._reach is not None:
            self._reach.watch(code)
        # without a time of modification linecache does not look at the disk: tracebacks show this text
        lines = self._text.splitlines(keepends=True)
        linecache.cache[self.path] = (len(self._text), None, lines, self.path)
        self._loaded(self.path)
        return code


class OverlayFinder:
    """At the head of `sys.meta_path`: asks the others, then puts its own loader where the file is in the table."""

    def __init__(self, files, loaded, reach):
        self._files = {os.path.realpath(path): text.removeprefix("\ufeff") for path, text in files.items()}
        self._loaded = loaded
        self._reach = reach

    def find_spec(self, fullname, path=None, target=None):
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(fullname, path, target)
            if spec is not None:
                break
        else:
            return None
        text = self._files.get(os.path.realpath(spec.origin)) if spec.has_location and spec.origin else None
        if text is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = OverlayLoader(fullname, spec.origin, text, self._loaded, self._reach)
            spec.cached = None
        return spec

    def invalidate_caches(self):
        pass


def install(files, loaded, reach=None):
    if files:
        sys.meta_path.insert(0, OverlayFinder(files, loaded, reach))
