"""When a release is to happen: day, time, zone, as far as the sentence says; what it leaves open becomes a question."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from gonogo.inspect.asked import Question, Schedule
from gonogo.inspect.sentence_days import Day, days
from gonogo.inspect.sentence_zones import Zone, zones
from gonogo.model.units import Duration

_CLOCK = (
    r"(?:(?P<{0}h>[01]?\d|2[0-4])[:h](?P<{0}m>[0-5]\d)(?::[0-5]\d)?(?:\s?(?P<{0}ap>[ap])\.?m\b\.?|\s*uhr\b)?"
    r"|(?P<{0}th>[01]?\d|2[0-4])(?:[.:](?P<{0}tm>[0-5]\d))?\s?(?:(?P<{0}tap>[ap])\.?m\b\.?|(?:uhr|o'clock)\b|h(?=\s|$|[,.;]))"
    r"|(?P<{0}word>noon|midday|midnight|mittags?|mitternacht)\b)"
)
_TIME = re.compile(r"(?<![\w.:/+-])" + _CLOCK.format("a"), re.IGNORECASE)
_AFTER_DATE = re.compile(r"(?<=\dT)(?P<h>[01]\d|2[0-4]):(?P<m>[0-5]\d)(?::\d\d(?:\.\d+)?)?")
_MILITARY = re.compile(r"(?<![\w.:-])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?=\s?(?:UTC|GMT|Z|hrs|hours)\b)")
_RANGE_START = re.compile(r"\b(?:between|from|von|zwischen)\s+$", re.IGNORECASE)
_JOIN = re.compile(r"^\s*(?:-|--|to|and|until|till|bis|und)\s*$", re.IGNORECASE)
_IN = re.compile(
    r"\b(?:in|within)\s+(?P<n>\d{1,4}(?:\.\d)?|an?|one|two|three|four|five|six|half\s+an|eine[rm]?)\s*(?P<unit>h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|stunden?|minuten?)\b",
    re.IGNORECASE,
)
_COUNTS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "half": 0.5}
_NOW = re.compile(
    r"\b(?:right\s+)?now\b(?!\s+(?:that|with|uses?|we|it|is|has))|\bjetzt\b|\bright\s+away\b", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?:early\s+|late\s+)?(?:morning|afternoon|evening|night|abend|nachmittag|vormittag)s?\b|\btonight\b|\beod\b|\bcob\b|"
    r"\bend\s+of\s+(?:the\s+)?(?:business\s+)?day\b|\blunch(?:time)?\b|\bovernight\b|\bout\s+of\s+hours\b|\bafter\s+hours\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:incident|outage|since|broke|broken|introduced|deployed|released|failed|failing|down|reported|merged|tested|"
    r"happened|seen|crash\w*|was|error\w*|bug)\b[\s\w]{0,20}$",
    re.IGNORECASE,
)
"""Before a moment: it tells of something that was, rather than of when to release."""


class When(msgspec.Struct, frozen=True):
    schedule: Schedule | None
    questions: tuple[Question, ...]
    spans: tuple[tuple[int, int], ...]
    """What the moment's words cover; numbers in there are no versions."""


class _Clock(msgspec.Struct, frozen=True):
    span: tuple[int, int]
    time: str
    midnight: bool = False


def when(text: str, today: date) -> When:
    named = [day for day in days(text, today) if not _tells(text, day.span[0])]
    clocks = [clock for clock in _clocks(text) if not _tells(text, clock.span[0])]
    places = list(zones(text, bool(clocks)))
    relative = _relative(text)
    part = _PART.search(text)
    spans = tuple(thing.span for group in (named, clocks, places) for thing in group)
    if relative and not (named or clocks):
        return When(relative, (), (*spans, relative.span))
    if not (named or clocks or part):
        return When(None, (), spans)
    asked = [day.question for day in named if day.question]
    day = _one_day(named, asked)
    time, until = _one_time(clocks, text, asked)
    zone = _one_zone(places, asked)
    if part:
        spans = (*spans, part.span())
    first, last = min(s[0] for s in spans), max(s[1] for s in spans)
    words = text[first:last]
    _open(asked, day, time, zone, named, clocks, part[0] if part else "", words, today)
    implied = str(today) if time and not named else ""
    return When(Schedule(words, (first, last), day or implied, time, until, zone), tuple(asked), spans)


def _tells(text: str, at: int) -> bool:
    return _PAST.search(text[max(0, at - 40) : at]) is not None


def _clocks(text: str) -> list[_Clock]:
    found: list[_Clock] = []
    for match in _TIME.finditer(text):
        found.append(_clock(match))
    for pattern in (_AFTER_DATE, _MILITARY):
        found += [_Clock(m.span(), f"{int(m['h']) % 24:02}:{m['m']}") for m in pattern.finditer(text)]
    return sorted(found, key=lambda clock: clock.span)


def _clock(found: re.Match[str]) -> _Clock:
    word = (found["aword"] or "").lower()
    if word:
        midnight = word in ("midnight", "mitternacht")
        return _Clock(found.span(), "00:00" if midnight else "12:00", midnight)
    hour = int(found["ah"] or found["ath"])
    half = (found["aap"] or found["atap"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return _Clock(found.span(), f"{hour % 24:02}:{found['am'] or found['atm'] or '00'}", hour == 24)


def _relative(text: str) -> Schedule | None:
    found = _IN.search(text)
    if found:
        word = found["n"].lower().split()[0]
        count = _COUNTS.get(word, 1.0) if word.isalpha() else float(word)
        seconds = count * (60 if found["unit"].lower().startswith("m") else 3600)
        return Schedule(found[0], found.span(), after=Duration(seconds))
    now = _NOW.search(text)
    return Schedule(now[0], now.span(), after=Duration(0)) if now else None


def _one_day(named: list[Day], asked: list[Question]) -> str:
    known = sorted({day.day for day in named if day.day})
    weekdays = {day.weekday for day in named if day.weekday is not None}
    if len(known) == 1:
        # `Friday, 6 March`: the weekday agrees with the date, or it is asked.
        if weekdays and date.fromisoformat(known[0]).weekday() in weekdays:
            asked[:] = [question for question in asked if question.about != "date"]
        return known[0] if not any(q.about == "date" for q in asked) else ""
    if len(known) > 1:
        asked.append(Question("date", f"Two days are named, {' and '.join(known)}. Which one?", tuple(known)))
    return ""


def _one_time(clocks: list[_Clock], text: str, asked: list[Question]) -> tuple[str, str]:
    times = list(dict.fromkeys(clock.time for clock in clocks))
    if not times:
        return "", ""
    if len(times) == 1:
        return times[0], ""
    first, second = clocks[0], clocks[1]
    between = text[first.span[1] : second.span[0]]
    if len(times) == 2 and _JOIN.match(between):
        return times[0], times[1]
    asked.append(Question("time", f"Several times are named, {', '.join(times)}. Which one?", tuple(times)))
    return "", ""


def _one_zone(places: list[Zone], asked: list[Question]) -> str:
    asked += [place.question for place in places if place.question]
    names = list(dict.fromkeys(place.name for place in places if place.name))
    if len(names) > 1:
        asked.append(Question("zone", f"Several time zones are named, {', '.join(names)}. Which one?", tuple(names)))
        return ""
    return names[0] if names else ""


def _open(
    asked: list[Question],
    day: str,
    time: str,
    zone: str,
    named: list[Day],
    clocks: list[_Clock],
    part: str,
    words: str,
    today: date,
) -> None:
    """Questions for what was left out."""
    about = {question.about for question in asked}
    if day and day < str(today):
        asked.append(Question("date", f"{day} is in the past. Which day is meant?", (), words))
    if any(clock.midnight for clock in clocks) and "time" not in about:
        choices = ("00:00, as the day begins", "24:00, as it ends")
        asked.append(Question("time", "Midnight at the beginning of that day, or at its end?", choices, words))
    if not clocks and (named or part):
        asked.append(Question("time", f"At what time, and in which time zone, is {words.strip()!r}?", (), words))
    elif time and not zone and "zone" not in about:
        asked.append(Question("zone", f"In which time zone is {time}?", ("UTC",), words))
