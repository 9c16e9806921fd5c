"""Whether a canary is certified: shown to be less than a stated number of points worse than stable."""

from __future__ import annotations

import math

from gonogo.judge.wealth import CAP
from gonogo.model.metrics import Counts


def certify(wealth: float, canary: Counts, stable: Counts, plus: float, past: Counts) -> float:
    """Bet on the counts of one interval, against p1 >= p0 + plus (`plus` as a share).

    The factor `theta^s1 * b^N * exp(n1 * plus * (1 - theta * b))`, theta < 1, has an expectation of at most 1 for any
    p0. theta is the one with which wealth grows fastest if both tracks have the rate of `past`, which must hold
    nothing of this interval."""
    n1, n0 = canary.requests, stable.requests
    if n1 <= 0 or n0 <= 0 or plus <= 0:
        return wealth
    w = n1 / (n1 + n0)
    x, b = _fastest(w, plus, (past.bad + 1) / (past.requests + 1 / plus))
    log = canary.bad * math.log(x) + stable.bad * math.log(b) + n1 * plus * (1 - x)
    return min(wealth * math.exp(min(log, 500.0)), CAP)


def _fastest(w: float, plus: float, rate: float) -> tuple[float, float]:
    """(theta * b, b) where the expected growth `rate*log(x) + rate*(1-w)/w*log(b) + plus*(1-x)` is highest, given
    `w*x + (1-w)*b = 1`: the smaller root of r*w*x^2 - (1+r)*x + 1 = 0 with r = plus / rate."""
    r = plus / rate
    x = 2 / (1 + r + math.sqrt((1 + r) ** 2 - 4 * r * w))
    return x, (1 - w * x) / (1 - w)
