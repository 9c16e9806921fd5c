"""One walk of a working tree, and its files read at most once each. Symbolic links are never followed."""

from __future__ import annotations

import os
import re
from collections import deque
from pathlib import Path, PurePosixPath

import msgspec

from gonogo.inspect.facts import Note

MOST_FILES = 50_000
MOST_BYTES = 1 << 20
"""Of one file; a larger one isn't read."""
MOST_READ = 96 << 20
"""Bytes read of one repository."""
DEEPEST = 40

SKIPPED = re.compile(
    r"\.git|\.hg|\.svn|node_modules|bower_components|vendor|third_party|Pods|\.?venv|site-packages|__pycache__|\.tox|\.nox"
    r"|\.(?:mypy|ruff|pytest)_cache|\.terraform|\.gradle|\.next|\.nuxt|\.cache"
)
"""Directories that hold other people's work, or copies."""
MARKS = {
    "pyvenv.cfg": "a Python environment",
    "CACHEDIR.TAG": "a cache",
    ".git": "another git repository",
}
"""A file that tells what the directory around it is; such a directory is left out."""


class Limits(msgspec.Struct, frozen=True):
    files: int = MOST_FILES
    bytes: int = MOST_BYTES
    read: int = MOST_READ
    depth: int = DEEPEST


class Tree:
    """`files` are paths relative to the root, with `/`, in order. `missed` counts files that were asked for and
    couldn't be read, so that nobody takes what wasn't seen for what isn't there."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root = root
        self.limits = limits
        self.files: list[str] = []
        self.notes: list[Note] = []
        self.complete = True
        self.missed = 0
        self._texts: dict[str, str | None] = {}
        self._left = limits.read
        self._lower: list[tuple[str, str]] | None = None

    def note(self, where: str, message: str) -> None:
        self.notes.append(Note(where, message))

    def matching(self, pattern: re.Pattern[str]) -> list[str]:
        """Files whose whole path, in lower case, the pattern finds something in."""
        if self._lower is None:
            self._lower = [(path, path.lower()) for path in self.files]
        return [path for path, low in self._lower if pattern.search(low)]

    def text(self, path: str) -> str | None:
        """Content of a file, or None where it can't be read, which is noted once."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        text = self._texts[path]
        self.missed += text is None
        return text

    def _read(self, path: str) -> str | None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self.root / path, flags)
            with os.fdopen(handle, "rb") as file:
                content = file.read(min(self.limits.bytes, self._left) + 1)
        except OSError as error:
            self.note(path, f"can't be read: {error.strerror}")
            return None
        if len(content) > self.limits.bytes:
            self.note(path, f"larger than {self.limits.bytes} bytes, not read")
            return None
        if len(content) > self._left:
            self.note(path, f"not read: {self.limits.read} bytes of this repository were read before it")
            return None
        self._left -= len(content)
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.note(f"{path}:{line}", "not UTF-8 text, not read")
            return None


def walk(root: Path, limits: Limits | None = None) -> Tree:
    """Breadth first, so that a cap cuts off the deepest files. Raises OSError where the root itself can't be listed."""
    tree = Tree(root, limits or Limits())
    waiting: deque[tuple[str, int]] = deque([("", 0)])
    links: list[str] = []
    odd: list[str] = []
    while waiting:
        folder, depth = waiting.popleft()
        if not _enter(tree, folder, depth, waiting, links, odd):
            break
    tree.files.sort(key=lambda path: (path.count("/"), path))
    if links:
        tree.note(links[0], f"{len(links)} symbolic links not followed, this one first")
    if odd:
        tree.note(".", f"{len(odd)} names that can't be shown were left out, {odd[0]} first")
        tree.complete = False
    return tree


def _enter(
    tree: Tree, folder: str, depth: int, waiting: deque[tuple[str, int]], links: list[str], odd: list[str]
) -> bool:
    """False once there are more files than the limit."""
    try:
        with os.scandir(tree.root / folder) as entries:
            found = list(entries)
    except OSError as error:
        if not folder:
            raise
        tree.note(folder, f"can't be listed: {error.strerror}")
        tree.complete = False
        return True
    names = {entry.name for entry in found}
    mark = next((m for m in MARKS if m in names), None) if folder else None
    if mark:
        tree.note(folder, f"{MARKS[mark]}, not looked into")
        return True
    for entry in found:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if not entry.name.isprintable():
            odd.append(ascii(path))
        elif entry.is_symlink():
            links.append(path)
        elif entry.is_dir(follow_symlinks=False):
            if SKIPPED.fullmatch(entry.name):
                continue
            if depth + 1 > tree.limits.depth:
                tree.note(path, f"deeper than {tree.limits.depth} directories, not looked into")
                tree.complete = False
                continue
            waiting.append((path, depth + 1))
        elif entry.is_file(follow_symlinks=False):
            if len(tree.files) >= tree.limits.files:
                tree.note(path, f"stopped here: more than {tree.limits.files} files")
                tree.complete = False
                return False
            tree.files.append(path)
    return True


def line_of(text: str, position: int) -> int:
    """Number of the line, from 1, that a position in the text is in."""
    return text.count("\n", 0, position) + 1


def base(path: str) -> str:
    return PurePosixPath(path).name


def folder(path: str) -> str:
    """Directory of a file, empty for the root."""
    return path.rpartition("/")[0]
