"""A driver in this process: its signals, its progress lines, and what it ended in."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from gonogo.cli.append import append_to
from gonogo.cli.find import release_state
from gonogo.journal.holder import holder_name, this_holder
from gonogo.journal.interface import Journal, Lease, Recorded
from gonogo.model import events as e
from gonogo.model.errors import Held, InputError, Problem
from gonogo.model.items import Actor
from gonogo.model.state import Direction, State
from gonogo.model.units import Instant, format_instant
from gonogo.platforms.interface import Platform
from gonogo.rollout.driver import Driver, Tick


class Ending(NamedTuple):
    state: State
    last: Tick | None
    interrupted: bool
    """By a signal."""
    words: str
    """What the new version's command said last, where it ended by itself."""


def drive(
    journal: Journal,
    platform: Platform,
    release: str,
    actor: Actor,
    *,
    patient: bool = False,
    force: bool = False,
    hand_over: bool = False,
    tell: Callable[[Recorded, State], None] = lambda recorded, state: None,
    show: Callable[[Tick], None] = lambda tick: None,
    warn: Callable[[str], None] = lambda line: None,
) -> Ending:
    """Drive a release here until there is nothing more to do without a person. `force` seizes it from a live driver;
    `hand_over` leaves once it has started. Raises InputError where another driver holds the target."""
    driver = Driver(
        journal, platform, release, actor=Actor(actor.name, "driver"), holder=this_holder(), patient=patient
    )

    def told(recorded: Recorded, state: State) -> None:
        tell(recorded, state)
        if hand_over and isinstance(recorded.event, e.Started):
            driver.leave()

    words = ""

    def shown(tick: Tick) -> None:
        nonlocal words
        words = _last_words(tick) or words
        show(tick)

    driver.tell, driver.show = told, shown
    try:
        interrupted = asyncio.run(_run(driver, actor, force, warn))
    except Held as error:
        raise held(journal.lease(driver.plan.target.key), error) from None
    return Ending(driver.state, driver.last, interrupted, words)


async def _run(driver: Driver, actor: Actor, force: bool, warn: Callable[[str], None]) -> bool:
    """Whether a signal ended it."""
    if force:
        driver.take_over(force=True)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    interrupted = False

    def on_interrupt() -> None:
        nonlocal interrupted
        if interrupted:
            task.cancel()
            return
        interrupted = True
        if undoes(driver.state):
            warn("interrupted before traffic moved: undoing the new version; once more leaves at once")
            _abort(driver, actor)
        else:
            driver.leave()

    def on_leave() -> None:
        nonlocal interrupted
        interrupted = True
        driver.leave()

    loop.add_signal_handler(signal.SIGINT, on_interrupt)
    for other in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(other, on_leave)
    try:
        with suppress(asyncio.CancelledError):
            await driver.run()
    finally:
        await driver.platform.close()
    return interrupted


def _last_words(tick: Tick) -> str:
    revision = tick.seen.revisions.get(tick.state.revision) if tick.seen else None
    return next((i.last_words for i in revision.instances if i.last_words), "") if revision else ""


def undoes(state: State) -> bool:
    """Whether an interruption takes the new version away again: it runs, and serves nobody yet."""
    return state.started and not state.moved_traffic and state.direction is Direction.FORWARD and not state.closed


def _abort(driver: Driver, actor: Actor) -> None:
    def order(state: State) -> tuple[e.Event, ...]:
        return (e.Commanded(e.Command.ABORT, "interrupted before traffic moved"),) if undoes(state) else ()

    append_to(driver.journal, driver.state.release, actor, order)


def live_driver(journal: Journal, state: State) -> Lease | None:
    """The lease of a living driver that drives this very release."""
    lease = journal.lease(state.plan.target.key) if state.plan else None
    return lease if lease is not None and lease.alive and lease.release == state.release else None


def held(lease: Lease | None, error: Held) -> InputError:
    """Who holds the target, since when, for which release, and what to do."""
    if lease is None:
        return InputError(Problem(str(error), remedy="try again: it has just been given back"))
    since = format_instant(lease.taken_at)
    who = f"{lease.target} is held by {holder_name(lease.holder)} for {lease.release} since {since}"
    follow = f"follow it: gonogo status {lease.release} --watch, or stop it: gonogo abort {lease.release}"
    return InputError(Problem(who, remedy=follow))


def refuse_held(journal: Journal, key: str, release: str = "") -> None:
    """Raises InputError where a living driver holds the target, for `release` or, unless that soaks, for another."""
    from gonogo.rollout.lease import soaks

    lease = journal.lease(key)
    if lease is None or not lease.alive:
        return
    if lease.release == release or not soaks(release_state(journal, lease.release)):
        raise held(lease, Held(lease.holder, key))


def process_seconds() -> float:
    """Since this process was started, by the kernel's account; 0 where there is none."""
    import os

    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - before anything is loaded that isn't needed
            ticks = int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def now() -> Instant:
    return Instant(time.time())
