"""Where in a repository a finding is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_WRITTEN = re.compile(r"(?P<path>.+?)(?::(?P<line>[1-9]\d{0,8}))?(?::(?P<column>[1-9]\d{0,8}))?")


class Place(NamedTuple):
    path: str
    """Relative to the top of the repository, with `/`."""
    line: int | None = None
    column: int | None = None


def place(where: str, repository: str) -> Place | None:
    """`src/a.py:3`, `src/a.py:3:7` or `src/a.py` of a file that is there; None for anything else that a finding may
    name, such as a person, an address or an instance."""
    found = _WRITTEN.fullmatch(where)
    if not found or not repository:
        return None
    top = Path(repository)
    try:
        path = (top / found["path"]).relative_to(top)
        if ".." in path.parts or not (top / path).is_file():
            return None
    except (OSError, ValueError):
        return None
    line, column = found["line"], found["column"]
    return Place(path.as_posix(), int(line) if line else None, int(column) if column else None)
