"""Asks the items of preparation once, without a driver: nothing is changed, and nothing is written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gonogo.journal.folds import apply_release
from gonogo.journal.interface import Journal, Recorded, Write, release_stream
from gonogo.model import events as e
from gonogo.model.errors import Conflict, GonogoError
from gonogo.model.items import Actor, Evidence
from gonogo.model.metrics import Sample
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Decision, Stage
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.model.world import Observation
from gonogo.platforms.interface import Platform
from gonogo.rollout.collector import Collector
from gonogo.rollout.gate import answers, gate, news

LONGEST = 120.0
"""Seconds after which what has not answered counts as not answered."""


class Asked(NamedTuple):
    given: dict[str, Evidence]
    decision: Decision
    """Of the gate at the end of these stages."""


def preparation(plan: Plan, up_to: str = "") -> list[Stage]:
    """The stages that change nothing, as far as `up_to` where it is one of them."""
    stages = [s for s in plan.stages if s.kind in PREPARATION]
    ids = [s.id for s in stages]
    return stages[: ids.index(up_to) + 1] if up_to in ids else stages


async def ask(
    plan: Plan,
    stages: Sequence[Stage],
    state: State,
    target: TargetState,
    platform: Platform,
    *,
    announce: Callable[[str], None] = lambda title: None,
) -> Asked:
    """Answers of all items of these stages. `announce` hears each title before its check runs."""
    now = Instant(time.time())
    if not state.stage:
        state = replace(state, plan=plan, entered_at=now)
    collector = Collector()
    try:
        collected = await _collect(collector, plan, stages, state, target, platform, announce)
    finally:
        await collector.close()
    given: dict[str, Evidence] = {}
    for stage in stages:
        given |= answers(stage, plan, state, collected, now)
    return Asked(given, gate([i for s in stages for i in s.items], given, now))


async def _collect(
    collector: Collector,
    plan: Plan,
    stages: Sequence[Stage],
    state: State,
    target: TargetState,
    platform: Platform,
    announce: Callable[[str], None],
) -> dict[str, Evidence]:
    for item in (i for s in stages for i in s.items if not i.not_applicable):
        announce(item.title)
    seen, samples = await _seen(platform), await _samples(platform)
    collected: dict[str, Evidence] = {}
    until = time.monotonic() + LONGEST
    while True:
        for stage in stages:
            now = Instant(time.time())
            collected |= await collector.collect(plan, stage, state, target, seen, samples, settled=False, now=now)
        if not collector.busy or time.monotonic() > until:
            return collected
        await asyncio.sleep(0.02)


async def _seen(platform: Platform) -> Observation | None:
    try:
        return await platform.observe()
    except GonogoError:
        return None


async def _samples(platform: Platform) -> tuple[Sample, ...] | None:
    try:
        return tuple(await platform.read(Instant(time.time() - 60)))
    except GonogoError:
        return None


def journal_answers(journal: Journal, state: State, given: dict[str, Evidence], actor: Actor) -> State:
    """Append the answers that differ from what the journal knows. When a driver was quicker, its answers count."""
    changed = tuple(e.Answered(a) for a in given.values() if news(state.evidence.get(a.item), a))
    if not changed:
        return state
    try:
        written = journal.append([Write(release_stream(state.release), state.n, changed)], actor, Instant(time.time()))
    except Conflict:
        return state
    return _folded(state, written)


def _folded(state: State, recorded: Sequence[Recorded]) -> State:
    for r in recorded:
        state = apply_release(state, r)
    return state
