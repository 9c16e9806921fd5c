"""Instances that end without being told to: too many within a window, or again and again before ever being ready."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gonogo.checks.instances import NO_CANARY, canary_of, exit_finding
from gonogo.checks.interface import Check, Context
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.units import Duration, Instant, format_duration
from gonogo.model.world import InstancePhase, InstanceSeen

REPEATEDLY = 2
"""So many exits of an instance that was never ready: it will not start."""
_WAS_READY = frozenset({InstancePhase.READY, InstancePhase.UNREADY, InstancePhase.LEAVING, InstancePhase.STOPPING})


class Exits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[float, msgspec.Meta(ge=0)]
    """More exits than this within the window are too many."""
    window: Annotated[Duration, msgspec.Meta(gt=0)]


class Known(msgspec.Struct, frozen=True):
    """Memory: what was counted, per instance and by time."""

    counts: dict[str, int] = {}
    """Exits counted so far, per instance."""
    recent: tuple[tuple[Instant, int], ...] = ()
    """When exits were noticed and how many, within the window, oldest first."""
    ready: tuple[str, ...] = ()
    """Instances that were ever seen ready."""
    begun: bool = False


class Running(msgspec.Struct, frozen=True):
    revision: str
    """Empty where the stage runs no new revision."""
    ours: bool
    """Whether this release was the first to run the revision, so that none of its exits is older."""
    instances: tuple[InstanceSeen, ...] = ()


async def collect(ctx: Context, params: Exits) -> Running:
    revision, instances = canary_of(ctx)
    record = ctx.target.revisions.get(revision)
    return Running(revision, record is not None and record.release == ctx.state.release, instances)


def evaluate(memory: Known, raw: Running, params: Exits, now: Instant) -> tuple[Known, CheckResult]:
    if not raw.revision:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, NO_CANARY)
    memory = _count(memory, raw, params, now)
    total = sum(number for _, number in memory.recent)
    hopeless = [i for i in raw.instances if i.id not in memory.ready and i.exits >= REPEATEDLY]
    window = f"within {format_duration(params.window)}"
    if not total and not hopeless:
        return memory, CheckResult(Outcome.PASS, f"no instance of {raw.revision} exited {window}")
    # Those with the most exits first: they say most about the cause.
    exited = sorted((i for i in raw.instances if i.exits), key=lambda i: -i.exits)
    findings = tuple(exit_finding(i) for i in exited)
    newest = f"; {findings[0].message}" if findings else ""
    if hopeless:
        who = ", ".join(i.id for i in hopeless)
        return memory, CheckResult(Outcome.FAIL, f"{who} was never ready and keeps exiting{newest}", findings)
    summary = f"{counted(total, 'exit')} of {raw.revision} {window}, at most {params.limit:g} allowed{newest}"
    return memory, CheckResult(Outcome.FAIL if total > params.limit else Outcome.PASS, summary, findings)


def _count(memory: Known, raw: Running, params: Exits, now: Instant) -> Known:
    """Take in what is seen now. What had exited before the first look counts only if the release itself started it."""
    fresh = 0
    for instance in raw.instances:
        before = memory.counts.get(instance.id, 0 if memory.begun or raw.ours else instance.exits)
        # A lower count than before is an instance that was made anew under its old name.
        fresh += instance.exits - before if instance.exits >= before else instance.exits
    recent = tuple((at, number) for at, number in memory.recent if now - at < params.window)
    return Known(
        counts=memory.counts | {i.id: i.exits for i in raw.instances},
        recent=(*recent, (now, fresh)) if fresh else recent,
        ready=tuple(sorted({*memory.ready, *(i.id for i in raw.instances if i.phase in _WAS_READY)})),
        begun=True,
    )


INSTANCE_EXITS = Check(
    params=Exits,
    raw=Running,
    memory=Known,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="the platform's instances and their exits",
)
