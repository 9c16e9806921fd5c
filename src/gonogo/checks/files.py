"""Files of a repository: found by glob and read with limits, never outside of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from gonogo.checks.interface import Context, Unavailable
from gonogo.checks.judging import Damaged
from gonogo.config.files import read_bytes
from gonogo.model.errors import InputError
from gonogo.model.units import Instant

T = TypeVar("T")

SKIPPED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "site-packages", "venv"})
"""Folders of tools and of other people's code."""
MOST_ENTRIES = 200_000
MOST_MATCHES = 500
LARGEST = 4 << 20
MOST_BYTES = 128 << 20


class Unreadable(ValueError):
    """Not a file of the kind that was expected, or one that we refuse to read."""


def repository(ctx: Context) -> Path:
    if ctx.repository is None:
        raise Unavailable("the plan names no repository to look into")
    return ctx.repository


def find(root: Path, globs: Sequence[str]) -> list[str]:
    """Regular files whose path below `root` matches one of the globs (`**/` is any number of folders), sorted.
    Links are not followed. Raises Unavailable for a tree that can't be looked through."""
    patterns = [_pattern(glob) for glob in globs]
    found = sorted(path for path in walk(root) if any(p.fullmatch(path) for p in patterns))
    if len(found) > MOST_MATCHES:
        raise Unavailable(f"{len(found)} files match {named(globs)}; at most {MOST_MATCHES} are read")
    return found


def walk(root: Path) -> Iterator[str]:
    """Paths of regular files below `root`, with `/` between their parts. Raises Unavailable."""
    waiting, seen = [""], 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MOST_ENTRIES:
                        raise Unavailable(f"{root} holds more than {MOST_ENTRIES} files; that many are not looked at")
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in SKIPPED:
                            waiting.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        yield path
        except OSError as error:
            if not folder:
                raise Unavailable(f"{root} can't be looked through: {error.strerror}") from None


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part) or re.escape(part) for part in parts), re.IGNORECASE)


def named(globs: Sequence[str]) -> str:
    """So many of them as a reader wants to see."""
    return ", ".join(globs[:3]) + (" and the like" if len(globs) > 3 else "")


def matches(path: str, globs: Sequence[str]) -> bool:
    return any(_pattern(glob).fullmatch(path) for glob in globs)


def read_all(
    root: Path, paths: Sequence[str], parse: Callable[[bytes, str, Instant], T], largest: int = LARGEST
) -> tuple[tuple[T, ...], tuple[Damaged, ...]]:
    """Each file as what `parse` (content, path, when it was written) makes of it, and those it refuses with
    Unreadable. Raises Unavailable where they are too large together."""
    parsed: list[T] = []
    damaged: list[Damaged] = []
    left = MOST_BYTES
    for path in paths:
        try:
            content = read_bytes(root / path, largest, path)
            left -= len(content)
            if left < 0:
                raise Unavailable(f"the files to read are larger than {MOST_BYTES >> 20} MiB together")
            parsed.append(parse(content, path, Instant((root / path).stat().st_mtime)))
        except InputError as error:
            damaged.append(Damaged(path, error.problems[0].message))
        except OSError as error:
            damaged.append(Damaged(path, error.strerror or "it can't be read"))
        except Unreadable as error:
            damaged.append(Damaged(path, str(error)))
    return tuple(parsed), tuple(damaged)


def text(content: bytes) -> str:
    """Raises Unreadable for what isn't text."""
    if b"\0" in content[:4096]:
        raise Unreadable("it is not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 at byte {error.start}") from None
