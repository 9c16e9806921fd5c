"""Leases in SQLite: at most one live holder per target, and a fence that only ever rises.

Each function runs in the caller's transaction and is given the database's time, so that holders on machines with
different clocks agree on who is alive."""

from __future__ import annotations

import sqlite3

from gonogo.journal.holder import holder_name, is_provably_dead
from gonogo.journal.interface import ALIVE_FOR, Lease
from gonogo.model.errors import Held, LostLease
from gonogo.model.units import Instant, format_instant
from gonogo.model.world import Fence

_FORGET_AFTER = 86400.0
"""Seconds after which a silent holder without a lease is dropped from the table."""


def take(
    connection: sqlite3.Connection, now: float, target: str, release: str, holder: str, *, force: bool = False
) -> Lease:
    before = connection.execute('SELECT fence, "release", holder FROM leases WHERE target = ?', (target,)).fetchone()
    fence = before[0] if before else 0
    if not (before and before[1:] == (release, holder) and not force):
        held = current(connection, now, target)
        if held and held.holder != holder and held.alive and not force:
            since = format_instant(held.taken_at)
            raise Held(f"{holder_name(held.holder)} for {held.release} since {since}", target)
        fence += 1
        connection.execute(
            """INSERT INTO leases (target, fence, "release", holder, taken_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (target) DO UPDATE SET fence = excluded.fence, "release" = excluded."release",
            holder = excluded.holder, taken_at = excluded.taken_at""",
            (target, fence, release, holder, now),
        )
        connection.execute(
            "DELETE FROM holders WHERE beat < ? AND holder NOT IN (SELECT holder FROM leases WHERE holder NOT NULL)",
            (now - _FORGET_AFTER,),
        )
    beat(connection, now, holder)
    lease = current(connection, now, target)
    assert lease is not None, "written just above"
    return lease


def beat(connection: sqlite3.Connection, now: float, holder: str) -> None:
    connection.execute(
        "INSERT INTO holders VALUES (?, ?) ON CONFLICT (holder) DO UPDATE SET beat = excluded.beat", (holder, now)
    )


def give_back(connection: sqlite3.Connection, target: str, fence: int) -> None:
    connection.execute(
        'UPDATE leases SET holder = NULL, "release" = NULL, taken_at = NULL WHERE target = ? AND fence = ?',
        (target, fence),
    )


def current(connection: sqlite3.Connection, now: float, target: str) -> Lease | None:
    row = connection.execute(
        """SELECT "release", holder, fence, taken_at, coalesce(beat, taken_at) FROM leases
        LEFT JOIN holders USING (holder) WHERE target = ? AND holder NOT NULL""",
        (target,),
    ).fetchone()
    if row is None:
        return None
    release, holder, fence, taken_at, beat = row
    return Lease(target, release, holder, fence, taken_at, beat, _alive(holder, beat, now))


def holders(connection: sqlite3.Connection, now: float) -> dict[str, Instant]:
    rows = connection.execute("SELECT holder, beat FROM holders ORDER BY holder").fetchall()
    return {holder: beat for holder, beat in rows if _alive(holder, beat, now)}


def check(connection: sqlite3.Connection, journal: str, fence: Fence) -> None:
    """Raises LostLease unless the fence is the newest ever given for its target by this journal."""
    if fence.journal != journal:
        raise LostLease(f"{fence.target}: the fence is of journal {fence.journal}, and this is journal {journal}")
    row = connection.execute("SELECT fence, holder FROM leases WHERE target = ?", (fence.target,)).fetchone()
    newest = row[0] if row else 0
    if fence.number != newest:
        by = f", held by {holder_name(row[1])}" if row and row[1] else ""
        raise LostLease(f"{fence.target}: fence {fence.number} is no longer valid, the newest is {newest}{by}")


def _alive(holder: str, beat: float, now: float) -> bool:
    # A beat from the future is left over from before the clock was set back; whoever lives beats again soon.
    return abs(now - beat) <= ALIVE_FOR and not is_provably_dead(holder)
