"""Round numbers and round times for the axes of charts."""

from __future__ import annotations

import math
from datetime import UTC, datetime

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds between two labels of a time axis."""


def shares(highest: float, count: int = 4) -> list[float]:
    """Ticks from 0 to the first round number at or above `highest`, about `count` steps apart."""
    highest = max(highest, 1e-6)
    raw = highest / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    return [round(k * step, 12) for k in range(math.ceil(highest / step - 1e-9) + 1)]


def times(begins: float, ends: float, most: int = 8) -> list[float]:
    """At most `most` round moments within the span."""
    step = next((s for s in _STEPS if (ends - begins) / s <= most - 1), None)
    if step is None:
        step = math.ceil((ends - begins) / 86400 / (most - 1)) * 86400
    first = math.ceil(begins / step) * step
    return [float(first + k * step) for k in range(int((ends - first) // step) + 1)]


def clock(at: float, ticks: list[float]) -> str:
    """`14:05:09`, `14:05` where the ticks are whole minutes, `03-01 14:00` where they are half a day apart."""
    moment = datetime.fromtimestamp(at, UTC)
    if any(t % 60 for t in ticks):
        return moment.strftime("%H:%M:%S")
    days = len(ticks) > 1 and ticks[1] - ticks[0] >= 43200
    return moment.strftime("%m-%d %H:%M" if days else "%H:%M")
