"""Small words on text that is shown to people."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"((?:--?|\b)[\w-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|credential)[\w-]*(?:[=:]\s*|\s+))"
    r"(?!\$)(\"[^\"]*\"|'[^']*'|[^\s\"']+)",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@")


def masked(command: str) -> str:
    """A command line without what looks like a password in it."""
    return _IN_URL.sub(r"\1:***@", _SECRET.sub(r"\1***", command))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
