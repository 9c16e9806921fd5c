"""Days as people write them, in English and German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from gonogo.inspect.asked import Question

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "montag"),
            ("tuesday", "dienstag"),
            ("wednesday", "mittwoch"),
            ("thursday", "donnerstag"),
            ("friday", "freitag"),
            ("saturday", "samstag", "sonnabend"),
            ("sunday", "sonntag"),
        )
    )
    for name in names
}
_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "januar"),
            ("february", "feb", "februar"),
            ("march", "mar", "märz", "maerz"),
            ("april", "apr"),
            ("may", "mai"),
            ("june", "jun", "juni"),
            ("july", "jul", "juli"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct", "oktober", "okt"),
            ("november", "nov"),
            ("december", "dec", "dezember", "dez"),
        ),
        1,
    )
    for name in names
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ISO = re.compile(r"(?<![\w.-])(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\d-])")
_GERMAN = re.compile(r"(?<![\w.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>20\d\d)(?![\w.]?\d)")
_GERMAN_SHORT = re.compile(
    r"\b(?:am|vom|zum|den|der|on|freitag,?|montag,?|dienstag,?|mittwoch,?|donnerstag,?|samstag,?|sonntag,?)\s+(?:den\s+)?"
    r"(?P<at>(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?P<year>\d\d)?)(?![\d\w])",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])")
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b)?"
_DAY_MONTH = re.compile(
    rf"(?<![\w.:])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s+(?P<year>20\d\d)\b)?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.:]\d|\d)(?:,?\s+(?P<year>20\d\d)\b)?",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[str, int], ...] = (
    (r"\bday\s+after\s+tomorrow\b|\bübermorgen\b|\buebermorgen\b", 2),
    (r"(?<!after\s)\b(?:tomorrow|tommorow|tomorow|tommorrow|tmrw)\b|(?<!guten\s)\bmorgen\b(?!s)", 1),
    (r"\b(?:today|tonight|heute|this\s+(?:morning|afternoon|evening))\b", 0),
    (r"\b(?:yesterday|gestern)\b", -1),
)
_NAMED = "|".join(WEEKDAYS)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>next|this|coming|nächsten|kommenden|diesen)\s+)?(?P<day>{_NAMED})s?\b(?P<later>\s+next\s+week|\s+week)?",
    re.IGNORECASE,
)
_WEEKDAY_SHORT = re.compile(
    rf"\b(?:on\s+|by\s+|(?P<which>next|this)\s+)(?P<day>{'|'.join(_SHORT)})\b(?!\w)", re.IGNORECASE
)
_IN_DAYS = re.compile(
    r"\bin\s+(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven)\s+(?P<unit>day|week|tag|woche)(?:s|en|n|e)?\b",
    re.IGNORECASE,
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_VAGUE = re.compile(
    r"\b(?:next|coming|nächste|nächster)\s+(?:week|woche|month|monat)\b|\bend\s+of\s+(?:the\s+)?(?:week|month)\b"
    r"|\bsoon\b(?!\s+as)|\bthis\s+week\b|\bat\s+the\s+weekend\b",
    re.IGNORECASE,
)


class Day(msgspec.Struct, frozen=True):
    span: tuple[int, int]
    day: str = ""
    """ISO, or empty where it takes a question."""
    question: Question | None = None
    weekday: int | None = None


def days(text: str, today: date) -> list[Day]:
    """Every day named, each once; the longest reading of a place wins."""
    found = sorted(_all(text, today), key=lambda day: (day.span[0], -day.span[1]))
    kept: list[Day] = []
    for day in found:
        if not kept or day.span[0] >= kept[-1].span[1]:
            kept.append(day)
    return kept


def _all(text: str, today: date) -> Iterator[Day]:
    for found in _ISO.finditer(text):
        yield _day(found.span(), int(found[1]), int(found[2]), int(found[3]), found[0])
    for pattern in (_GERMAN, _GERMAN_SHORT, _DAY_MONTH, _MONTH_DAY):
        for found in pattern.finditer(text):
            yield _named(found, today)
    for found in _SLASHES.finditer(text):
        yield _slashes(found)
    for words, offset in _WORDS:
        for found in re.finditer(words, text, re.IGNORECASE):
            yield Day(found.span(), str(today + timedelta(offset)))
    for found in _IN_DAYS.finditer(text):
        count = int(found["n"]) if found["n"].isdigit() else _NUMBERS[found["n"].lower()]
        weeks = found["unit"].lower() in ("week", "woche")
        yield Day(found.span(), str(today + timedelta(count * (7 if weeks else 1))))
    for pattern in (_WEEKDAY, _WEEKDAY_SHORT):
        for found in pattern.finditer(text):
            yield _weekday(found, today)
    for found in _VAGUE.finditer(text):
        yield Day(found.span(), "", Question("date", f"Which day is {found[0]!r}?", (), found[0]))


def _day(span: tuple[int, int], year: int, month: int, number: int, words: str) -> Day:
    try:
        return Day(span, str(date(year, month, number)))
    except ValueError:
        return Day(span, "", Question("date", f"{words!r} is not a day of the calendar. Which day?", (), words))


def _named(found: re.Match[str], today: date) -> Day:
    """Without a year, the next such day counts."""
    span = found.span("at") if "at" in found.groupdict() else found.span()
    month = int(found["month"]) if found["month"].isdigit() else MONTHS[found["month"].lower()]
    number, year = int(found["day"]), found["year"]
    if year:
        return _day(span, int(year) if len(year) == 4 else 2000 + int(year), month, number, found[0])
    day = _day(span, today.year, month, number, found[0])
    return _day(span, today.year + 1, month, number, found[0]) if day.day and day.day < str(today) else day


def _slashes(found: re.Match[str]) -> Day:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    year = year if year > 99 else 2000 + year
    if first <= 12 and second <= 12 and first != second:
        choices = (f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}")
        text = f"Is {found[0]!r} the {choices[0]} (month first) or the {choices[1]} (day first)?"
        return Day(found.span(), "", Question("date", text, choices, found[0]))
    month, number = (first, second) if first <= 12 else (second, first)
    return _day(found.span(), year, month, number, found[0])


def _weekday(found: re.Match[str], today: date) -> Day:
    number = {**WEEKDAYS, **_SHORT}[found["day"].lower()]
    which = (found["which"] or "").lower()
    ahead = (number - today.weekday()) % 7
    nearest = today + timedelta(ahead)
    if "later" in found.groupdict() and found["later"]:
        monday = today + timedelta(7 - today.weekday())
        return Day(found.span(), str(monday + timedelta(number)), weekday=number)
    if which in ("next", "nächsten") or ahead == 0:
        first, second = nearest, nearest + timedelta(7)
        if which in ("next", "nächsten") and ahead == 0:
            return Day(found.span(), str(second), weekday=number)
        text = f"Is {found[0].strip()!r} {first} or {second}?"
        return Day(found.span(), "", Question("date", text, (str(first), str(second)), found[0].strip()), number)
    return Day(found.span(), str(nearest), weekday=number)
