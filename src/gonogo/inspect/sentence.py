"""A sentence about a release → what it says, and what has to be asked. Tables of patterns, nothing else.

The tables are in `sentence_words`, `_schema`, `_versions`, `_service`, `_schedule`, `_days` and `_zones`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from gonogo.inspect import sentence_schema as schema
from gonogo.inspect import sentence_words as words
from gonogo.inspect.asked import Asked, Confidence, Question, Said, Schedule
from gonogo.inspect.sentence_questions import questions
from gonogo.inspect.sentence_schedule import when
from gonogo.inspect.sentence_service import services
from gonogo.inspect.sentence_text import plain, quotations, sayings
from gonogo.inspect.sentence_typos import misspelt
from gonogo.inspect.sentence_versions import versions

LONGEST = 20_000
"""Characters that are read; more is asked about rather than half understood."""

__all__ = ["Asked", "Confidence", "Question", "Said", "Schedule", "understand", "version"]


def understand(sentence: str, today: date) -> Asked:
    """Whatever the sentence holds, this returns; what is ambiguous is in `questions`. Pure."""
    text = plain(sentence[:LONGEST])
    moment = when(text, today)
    undated = _blank(text, moment.spans)
    numbers = list(versions(undated))
    said = [*numbers, *services(undated, numbers), *_words(undated)]
    said = _settle(text, said)
    asked = Asked(sentence, tuple(said), moment.schedule, moment.questions)
    cut = len(sentence) > LONGEST
    return msgspec.structs.replace(asked, questions=(*asked.questions, *questions(asked, text, cut)))


def version(sentence: str) -> str:
    """The one version it names, without a leading `v`, or empty: where it names none, and where it names several."""
    return understand(sentence, date.today()).version


def _blank(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words(text: str) -> Iterator[Said]:
    yield from sayings("strategy", words.STRATEGY, text)
    yield from sayings("urgency", words.URGENCY, text)
    for said in sayings("severity", words.SEVERITY, text):
        prefix = "SEV" if said.words.lower().startswith("sev") else "P"
        yield msgspec.structs.replace(said, value=prefix + said.value)
    yield from _environments(text)
    yield from _migrations(text)
    yield from sayings("hint", schema.HINT, text, Confidence.LIKELY)
    yield from sayings("flag", words.FLAG, text)
    yield from _risks(text)
    for said in sayings("ticket", words.TICKET, text):
        yield msgspec.structs.replace(said, value=said.value.upper(), denied=False)
    yield from sayings("intent", words.INTENT, text)
    yield from sayings("revert", (("revert", words.REVERT),), text)
    yield from misspelt(text)


def _environments(text: str) -> Iterator[Said]:
    for said in sayings("environment", words.ENVIRONMENT, text):
        before = text[max(0, said.span[0] - 50) : said.span[0]]
        elsewhere = re.search(words.ELSEWHERE, before, re.IGNORECASE)
        target = re.search(r"\b(?:to|into)\s+(?:the\s+|our\s+)?$", before, re.IGNORECASE)
        yield msgspec.structs.replace(said, what="elsewhere") if elsewhere and not target else said


def _migrations(text: str) -> Iterator[Said]:
    for said in sayings("migration", schema.MIGRATION, text):
        same = re.search(schema.UNCHANGED, text[said.span[1] : said.span[1] + 40], re.IGNORECASE)
        yield msgspec.structs.replace(said, denied=True) if same else said


def _risks(text: str) -> Iterator[Said]:
    none = [said.span for said in sayings("risk", words.RISK[:1], text)]
    for said in sayings("risk", words.RISK, text):
        if said.value in ("no downtime", "irreversible"):
            # These are negations themselves.
            yield msgspec.structs.replace(said, denied=False)
        elif not any(start <= said.span[0] < end for start, end in none):
            yield said


def _settle(text: str, said: list[Said]) -> list[Said]:
    """Each saying once. What stands in a quoted title counts only where nothing outside it says the same kind."""
    quoted = quotations(text)

    def inside(one: Said) -> bool:
        return any(start <= one.span[0] < end for start, end in quoted)

    outside = {one.what for one in said if not inside(one)}
    kept: dict[tuple[str, str, tuple[int, int]], Said] = {}
    for one in said:
        if inside(one):
            if one.what in outside and one.what != "ticket":
                continue
            one = msgspec.structs.replace(one, confidence=Confidence.GUESS)
        kept.setdefault((one.what, one.value, one.span), one)
    settled = sorted(kept.values(), key=lambda one: (one.span, one.what))
    values: dict[str, set[str]] = {}
    for one in settled:
        if not one.denied:
            values.setdefault(one.what, set()).add(one.value)
    return [one for one in settled if not _weaker(one, values.get(one.what, set()))]


def _weaker(one: Said, values: set[str]) -> bool:
    """Whether something said more exactly makes it superfluous: an unnamed flag beside a named one, `normal`
    urgency read out of `not urgent`, a hotfix's urgency beside `urgent`, plain `deploy` beside a way back."""
    match one.what, one.value:
        case "flag", "unnamed":
            return bool(values - {"unnamed"})
        case "urgency", "urgent":
            return "hotfix" in values or (one.denied and "normal" in values)
        case "intent", "deploy":
            return "rollback" in values
    return False
