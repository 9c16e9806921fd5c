"""Tables of the SQLite journal, as steps from each version of the schema to the next."""

from __future__ import annotations

import sqlite3

from gonogo.model.errors import InputError, Problem

APPLICATION = 0x676F6E6F
"""`gono`, in the file's header: tells a journal from any other SQLite database."""

STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "CREATE TABLE journal (id TEXT NOT NULL)",
        "INSERT INTO journal VALUES (lower(hex(randomblob(8))))",
        """CREATE TABLE events (
            stream TEXT NOT NULL, n INTEGER NOT NULL, v INTEGER NOT NULL, at REAL NOT NULL, actor TEXT NOT NULL,
            type TEXT NOT NULL, text TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL,
            UNIQUE (stream, n))""",
        "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
        "CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END",
        "CREATE TABLE heads (stream TEXT PRIMARY KEY, n INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE holders (holder TEXT PRIMARY KEY, beat REAL NOT NULL) WITHOUT ROWID",
        # The row of a lease that was given back stays, without a holder: its fence must never be used again.
        """CREATE TABLE leases (
            target TEXT PRIMARY KEY, fence INTEGER NOT NULL, "release" TEXT, holder TEXT, taken_at REAL)
            WITHOUT ROWID""",
        "CREATE TABLE blobs (hash TEXT PRIMARY KEY, content BLOB NOT NULL)",
    ),
    # Lists of releases show when something last happened and what, without a look at the events.
    2: (
        "ALTER TABLE heads ADD COLUMN at REAL NOT NULL DEFAULT 0",
        "ALTER TABLE heads ADD COLUMN type TEXT NOT NULL DEFAULT ''",
        """UPDATE heads SET
            at = coalesce((SELECT e.at FROM events e WHERE e.stream = heads.stream AND e.n = heads.n), 0),
            type = coalesce((SELECT e.type FROM events e WHERE e.stream = heads.stream AND e.n = heads.n), '')""",
    ),
}
"""Version → the statements that lead to it from the one before."""


def newest() -> int:
    return max(STEPS)


def version(connection: sqlite3.Connection, where: str) -> int:
    """Version of the schema, 0 for an empty database. Raises InputError for a database of something else, and for one
    that a newer gonogo made."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        if application or found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise InputError(
                Problem("it is a SQLite database, but not a journal of gonogo", where, "name another file")
            )
        return 0
    if found > newest():
        raise InputError(
            Problem(
                f"its schema is version {found}, and this gonogo knows up to {newest()}",
                where,
                "use the gonogo that wrote it, or a newer one",
            )
        )
    return found


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring the schema up to date in one transaction, so that another process sees the old one or the new one."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again under the lock: another process may have migrated it meanwhile.
        for step in range(version(connection, where) + 1, newest() + 1):
            for statement in STEPS[step]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
