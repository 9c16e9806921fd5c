"""Traffic: has the router accepted the weights that the stage wants, and is the whole world as it should be?"""

from __future__ import annotations

import msgspec

from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.stages import TrackWant
from gonogo.model.units import Instant, Ratio, format_percent
from gonogo.model.world import RevisionSeen

TOLERANCE = 0.00005
"""Half a basis point: routers split in whole parts of their own."""


class WeightReached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters: what is wanted stands in the stage."""


class Share(msgspec.Struct, frozen=True):
    """One revision's part of the traffic: wanted beside accepted."""

    revision: str
    wanted: Ratio
    actual: Ratio
    needed: int = 0
    """Ready instances it takes to serve that part."""
    ready: int = 0


class Split(msgspec.Struct, frozen=True):
    shares: tuple[Share, ...]
    """Every revision that should have traffic or has some."""


async def collect(ctx: Context, params: WeightReached) -> Split:
    wanted = ctx.stage.wanted
    if wanted is None:
        raise Unavailable(f"stage {ctx.stage.id} changes nothing, so no weight is expected")
    if ctx.seen is None:
        raise Unavailable("the platform could not be looked at")
    if not ctx.state.started:
        raise Unavailable("the release has not started, so it has no revision yet")
    tracks = {ctx.state.revision: wanted.canary, ctx.state.stable or "": wanted.stable}
    shares = []
    for revision in sorted({*tracks, *ctx.seen.weights} - {""}):
        want = tracks.get(revision) or TrackWant(0, Ratio(0), 0)
        actual = ctx.seen.weights.get(revision, Ratio(0))
        seen = ctx.seen.revisions.get(revision, RevisionSeen(0))
        shares.append(Share(revision, want.weight, actual, want.min_ready if want.weight else 0, seen.ready))
    return Split(tuple(shares))


def evaluate(memory: Nothing, raw: Split, params: WeightReached, now: Instant) -> tuple[Nothing, CheckResult]:
    if not any(s.wanted for s in raw.shares) and not any(s.actual for s in raw.shares):
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "this stage gives nobody traffic, and nobody has any")
    off = [s for s in raw.shares if abs(s.actual - s.wanted) > TOLERANCE]
    if off:
        parts = ", ".join(f"{s.revision} has {format_percent(s.actual)} of {format_percent(s.wanted)}" for s in off)
        return memory, CheckResult(Outcome.PENDING, f"the router has not accepted the wanted weights yet: {parts}")
    short = [s for s in raw.shares if s.ready < s.needed]
    if short:
        parts = ", ".join(f"{s.revision} {s.ready} of {s.needed}" for s in short)
        return memory, CheckResult(Outcome.PENDING, f"weights accepted, but ready instances are missing: {parts}")
    parts = ", ".join(f"{s.revision} {format_percent(s.actual)}" for s in raw.shares if s.actual)
    return memory, CheckResult(Outcome.PASS, f"the router has accepted {parts or 'that nobody is served'}")


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters: what is wanted stands in the stage."""


class World(msgspec.Struct, frozen=True):
    settled: bool
    changes_nothing: bool = False
    """The stage wants nothing of the world."""
    weights: dict[str, Ratio] = {}
    ready: dict[str, int] = {}


async def collect_world(ctx: Context, params: Settled) -> World:
    if ctx.stage.wanted is None:
        return World(ctx.settled, changes_nothing=True)
    if ctx.seen is None:
        raise Unavailable("the platform could not be looked at")
    ready = {revision: seen.ready for revision, seen in ctx.seen.revisions.items()}
    return World(ctx.settled, False, ctx.seen.weights, ready)


def evaluate_world(memory: Nothing, raw: World, params: Settled, now: Instant) -> tuple[Nothing, CheckResult]:
    if raw.changes_nothing:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "this stage wants nothing of the world")
    seen = ", ".join(
        f"{revision} {format_percent(raw.weights.get(revision, 0.0))} with {ready} ready"
        for revision, ready in sorted(raw.ready.items())
    )
    if raw.settled:
        return memory, CheckResult(Outcome.PASS, f"the world is as wanted: {seen or 'nothing runs'}")
    return memory, CheckResult(Outcome.PENDING, f"the world is not as wanted yet: {seen or 'nothing runs'}")


WEIGHT_REACHED = Check(
    params=WeightReached,
    raw=Split,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="the weights that the router has accepted",
)
SETTLED = Check(
    params=Settled,
    raw=World,
    memory=Nothing,
    collect=collect_world,
    evaluate=evaluate_world,
    live=True,
    asks="the platform, held against what the stage wants",
)
