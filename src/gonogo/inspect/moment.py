"""A schedule as it was said → a moment, once its day, time and zone are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gonogo.inspect.asked import Schedule
from gonogo.model.errors import InputError, Problem
from gonogo.model.units import Instant


def starts_at(schedule: Schedule, now: Instant, zone: str = "") -> Instant:
    """`zone` stands in where the sentence names none. Raises InputError for what is still open, for a time that the
    clock skips or shows twice on that day, and for one that has passed."""
    if schedule.after is not None:
        return Instant(now + schedule.after)
    missing = [
        what
        for what, there in (("day", schedule.date), ("time", schedule.time), ("time zone", schedule.zone or zone))
        if not there
    ]
    if missing:
        words = schedule.words.strip()
        raise InputError(Problem(f"{words!r} leaves the {' and the '.join(missing)} open", remedy="say it in full"))
    place = _zone(schedule.zone or zone)
    wall = datetime.fromisoformat(f"{schedule.date}T{schedule.time}").replace(tzinfo=place)
    other = wall.replace(fold=1)
    spoken = f"{schedule.date} {schedule.time} {schedule.zone or zone}"
    if wall.utcoffset() != other.utcoffset():
        back = wall.astimezone(UTC).astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None)
        problem = "comes twice, as the clock is set back" if back else "doesn't exist, as the clock is set forward"
        raise InputError(Problem(f"{spoken} {problem}", remedy="name the time in UTC"))
    at = Instant(wall.timestamp())
    if at < now:
        raise InputError(Problem(f"{spoken} has passed", remedy="name a moment to come"))
    return at


def _zone(name: str) -> tzinfo:
    if name[:1] in "+-":
        hours, _, minutes = name[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        try:
            return timezone(-offset if name[0] == "-" else offset)
        except ValueError:
            raise InputError(
                Problem(f"{name} is not an offset of a time zone", remedy="write it like +02:00")
            ) from None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(Problem(f"{name!r} is not a time zone", remedy="write it like Europe/Berlin")) from None
