"""What the checks of counters have in common."""

from __future__ import annotations

from gonogo.checks.interface import Context, Unavailable
from gonogo.judge.canary import QUIET
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.metrics import Sample
from gonogo.model.state import Direction
from gonogo.model.units import Duration, Instant, format_duration

COUNTERS = "the router's counters"


def read_samples(ctx: Context) -> tuple[Sample, ...]:
    if ctx.samples is None:
        raise Unavailable(f"{COUNTERS} could not be read")
    return ctx.samples


def serving(ctx: Context) -> tuple[str, str | None]:
    """The revision whose health is in question, and the one beside it, if any."""
    if ctx.state.direction is Direction.BACK and ctx.state.stable is not None:
        return ctx.state.stable, None
    return ctx.state.revision, ctx.state.stable


def silence(what: str, quiet: float) -> CheckResult:
    """`pending` at first; `unavailable` once requests have been missing for a minute."""
    outcome = Outcome.PENDING if quiet <= QUIET else Outcome.UNAVAILABLE
    after = f"after {format_duration(QUIET)} the data count as missing"
    return CheckResult(outcome, f"{what} for {format_duration(Duration(quiet))} ({after})")


def since(now: Instant, heard_at: Instant | None, began: Instant) -> Duration:
    return Duration(max(0.0, now - (heard_at if heard_at is not None else began)))
