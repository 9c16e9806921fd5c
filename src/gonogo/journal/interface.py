"""What a journal does, whatever it is stored in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from gonogo.model.events import Event
from gonogo.model.items import Actor
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Fence


class Recorded(msgspec.Struct, frozen=True):
    """An event as it stands in its stream."""

    stream: str
    n: int
    at: Instant
    actor: Actor
    event: Event
    hash: str


class Write(msgspec.Struct, frozen=True):
    """Events for the end of one stream. `after` is the number of the event they must follow (0: a new stream)."""

    stream: str
    after: int
    events: tuple[Event, ...]


class Head(msgspec.Struct, frozen=True):
    stream: str
    n: int
    hash: str
    at: Instant
    type: str


class Lease(msgspec.Struct, frozen=True):
    target: str
    release: str
    holder: str
    """Name of the driver, `user@host pid 123`, and in brackets what proves that it lives; see `holder_name`."""
    fence: int
    taken_at: Instant
    beat: Instant
    """When the holder was last alive, by the database's clock."""
    alive: bool
    """Whether that is recent enough, and nothing proves the holder dead (its process on this host and boot is gone)."""


class Damage(msgspec.Struct, frozen=True):
    """Something `verify` found: an event changed, missing, out of order, or cut off the end."""

    stream: str
    n: int
    message: str


class Journal(Protocol):
    @property
    def id(self) -> str:
        """Random, made with the journal; a platform remembers whose fences it obeys."""

    def append(self, writes: Sequence[Write], actor: Actor, at: Instant, fence: Fence | None = None) -> list[Recorded]:
        """All writes in one transaction, or none. Raises Conflict where a stream has moved past `after`, LostLease
        where `fence` is no longer the target's highest. An event's time is `at`, or that of its predecessor in the
        stream if that is later: time never runs backwards within a stream."""

    def read(self, stream: str, after: int = 0) -> list[Recorded]:
        """Events with a number above `after`, in order. Raises PermanentError for a stored event that can't be read."""

    def heads(self, prefix: str = "") -> list[Head]:
        """Newest event of each stream whose name starts so; O(streams), never O(events)."""

    def take(self, target: str, release: str, holder: str, *, force: bool = False) -> Lease:
        """Take the target's lease with a fence one higher than ever before. Raises Held while another holder is alive,
        unless forced. Taking what one already holds for the same release renews it, fence unchanged."""

    def beat(self, holder: str) -> None:
        """The holder is alive: one write for all its leases."""

    def release_lease(self, target: str, fence: int) -> None:
        """Give it back; nothing happens where it is no longer ours."""

    def lease(self, target: str) -> Lease | None: ...

    def holders(self) -> dict[str, Instant]:
        """Holders that are alive, with their last beat."""

    def put_blob(self, content: bytes) -> str:
        """Store, and return `sha256:…`."""

    def blob(self, hash: str) -> bytes | None:
        """None where it was erased."""

    def erase_blob(self, hash: str) -> None: ...

    def verify(self, anchors: dict[str, str] | None = None) -> list[Damage]:
        """Check every chain. `anchors` are stream → `n:hash` printed earlier, by which truncation shows."""

    def close(self) -> None: ...


BEAT_EVERY = Duration(2)
ALIVE_FOR = Duration(8)
"""A holder whose last beat is older may be replaced."""


def release_stream(release: str) -> str:
    return f"release/{release}"


def target_stream(target: str) -> str:
    return f"target/{target}"
