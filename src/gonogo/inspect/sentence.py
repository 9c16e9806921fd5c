"""What a sentence about a release says."""

from __future__ import annotations

import re

_NAMED = re.compile(r"\b(?:version|v)\s*(\d[\w.+-]*)", re.IGNORECASE)


def version(sentence: str) -> str:
    """The version it names (`2.3.0`, `v5`, `version 7`), or empty. A bare number counts only behind one of these."""
    dotted = re.search(r"(?<![\w.])v?(\d+\.\d+(?:\.\d+)*(?:[-+][\w.]*\w)?)", sentence, re.IGNORECASE)
    if dotted:
        return dotted[1]
    named = _NAMED.search(sentence)
    return named[1] if named else ""
