"""`$name` in an item's parameters: which names stand there, and what they come to for one release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def names(value: object) -> Iterator[str]:
    """Every name written `$name` in the value, at any depth."""
    if isinstance(value, str) and value.startswith("$"):
        yield value[1:]
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from names(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from names(part)


def fill(value: Any, settings: Mapping[str, Any], entry: Mapping[str, Any] | None = None) -> Any:
    """The value with each `$name` replaced by the setting, each `$each.name` by the entry's field.

    Raises KeyError for a setting that this stage or release doesn't have."""
    if isinstance(value, str) and value.startswith("$"):
        name = value[1:]
        if name.startswith("each."):
            return (entry or {})[name.removeprefix("each.")]
        return settings[name]
    if isinstance(value, Mapping):
        return {key: fill(part, settings, entry) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [fill(part, settings, entry) for part in value]
    return value
