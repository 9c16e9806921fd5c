"""Read JSON that a tool has written, taking only what is asked for from it."""

from __future__ import annotations

from typing import Any

import msgspec

from gonogo.checks.files import Unreadable


def read_json(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises Unreadable."""
    try:
        data = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON: {str(error)[:80]}") from None
    if not isinstance(data, dict):
        raise Unreadable("not a JSON object")
    return data


def field(data: Any, *path: str) -> Any:
    """What lies at the end of the path; None where it isn't there."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def string(data: Any, *path: str) -> str:
    """The text at the end of the path; empty for anything else."""
    value = field(data, *path)
    return value if isinstance(value, str) else ""


def objects(data: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at the end of the path."""
    value = field(data, *path)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
