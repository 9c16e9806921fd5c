"""Version numbers as Semantic Versioning orders them."""

from __future__ import annotations

import re
from typing import NamedTuple

_FORM = re.compile(
    r"v?(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?"
)


class Version(NamedTuple):
    """Compares by precedence: a pre-release comes before its release; build metadata doesn't count."""

    major: int
    minor: int
    patch: int
    release: bool
    pre: tuple[tuple[bool, int, str], ...]
    """Identifiers of a pre-release: numbers come before words."""


def read_version(text: str) -> Version | None:
    """`1.2.3`, `v1.2.3-rc.1+build` → a version; None for anything else."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    parts = found[4].split(".") if found[4] else []
    if any(not p or (p.isdigit() and len(p) > 1 and p[0] == "0") for p in parts):
        return None
    pre = tuple((not p.isdigit(), int(p) if p.isdigit() else 0, "" if p.isdigit() else p) for p in parts)
    return Version(int(found[1]), int(found[2]), int(found[3]), not parts, pre)
