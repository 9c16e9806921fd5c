"""Which version a sentence names, among all the other numbers in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.asked import Confidence, Said
from gonogo.inspect.sentence_text import ruled_out

_NUMBER = r"\d{1,9}(?:\.\d{1,9}){1,3}(?:-(?!\d{1,9}\.\d)[0-9a-z]+(?:[.-][0-9a-z]+)*)?(?:\+[0-9a-z]+(?:[.-][0-9a-z]+)*)?"
_DOTTED = re.compile(
    rf"(?<![\w.,$€£:/-])(?:v(?:er(?:sion)?)?\.?\s?)?(?P<value>{_NUMBER})(?![\w%]|\.[\dx*]|,\d|/\d)|"
    rf"(?<=[:@/])v?(?P<tagged>{_NUMBER})(?![\w%]|\.\d)|"
    rf"(?<=[a-z]-)v?(?P<joined>{_NUMBER})(?![\w%]|\.\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<![\w.-])(?:v\.?|version\s+|ver\.?\s+|release\s+(?=v?\d)|build\s+#?|rev(?:ision)?\s+)v?(?P<value>\d{1,9})(?![\w%:]|\.\d|\s*%)",
    re.IGNORECASE,
)
_PRE_SUFFIX = re.compile(r"-(?:canary|deploy\w*|release|rollout|hotfix)$", re.IGNORECASE)
_UNIT = re.compile(
    r"^\s?(?:%|(?:percent|points?|pp|s|ms|sec(?:onds?)?|min(?:utes?)?|h|hours?|days?|x|times|[kmgt]i?b|k|m|million|users"
    r"|€|\$|eur|usd|am|pm|uhr)\b)",
    re.IGNORECASE,
)
TECHNOLOGIES = re.compile(
    r"\b(?:python|node(?:\.?js)?|java|jdk|go(?:lang)?|ruby|php|rust|\.net|dotnet|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|kafka|"
    r"kubernetes|k8s|eks|gke|aks|debian|ubuntu|alpine|spring(?:\s+boot)?|django|rails|react|angular|vue|terraform|helm|openssl|log4j|"
    r"tls|http|openapi|ip|istio|envoy|nginx|elasticsearch|schema|api|protobuf|grpc|chart)(?:\s+(?:from|to|version|v))*\s*[-:=/]?\s*v?$",
    re.IGNORECASE,
)  # fmt: skip
"""Names before a number that is the version of something else."""
_FROM_TO = re.compile(
    r"(?P<old>v?\d[\w.+-]{0,60}?)\s*(?:->|=>|-->|→|⇒|➜|➡️?|\bto\b|\bauf\b|\bnach\b)\s*(?P<new>v?\d[\w+-]*(?:\.\w[\w+-]*)*)",
    re.IGNORECASE,
)  # fmt: skip
_OLD = re.compile(
    r"(?:\b(?:from|replac(?:es|ing)|currently|current|live\s+is|running|instead\s+of|since|after|before|broke\s+in|"
    r"bug\s+in|crash\w*\s+in|introduced\s+in|regression\s+in|von)\s+(?:the\s+|version\s+)?"
    r"|\b(?:from|replac(?:es|ing)|instead\s+of)\s+(?:the\s+)?[a-z][\w-]*\s+(?:version\s+)?)v?$",
    re.IGNORECASE,
)
_TARGET = re.compile(r"\b(?:to|auf|nach)\s+(?:version\s+|v)?$", re.IGNORECASE)
_OPEN = re.compile(r"(?<![\w.])v?\d+(?:\.\d+)*\.[x*](?!\w)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:20)\d\d")


def looks_like_date(number: str) -> bool:
    """`6.3.2026`: day, month, year."""
    return _DATE.fullmatch(number) is not None


def versions(text: str) -> Iterator[Said]:
    """`version` for what is to be released, `previous` for what it replaces, `open` for `2.3.x`."""
    numbers = list(_numbers(text))
    pairs = _pairs(text, {start for _, _, (start, _) in numbers})
    taken: set[int] = set()
    for number, value, (start, end) in numbers:
        if start in taken:
            continue
        taken.add(start)
        words = text[start:end]
        role = pairs.get(start)
        if role is None:
            role = "previous" if _OLD.search(text[max(0, start - 40) : start]) else "version"
        if role != "foreign":
            yield Said(role, value, words, (start, end), number, ruled_out(text, start))
    for found in _OPEN.finditer(text):
        yield Said("open", found[0], found[0], found.span(), Confidence.GUESS)


def _pairs(text: str, known: set[int]) -> dict[int, str]:
    """Start of each number in `2.2 → 2.3` and `from 2.2 to 2.3` → its role. `known`: where versions begin."""
    roles: dict[int, str] = {}
    for found in _FROM_TO.finditer(text):
        # `Python from 3.11 to 3.12` is about something else as a whole.
        foreign = TECHNOLOGIES.search(text[max(0, found.start() - 40) : found.start()])
        old, new = found.start("old"), found.start("new")
        if foreign:
            roles |= {old: "foreign", new: "foreign"}
        elif {old, new} <= known:
            roles |= {old: "previous", new: "version"}
    return roles


def _numbers(text: str) -> Iterator[tuple[Confidence, str, tuple[int, int]]]:
    arrows = {at for found in _FROM_TO.finditer(text) for at in (found.start("old"), found.start("new"))}
    for found in _DOTTED.finditer(text):
        value = found["value"] or found["tagged"] or found["joined"]
        explicit = not found[0][0].isdigit() or found["value"] is None
        if _ADDRESS.fullmatch(value) or (looks_like_date(value) and not explicit):
            continue
        if _foreign(text, found, value):
            continue
        value = _PRE_SUFFIX.sub("", value)
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        yield Confidence.SURE, value, (start, found.start() + found[0].rindex(value) + len(value))
    for found in _NAMED.finditer(text):
        prefix = found[0][: -len(found["value"])].strip().lower()
        sure = prefix in ("v", "version", "ver", "v.") or found.start() in arrows
        yield Confidence.SURE if sure else Confidence.LIKELY, found["value"], found.span()


def _foreign(text: str, found: re.Match[str], value: str) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    if value.count(".") == 1 and "-" not in value and _UNIT.match(after):
        return True
    return TECHNOLOGIES.search(before[-40:]) is not None
