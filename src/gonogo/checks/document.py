"""A document of the repository: is it there, does it say what it must, and has somebody looked at it lately?"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import find, matches, named, read_all, repository, text
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.markdown import Section, is_document, sections
from gonogo.checks.since import UNKNOWN, changes, since
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Duration, Instant, format_duration, format_instant

_REVIEWED = re.compile(r"(?i)\b(?:last\s+)?(?:reviewed|verified|checked|tested)(?:\s+on)?\W{1,6}(\d{4}-\d{2}-\d{2})\b")
_DAY = 86400


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: tuple[str, ...]
    """Globs of the documents that may hold it, relative to the repository."""
    sections: tuple[tuple[str, ...], ...] = ()
    """What must have a heading with something under it; each with the words it may go by."""
    words: Annotated[int, msgspec.Meta(ge=1)] = 5
    """How many words there must be under such a heading."""
    reviewed_within: Duration | None = None
    """The longest since it was changed, or since the date it says it was reviewed on."""
    changes_with: tuple[str, ...] = ()
    """Globs of files; when one of these changes with the release, the document must change too."""
    variables: bool = False
    """Whether it has to name every environment variable that the release sets."""


class Page(msgspec.Struct, frozen=True):
    path: str
    sections: tuple[Section, ...] = ()
    reviewed_at: Instant | None = None
    """The newest date it names as that of a review."""
    changed_at: Instant | None = None
    """Of the newest commit that changed it."""
    names: tuple[str, ...] = ()
    """Environment variables of the release that it names."""


class Pages(msgspec.Struct, frozen=True):
    pages: tuple[Page, ...] = ()
    damaged: tuple[Damaged, ...] = ()
    variables: tuple[str, ...] = ()
    """Those that the release sets."""
    changed: tuple[str, ...] | None = ()
    """Paths that differ from what is live, among those that matter here; None where git can't tell."""


async def collect(ctx: Context, params: Document) -> Pages:
    root = repository(ctx)
    variables = tuple(sorted(ctx.plan.definition.environment)) if params.variables else ()

    def read(content: bytes, path: str, written_at: Instant) -> Page:
        said = text(content)
        words = set(re.findall(r"\w+", said)) if variables else set()
        return Page(path, sections(said), _reviewed(said), None, tuple(v for v in variables if v in words))

    paths = await asyncio.to_thread(find, root, params.files)
    if params.sections or params.variables or params.reviewed_within is not None:
        prose = [path for path in paths if is_document(path)]
        pages, damaged = await asyncio.to_thread(read_all, root, prose, read)
    else:
        pages, damaged = tuple(Page(path) for path in paths), ()
    if params.reviewed_within is not None:
        pages = tuple([msgspec.structs.replace(page, changed_at=await _changed_at(ctx, page.path)) for page in pages])
    changed = await _changed(ctx, params) if params.changes_with else ()
    return Pages(pages, damaged, variables, changed)


def _reviewed(said: str) -> Instant | None:
    dates = []
    for day in _REVIEWED.findall(said):
        try:
            dates.append(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    return Instant(max(dates)) if dates else None


async def _changed_at(ctx: Context, path: str) -> Instant | None:
    told = await git(repository(ctx), "log", "-1", "--format=%ct", planned_commit(ctx), "--", f":(literal){path}")
    return Instant(float(told)) if told.strip() else None


async def _changed(ctx: Context, params: Document) -> tuple[str, ...] | None:
    if not await asyncio.to_thread(find, repository(ctx), params.changes_with):
        return ()
    try:
        base = await since(ctx)
    except Unavailable:
        return None
    if base is None:
        return None
    globs = (*params.changes_with, *params.files)
    return tuple(c.path for c in await changes(ctx, base) if matches(c.path, globs))


def evaluate(memory: Nothing, raw: Pages, params: Document, now: Instant) -> tuple[Nothing, CheckResult]:
    if params.variables and not raw.variables:
        return memory, absent("the release sets no environment variable")
    if raw.changed is None:
        return memory, CheckResult(Outcome.UNAVAILABLE, UNKNOWN)
    if params.changes_with and not _touched(raw, params):
        return memory, absent(f"nothing that matches {named(params.changes_with)} differs from what is live")
    findings = unreadable(raw.damaged, "a text document")
    if not raw.pages:
        looked = named(params.files)
        findings.append(Finding(f"no document matches {looked}", expected="a document that says it", remedy="write it"))
        return memory, judged(findings, "")
    best = min(raw.pages, key=lambda page: len(_missing(page, params, raw)))
    findings += [*_missing(best, params, raw), *_old(best, params, now), *_behind(raw, params)]
    return memory, judged(findings, f"{best.path} says it{_since(best, params, now)}")


def _missing(page: Page, params: Document, raw: Pages) -> list[Finding]:
    """Headings without a page's text under them, and variables that it doesn't name."""
    findings = []
    for words in params.sections:
        found = [s for s in page.sections if any(word.casefold() in s.title.casefold() for word in words)]
        if any(s.words >= params.words for s in found):
            continue
        where = f"{page.path}:{found[0].line}" if found else page.path
        message = f"{where} says next to nothing" if found else f"{where} has no section"
        said = f"{found[0].words} words" if found else "no such heading"
        expected = f"a section on {words[0]}"
        findings.append(Finding(f"{message} on {words[0]}", where, said, expected, f"write {expected}"))
    unnamed = [v for v in raw.variables if v not in page.names]
    findings += [
        Finding(f"{page.path} doesn't name the variable {v}", page.path, remedy="say what it is for") for v in unnamed
    ]
    return findings


def _newest(page: Page) -> Instant | None:
    return max((at for at in (page.reviewed_at, page.changed_at) if at is not None), default=None)


def _old(page: Page, params: Document, now: Instant) -> list[Finding]:
    if params.reviewed_within is None:
        return []
    at, remedy = _newest(page), "read it through, put it right, and write the date: Last reviewed: YYYY-MM-DD"
    expected = f"within {format_duration(params.reviewed_within)}"
    if at is None:
        return [Finding(f"nothing says when {page.path} was last looked at", page.path, "", expected, remedy)]
    if page.reviewed_at is not None and page.reviewed_at > now + _DAY:
        message = f"{page.path} says it was reviewed on a day to come"
        return [Finding(message, page.path, format_instant(page.reviewed_at), expected, remedy)]
    if now - at <= params.reviewed_within:
        return []
    message = f"{page.path} was last looked at {format_duration(now - at)} ago"
    return [Finding(message, page.path, format_instant(at), expected, remedy)]


def _touched(raw: Pages, params: Document) -> list[str]:
    return [p for p in raw.changed or () if matches(p, params.changes_with) and not matches(p, params.files)]


def _behind(raw: Pages, params: Document) -> list[Finding]:
    if not params.changes_with or any(matches(p, params.files) for p in raw.changed or ()):
        return []
    pages = ", ".join(page.path for page in raw.pages[:3])
    touched = _touched(raw, params)
    message = f"{touched[0]} changes with this release, and {pages} doesn't"
    return [Finding(message, touched[0], "as it was", "says what changed", "update it, or write that it still holds")]


def _since(page: Page, params: Document, now: Instant) -> str:
    at = _newest(page)
    if params.reviewed_within is None or at is None:
        return ""
    return f", looked at {format_duration(max(0.0, now - at))} ago"


DOCUMENT = Check(
    params=Document,
    raw=Pages,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="documents in the repository, and git for when they changed",
)
