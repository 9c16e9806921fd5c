"""Quantities with their unit in the type, and the one grammar in which people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NewType

Instant = NewType("Instant", float)
"""Seconds since the Unix epoch, UTC."""
Duration = NewType("Duration", float)
"""Seconds."""
Ratio = NewType("Ratio", float)
"""A share (0.1 is 10 %) or a factor (1.5 is half as much again)."""
Points = NewType("Points", float)
"""Percentage points: 0.2 is the step from 0.3 % to 0.5 %."""

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|s|m|h|d|w))")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def parse_duration(text: str) -> Duration:
    """`90s`, `1h30m`, `250ms`, `2d` → seconds. Raises ValueError for anything else, a bare number included."""
    squeezed = text.replace(" ", "")
    parts = _DURATION.findall(squeezed)
    if not parts or "".join(n + u for n, u in parts) != squeezed:
        raise ValueError(f"{text!r} is not a duration; write it like 90s, 5m, 1h30m, 250ms")
    return Duration(sum(float(n) * _SECONDS[u] for n, u in parts))


def format_duration(seconds: float) -> str:
    """Seconds → the shortest exact-enough form: `250ms`, `4.2s`, `5m`, `1h30m`, `2d`."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if 0 < seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 60:
        return f"{seconds:.1f}".rstrip("0").rstrip(".") + "s"
    rest, text = round(seconds), ""
    for unit in ("w", "d", "h", "m", "s"):
        count, rest = divmod(rest, int(_SECONDS[unit]))
        text += f"{count}{unit}" if count else ""
    return text


def parse_points(text: str) -> Points:
    """`0.2 points`, `1 point`, `+5 points` → 0.2, 1, 5. A percentage is refused: it would be ambiguous."""
    found = re.fullmatch(r"\+?\s*(\d+(?:\.\d+)?)\s*(?:points?|pp)", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not percentage points; write it like 0.2 points")
    return Points(float(found[1]))


def parse_percent(text: str) -> Ratio:
    """`10 %`, `0.5%` → 0.1, 0.005."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a percentage; write it like 10 %")
    return Ratio(float(found[1]) / 100)


def format_percent(ratio: float) -> str:
    """0.1 → `10 %`, 0.003 → `0.3 %`."""
    return f"{ratio * 100:.2f}".rstrip("0").rstrip(".") + " %"


def format_instant(at: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
