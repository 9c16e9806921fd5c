"""Time as the driver sees it; tests and dry runs bring their own."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from gonogo.model.units import Duration, Instant

JUMP = Duration(5)
"""The wall clock differing this much from the boot clock within one driver is a jump."""
LONGEST_LOOK = Duration(5)
"""A gap between two ticks longer than this wasn't watched: the driver was frozen, or the machine slept."""


class Clock(Protocol):
    def now(self) -> Instant:
        """Wall clock."""

    def boot(self) -> float:
        """Seconds since boot, sleep included; never set by anybody."""

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> Instant:
        return Instant(time.time())

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that passes only when someone sleeps."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.wall = start
        self.booted = 1000.0

    def now(self) -> Instant:
        return Instant(self.wall)

    def boot(self) -> float:
        return self.booted

    async def sleep(self, seconds: float) -> None:
        self.wall += seconds
        self.booted += seconds
        await asyncio.sleep(0)


class Watch:
    """Adds up the time somebody was looking, and notices a wall clock that was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._boot = clock.now(), clock.boot()
        self.since_last = Duration(0)
        self.jump: Duration | None = None

    def tick(self) -> None:
        wall, boot = self._clock.now(), self._clock.boot()
        gone = boot - self._boot
        self.since_last = Duration(gone if gone <= LONGEST_LOOK else 0.0)
        drift = (wall - self._wall) - gone
        self.jump = Duration(drift) if abs(drift) > JUMP else None
        self._wall, self._boot = wall, boot
