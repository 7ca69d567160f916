"""Import overlay: modules whose file is in a table are compiled from the table's text. No file is written."""

import fnmatch
import importlib.machinery
import linecache
import os
import sys


class OverlayLoader(importlib.machinery.SourceFileLoader):
    """Loads one module from text, or from its file when the text is None; all else (its `__file__`, resources beside it) stays
    as it is on disk."""

    def __init__(self, name, path, text, loaded, reach):
        super().__init__(name, path)
        self._text = text
        self._loaded = loaded
        self._reach = reach

    def get_source(self, fullname):
        return super().get_source(fullname) if self._text is None else self._text

    def get_code(self, fullname):
        if self._text is None and (self._reach is None or self._reach.unchanged):
            code = super().get_code(fullname)
            if self._reach is not None:
                self._reach.watch(code)
            self._loaded(self.path)
            return code
        # no cached bytecode: it belongs to the text on disk
        text = self.get_data(self.path) if self._text is None else self._text
        tree_or_text = text
        if self._reach is not None:
            tree_or_text = self._reach.prepare(text, self.path)
        code = self.source_to_code(tree_or_text, self.path)
        if self._reach is not None:
            self._reach.watch(code)
        if self._text is not None:
            # without a time of modification linecache does not look at the disk: tracebacks show this text
            lines = text.splitlines(keepends=True)
            linecache.cache[self.path] = (len(text), None, lines, self.path)
        self._loaded(self.path)
        return code


class Everywhere:
    """The project's own files: below its root, and no part of an environment."""

    def __init__(self, root, outside):
        self._root = os.path.join(root, "")
        self._outside = tuple(os.path.join(folder, "") for folder in outside if folder.startswith(self._root))

    def covers(self, path):
        return (
            bool(path)
            and path.startswith(self._root)
            and not path.startswith(self._outside)
            and f"{os.sep}site-packages{os.sep}" not in path
        )

    def files(self):
        """Those that are in use now."""
        paths = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        return sorted({path for path in paths if isinstance(path, str) and self.covers(path)})


class OverlayFinder:
    """At the head of `sys.meta_path`: asks the others, then puts its own loader where the file is in the table."""

    def __init__(self, files, loaded, reach, everywhere):
        self._everywhere = everywhere
        self._test_files = None
        self._files = {os.path.realpath(path): text.removeprefix("\ufeff") for path, text in files.items()}
        self._loaded = loaded
        self._reach = reach

    def pytest_sessionstart(self, session):
        # pytest put its own finder before this one; it would take a module that is named on its command line, as one with doctests is
        self._test_files = session.config.getini("python_files")
        sys.meta_path.remove(self)
        sys.meta_path.insert(0, self)

    def _replaceable(self, spec):
        if type(spec.loader) is importlib.machinery.SourceFileLoader:
            return True
        name = os.path.basename(spec.origin)
        rewritten = type(spec.loader).__name__ == "AssertionRewritingHook" and self._test_files is not None
        # in test files pytest's own loader is needed
        return rewritten and name != "conftest.py" and not any(fnmatch.fnmatch(name, file) for file in self._test_files)

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
        wanted = text is not None or (spec.has_location and self._everywhere is not None and self._everywhere.covers(spec.origin))
        if wanted and self._replaceable(spec):
            spec.loader = OverlayLoader(fullname, spec.origin, text, self._loaded, self._reach)
            spec.cached = None
        return spec

    def invalidate_caches(self):
        pass


def install(files, loaded, reach=None, everywhere=None):
    """Gives the finder, which wants to be a plug-in of pytest's, too; `None` when there is nothing to do."""
    if not files and not everywhere:
        return None
    finder = OverlayFinder(files, loaded, reach, everywhere)
    sys.meta_path.insert(0, finder)
    return finder
