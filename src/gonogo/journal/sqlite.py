"""The journal in SQLite: one file, or memory."""

from __future__ import annotations

import hashlib
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from gonogo.journal import leases
from gonogo.journal.chain import GENESIS, link
from gonogo.journal.encoding import Text, decode, decode_actor, encode, encode_actor
from gonogo.journal.interface import Damage, Head, Lease, Recorded, Write
from gonogo.journal.trouble import explained
from gonogo.model.errors import Conflict, PermanentError
from gonogo.model.items import Actor
from gonogo.model.units import Instant
from gonogo.model.world import Fence

Clock = Callable[[], float]
"""Seconds since the Unix epoch."""


class SqliteJournal:
    """Implements `Journal` on an open connection; `open.py` makes them.

    May be used from several threads. `reopen` gives a second connection to the same file, for long reads; None for a
    journal in memory. `clock` stands in for the database's clock where time is virtual."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path | None = None,
        *,
        reopen: Callable[[], sqlite3.Connection] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._path = path
        self._reopen = reopen
        self._clock = clock
        self._lock = threading.RLock()
        self._inode = path.stat().st_ino if path else 0
        with explained(path):
            row = connection.execute("SELECT id FROM journal").fetchone()
        if row is None:
            raise PermanentError(f"journal {path}: its id is missing")
        self._id: str = row[0]

    @property
    def id(self) -> str:
        return self._id

    def append(self, writes: Sequence[Write], actor: Actor, at: Instant, fence: Fence | None = None) -> list[Recorded]:
        if not math.isfinite(at):
            raise PermanentError(f"an event's time must be a number, not {at}")
        by = encode_actor(actor)
        texts = [[encode(event) for event in write.events] for write in writes]
        recorded: list[Recorded] = []
        with self._writing() as connection:
            if fence is not None:
                leases.check(connection, self._id, fence)
            for write, encoded in zip(writes, texts, strict=True):
                recorded.extend(self._extend(connection, write, encoded, actor, by, float(at)))
        return recorded

    def _extend(
        self, connection: sqlite3.Connection, write: Write, texts: list[Text], actor: Actor, by: str, at: float
    ) -> Iterator[Recorded]:
        n, previous, earliest = self._end(connection, write.stream)
        if n != write.after:
            raise Conflict(f"{write.stream} is at event {n}, not {write.after}: somebody else appended first")
        if not texts:
            return
        # + 0.0 turns -0.0 into 0.0, which is what SQLite would give back.
        at = max(at, earliest) + 0.0
        place, author = write.stream.encode(), by.encode()
        for event, said in zip(write.events, texts, strict=True):
            n += 1
            hash = link(previous.encode(), place, n, said.v, at, author, said.type.encode(), said.text.encode())
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (write.stream, n, said.v, at, by, said.type, said.text, previous, hash),
            )
            previous = hash
            yield Recorded(write.stream, n, Instant(at), actor, event, hash)
        connection.execute(
            """INSERT INTO heads (stream, n, hash, at, type) VALUES (?, ?, ?, ?, ?) ON CONFLICT (stream)
            DO UPDATE SET n = excluded.n, hash = excluded.hash, at = excluded.at, type = excluded.type""",
            (write.stream, n, previous, at, texts[-1].type),
        )

    def _end(self, connection: sqlite3.Connection, stream: str) -> tuple[int, str, float]:
        """Number, hash and time of the newest event. A head without its event must not be built upon."""
        row = connection.execute(
            """SELECT h.n, h.hash, e.hash, e.at FROM heads h LEFT JOIN events e ON e.stream = h.stream AND e.n = h.n
            WHERE h.stream = ?""",
            (stream,),
        ).fetchone()
        if row is None:
            return 0, GENESIS, -math.inf
        n, head, hash, at = row
        if head != hash:
            raise PermanentError(f"{stream}: event {n} is not what its head says; run gonogo journal verify")
        return n, hash, at

    def read(self, stream: str, after: int = 0) -> list[Recorded]:
        with self._lock, explained(self._path):
            rows = self._connection.execute(
                "SELECT n, v, at, actor, type, text, hash FROM events WHERE stream = ? AND n > ? ORDER BY n",
                (stream, after),
            ).fetchall()
        recorded = []
        try:
            for expected, (n, v, at, actor, type, text, hash) in enumerate(rows, after + 1):
                if n != expected:
                    raise PermanentError(f"it is missing: the next one is {n}; run gonogo journal verify")
                recorded.append(Recorded(stream, n, at, decode_actor(actor), decode(type, v, text), hash))
        except PermanentError as error:
            raise PermanentError(f"{stream}, event {len(recorded) + after + 1}: {error}") from error
        return recorded

    def heads(self, prefix: str = "") -> list[Head]:
        with self._lock, explained(self._path):
            rows = self._connection.execute(
                """SELECT stream, n, hash, at, type FROM heads
                WHERE stream >= ?1 AND substr(stream, 1, length(?1)) = ?1 ORDER BY stream""",
                (prefix,),
            ).fetchall()
        return [Head(*row) for row in rows]

    def take(self, target: str, release: str, holder: str, *, force: bool = False) -> Lease:
        with self._writing() as connection:
            return leases.take(connection, self._now(), target, release, holder, force=force)

    def beat(self, holder: str) -> None:
        with self._writing() as connection:
            leases.beat(connection, self._now(), holder)

    def release_lease(self, target: str, fence: int) -> None:
        with self._writing() as connection:
            leases.give_back(connection, target, fence)

    def lease(self, target: str) -> Lease | None:
        with self._lock, explained(self._path):
            return leases.current(self._connection, self._now(), target)

    def holders(self) -> dict[str, Instant]:
        with self._lock, explained(self._path):
            return leases.holders(self._connection, self._now())

    def put_blob(self, content: bytes) -> str:
        hash = _blob_hash(content)
        with self._writing() as connection:
            connection.execute("INSERT INTO blobs VALUES (?, ?) ON CONFLICT DO NOTHING", (hash, content))
        return hash

    def blob(self, hash: str) -> bytes | None:
        with self._lock, explained(self._path):
            row = self._connection.execute("SELECT content FROM blobs WHERE hash = ?", (hash,)).fetchone()
        if row is None:
            return None
        content: bytes = row[0]
        if _blob_hash(content) != hash:
            raise PermanentError(f"journal {self._path}: the blob {hash} was changed")
        return content

    def erase_blob(self, hash: str) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM blobs WHERE hash = ?", (hash,))
        # The content is overwritten in the file (secure_delete), but a copy may still stand in the write-ahead log.
        with self._lock, explained(self._path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def verify(self, anchors: dict[str, str] | None = None) -> list[Damage]:
        from gonogo.journal.verify import verify

        # Its own connection, where there is a file: appends and beats must not wait for a long read.
        if self._reopen is not None:
            with explained(self._path), closing(self._reopen()) as connection:
                connection.execute("BEGIN")
                return verify(connection, anchors or {})
        with self._lock, explained(self._path):
            return verify(self._connection, anchors or {})

    def close(self) -> None:
        with self._lock, explained(self._path):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone in the file from its first read on."""
        with self._lock, explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._still_there()
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _still_there(self) -> None:
        """SQLite would go on writing to a file that was deleted, where no other driver sees it."""
        if self._path is None:
            return
        try:
            same = self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            same = False
        if not same:
            raise PermanentError(f"journal {self._path}: the file was deleted or replaced while in use")

    def _now(self) -> float:
        if self._clock is not None:
            return self._clock()
        now: float = self._connection.execute("SELECT (julianday('now') - 2440587.5) * 86400.0").fetchone()[0]
        return now


def _blob_hash(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
