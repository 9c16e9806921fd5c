"""What the plan itself says: enough instances, and the version before kept long enough to return to."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import absent, judged
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, Instant, format_duration


class EnoughInstances(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minimum: Annotated[int, msgspec.Meta(ge=1)]


class Size(msgspec.Struct, frozen=True):
    instances: int


async def collect_size(ctx: Context, params: EnoughInstances) -> Size:
    return Size(ctx.plan.definition.instances)


def evaluate_size(memory: Nothing, raw: Size, params: EnoughInstances, now: Instant) -> tuple[Nothing, CheckResult]:
    runs = counted(raw.instances, "instance")
    short = Finding(
        f"{runs} where {params.minimum} are wanted",
        found=str(raw.instances),
        expected=f"{params.minimum} or more",
        remedy="raise `instances` in the release file",
    )
    return memory, judged([short] if raw.instances < params.minimum else [], f"{runs} will run")


class KeptLong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at_least: Duration = Duration(1800)
    """The version before must keep running for this long after going live."""


class Keeping(msgspec.Struct, frozen=True):
    first: bool
    """Nothing is live yet."""
    running: Duration = Duration(0)
    watched: Duration = Duration(0)
    """How long the release is watched after going live."""


async def collect_keeping(ctx: Context, params: KeptLong) -> Keeping:
    soaks = [s.due for s in ctx.plan.stages if s.kind is StageKind.SOAK and s.due is not None]
    return Keeping(ctx.plan.world.live is None, ctx.plan.keep.running, Duration(max(soaks, default=0.0)))


def evaluate_keeping(memory: Nothing, raw: Keeping, params: KeptLong, now: Instant) -> tuple[Nothing, CheckResult]:
    if raw.first:
        return memory, absent("nothing is live yet, so there is nothing to keep")
    wanted = min(params.at_least, raw.watched) if raw.watched else params.at_least
    kept = format_duration(raw.running)
    short = Finding(
        f"the version before is stopped {kept} after going live, and faults may still show until "
        f"{format_duration(wanted)}",
        found=kept,
        expected=f"{format_duration(wanted)} or more",
        remedy="raise `keep.running` in the release file",
    )
    return memory, judged([short] if raw.running < wanted else [], f"the version before runs on for {kept}")


ENOUGH_INSTANCES = Check(
    params=EnoughInstances,
    raw=Size,
    memory=Nothing,
    collect=collect_size,
    evaluate=evaluate_size,
    asks="the plan: how many instances it runs",
)
KEPT_LONG = Check(
    params=KeptLong,
    raw=Keeping,
    memory=Nothing,
    collect=collect_keeping,
    evaluate=evaluate_keeping,
    asks="the plan: how long the version before is kept",
)
