"""The hash that ties an event to its place: over its predecessor's hash and its own stored columns, byte for byte."""

from __future__ import annotations

import hashlib

GENESIS = ""
"""What stands before the first event of a stream."""


def link(previous: bytes, stream: bytes, n: int, v: int, at: float, actor: bytes, type: bytes, text: bytes) -> str:
    """64 hex digits: sha256 over the fields in this order, each with its length in bytes before it (`7:planned`), so
    that no two rows give the same bytes. Numbers are in decimal, `at` in its shortest exact form (1.5, 1e-05)."""
    digest = hashlib.sha256()
    for field in (previous, stream, b"%d" % n, b"%d" % v, repr(at).encode(), actor, type, text):
        digest.update(b"%d:" % len(field))
        digest.update(field)
    return digest.hexdigest()
