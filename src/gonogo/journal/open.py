"""Opens the journal that is meant, or says why it can't be."""

from __future__ import annotations

import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote

from gonogo.journal import schema
from gonogo.journal.interface import Journal
from gonogo.journal.place import locate, prepare, refuse_absent, refuse_network, state_directory
from gonogo.journal.sqlite import Clock, SqliteJournal
from gonogo.journal.trouble import explain
from gonogo.model.errors import InputError, Problem, TemporaryError

__all__ = ["locate", "memory_journal", "open_journal", "state_directory"]

BUSY = 10.0
"""Seconds to wait while another process writes."""


def open_journal(url: str | None, *, read_only: bool = False) -> Journal:
    """`sqlite:///absolute/path`, `sqlite://:memory:`, a plain path, or None: `$GONOGO_JOURNAL`, else `journal.db` in
    the state directory. The file and its directory are created where missing, for this user only; an older schema is
    brought up to date.

    read_only: nothing is created, migrated or written; every method that writes raises PermanentError.
    Raises InputError where there is no usable journal, TemporaryError where another process keeps it locked."""
    path = locate(url)
    if path is None:
        return memory_journal()
    refuse_network(path)
    where = f"journal {path}"
    if read_only:
        refuse_absent(path)
    else:
        prepare(path)
    try:
        connection = _connect(path, read_only)
        try:
            _make_ready(connection, where, read_only)
            return SqliteJournal(connection, path, reopen=partial(_connect, path, True))
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        trouble = explain(error, path)
        if trouble.temporary:
            raise TemporaryError(str(trouble.problem)) from error
        raise InputError(trouble.problem) from error


def memory_journal(clock: Clock | None = None) -> SqliteJournal:
    """A journal of its own that ends with the process; hand the same object to all who share it. `clock` (seconds since
    the epoch) replaces the database's, so that leases lapse in virtual time."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    schema.migrate(connection, "journal in memory")
    return SqliteJournal(connection, clock=clock)


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    mode = "rw"
    if read_only:
        mode = "ro"
        # To read a WAL database SQLite writes beside it; where it can't, and no writer left anything there, the file is
        # all there is and can't change.
        beside = [Path(f"{path}-wal"), Path(f"{path}-shm")]
        if not os.access(path.parent, os.W_OK) and not any(p.exists() for p in beside):
            mode = "ro&immutable=1"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_ready(connection: sqlite3.Connection, where: str, read_only: bool) -> None:
    found = schema.version(connection, where)
    if read_only:
        if found != schema.newest():
            said = f"its schema is version {found}, and {schema.newest()} is needed"
            raise InputError(Problem(said, where, "open it once for writing, which brings it up to date"))
        return
    _write_ahead(connection, where)
    if found != schema.newest():
        schema.migrate(connection, where)


def _write_ahead(connection: sqlite3.Connection, where: str) -> None:
    """Switch to WAL, once per file. SQLite doesn't wait for its turn here, so two that create a journal must."""
    deadline = time.monotonic() + BUSY
    while True:
        try:
            if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
            raise InputError(Problem("its file system can't hold a write-ahead log", where, "name a local disk"))
        except sqlite3.OperationalError as error:
            if not explain(error, None).temporary or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
