"""A driver that kills or stops itself at a chosen moment, as a process of its own.

`python ended_driver.py RELEASE --journal PATH --signal KILL --side before --what append:TurnedBack [--since Started]`

The moment is the first append with an event of that type, or the first `apply:` of an action of that type, after this
process appended the event `--since`. A driver that was stopped and is woken goes on; when it is refused then, it prints
by whom and why, and exits 7. One that came to its end without that moment exits 8.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from gonogo.journal.folds import fold_release
from gonogo.journal.holder import this_holder
from gonogo.journal.interface import Journal, Recorded, Write, release_stream
from gonogo.journal.open import open_journal
from gonogo.model.errors import LostLease
from gonogo.model.items import Actor
from gonogo.model.units import Instant
from gonogo.model.world import Action, Fence
from gonogo.platforms.interface import Platform
from gonogo.platforms.table import open_platform
from gonogo.rollout.driver import Driver

REFUSED, NEVER_CAME = 7, 8


class Moment:
    """Where this process ends itself, once."""

    def __init__(self, number: signal.Signals, side: str, what: str, since: str) -> None:
        self.number, self.side, self.what, self.since = number, side, what, since
        self.came = False

    def pass_by(self, side: str, kind: str, names: Sequence[str]) -> None:
        wanted = any(f"{kind}:{name}" == self.what for name in names)
        if wanted and side == self.side and not self.since and not self.came:
            self.came = True
            os.kill(os.getpid(), self.number)
        if side == "after" and kind == "append" and self.since in names:
            self.since = ""


class EndingJournal:
    def __init__(self, journal: Journal, moment: Moment) -> None:
        self._journal, self._moment = journal, moment

    def append(self, writes: Sequence[Write], actor: Actor, at: Instant, fence: Fence | None = None) -> list[Recorded]:
        names = [type(event).__name__ for write in writes for event in write.events]
        self._moment.pass_by("before", "append", names)
        try:
            done = self._journal.append(writes, actor, at, fence)
        except LostLease as error:
            print(f"journal: {error}", flush=True)
            raise
        self._moment.pass_by("after", "append", names)
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


class EndingPlatform:
    def __init__(self, platform: Platform, moment: Moment) -> None:
        self._platform, self._moment = platform, moment

    async def apply(self, action: Action, fence: Fence) -> None:
        self._moment.pass_by("before", "apply", [type(action).__name__])
        try:
            await self._platform.apply(action, fence)
        except LostLease as error:
            print(f"platform: {error}", flush=True)
            raise
        self._moment.pass_by("after", "apply", [type(action).__name__])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._platform, name)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("release")
    parser.add_argument("--journal", required=True)
    parser.add_argument("--signal", choices=("KILL", "STOP"), required=True)
    parser.add_argument("--side", choices=("before", "after"), required=True)
    parser.add_argument("--what", required=True)
    parser.add_argument("--since", default="")
    given = parser.parse_args()
    moment = Moment(signal.Signals[f"SIG{given.signal}"], given.side, given.what, given.since)
    journal = open_journal(given.journal)
    plan = fold_release(given.release, journal.read(release_stream(given.release))).plan
    assert plan is not None, f"{given.release} was never planned"
    driver = Driver(
        EndingJournal(journal, moment),
        EndingPlatform(open_platform(plan), moment),
        given.release,
        actor=Actor("e2e", "driver"),
        holder=this_holder(),
    )
    try:
        asyncio.run(driver.run())
    except LostLease:
        return REFUSED
    return 0 if moment.came else NEVER_CAME


if __name__ == "__main__":
    sys.exit(main())
