"""The API: does the new description still hold for those who use the one that is live?"""

from __future__ import annotations

import asyncio

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import Unreadable, matches, repository
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.openapi import Api, broken, read_api
from gonogo.checks.since import changes, content, known_since
from gonogo.checks.versions import read_version
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

FILES = ("**/openapi*.json", "**/openapi*.y*ml", "**/swagger*.json", "**/swagger*.y*ml")


class ApiCompatible(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: tuple[str, ...] = FILES
    raised: bool = False
    """Asks instead whether each description that changed names another version of the API."""


class Pair(msgspec.Struct, frozen=True):
    """A description as it is live and as it is to be; None where it is new, gone or can't be read."""

    old: Api | None
    new: Api | None


class Apis(msgspec.Struct, frozen=True):
    base: str = ""
    known: int = 0
    """Descriptions in the repository."""
    pairs: tuple[Pair, ...] = ()
    """Those that differ from what is live."""
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: ApiCompatible) -> Apis:
    commit = planned_commit(ctx)
    listed = await git(repository(ctx), "ls-tree", "-r", "-z", "--name-only", commit)
    paths = [path for path in listed.split("\0") if matches(path, params.files)]
    base = await known_since(ctx) if paths else None
    if base is None:
        return Apis()
    pairs: list[Pair] = []
    damaged: list[Damaged] = []
    for change in await changes(ctx, base):
        if not matches(change.path, params.files):
            continue
        read: list[Api | None] = []
        for when, there in ((base.commit, change.status != "A"), (commit, change.status != "D")):
            try:
                text = await content(ctx, when, change.path) if there else ""
                read.append(await asyncio.to_thread(read_api, text.encode(), change.path) if there else None)
            except Unreadable as error:
                read.append(None)
                damaged += [Damaged(change.path, str(error))] if when == commit else []
        pairs.append(Pair(read[0], read[1]))
    return Apis(base.name, len(paths), tuple(pairs), tuple(damaged))


def evaluate(memory: Nothing, raw: Apis, params: ApiCompatible, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.known:
        return memory, absent("the repository has no OpenAPI description")
    if not raw.pairs:
        return memory, absent(f"no OpenAPI description differs from {raw.base}")
    findings = unreadable(raw.damaged, "an OpenAPI description")
    for pair in raw.pairs:
        findings += _unraised(pair) if params.raised else _breaks(pair)
    what = counted(len(raw.pairs), "changed description")
    told = "each names a new version" if params.raised else f"clients of {raw.base} find all they rely on"
    return memory, judged(findings, f"{what}: {told}")


def _breaks(pair: Pair) -> list[Finding]:
    """A new major version may break what it wants: whoever uses the old one has been told by its number."""
    if pair.old is None or pair.new is None:
        return []
    old, new = read_version(pair.old.version), read_version(pair.new.version)
    if old and new and new.major > old.major:
        return []
    remedy = "keep the old form beside the new one until nobody uses it, or raise the API's major version"
    return [
        Finding(f"{pair.new.path}: {operation} {what}", pair.new.path, what, f"as in {pair.old.version}", remedy)
        for operation, what in broken(pair.old, pair.new)
    ]


def _unraised(pair: Pair) -> list[Finding]:
    if pair.old is None or pair.new is None or pair.old.version != pair.new.version:
        return []
    path, version = pair.new.path, pair.new.version
    message = f"{path} changed and still says version {version}"
    return [Finding(message, path, version, "another info.version", "raise info.version, so that users see it changed")]


API_COMPATIBLE = Check(
    params=ApiCompatible,
    raw=Apis,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git: OpenAPI descriptions as they are live and as planned",
)
