"""After 100 % nothing runs beside the serving revision: it is compared with how the service was before."""

from __future__ import annotations

import msgspec

from gonogo.judge import wealth
from gonogo.judge.canary import Verdict
from gonogo.judge.wealth import START, Grid
from gonogo.model.metrics import Counts
from gonogo.model.units import Duration

WINDOW = 60.0
"""Seconds of a window, at least; it goes on until it has enough requests."""
ALPHA = 0.01


class Recovery(msgspec.Struct, frozen=True):
    """A window that is counted, the one before it, and the wealth of the bet that the rate is over the limit."""

    age: Duration = Duration(0)
    grid: Grid = START
    open: Counts = Counts()
    seconds: Duration = Duration(0)
    last: Counts | None = None


def compare(state: Recovery, counts: Counts, seconds: Duration, limit: float, minimum: int, phi: float) -> Recovery:
    """Take in one interval. limit: the highest share of bad requests that is still normal."""
    age = Duration(state.age + seconds)
    grid = wealth.pay_in(state.grid, wealth.capital(state.age, age))
    grid = wealth.excess(grid, counts, limit, phi)
    total, length = state.open + counts, Duration(state.seconds + seconds)
    if length >= WINDOW and total.requests >= minimum:
        return Recovery(age, grid, last=total)
    return Recovery(age, grid, total, length, state.last)


def newest(state: Recovery, minimum: int) -> Counts:
    """The counts to go by: the open window once it has enough requests, the one before it until then."""
    if state.last is None or (state.open.requests >= minimum and state.seconds >= WINDOW / 4):
        return state.open
    return state.last


def recovered(state: Recovery, limit: float, minimum: int) -> Verdict:
    """Unhealthy takes both: a window over the limit, and evidence of 100 to 1 that it is no chance, however long the
    soak is. Over the limit without that evidence is inconclusive."""
    counts = newest(state, minimum)
    if counts.requests < minimum:
        return Verdict.NO_DATA if not counts.requests else Verdict.INCONCLUSIVE
    if counts.bad <= limit * counts.requests:
        return Verdict.HEALTHY
    return Verdict.UNHEALTHY if sum(state.grid) >= 1 / ALPHA else Verdict.INCONCLUSIVE
