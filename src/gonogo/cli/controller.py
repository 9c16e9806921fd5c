"""A minimal controller: drives the releases of a journal that nobody else drives."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable

from gonogo.cli.detach import PREFIX
from gonogo.cli.find import open_releases, plan_of
from gonogo.journal.holder import holder_name, this_holder
from gonogo.journal.interface import Journal, Recorded
from gonogo.model.errors import GonogoError, Held, LostLease, TemporaryError
from gonogo.model.items import Actor
from gonogo.model.state import Direction, State
from gonogo.model.units import format_instant
from gonogo.platforms.table import open_platform
from gonogo.report.words import line, plain
from gonogo.rollout.driver import Driver

_LOOK_EVERY = 1.0
_AGAIN = 10.0
"""Seconds before a release whose driving failed is tried again."""


class Controller:
    """`log` takes lines. One process is one holder, for all the releases it drives."""

    def __init__(self, journal: Journal, actor: Actor, log: Callable[[str], None]) -> None:
        self.journal, self.actor = journal, actor
        self.holder = PREFIX + this_holder()
        self._say = log
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._drivers: dict[str, Driver] = {}
        self._not_before: dict[str, float] = {}
        self._stopping = asyncio.Event()

    async def run(self, *, once: bool = False) -> None:
        """Until SIGTERM or SIGINT; with `once`, until what needs a driver now has come to its end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stopping.set)
        self.log(f"{holder_name(self.holder)} watches journal {self.journal.id}")
        self.look()
        while not self._stopping.is_set() and not (once and not self._tasks):
            try:
                await asyncio.wait_for(self._stopping.wait(), _LOOK_EVERY)
            except TimeoutError:
                self._beat()
                if not once:
                    self.look()
        for driver in self._drivers.values():
            driver.leave()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self.log("stopped")

    def look(self) -> None:
        """Start driving what needs it. A journal that can't be read now is read again a second later."""
        self._beat()
        try:
            states = open_releases(self.journal)
            for state in states:
                if self._needs(state):
                    self._start(state)
        except TemporaryError as error:
            self.log(str(error))

    def _beat(self) -> None:
        try:
            self.journal.beat(self.holder)
        except TemporaryError as error:
            self.log(str(error))

    def _needs(self, state: State) -> bool:
        """Parked ways back wait for a person; what another holder drives is none of ours."""
        parked = state.direction is Direction.BACK and bool(state.paused)
        busy = state.release in self._tasks or time.monotonic() < self._not_before.get(state.release, 0.0)
        if not state.started or state.closed or parked or busy:
            return False
        lease = self.journal.lease(plan_of(state).target.key)
        return lease is None or not lease.alive

    def _start(self, state: State) -> None:
        task = asyncio.create_task(self._drive(state))
        self._tasks[state.release] = task
        task.add_done_callback(lambda _: self._tasks.pop(state.release, None))

    async def _drive(self, state: State) -> None:
        """One release, whatever happens to it."""
        release = state.release
        try:
            driver = Driver(
                self.journal, open_platform(plan_of(state)), release,
                actor=self.actor, holder=self.holder, tell=self._tell,
            )  # fmt: skip
            self._drivers[release] = driver
            self.log(f"{release}: driving")
            await driver.run()
            self.log(f"{release}: {driver.state.closed.result if driver.state.closed else 'left as it is'}")
        except (LostLease, Held) as error:
            self.log(f"{release}: {holder_name(str(error))}")
        except GonogoError as error:
            self._park(release, str(error))
        except Exception as error:
            self._park(release, f"gonogo itself broke: {type(error).__name__}")
        finally:
            self._drivers.pop(release, None)

    def _park(self, release: str, reason: str) -> None:
        self._not_before[release] = time.monotonic() + _AGAIN
        self.log(f"{release}: parked, tried again in {_AGAIN:g} s: {reason}")

    def _tell(self, recorded: Recorded, state: State) -> None:
        if text := line(recorded):
            self.log(f"{state.release}: {text}")

    def log(self, text: str) -> None:
        self._say(f"{format_instant(time.time())} {plain(text)}")
