"""Misspelt keywords. A substituted letter isn't forgiven: that makes other words (`stating`, `binary`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.asked import Confidence, Said
from gonogo.inspect.sentence_text import denied
from gonogo.inspect.sentence_words import MISSPELT

_WORD = re.compile(r"(?<![\w.@/-])[a-z]{5,14}(?![\w@/-])", re.IGNORECASE)
_OTHER_WORDS = frozenset(
    {"released", "releases", "releaser", "deploys", "stagings", "urgently", "migrations", "productions", "hotfixes"}
)


def misspelt(text: str) -> Iterator[Said]:
    for found in _WORD.finditer(text):
        word = found[0].lower()
        if word in MISSPELT or word in _OTHER_WORDS:
            continue
        for right, (what, value) in MISSPELT.items():
            if near(word, right):
                yield Said(what, value, found[0], found.span(), Confidence.LIKELY, denied(text, *found.span()))
                break


def near(word: str, right: str) -> bool:
    """Two neighbours swapped, one letter missing, or one too many."""
    if word == right:
        return False
    if len(word) == len(right):
        differ = [n for n, (a, b) in enumerate(zip(word, right, strict=True)) if a != b]
        if len(differ) != 2 or differ[1] != differ[0] + 1:
            return False
        a, b = differ
        return word[a] == right[b] and word[b] == right[a]
    if abs(len(word) - len(right)) != 1:
        return False
    short, long = sorted((word, right), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
