"""Finds what was done to a SQLite journal behind its back: one pass over the events, in constant memory.

A chain alone shows a change, a gap and a wrong order. That its end was cut off shows against the table of heads, and,
where somebody rewrote that too, only against an anchor kept outside the journal."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from gonogo.journal.chain import GENESIS, link
from gonogo.journal.interface import Damage
from gonogo.model.errors import InputError, Problem

# Bytes, since text that was tampered with need not be UTF-8.
_EVENTS = """SELECT CAST(stream AS BLOB), n, v, at, CAST(actor AS BLOB), CAST(type AS BLOB), CAST(text AS BLOB),
    CAST(previous_hash AS BLOB), CAST(hash AS BLOB),
    typeof(n) = 'integer' AND typeof(v) = 'integer' AND typeof(at) = 'real' AND typeof(stream) = 'text'
    AND typeof(actor) = 'text' AND typeof(type) = 'text' AND typeof(text) = 'text'
    AND typeof(previous_hash) = 'text' AND typeof(hash) = 'text'
    FROM events ORDER BY stream, n"""
_HEAD = """SELECT n, CAST(hash AS BLOB), at, CAST(type AS BLOB) FROM heads WHERE stream = CAST(? AS TEXT)"""
_ORPHANS = """SELECT CAST(stream AS BLOB), n FROM heads h
    WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.stream = h.stream) ORDER BY stream"""

_ANCHOR = re.compile(r"(\d+):([0-9a-f]{64})")

Anchors = dict[bytes, tuple[int, bytes]]


class _Row(NamedTuple):
    stream: bytes
    n: int
    v: int
    at: float
    actor: bytes
    type: bytes
    text: bytes
    previous_hash: bytes
    hash: bytes
    typed: int

    @property
    def name(self) -> str:
        return self.stream.decode(errors="replace")


def verify(connection: sqlite3.Connection, anchors: dict[str, str]) -> list[Damage]:
    """In the caller's transaction. Raises InputError for anchors that aren't `n:hash`."""
    found: list[Damage] = []
    for part in (_file(connection), _walk(connection, _parse(anchors))):
        try:
            # One by one, so that what was found stays found when the file can't be read any further.
            for damage in part:
                found.append(damage)
        except sqlite3.DatabaseError as error:
            found.append(Damage("", 0, f"the file can't be read on: {error}"))
    return found


def _parse(anchors: dict[str, str]) -> Anchors:
    parsed: Anchors = {}
    problems: list[Problem] = []
    for stream, text in anchors.items():
        if match := _ANCHOR.fullmatch(text):
            parsed[stream.encode()] = int(match[1]), match[2].encode()
        else:
            problems.append(
                Problem(f"{text!r} is not an anchor", stream, "an anchor is a number, a colon, 64 hex digits")
            )
    if problems:
        raise InputError(*problems)
    return parsed


def _file(connection: sqlite3.Connection) -> Iterator[Damage]:
    for (line,) in connection.execute("PRAGMA integrity_check(20)").fetchall():
        if line != "ok":
            yield Damage("", 0, f"the file is damaged: {line}")


def _walk(connection: sqlite3.Connection, anchors: Anchors) -> Iterator[Damage]:
    before: _Row | None = None
    for row in map(_Row._make, connection.execute(_EVENTS)):
        if before is not None and before.stream != row.stream:
            yield from _end(connection, before, anchors)
            before = None
        wrong = list(_event(row, before, anchors.get(row.stream)))
        if wrong:
            yield Damage(row.name, row.n, "; ".join(wrong))
        before = row
    if before is not None:
        yield from _end(connection, before, anchors)
    for stream, n in connection.execute(_ORPHANS):
        yield Damage(stream.decode(errors="replace"), n, "all events of the stream are missing, only its head is left")
    for stream, (n, _) in anchors.items():
        if connection.execute("SELECT 1 FROM events WHERE stream = CAST(? AS TEXT)", (stream,)).fetchone() is None:
            yield Damage(stream.decode(), n, f"all events are missing: an anchor names event {n}")


def _event(row: _Row, before: _Row | None, anchor: tuple[int, bytes] | None) -> Iterator[str]:
    """What is wrong with an event, seen from the one stored before it in the stream."""
    expected = before.n + 1 if before else 1
    if not row.typed:
        yield "a column holds a value of another type"
        return
    if row.n > expected:
        lost = f"event {expected} is" if row.n == expected + 1 else f"events {expected} to {row.n - 1} are"
        yield f"{lost} missing before it"
    elif row.n < expected:
        yield f"its number is out of order: {expected} was expected"
    elif row.previous_hash != (before.hash if before else GENESIS.encode()):
        yield "it does not follow the event stored before it"
    if before and before.typed and row.at < before.at:
        yield "it is earlier than the event before it"
    if _link(row) != row.hash.decode(errors="replace"):
        yield "it was changed: its hash is not that of what is stored"
    if anchor and anchor[0] == row.n and anchor[1] != row.hash:
        yield "its hash is not that of the anchor: the stream was rewritten"


def _link(row: _Row) -> str:
    return link(row.previous_hash, row.stream, row.n, row.v, row.at, row.actor, row.type, row.text)


def _end(connection: sqlite3.Connection, last: _Row, anchors: Anchors) -> Iterator[Damage]:
    """The end of a stream against the table of heads and against the anchor."""
    head = connection.execute(_HEAD, (last.stream,)).fetchone()
    if head is None:
        yield Damage(last.name, last.n, "the stream has no head")
    elif head[0] > last.n:
        yield Damage(last.name, last.n + 1, f"cut off: events {last.n + 1} to {head[0]} are missing at the end")
    elif head != (last.n, last.hash, last.at, last.type):
        yield Damage(last.name, last.n, f"the head (event {head[0]}) is not the newest event ({last.n})")
    anchor = anchors.get(last.stream)
    if anchor and anchor[0] > last.n:
        yield Damage(last.name, last.n + 1, f"cut off: an anchor names event {anchor[0]}, the last one is {last.n}")
