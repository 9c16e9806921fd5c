"""References to container images: `registry/name:tag@digest`."""

from __future__ import annotations

import re

_MOVING = frozenset({"", "latest", "stable", "edge", "main", "master", "nightly", "dev", "develop", "current", "lts"})
_DIGEST = re.compile(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")


def objection(reference: str, digest: bool = False) -> str:
    """Why the reference may mean another image tomorrow; empty where it is pinned. `digest`: only one counts."""
    name, _, pinned = reference.partition("@")
    if pinned:
        return "" if _DIGEST.fullmatch(pinned) else f"{pinned!r} is no digest"
    if "$" in reference:
        return "a variable without a default decides which one"
    last = name.rpartition("/")[2]
    tag = last.partition(":")[2]
    if tag.lower() in _MOVING:
        return f"the tag {tag!r} moves" if tag else "no tag is named, so it is latest"
    return "a tag can be moved, a digest can't" if digest else ""
