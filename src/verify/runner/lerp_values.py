"""Python values as plain data: what crosses the process in the differential check. `lerp_decode` is the way back.

Every value has one tag (`{"int": "3"}`, `{"list": [...]}`); values that are shared or that hold themselves refer back to the part
that was met first, by its number. No method of a user's class is called to read a value.
"""

import collections
import copy
import datetime
import decimal
import enum
import fractions
import hashlib
import inspect
import itertools
import json
import operator
import pathlib
import re
import sys
import types

DEPTH = 12
ITEMS = 300
NODES = 3000
TEXT = 4000
BITS = 8000
DRAINED = 100

SINGLE = {type(None): "none", type(Ellipsis): "ellipsis", type(NotImplemented): "notimplemented"}
# made again from what their own reduction says; all of them can not be changed
REDUCED = (
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
    fractions.Fraction,
    operator.itemgetter,
    operator.attrgetter,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
)
# iterators over built-in containers: a copy can be drained in their place
COPIED = tuple(type(iter(kind)) for kind in ([], (), "", "\u0100", b"", bytearray(), range(0), {}, set(), {}.items(), {}.values()))
BASES = (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
HEAP_TYPE = 1 << 9


class Unplain(Exception):
    """The value can not be made again elsewhere; holds its type's name."""


class Drained:
    """What came out of an iterator, and how it ended."""

    def __init__(self, iterator):
        self.kind = named(type(iterator))
        self.items, self.end = [], "cut"
        try:
            for _ in range(DRAINED):
                self.items.append(next(iterator))
        except StopIteration:
            self.end = "stop"
        except Exception as error:
            self.end = named(type(error))


def settled(value):
    """Waits for what has to be awaited, and drains what can be drained."""
    if inspect.iscoroutine(value):
        import asyncio  # dear to import, and seldom needed

        value = asyncio.run(value)
    if inspect.isasyncgen(value):
        import asyncio

        async def collect():
            found = []
            async for item in value:
                found.append(item)
                if len(found) == DRAINED:
                    break
            return found

        value = iter(asyncio.run(collect()))
    return Drained(value) if hasattr(type(value), "__next__") else value


def named(kind):
    return f"{type.__getattribute__(kind, '__module__')}:{type.__getattribute__(kind, '__qualname__')}"


def lookup(name):
    """The object of a name such as `package.module:Class.method`."""
    module, _, path = name.partition(":")
    __import__(module)
    found = sys.modules[module]
    for part in path.split(".") if path else ():
        found = getattr(found, part)
    return found


def reachable(value):
    """The name under which an import finds this very object, if there is one."""
    if isinstance(value, types.ModuleType):
        name = value.__name__
        return f"{name}:" if sys.modules.get(name) is value else None
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(path, str) or "<" in path:
        return None
    try:
        return f"{module}:{path}" if lookup(f"{module}:{path}") is value else None
    except Exception:
        return None


class Encoder:
    """One call's values. `strict`: what could not be made again raises `Unplain`; else it is told by its type alone."""

    def __init__(self, strict):
        self._strict = strict
        self._numbers = {}
        # numbers go by address, so that nothing may be freed meanwhile
        self._kept = []
        self._left = NODES

    def _cut(self, value, size):
        if self._strict:
            raise Unplain(named(type(value)) + " of this size")
        return {"cut": size}

    def _opaque(self, value):
        if self._strict:
            raise Unplain(named(type(value)))
        return {"opaque": named(type(value))}

    def encode(self, value, depth=0):
        self._left -= 1
        if depth > DEPTH or self._left < 0:
            return self._cut(value, 0)
        kind = type(value)
        if kind in SINGLE:
            return SINGLE[kind]
        if kind is bool:
            return {"bool": value}
        if isinstance(value, type) or kind in (types.FunctionType, types.BuiltinFunctionType, types.ModuleType):
            name = reachable(value)
            return self._opaque(value) if name is None else {"global": name}
        if id(value) in self._numbers:
            return {"back": self._numbers[id(value)]}
        if kind in BASES:
            return self._base(kind, value, depth)
        if issubclass(kind, enum.Enum):
            name = value._name_
            if isinstance(name, str) and name in kind.__members__:
                return {"enum": [self._class(kind), name]}
            return self._opaque(value)
        if kind is range:
            return {"range": [str(value.start), str(value.stop), str(value.step)]}
        if kind is slice:
            return {"slice": [self.encode(part, depth + 1) for part in (value.start, value.stop, value.step)]}
        if kind is Drained:
            return self._drained(value, depth)
        if kind in COPIED and self._strict:
            items = list(itertools.islice(copy.copy(value), ITEMS + 1))
            return self._cut(value, 0) if len(items) > ITEMS else {"iterator": [self._all(items, depth), "stop"]}
        if hasattr(kind, "__next__") and not self._strict:
            return self._drained(Drained(value), depth)
        made = self._made(kind, value)
        if made is not None:
            return {"made": [f"{kind.__module__}:{kind.__qualname__}", self._all(made, depth)]}
        for base in BASES:
            if issubclass(kind, base):
                return self._derived(kind, base, value, depth)
        if isinstance(value, BaseException) and not self._strict:
            return {"made": [named(kind), self._all(value.args, depth)]}
        return self._object(kind, value, depth)

    def _all(self, items, depth):
        return [self.encode(item, depth + 1) for item in items]

    def _some(self, items, size, depth):
        if size <= ITEMS:
            return self._all(list(items), depth)
        if self._strict:
            raise Unplain("a container of this size")
        return [*self._all(itertools.islice(items, ITEMS), depth), {"cut": size - ITEMS}]

    def _number(self, value):
        self._numbers[id(value)] = len(self._numbers)
        self._kept.append(value)

    def _class(self, kind):
        name = named(kind)
        if self._strict and reachable(kind) != name:
            raise Unplain(name)
        return name

    def _base(self, kind, value, depth):
        """A value of a built-in type, or what it is of it, read by that type's own methods."""
        if kind is int:
            if int.bit_length(value) > BITS:
                return self._cut(value, int.bit_length(value))
            return {"int": int.__repr__(value) if int.bit_length(value) < 4000 else int.__format__(value, "#x")}
        if kind is float:
            return {"float": float.__repr__(value)}
        if kind is complex:
            return {"complex": [float.__repr__(value.real), float.__repr__(value.imag)]}
        if kind is str:
            return self._text(value)
        if kind in (bytes, bytearray):
            if kind is bytearray:
                self._number(value)
            data = bytes(value)
            return {"digest": [len(data), hashlib.sha256(data).hexdigest()]} if self._long(data) else {kind.__name__: data.hex()}
        if kind is tuple:
            return {"tuple": self._some(tuple.__iter__(value), tuple.__len__(value), depth)}
        if kind is frozenset:
            return {"frozenset": self._sorted(frozenset.__iter__(value), frozenset.__len__(value), depth)}
        self._number(value)
        if kind is list:
            return {"list": self._some(list.__iter__(value), list.__len__(value), depth)}
        if kind is set:
            return {"set": self._sorted(set.__iter__(value), set.__len__(value), depth)}
        pairs = list(itertools.islice(dict.items(value), ITEMS))
        if dict.__len__(value) > ITEMS:
            self._cut(value, dict.__len__(value))
        return {"dict": [[self.encode(key, depth + 1), self.encode(held, depth + 1)] for key, held in pairs]}

    def _long(self, value):
        if len(value) > TEXT and self._strict:
            raise Unplain("a text of this size")
        return len(value) > TEXT

    def _text(self, value):
        data = str.encode(value, "utf-8", "surrogatepass")
        if self._long(data):
            return {"digest": [str.__len__(value), hashlib.sha256(data).hexdigest()]}
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return {"surrogates": data.hex()}
        return {"str": str.__str__(value)}

    def _sorted(self, items, size, depth):
        # an order that does not hang on hashes
        return sorted(self._some(items, size, depth), key=lambda item: json.dumps(item, sort_keys=True))

    def _drained(self, value, depth):
        if self._strict:
            raise Unplain(value.kind)
        return {"iterator": [self._all(value.items, depth), value.end]}

    def _made(self, kind, value):
        """The arguments from which its class makes the value again."""
        if kind in REDUCED:
            return value.__reduce__()[1]
        if kind is collections.OrderedDict:
            return [[tuple(pair) for pair in value.items()]]
        if kind is collections.Counter:
            return [dict(value)]
        if kind is collections.defaultdict:
            return [value.default_factory, dict(value)]
        if kind is collections.deque:
            return [list(value), value.maxlen]
        if kind is re.Pattern:
            return [value.pattern, value.flags]
        return None

    def _derived(self, kind, base, value, depth):
        if self._strict and (base not in (list, tuple, dict, str, int, float) or not pure(kind, base)):
            raise Unplain(named(kind))
        name = self._class(kind)
        if base in (tuple, str, int, float):
            self._number(value)
        held = self._base(base, value, depth)
        return {"derived": [name, held, self._state(value, depth)]}

    def _object(self, kind, value, depth):
        if self._strict and not pure(kind, object):
            raise Unplain(named(kind))
        if not isinstance(getattr(value, "__dict__", None), dict) and not slots(kind):
            return self._opaque(value)
        name = self._class(kind)
        self._number(value)
        return {"object": [name, self._state(value, depth)]}

    def _state(self, value, depth):
        state = []
        held = getattr(value, "__dict__", None)
        if isinstance(held, dict):
            state += [[str(name), self.encode(part, depth + 1)] for name, part in list(held.items())]
        for name in slots(type(value)):
            try:
                state.append([name, self.encode(object.__getattribute__(value, name), depth + 1)])
            except AttributeError:
                pass
        return state


def slots(kind):
    """Names of the slots of a class and of those it is made of."""
    found = []
    for base in kind.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            if name not in ("__dict__", "__weakref__"):
                found.append(name)
    return found


def pure(kind, base):
    """Whether the class is written in Python and makes its objects as `base` does."""
    if kind.__new__ is not base.__new__ and kind.__dict__.get("_fields") is None:
        return False
    ancestors = [ancestor for ancestor in kind.__mro__ if ancestor is not object and ancestor is not base]
    return all(ancestor.__flags__ & HEAP_TYPE for ancestor in ancestors) and not issubclass(kind, BaseException)
