"""What a sentence leaves open once everything it says is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.asked import Asked, Question
from gonogo.inspect.sentence_versions import looks_like_date

ONE_OF: tuple[tuple[str, str], ...] = (
    ("service", "A release is of one service; {values} are named. Which one?"),
    ("version", "Several versions are named: {values}. Which one is to be released?"),
    ("strategy", "Several strategies are named: {values}. Which one?"),
    ("environment", "Several environments are named: {values}. Which one is this release for?"),
    ("urgency", "It is called {values}. Which is it?"),
    ("severity", "Several severities are named: {values}. Which one?"),
    ("flag", "Several flags are named: {values}. Which one is this change behind?"),
)
"""Things of which there can be one, and how to ask when there are more."""

_ON = re.compile(r"\b(?:on|am|at|by|vom|zum|den|\w+day|\w+tag),?\s+$", re.IGNORECASE)


def questions(asked: Asked, text: str, cut: bool) -> Iterator[Question]:
    """`cut`: the sentence was longer than what is read."""
    if cut:
        yield Question("sentence", "The sentence is too long to be read as a whole. What is it in short?")
    for what, ask in ONE_OF:
        values = tuple(dict.fromkeys(one.value for one in asked.all(what)))
        if len(values) > 1:
            yield Question(what, ask.format(values=", ".join(values)), values)
    yield from _denials(asked)
    yield from _versions(asked, text)
    yield from _intent(asked)
    if asked.all("migration") and asked.denied("migration"):
        both = (asked.all("migration")[0].words, asked.denied("migration")[0].words)
        text = f"It says both {both[0]!r} and that there is no {both[1]!r}. Does the database change?"
        yield Question("migration", text, ("yes", "no"))
    if {"downtime", "no downtime"} <= asked.risks:
        yield Question("risk", "Both downtime and no downtime are named. May the service be down?", ("yes", "no"))


def _denials(asked: Asked) -> Iterator[Question]:
    """A negation says what it isn't; what it is, is then open."""
    for what in ("strategy", "environment", "service", "version"):
        refused = tuple(dict.fromkeys(one.value for one in asked.denied(what)))
        meant = {one.value for one in asked.all(what)}
        if not refused:
            continue
        if meant & set(refused):
            both = sorted(meant & set(refused))[0]
            yield Question(what, f"{both} is both asked for and ruled out. Which is it?", (both, f"not {both}"))
        elif not meant:
            yield Question(what, f"It says not {', not '.join(refused)}. Which {what} then?", (), refused[0])
    if asked.denied("intent") and not asked.all("intent"):
        yield Question("intent", "It says not to release. Is a release wanted?", ("yes", "no"))


def _versions(asked: Asked, text: str) -> Iterator[Question]:
    for one in asked.all("open"):
        yield Question("version", f"{one.words!r} is not one version. Which one exactly?", (), one.words)
    if asked.all("previous") and not asked.all("version"):
        old = asked.all("previous")[0]
        yield Question("version", f"{old.words} seems to be what runs now. Which version is new?", (), old.words)
    if not asked.all("version"):
        for found in re.finditer(r"(?<![\w.])\d{1,2}\.\d{1,2}\.20\d\d(?!\w)", text):
            if looks_like_date(found[0]) and not _ON.search(text[: found.start()]):
                choices = ("a date", "a version")
                yield Question("version", f"Is {found[0]!r} a date or a version?", choices, found[0])


def _intent(asked: Asked) -> Iterator[Question]:
    if asked.all("revert") and not any(one.value == "rollback" for one in asked.all("intent")):
        words = asked.all("revert")[0].words
        text = f"Does {words!r} mean a new version without that change, or going back to the version before?"
        yield Question("intent", text, ("a new version", "go back"), words)
