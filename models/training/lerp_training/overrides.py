"""Settings from the command line: `--set episodes.kinds.mined=0 --set train.first_pointer=2`."""

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any


class Unknown(ValueError):
    pass


def overridden(parts: dict[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    """The dataclasses by name, with `name.key=value` set in copies of them; values are JSON, and of the kind that stood there.

    >>> from lerp_training.config import EpisodeConfig, TrainConfig
    >>> new = overridden({"episodes": EpisodeConfig(), "train": TrainConfig()}, ["episodes.kinds.mined=0", "episodes.shown=[1]"])
    >>> new["episodes"].kinds["mined"], new["episodes"].kinds["named"] == EpisodeConfig().kinds["named"], new["episodes"].shown
    (0.0, True, (1,))
    """
    parts = dict(parts)
    for setting in settings:
        path, equals, text = setting.partition("=")
        name, *keys = path.strip().split(".")
        if not equals or name not in parts or not keys:
            raise Unknown(f"{setting}: not of the form PART.KEY=VALUE; parts are {', '.join(parts)}")
        try:
            value = json.loads(text)
        except json.JSONDecodeError as problem:
            raise Unknown(f"{setting}: {text!r} is no JSON value") from problem
        parts[name] = put(parts[name], keys, value, setting)
    return parts


def put(holder: Any, keys: Sequence[str], value: Any, setting: str) -> Any:
    """A copy of a dataclass or dict with the value at the path."""
    key, *rest = keys
    if is_dataclass(holder):
        known = {field.name: getattr(holder, field.name) for field in fields(holder)}
    else:
        known = holder
    if not isinstance(known, dict) or key not in known:
        there = ", ".join(known) if isinstance(known, dict) else "a plain value"
        raise Unknown(f"{setting}: there is no {key!r}; there is {there}")
    new = put(known[key], rest, value, setting) if rest else like(known[key], value, setting)
    return replace(holder, **{key: new}) if is_dataclass(holder) else holder | {key: new}


def like(old: Any, value: Any, setting: str) -> Any:
    """The value in the type of the one that it replaces."""
    if isinstance(old, bool) or isinstance(value, bool):
        fits = isinstance(old, bool) and isinstance(value, bool)
    elif isinstance(old, float):
        fits = isinstance(value, int | float)
    elif isinstance(old, tuple):
        fits = isinstance(value, list)
    else:
        fits = isinstance(value, type(old))
    if not fits:
        raise Unknown(f"{setting}: {old!r} stands there, and {value!r} is of another kind")
    return type(old)(value)
