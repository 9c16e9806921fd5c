"""Time that has to pass while somebody watches."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gonogo.checks.interface import Check, Context, Nothing
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.units import Duration, Instant, format_duration


class PauseElapsed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seconds: Annotated[Duration, msgspec.Meta(ge=0)]
    """To be watched in this stage."""


class Watched(msgspec.Struct, frozen=True):
    seconds: Duration
    """Of this stage during which a driver was looking; gaps without one don't count."""


async def collect(ctx: Context, params: PauseElapsed) -> Watched:
    return Watched(ctx.state.watched)


def evaluate(memory: Nothing, raw: Watched, params: PauseElapsed, now: Instant) -> tuple[Nothing, CheckResult]:
    if not params.seconds:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "no pause is asked for here")
    left = params.seconds - raw.seconds
    if left <= 0:
        return memory, CheckResult(Outcome.PASS, f"watched for {format_duration(params.seconds)}")
    summary = f"{format_duration(left)} of {format_duration(params.seconds)} left"
    return memory, CheckResult(Outcome.PENDING, summary)


PAUSE_ELAPSED = Check(
    params=PauseElapsed,
    raw=Watched,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="the journal: how long a driver has watched this stage",
)
