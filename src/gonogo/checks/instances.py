"""The new revision's instances: all ready? still healthy? and do they stay up?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.wording import counted, exit_text, shorten
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Instant
from gonogo.model.world import InstancePhase, InstanceSeen, RevisionSeen

NO_CANARY = "this stage runs no canary revision"


class Ready(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    track: Literal["canary", "stable"] = "canary"
    enough: Literal["all", "minimum"] = "all"
    """All instances that the stage wants, or as many as it takes to be given traffic."""


class Group(msgspec.Struct, frozen=True):
    """A revision's instances beside what the stage wants of them."""

    revision: str
    """Empty where the stage runs nothing on this track."""
    wanted: int = 0
    instances: tuple[InstanceSeen, ...] = ()


async def collect(ctx: Context, params: Ready) -> Group:
    wanted = ctx.stage.wanted
    if wanted is None:
        raise Unavailable(f"stage {ctx.stage.id} changes nothing, so no instance is expected")
    want = wanted.canary if params.track == "canary" else wanted.stable
    revision = ctx.state.revision if params.track == "canary" else ctx.state.stable
    if want is None:
        return Group("")
    count = want.instances if params.enough == "all" else want.min_ready
    return Group(revision or "", count, seen_of(ctx, revision or "").instances)


def seen_of(ctx: Context, revision: str) -> RevisionSeen:
    """The revision as the platform shows it; without instances where it isn't there. Raises Unavailable."""
    if ctx.seen is None:
        raise Unavailable("the platform could not be looked at")
    if not revision:
        raise Unavailable("the release has not started, so it has no revision yet")
    return ctx.seen.revisions.get(revision, RevisionSeen(0))


def canary_of(ctx: Context) -> tuple[str, tuple[InstanceSeen, ...]]:
    """The new revision and its instances; no revision where the stage runs none. Raises Unavailable."""
    if ctx.stage.wanted is not None and ctx.stage.wanted.canary is None:
        return "", ()
    return ctx.state.revision, seen_of(ctx, ctx.state.revision).instances


def evaluate(memory: Nothing, raw: Group, params: Ready, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.revision:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, f"this stage runs no {params.track} revision")
    ready = sum(i.phase is InstancePhase.READY for i in raw.instances)
    summary = f"{min(ready, raw.wanted)} of {raw.wanted} ready: {raw.revision}"
    if ready >= raw.wanted:
        return memory, CheckResult(Outcome.PASS, summary)
    findings = tuple(exit_finding(i) for i in raw.instances if i.exits or i.phase is InstancePhase.EXITED)
    starting = sum(i.phase is InstancePhase.STARTING for i in raw.instances)
    summary += f"; {starting} starting" if starting else ""
    summary += f"; {findings[0].message}" if findings else ""
    return memory, CheckResult(Outcome.PENDING, summary, findings)


def exit_finding(instance: InstanceSeen) -> Finding:
    """An instance's exits with the end of what it printed."""
    last = instance.last_words.strip().splitlines()
    said = f": {shorten(last[-1])}" if last else ""
    times = f"exited {counted(instance.exits, 'time')}, last with {exit_text(instance.exit_code)}"
    message = f"{instance.id} {times if instance.exits else 'is not running'}{said}"
    remedy = "see what it printed; run the command by hand"
    return Finding(message, instance.id, instance.last_words, "it stays up", remedy)


class HealthChecks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    failures: Annotated[float, msgspec.Meta(ge=1)]
    """Looks in a row at which an instance that was ready isn't."""


class Looks(msgspec.Struct, frozen=True):
    """Memory: when we looked last, and how many looks in a row found one unready."""

    at: Instant = Instant(0)
    failures: int = 0


class Health(msgspec.Struct, frozen=True):
    at: Instant
    """Of the look itself; the same look isn't counted twice."""
    revision: str
    """Empty where the stage runs no new revision."""
    instances: tuple[InstanceSeen, ...] = ()


async def collect_health(ctx: Context, params: HealthChecks) -> Health:
    revision, instances = canary_of(ctx)
    return Health(ctx.seen.at if ctx.seen else ctx.now, revision, instances)


def evaluate_health(memory: Looks, raw: Health, params: HealthChecks, now: Instant) -> tuple[Looks, CheckResult]:
    if not raw.revision:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, NO_CANARY)
    unready = [i.id for i in raw.instances if i.phase is InstancePhase.UNREADY]
    if raw.at > memory.at:
        memory = Looks(raw.at, memory.failures + 1 if unready else 0)
    if not unready:
        return memory, CheckResult(Outcome.PASS, f"every instance of {raw.revision} that was ready still is")
    which = f"{', '.join(unready)} not ready any more"
    summary = f"{which}, {counted(memory.failures, 'look')} in a row; {params.failures:g} are too many"
    if memory.failures < params.failures:
        return memory, CheckResult(Outcome.PASS, summary)
    findings = tuple(Finding(f"{id} fails its health check", id, "not ready", "ready") for id in unready)
    return memory, CheckResult(Outcome.FAIL, summary, findings)


READY = Check(
    params=Ready,
    raw=Group,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="the platform's instances",
)
HEALTH_CHECKS = Check(
    params=HealthChecks,
    raw=Health,
    memory=Looks,
    collect=collect_health,
    evaluate=evaluate_health,
    live=True,
    asks="the platform's instances",
)
