"""A dry run: the same driver walks the same stages, in a simulated world that begins as the real one is, in virtual
time and in a copy of the journal. Everything is read, nothing is written anywhere."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from gonogo.checks.interface import Check, Context
from gonogo.checks.table import CHECKS
from gonogo.cli import exits, signing
from gonogo.cli.find import release_state, target_state
from gonogo.cli.session import Session
from gonogo.cli.views import dry as view
from gonogo.journal.interface import Journal, Recorded, Write, release_stream, target_stream
from gonogo.journal.open import memory_journal
from gonogo.model import events as e
from gonogo.model.items import Actor, CheckResult, Outcome
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, StageKind
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.platforms.simulated import SimulatedPlatform
from gonogo.platforms.table import open_platform
from gonogo.rollout.clock import VirtualClock
from gonogo.rollout.collector import Collector
from gonogo.rollout.driver import Driver

_TICK = 5.0
"""Virtual seconds between two looks."""
_RATE = 200.0
_ASSUMED = object()
"""Stands for the answer of a source that can't know of a simulated revision."""


class _Clock(VirtualClock):
    """Stands still while real sources are being asked, which they are only before anything starts."""

    def __init__(self, collector: Collector) -> None:
        super().__init__(time.time())
        self._collector = collector
        self.started = False

    async def sleep(self, seconds: float) -> None:
        if self._collector.busy and not self.started:
            await asyncio.sleep(0.01)
        else:
            await super().sleep(seconds)


class _Walker(Driver):
    """Goes as far as the first soak: what follows is only waiting, and needs nobody's simulation."""

    def finished(self) -> bool:
        stage = self.state.current
        soaks = stage is not None and stage.kind is StageKind.SOAK
        return soaks or bool(self.state.paused) or super().finished()


def walk(session: Session, plan: Plan) -> int:
    """Show what a deployment of this plan would do. Exit code as that of its gate, or 0 when it got through."""
    journal = session.reading(absent_is_empty=True)
    collector = Collector({name: _assuming(check) for name, check in CHECKS.items()})
    clock = _Clock(collector)
    copy = _copy(journal, plan, clock)
    told: list[tuple[Recorded, State]] = []
    ending, decision = asyncio.run(_walk(session, copy, journal, plan, collector, clock, told))
    stopped = None if ending.started else decision
    code = exits.of(ending, decision)
    session.out.show(
        lambda paint: list(view.lines(plan, ending, target_state(copy, plan.target.key), told, stopped, paint)),
        lambda: view.document(plan, ending, told, stopped, code),
    )
    return code


async def _walk(
    session: Session,
    copy: Journal,
    journal: Journal,
    plan: Plan,
    collector: Collector,
    clock: _Clock,
    told: list[tuple[Recorded, State]],
) -> tuple[State, Any]:
    target = target_state(journal, plan.target.key)
    world = SimulatedPlatform(clock.now, rate=_rate(target))
    seen = await open_platform(plan).observe()
    for revision in seen.revisions:
        if revision in target.revisions:
            world.seed(revision, target.revisions[revision].definition, seen.weights.get(revision, 0.0))

    def tell(recorded: Recorded, state: State) -> None:
        clock.started = state.started
        told.append((recorded, state))

    driver = _Walker(
        copy,
        world,
        plan.release,
        actor=session.driver,
        holder="dry run",
        clock=clock,
        collector=collector,
        interval=_TICK,
        tell=tell,
    )
    await driver.run()
    return driver.state, driver.last.decision if driver.last else None


def _rate(target: TargetState) -> float:
    """Requests per second: what the target's baseline saw, else a guess."""
    baseline = target.baseline
    seconds = len(baseline.errors) * baseline.block if baseline else 0.0
    requests = sum(c.requests for block in baseline.errors for c in block) if baseline else 0
    return requests / seconds if requests and seconds else _RATE


def _copy(journal: Journal, plan: Plan, clock: VirtualClock) -> Journal:
    """The streams that matter, in memory, with everybody's signature where one is asked for."""
    copy = memory_journal(clock.now)
    target = target_state(journal, plan.target.key)
    names = {*target.open, plan.release}
    for stream in (target_stream(plan.target.key), *(release_stream(name) for name in sorted(names))):
        for r in journal.read(stream):
            copy.append([Write(stream, r.n - 1, (r.event,))], r.actor, r.at)
    if plan.release not in target.releases:
        opened = Write(target_stream(plan.target.key), target.n, (e.ReleaseOpened(plan.release),))
        copy.append([opened], Actor("dry run"), clock.now())
    state = release_state(copy, plan.release)
    if state.plan != plan:
        copy.append([Write(release_stream(plan.release), state.n, (e.Planned(plan),))], Actor("dry run"), clock.now())
    _sign(copy, plan, clock.now())
    return copy


def _sign(copy: Journal, plan: Plan, now: Instant) -> None:
    stream = release_stream(plan.release)
    for id in dict.fromkeys(
        i.id for s in plan.stages for i in s.items if i.check == "sign-off" and not i.not_applicable
    ):
        what = signing.asked(plan, id)
        others = [name for name in what.params.approvers if name != plan.made_by]
        for number in range(what.params.count):
            name = others[number] if number < len(others) else f"somebody {number + 1}"
            after = release_state(copy, plan.release).n
            signed = e.Signed(id, "assumed by the dry run", what.subject)
            copy.append([Write(stream, after, (signed,))], Actor(name, "dry run"), now)


def _assuming(check: Check) -> Check:
    """The check, but once traffic would have moved it doesn't ask the real world about a revision that isn't there."""
    if check.live:
        return check

    known: dict[str, Any] = {}

    async def collect(ctx: Context, params: Any) -> Any:
        # The real world stands still while virtual hours pass: each question is asked once.
        if ctx.stage.kind not in PREPARATION:
            return _ASSUMED
        if ctx.item.id not in known:
            known[ctx.item.id] = await check.collect(ctx, params)
        return known[ctx.item.id]

    def evaluate(memory: Any, raw: Any, params: Any, now: Instant) -> tuple[Any, CheckResult]:
        if raw is _ASSUMED:
            return memory, CheckResult(Outcome.PASS, "assumed by the dry run")
        return check.evaluate(memory, raw, params, now)

    return replace(check, collect=collect, evaluate=evaluate)
