"""The changelog: does it say something about the version being released?"""

from __future__ import annotations

import asyncio
import re

import msgspec

from gonogo.checks.files import find, read_all, repository, text
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.markdown import Section, is_document, sections
from gonogo.checks.versions import read_version
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

FILES = ("changelog*", "changes*", "history*", "news*", "release*notes*", "releases.*")


class Changelog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: tuple[str, ...] = tuple(f"{folder}{name}" for folder in ("", "docs/") for name in FILES)
    """Globs, relative to the repository."""


class Log(msgspec.Struct, frozen=True):
    path: str
    sections: tuple[Section, ...] = ()


class Logs(msgspec.Struct, frozen=True):
    version: str
    commit: str = ""
    logs: tuple[Log, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Changelog) -> Logs:
    root = repository(ctx)

    def read(content: bytes, path: str, written_at: Instant) -> Log:
        return Log(path, sections(text(content)))

    paths = [p for p in await asyncio.to_thread(find, root, params.files) if is_document(p)]
    logs, damaged = await asyncio.to_thread(read_all, root, paths, read)
    return Logs(ctx.plan.version, ctx.plan.world.commit, logs, damaged)


def evaluate(memory: Nothing, raw: Logs, params: Changelog, now: Instant) -> tuple[Nothing, CheckResult]:
    if read_version(raw.version) is None and raw.commit.startswith(raw.version):
        return memory, absent("the release is named after its commit, so there is no version to look for")
    remedy = f"write under a heading with {raw.version} what changes for users"
    if not raw.logs:
        missing = Finding("there is no changelog", expected="a file like CHANGELOG.md", remedy=remedy)
        return memory, judged([*unreadable(raw.damaged, "a changelog"), missing], "")
    named = re.compile(rf"(?<![\w.]){re.escape(raw.version.removeprefix('v'))}(?![\w.-]*\d)", re.IGNORECASE)
    for log in raw.logs:
        for section in log.sections:
            if re.search(named, section.title.replace("v", " ").replace("V", " ")):
                where = f"{log.path}:{section.line}"
                if section.words:
                    return memory, judged([], f"{where} tells what is new in {raw.version}")
                empty = Finding(f"{where} names {raw.version} and says nothing about it", where, remedy=remedy)
                return memory, judged([empty], "")
    names = ", ".join(log.path for log in raw.logs)
    first = next((s.title for s in raw.logs[0].sections if any(c.isdigit() for c in s.title)), "")
    message = f"no heading of {names} names version {raw.version}"
    return memory, judged([Finding(message, raw.logs[0].path, first, raw.version, remedy)], "")


CHANGELOG = Check(
    params=Changelog,
    raw=Logs,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the changelog in the repository",
)
