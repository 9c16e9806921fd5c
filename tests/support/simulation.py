"""A release driven in virtual time on a simulated platform, with a driver that can be killed anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from plans import definition
from plans import plan as make_plan

from gonogo.journal.folds import fold_release, fold_target
from gonogo.journal.interface import ALIVE_FOR, Journal, Recorded, Write, release_stream, target_stream
from gonogo.journal.open import memory_journal
from gonogo.model import events as e
from gonogo.model.items import Actor
from gonogo.model.metrics import Sample
from gonogo.model.plan import Plan
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.model.world import Action, Capabilities, Fence, Observation
from gonogo.platforms.simulated import Behaviour, SimulatedPlatform
from gonogo.rollout.clock import VirtualClock
from gonogo.rollout.driver import Driver

ANN = Actor("ann")


class Killed(BaseException):
    """Stands for `kill -9`: nothing catches it, nothing is tidied up."""


class Killer:
    """Counts the moments before and after every append and every side effect, and kills at the chosen ones."""

    def __init__(self, *at: int) -> None:
        self.at = set(at)
        self.moments: list[str] = []

    def moment(self, what: str) -> None:
        self.moments.append(what)
        if len(self.moments) - 1 in self.at:
            raise Killed(what)


class KillableJournal:
    """A journal whose user may die before or after an append."""

    def __init__(self, journal: Journal, killer: Killer) -> None:
        self._journal, self._killer = journal, killer

    def append(self, writes: Sequence[Write], actor: Actor, at: Instant, fence: Fence | None = None) -> list[Recorded]:
        what = "+".join(type(x).__name__ for w in writes for x in w.events)
        self._killer.moment(f"before append {what}")
        done = self._journal.append(writes, actor, at, fence)
        self._killer.moment(f"after append {what}")
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


class KillablePlatform:
    """A platform whose user may die before or after a side effect."""

    def __init__(self, platform: SimulatedPlatform, killer: Killer) -> None:
        self._platform, self._killer = platform, killer

    async def apply(self, action: Action, fence: Fence) -> None:
        what = type(action).__name__
        self._killer.moment(f"before {what}")
        await self._platform.apply(action, fence)
        self._killer.moment(f"after {what}")

    async def observe(self) -> Observation:
        return await self._platform.observe()

    async def read(self, since: Instant) -> list[Sample]:
        return await self._platform.read(since)

    def capabilities(self) -> Capabilities:
        return self._platform.capabilities()

    async def preflight(self, definition: Any) -> list[Any]:
        return []

    async def close(self) -> None:
        pass


class World:
    """A journal, a platform and a clock that outlive drivers."""

    def __init__(self, plan: Plan | None = None, *, rate: float = 400, **behaviours: Behaviour) -> None:
        self.clock = VirtualClock()
        self.journal = memory_journal(clock=lambda: self.clock.now())
        self.platform = SimulatedPlatform(
            self.clock.now, rate=rate, behaviours={k.removeprefix("v"): b for k, b in behaviours.items()}
        )
        self.plan = plan or make_plan()
        self.drivers = 0
        self._seed()

    def _seed(self) -> None:
        key, live = self.plan.target.key, self.plan.world.live
        opened: list[e.Event] = []
        if live:
            opened += [
                e.RevisionAdded(live, definition("1"), "shop-production-1"),
                e.LiveChanged(live, "shop-production-1"),
            ]
            self.platform.seed(live, definition("1"), 1.0)
        opened.append(e.ReleaseOpened(self.plan.release))
        self.journal.append(
            [
                Write(target_stream(key), 0, tuple(opened)),
                Write(release_stream(self.plan.release), 0, (e.Planned(self.plan),)),
            ],
            ANN,
            self.clock.now(),
        )

    def driver(self, killer: Killer | None = None, **options: Any) -> Driver:
        self.drivers += 1
        killer = killer or Killer()
        return Driver(
            KillableJournal(self.journal, killer),
            KillablePlatform(self.platform, killer),
            self.plan.release,
            actor=Actor("driver", "driver"),
            holder=f"driver-{self.drivers}",
            clock=self.clock,
            **options,
        )

    def run(self, killer: Killer | None = None, **options: Any) -> State:
        """Drive to the end. A killed driver is replaced by an unharmed one, once its lease has lapsed."""
        killer = killer or Killer()
        for _ in range(1 + len(killer.at)):
            try:
                driver = self.driver(killer, **options)
                return asyncio.run(_bounded(driver))
            except Killed:
                self.clock.wall += ALIVE_FOR + 1
                self.clock.booted += ALIVE_FOR + 1
        driver = self.driver(**options)
        return asyncio.run(_bounded(driver))

    def command(self, command: e.Command, *, now: bool = False) -> None:
        stream = release_stream(self.plan.release)
        event = e.Commanded(command, "because", now)
        self.journal.append([Write(stream, self.state().n, (event,))], ANN, self.clock.now())

    def state(self) -> State:
        return fold_release(self.plan.release, self.journal.read(release_stream(self.plan.release)))

    def target(self) -> TargetState:
        return fold_target(self.plan.target.key, self.journal.read(target_stream(self.plan.target.key)))

    def events(self) -> list[e.Event]:
        return [r.event for r in self.journal.read(release_stream(self.plan.release))]

    def shape(self) -> dict[str, Any]:
        """What is left when all is over, in a form that compares."""
        return {
            "closed": self.state().closed.result if self.state().closed else None,
            "live": self.target().live,
            "running": {r: (x.size, sorted(x.instances)) for r, x in self.platform.revisions.items()},
            "weights": self.platform.weights,
            "revisions": sorted(self.target().revisions),
            "unserved": round(self.platform.unserved),
        }


async def _bounded(driver: Driver) -> State:
    """Run, but not for ever: a release that never ends is a failure of the test."""
    seconds = 3600.0
    started = driver.clock.boot()
    tick = driver.tick

    async def counted() -> bool:
        assert driver.clock.boot() - started < seconds, f"still at {driver.state.stage} after {seconds} s"
        return await tick()

    driver.tick = counted  # type: ignore[method-assign]
    return await driver.run()
