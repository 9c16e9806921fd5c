"""Fixed limits beside the judge: over a limit without a break for a stated time, until clearly under it again."""

from __future__ import annotations

import msgspec

from gonogo.judge.canary import Pair
from gonogo.model.metrics import Counts, Interval
from gonogo.model.units import Duration

PARTS = 4
"""The time is watched in quarters, each of which must be over the limit."""
FEWEST = 5
"""Bad requests in all four quarters together: one error among ten requests is no rate."""
RELEASED_AT = 0.8
"""Once fired, it stands until the whole time is under this share of the limit."""


class Limit(msgspec.Struct, frozen=True):
    """`over`: an absolute limit, a share (0.05 is 5 %). `plus`: percentage points over stable at the same time, or
    over `reference` (a share, from before the release) where no stable has traffic."""

    relation: str
    limit: float
    duration: Duration


class Watching(msgspec.Struct, frozen=True):
    """State of a limit: the last quarters, oldest first, and the one that is still open."""

    parts: tuple[Pair, ...] = ()
    open: Pair = Pair()
    seconds: Duration = Duration(0)
    fired: bool = False


def _excess(pair: Pair, limit: Limit, reference: float | None) -> float | None:
    """By which share of the limit the canary is at it (1 is exactly at it). None: nothing to compare with."""
    if not pair.canary.requests:
        return 0.0
    rate = pair.canary.bad / pair.canary.requests
    stable = pair.stable.bad / pair.stable.requests if pair.stable.requests else None
    if limit.relation == "over":
        if stable is not None and stable > limit.limit:
            return 0.0
        return rate / limit.limit if limit.limit > 0 else float("inf") if rate else 0.0
    if stable is not None and stable > (reference or 0.0) + limit.limit / 100:
        return 0.0
    beside = stable if stable is not None else reference
    if beside is None:
        return None
    return (rate - beside) * 100 / limit.limit if limit.limit > 0 else float("inf") if rate > beside else 0.0


def watch(state: Watching, limit: Limit, one: Interval, reference: float | None = None) -> Watching:
    """Take in one interval. While a canary runs, a limit that stable breaks as well doesn't fire: that is an outage
    of both, and moving traffic would not help (for `plus`: stable itself is as many points over the reference, or
    over 0 without one). A quarter without requests to the canary stays open."""
    pair, seconds = state.open.plus(one), Duration(state.seconds + one.seconds)
    if seconds < limit.duration / PARTS * (1 - 1e-9) or not pair.canary.requests:
        return Watching(state.parts, pair, seconds, state.fired)
    parts = (*state.parts, pair)[-PARTS:]
    return Watching(parts, fired=_fires(parts, limit, reference, state.fired))


def _fires(parts: tuple[Pair, ...], limit: Limit, reference: float | None, before: bool) -> bool:
    whole = pooled(parts)
    if before:
        return (_excess(whole, limit, reference) or 0.0) > RELEASED_AT
    if len(parts) < PARTS or whole.canary.bad < FEWEST:
        return False
    return all((_excess(part, limit, reference) or 0.0) > 1 for part in parts)


def over(pair: Pair, limit: Limit, reference: float | None = None) -> bool:
    """Whether these counts break the limit, by more than a few bad requests."""
    return pair.canary.bad >= FEWEST and (_excess(pair, limit, reference) or 0.0) > 1


def pooled(parts: tuple[Pair, ...]) -> Pair:
    canary, stable = Counts(), Counts()
    for part in parts:
        canary, stable = canary + part.canary, stable + part.stable
    return Pair(canary, stable)
