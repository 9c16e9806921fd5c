"""A sentence made ready for reading: same length, so that positions hold; and what is negated or quoted in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from gonogo.inspect.asked import Confidence, Said
from gonogo.inspect.sentence_words import Table

_ALIKE = str.maketrans(
    "\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\u00a0\u202f\u2009",
    '------\'\'"""""   ',
)
_NOT = (
    r"(?:\b(?:not|no|without|don't|dont|do\s+not|doesn't|never|skip(?:ping)?|avoid(?:ing)?|isn't|aren't|instead\s+of|"
    r"rather\s+than|w/o|zero|kein|keine|keinen|ohne|nicht|nor)|\bnon)"
)
_BETWEEN = (
    r"a|an|any|the|use|using|do|doing|be|is|as|via|in|to|on|with|by|really|yet|deploy|release|ship|go|going|into|"
    r"need|needed|new|ein|eine|einen"
)
_BEFORE = re.compile(rf"{_NOT}(?:[\s:-]+(?:{_BETWEEN}))*[\s:-]*[\"'`]?$", re.IGNORECASE)
_NOT_ONLY = re.compile(r"\bnot\s+only\b|\bno\s+later\b|\bno\s+matter\b", re.IGNORECASE)
_AFTER = re.compile(
    r"^[\"'`]?\s*(?:[:=]\s*(?:no|off|none|false|nein)\b|(?:is|are|was)(?:n't|\s+not)\b"
    r"|(?:is|are)\s+(?:no|out\s+of|off|excluded)\b"
    r"|(?:deployment|release|rollout)?\s*(?:won't|can't|cannot|must\s+not|should\s+not|shouldn't)\b)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"\n]{1,400})\"|(?<!\w)'([^'\n]{1,400})'(?!\w)|`([^`\n]{1,400})`")
_REACH = 60
_ENDLESS = re.compile(r"\S{200,}")
"""No word of a release: encoded data, or a line drawn across the page. Left out, as patterns are slow on it."""


def plain(sentence: str) -> str:
    """Control characters become spaces, typographic quotes and dashes plain ones, full-width letters normal ones."""
    text = "".join(_one(c) for c in sentence.translate(_ALIKE))
    return _ENDLESS.sub(lambda found: " " * len(found[0]), text)


def _one(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    if not character.isprintable() or character == "\ufeff":
        return " "
    same = unicodedata.normalize("NFKC", character)
    return same if len(same) == 1 else character


def quotations(text: str) -> list[tuple[int, int]]:
    """Spans in quotes that hold several words: a title or a message, rather than a name."""
    return [q.span() for q in _QUOTED.finditer(text) if " " in q[0].strip("\"'` ")]


def ruled_out(text: str, start: int) -> bool:
    """For names and numbers: `not 2.3.0`, `instead of checkout`; in `don't deploy checkout` the verb is negated."""
    return (
        re.search(
            r"\b(?:not|instead\s+of|rather\s+than)\s+(?:the\s+)?[\"'`]?$", text[max(0, start - _REACH) : start], re.I
        )
        is not None
    )


def denied(text: str, start: int, end: int) -> bool:
    """Whether what stands there is negated, by the words just before or just after it."""
    before = text[max(0, start - _REACH) : start]
    if _BEFORE.search(before) and not _NOT_ONLY.search(before):
        return True
    return _AFTER.match(text[end : end + _REACH]) is not None


def sayings(what: str, table: Table, text: str, confidence: Confidence = Confidence.SURE) -> Iterator[Said]:
    """What of a table (value, pattern) occurs. A group named `value` gives the value, one named `at` the words."""
    for value, pattern in table:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            groups = found.groupdict()
            span = found.span("at") if groups.get("at") is not None else found.span()
            named = groups.get("value")
            yield Said(
                what, named if named is not None else value, text[slice(*span)], span, confidence, denied(text, *span)
            )
