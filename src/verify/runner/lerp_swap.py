"""Puts a candidate's function bodies into the functions that live in this process, where the edit allows that."""

import functools
import gc
import linecache
import os
import types

import lerp_edit
from lerp_edit import Unfit


class Living:
    """Every function of the user's files, found once, before the forks. Later ones are made of these functions' code."""

    def __init__(self, texts):
        self._modules = {os.path.realpath(path): lerp_edit.Module(text) for path, text in texts.items()}
        self._functions = {}
        self._caches = []
        for thing in gc.get_objects():
            kind = type(thing)
            if kind is types.FunctionType:
                code = thing.__code__
                path = os.path.realpath(code.co_filename) if code.co_filename.endswith(".py") else None
                if path in self._modules:
                    key = (path, code.co_firstlineno, code.co_name)
                    self._functions.setdefault(key, []).append(thing)
            elif kind is functools._lru_cache_wrapper:
                self._caches.append(thing)

    def swap(self, files, imported):
        """Swaps what changed; returns the paths. `imported` are the functions that ran before the first test."""
        swaps, paths = [], []
        for path, text in files.items():
            real = os.path.realpath(path)
            module = self._modules.get(real)
            if module is None:
                raise Unfit(f"{path} was not imported")
            paths.append(path)
            if text != module.text:
                swaps += self._plan(real, path, module, text, imported)
                # without a time of modification linecache does not look at the disk
                linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        for function, code in swaps:
            function.__code__ = code
        for cache in self._caches:
            cache.cache_clear()
        return paths

    def _plan(self, real, path, module, text, imported):
        plan = []
        for edit in module.edits(text, path):
            if any(name == edit.name or name.startswith(edit.name + ".") for name in imported):
                raise Unfit(f"{edit.name} is used at import")
            functions = self._functions.get((real, edit.line, edit.code.co_name), [])
            if not functions:
                raise Unfit(f"{edit.name} is not a living function")
            for function in functions:
                code = function.__code__
                if code.co_freevars != edit.code.co_freevars or code.co_flags != edit.code.co_flags:
                    raise Unfit(f"{edit.name} closes over other names, or is another kind of function")
                plan.append((function, edit.code))
        return plan
