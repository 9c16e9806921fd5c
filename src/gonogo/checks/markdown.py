"""The headings of a document and how much stands under each: Markdown, reStructuredText, AsciiDoc."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import msgspec

from gonogo.checks.wording import shorten

MOST_SECTIONS = 2000
_ENDINGS = ("", ".md", ".markdown", ".rst", ".txt", ".adoc", ".asciidoc", ".org")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$|(={1,6})[ \t]+(\S.*)$")
_UNDERLINE = re.compile(r"([=\-~^\"'`*+#.:_])\1{2,}[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WORD = re.compile(r"[^\W_]+")
_UNFILLED = re.compile(r"\b(?:todo|tbd|tba|fixme|lorem ipsum|to be (?:written|done|decided))\b|_{4,}", re.IGNORECASE)


class Section(msgspec.Struct, frozen=True):
    title: str
    line: int
    level: int = 1
    words: int = 0
    """In it and in the sections below it; code counts, placeholders don't."""


def is_document(path: str) -> bool:
    """Whether a file is prose by its name: in code and configuration a `#` begins a comment, not a heading."""
    return PurePosixPath(path).suffix.lower() in _ENDINGS


def sections(text: str) -> tuple[Section, ...]:
    """In the order of the document. What stands before the first heading has an empty title."""
    lines = _without_comments(text).splitlines()
    found: list[tuple[str, int, int]] = [("", 1, 0)]
    counts = [0]
    fence, marks = "", ""
    for number, line in enumerate(lines, 1):
        opened = _FENCE.match(line)
        if opened and (not fence or (opened[1][0] == fence[0] and len(opened[1]) >= len(fence))):
            fence = "" if fence else opened[1]
            continue
        heading = None if fence else _ATX.match(line)
        following = lines[number] if number < len(lines) else ""
        if heading and len(found) < MOST_SECTIONS:
            title = heading[2] if heading[1] else heading[4]
            found.append((shorten(title), number, len(heading[1] or heading[3])))
            counts.append(0)
        elif not fence and _underlined(line, following) and len(found) < MOST_SECTIONS:
            mark = following.strip()[0]
            marks += "" if mark in marks else mark
            found.append((shorten(line), number, marks.index(mark) + 1))
            counts.append(0)
        elif not _UNDERLINE.fullmatch(line.strip() or "x"):
            counts[-1] += len(_WORD.findall(_UNFILLED.sub(" ", line)))
    return tuple(
        Section(title, line, level, _total(found, counts, index)) for index, (title, line, level) in enumerate(found)
    )


def _without_comments(text: str) -> str:
    """Comments leave their line ends behind; one that is never closed is text."""
    parts: list[str] = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end + 3
    return "".join([*parts, text[at:]])


def _underlined(line: str, following: str) -> bool:
    title = line.strip()
    if not title or line[0] in " \t|>" or not _UNDERLINE.fullmatch(following.rstrip()):
        return False
    return _WORD.search(title) is not None and len(following.rstrip()) >= min(len(title), 3)


def _total(found: list[tuple[str, int, int]], counts: list[int], index: int) -> int:
    level, total = found[index][2], counts[index]
    if level:
        for later in range(index + 1, len(found)):
            if found[later][2] <= level:
                break
            total += counts[later]
    return total
