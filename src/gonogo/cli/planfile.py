"""A plan as `gonogo plan -o` wrote it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gonogo.config.files import read_bytes
from gonogo.model.errors import InputError, Problem
from gonogo.model.plan import Plan

MOST_BYTES = 16 << 20


def read(path: Path) -> Plan:
    """Raises InputError for what isn't a plan."""
    content = read_bytes(path, MOST_BYTES, str(path))
    try:
        return msgspec.json.decode(content, type=Plan)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        remedy = "write one: gonogo plan -o plan.json"
        raise InputError(Problem(f"it is not a plan: {error}", str(path), remedy)) from None
