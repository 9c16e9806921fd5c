"""Schedules as moments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gonogo.inspect.asked import Schedule
from gonogo.inspect.moment import starts_at
from gonogo.model.errors import InputError
from gonogo.model.units import Duration, Instant

NOW = Instant(datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp())


def at(date: str = "2026-03-29", time: str = "14:00", zone: str = "", **more) -> Schedule:
    return Schedule("then", (0, 4), date, time, zone=zone, **more)


@pytest.mark.parametrize(
    ("schedule", "zone", "expected"),
    [
        (at(zone="UTC"), "Europe/Berlin", "2026-03-29T14:00"),
        (at(zone="Europe/Berlin"), "", "2026-03-29T12:00"),
        (at("2026-03-28"), "Europe/Berlin", "2026-03-28T13:00"),
        (at(zone="-03:30"), "", "2026-03-29T17:30"),
        (at("", "", after=Duration(90)), "", "2026-03-03T12:01:30"),
    ],
)
def test_moment(schedule: Schedule, zone: str, expected: str) -> None:
    assert starts_at(schedule, NOW, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        (at(""), "leaves the day and the time zone open"),
        (at("", ""), "leaves the day and the time and the time zone open"),
        (at(time="02:30", zone="Europe/Berlin"), "doesn't exist"),
        (at("2026-10-25", "02:30", zone="Europe/Berlin"), "comes twice"),
        (at("2026-03-02", zone="UTC"), "has passed"),
        (at(zone="Mars/Base"), "not a time zone"),
        (at(zone="../etc/passwd"), "not a time zone"),
        (at(zone="+99:00"), "not an offset"),
    ],
)
def test_what_has_no_moment(schedule: Schedule, why: str) -> None:
    with pytest.raises(InputError, match=why):
        starts_at(schedule, NOW)
