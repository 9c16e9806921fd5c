"""SQLite's errors in our words: what happened to the journal, what to do, and whether another try can help."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gonogo.model.errors import PermanentError, Problem, TemporaryError

_KNOWN = (
    ("SQLITE_FULL", "the disk is full; nothing was written", "free some space, then run the same command again"),
    ("SQLITE_READONLY", "it can't be written: the file or its directory is read-only", "make both writable"),
    ("SQLITE_CANTOPEN", "it can't be opened", "check the path, and that the file and its directory are writable"),
    ("SQLITE_NOTADB", "it is not a SQLite database", "name another file, or bring back a copy"),
    ("SQLITE_CORRUPT", "the database is damaged", "keep the file for evidence, and bring back a copy"),
    ("SQLITE_CONSTRAINT", "its tables contradict one another", "run gonogo journal verify"),
    (
        "SQLITE_IOERR",
        "the disk did not take or give the data; nothing was written",
        "check the disk's space and health",
    ),
)
_WRITE_LOCK = 120
"""The byte of the -shm file that whoever writes to a WAL database has locked (sqlite.org/walformat.html)."""


class Trouble(NamedTuple):
    temporary: bool
    problem: Problem


def explain(error: sqlite3.Error, path: Path | None) -> Trouble:
    name = getattr(error, "sqlite_errorname", "")
    where = f"journal {path}" if path else "journal in memory"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Trouble(True, Problem(f"it is locked by {_writer(path)}", where))
    for prefix, message, remedy in _KNOWN:
        if name.startswith(prefix):
            return Trouble(False, Problem(f"{message} [{error}]", where, remedy))
    return Trouble(False, Problem(str(error), where))


@contextmanager
def explained(path: Path | None) -> Iterator[None]:
    """Turns what SQLite raises inside into TemporaryError or PermanentError."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        trouble = explain(error, path)
        kind = TemporaryError if trouble.temporary else PermanentError
        raise kind(str(trouble.problem)) from error


def _writer(path: Path | None) -> str:
    """Who holds the write lock, from /proc/locks: a stopped process would hold it for ever, so it is named.
    Opening the file to ask would drop this process's own locks on it."""
    try:
        shared = Path(f"{path}-shm").stat()
        inode = f"{os.major(shared.st_dev):02x}:{os.minor(shared.st_dev):02x}:{shared.st_ino}"
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.replace("-> ", "").split()
            if fields[3:6:2] == ["WRITE", inode] and _covers(fields[6], fields[7]):
                state = Path(f"/proc/{fields[4]}/stat").read_text().rpartition(") ")[2][:1]
                return f"pid {fields[4]}" + (" (stopped)" if state in "Tt" else "")
    except (OSError, IndexError, ValueError):
        pass
    return "another process"


def _covers(start: str, end: str) -> bool:
    return int(start) <= _WRITE_LOCK and (end == "EOF" or int(end) >= _WRITE_LOCK)
