"""Read untrusted data into a struct, with every wrong name found at once and the nearest right one suggested."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, cast, get_type_hints

import msgspec

from gonogo.config.complaints import nearest, show
from gonogo.model.errors import InputError, Problem
from gonogo.model.units import Duration, parse_duration

T = TypeVar("T")


def read_struct(data: object, kind: type[T], where: str, noun: str = "key") -> T:
    """Data from YAML or JSON → a struct; durations may be written like `5m`. Raises InputError."""
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InputError(Problem(f"a mapping of names is needed here, not {show(data)}", where))
    required = _fields(cast(Any, kind))
    problems = [
        Problem(f"unknown {noun} {key!r}", where, nearest(key, required) if required else f"no {noun} is known here")
        for key in data
        if key not in required
    ]
    problems += [
        Problem(f"{noun} {name!r} is missing", where) for name, must in required.items() if must and name not in data
    ]
    values = dict(data)
    for name in _durations(cast(Any, kind)) & data.keys():
        try:
            values[name] = _seconds(data[name])
        except ValueError as error:
            problems.append(Problem(f"{name}: {error}", where))
    if problems:
        raise InputError(*problems)
    try:
        return msgspec.convert(values, kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise InputError(Problem(str(error).replace("`$.", "`"), where)) from None


def _seconds(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


@lru_cache(maxsize=256)
def _fields(kind: Any) -> dict[str, bool]:
    """Names of the fields, and whether one must be given."""
    return {f.encode_name: f.required for f in msgspec.structs.fields(kind)}


@lru_cache(maxsize=256)
def _durations(kind: Any) -> frozenset[str]:
    """Names of the fields that hold a time."""
    hints = get_type_hints(kind)
    return frozenset(n for n, hint in hints.items() if hint is Duration or Duration in getattr(hint, "__args__", ()))
