"""Time zones as people write them. An abbreviation that several places use is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import msgspec

from gonogo.inspect.asked import Question

_AREAS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|US|Canada|Etc"
_NAMED = re.compile(rf"(?<![\w/])((?:{_AREAS})/[A-Za-z_+-]+\d*(?:/[A-Za-z_-]+)?)", re.IGNORECASE)
_UTC = re.compile(
    r"(?:(?<=\d)|\b)(?:utc|gmt|zulu)(?P<offset>\s?[+-]\d{1,2}(?::?\d{2})?)?\b|(?<=\d)\s?Z\b", re.IGNORECASE
)
_OFFSET = re.compile(r"(?<=\d)\s?([+-])(\d{2}):?(\d{2})\b")
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "CET": ("Europe/Berlin", "Europe/Paris", "+01:00"),
    "CEST": ("Europe/Berlin", "Europe/Paris", "+02:00"),
    "MEZ": ("Europe/Berlin", "Europe/Vienna", "+01:00"),
    "MESZ": ("Europe/Berlin", "Europe/Vienna", "+02:00"),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "EST": ("America/New_York", "-05:00"),
    "EDT": ("America/New_York", "-04:00"),
    "ET": ("America/New_York",),
    "CST": ("America/Chicago", "Asia/Shanghai"),
    "CDT": ("America/Chicago", "-05:00"),
    "MST": ("America/Denver", "America/Phoenix"),
    "PST": ("America/Los_Angeles", "-08:00"),
    "PDT": ("America/Los_Angeles", "-07:00"),
    "PT": ("America/Los_Angeles",),
    "JST": ("Asia/Tokyo",),
    "AEST": ("Australia/Sydney", "Australia/Brisbane"),
}
"""What each may mean; one meaning is taken, several are asked about."""
_ABBREVIATION = re.compile(r"(?<=[\dm])\s?(?P<at>" + "|".join(ABBREVIATIONS) + r")\b", re.IGNORECASE)
CITIES = {
    "berlin": "Europe/Berlin",
    "london": "Europe/London",
    "paris": "Europe/Paris",
    "zurich": "Europe/Zurich",
    "vienna": "Europe/Vienna",
    "new york": "America/New_York",
    "chicago": "America/Chicago",
    "san francisco": "America/Los_Angeles",
    "tokyo": "Asia/Tokyo",
    "singapore": "Asia/Singapore",
    "sydney": "Australia/Sydney",
    "bangalore": "Asia/Kolkata",
    "german": "Europe/Berlin",
    "uk": "Europe/London",
}
_CITY = re.compile(rf"\b(?P<city>{'|'.join(CITIES)})\s+time\b", re.IGNORECASE)
_LOCAL = re.compile(r"\b(?:local\s+time|ortszeit)\b", re.IGNORECASE)


class Zone(msgspec.Struct, frozen=True):
    span: tuple[int, int]
    name: str = ""
    question: Question | None = None


def zones(text: str, timed: bool) -> Iterator[Zone]:
    """`timed`: whether the sentence names a time; a bare offset or abbreviation means nothing without one."""
    for found in _NAMED.finditer(text):
        yield _iana(found)
    for found in _CITY.finditer(text):
        yield Zone(found.span(), CITIES[found["city"].lower()])
    if not timed:
        return
    for found in _UTC.finditer(text):
        offset = (found["offset"] or "").strip()
        yield Zone(found.span(), _offset(offset) if offset else "UTC")
    for found in _OFFSET.finditer(text):
        if re.search(r":\d\d(?:\.\d+)?$", text[: found.start()]):
            yield Zone(found.span(), f"{found[1]}{found[2]}:{found[3]}")
    for found in _ABBREVIATION.finditer(text):
        meanings = ABBREVIATIONS[found["at"].upper()]
        if len(meanings) == 1:
            yield Zone(found.span("at"), meanings[0])
        else:
            ask = f"{found['at']} has several meanings. Which zone: {', '.join(meanings)}?"
            yield Zone(found.span("at"), "", Question("zone", ask, meanings, found["at"]))
    for found in _LOCAL.finditer(text):
        ask = f"Local time where? Name the zone of {found[0]!r}."
        yield Zone(found.span(), "", Question("zone", ask, (), found[0]))


def _iana(found: re.Match[str]) -> Zone:
    from zoneinfo import available_timezones

    known = {name.lower(): name for name in available_timezones()}
    written = found[0].rstrip("+-/")
    if written.lower() in known:
        return Zone(found.span(), known[written.lower()])
    near = tuple(known[name] for name in get_close_matches(written.lower(), known, 3, 0.7))
    hint = f" Is it {' or '.join(near)}?" if near else ""
    return Zone(found.span(), "", Question("zone", f"{written!r} is not a time zone.{hint}", near, written))


def _offset(text: str) -> str:
    found = re.fullmatch(r"([+-])(\d{1,2})(?::?(\d{2}))?", text)
    return f"{found[1]}{int(found[2]):02}:{found[3] or '00'}" if found else ""
