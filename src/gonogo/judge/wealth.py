"""The bets the judge makes against "the canary is no worse", one per size of harm. Wealth that grows a hundredfold is
evidence of a hundred to one, however often one looks (Lindon & Malek, arXiv 2011.03567; Turner, Ly & Grünwald,
arXiv 2106.02693)."""

from __future__ import annotations

import math

from gonogo.model.metrics import Counts
from gonogo.model.units import Duration

J = 20
GROWTHS = tuple(1.3 * (60 / 1.3) ** (j / (J - 1)) for j in range(J))
"""How many times over the allowed ratio the harm is: 20 steps, log-spaced from 1.3 to 60."""
_LOGS = tuple(math.log(g) for g in GROWTHS)
CAP = 1e90
"""No wealth above it: far beyond any decision, and no step of a bet can overflow from there."""
_STEEPEST = 500.0

Grid = tuple[float, ...]
"""Wealth per growth."""

START: Grid = (0.5 / J,) * J
"""Half the capital at the start; the rest is paid in over time, see `capital`."""


def capital(before: Duration, after: Duration) -> float:
    """What is paid in between two ages of a process (seconds): 1/(2k(k+1)) at minute k, a half in all, so that harm
    with a late onset isn't bet on with wealth that was lost in healthy hours."""
    first, last = int(before // 60) + 1, int(after // 60)
    return (1 / first - 1 / (last + 1)) / 2 if last >= first else 0.0


def pay_in(grid: Grid, amount: float) -> Grid:
    return tuple(w + amount / J for w in grid) if amount else grid


def product(
    plain: Grid, dispersed: Grid, canary: Counts, stable: Counts, ratio: float, plus: float, phi: float
) -> tuple[Grid, Grid]:
    """Bet on the counts of one interval, against p1 <= ratio * p0 + plus (`plus` as a share).

    The factor `(theta/ratio)^s1 * b^N * exp(-n1 * plus * (theta * b / ratio - 1))` has an expectation of at most 1
    for any p0. The second grid bets with s1, s0, N and n1 divided by `phi`: as if errors came phi at a time."""
    n1, n0 = canary.requests, stable.requests
    if n1 <= 0 or n0 <= 0:
        return plain, dispersed
    s1, bad = canary.bad, canary.bad + stable.bad
    if not bad and not plus:
        return plain, dispersed
    w = n1 / (n1 + n0)
    base = 1 - w + w * ratio
    new_plain, new_dispersed = [], []
    for j in range(J):
        g = GROWTHS[j]
        b = base / (1 - w + w * ratio * g)
        x = s1 * _LOGS[j] + bad * math.log(b) - n1 * plus * (g * b - 1)
        new_plain.append(min(plain[j] * math.exp(min(x, _STEEPEST)), CAP))
        new_dispersed.append(min(dispersed[j] * math.exp(min(x / phi, _STEEPEST)), CAP))
    return tuple(new_plain), tuple(new_dispersed)


def vote(grid: Grid, canary: Counts, stable: Counts, ratio: float) -> Grid:
    """Bet on one block by the canary's share of its bad requests alone: a cluster of any size is one vote."""
    n1, n0, bad = canary.requests, stable.requests, canary.bad + stable.bad
    if n1 <= 0 or n0 <= 0 or bad <= 0:
        return grid
    w = n1 / (n1 + n0)
    share = w * ratio / (w * ratio + 1 - w)
    surplus = canary.bad / bad - share
    return tuple(
        min(wealth * (1 + (g - 1) / (1 - share + share * g) * surplus), CAP)
        for wealth, g in zip(grid, GROWTHS, strict=True)
    )


def excess(grid: Grid, counts: Counts, limit: float, phi: float) -> Grid:
    """Bet against "the rate is at most `limit`" (a share), where there is nothing to compare with at the same time."""
    if counts.requests <= 0 or limit <= 0:
        return grid
    return tuple(
        min(wealth * math.exp(min((counts.bad * log - counts.requests * limit * (g - 1)) / phi, _STEEPEST)), CAP)
        for wealth, g, log in zip(grid, GROWTHS, _LOGS, strict=True)
    )
