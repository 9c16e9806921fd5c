"""Database migrations that are new with this release: can each be undone, and what does it do to what runs?"""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import Unreadable, matches, repository
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.migration_files import GLOBS, Migration, read_migration, readable
from gonogo.checks.since import changes, content, known_since
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

_MOST = 100


class Migrations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["reversible", "locks", "contract"]
    """reversible: each says how it is undone; locks: none keeps others from the data for long; contract: the version
    that runs goes on working on the new schema."""
    files: tuple[str, ...] = GLOBS


class Fresh(msgspec.Struct, frozen=True):
    """Migrations that what is live doesn't have."""

    base: str = ""
    known: int = 0
    """Files in the repository that look like migrations."""
    migrations: tuple[Migration, ...] = ()
    edited: tuple[str, ...] = ()
    """Migrations that have run already and are different now."""
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Migrations) -> Fresh:
    listed = await git(repository(ctx), "ls-tree", "-r", "-z", "--name-only", planned_commit(ctx))
    paths = frozenset(path for path in listed.split("\0") if matches(path, params.files))
    if not paths:
        return Fresh()
    base = await known_since(ctx)
    changed = [c for c in await changes(ctx, base) if c.path in paths]
    added = [c.path for c in changed if c.status == "A"]
    if len(added) > _MOST:
        raise Unavailable(f"{len(added)} migrations are new since {base.name}; at most {_MOST} are read")
    found: list[Migration] = []
    damaged: list[Damaged] = []
    for path in added:
        text = await content(ctx, planned_commit(ctx), path)
        try:
            one = await asyncio.to_thread(read_migration, readable(text, path), path, paths)
        except Unreadable as error:
            damaged.append(Damaged(path, str(error)))
            continue
        found += [one] if one else []
    edited = tuple(c.path for c in changed if c.status in "MD" and not c.path.endswith("__init__.py"))
    return Fresh(base.name, len(paths), tuple(found), edited, tuple(damaged))


def evaluate(memory: Nothing, raw: Fresh, params: Migrations, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.known:
        return memory, absent("the repository has no database migrations")
    if not raw.migrations and not raw.damaged and not raw.edited:
        return memory, absent(f"no migration is new since {raw.base}")
    findings = unreadable(raw.damaged, "a migration")
    if params.rule == "reversible":
        findings += [*_one_way(raw), *_edited(raw)]
        told = "each says how it is undone"
    else:
        findings += [
            Finding(f"{m.path}:{h.line}: {h.what}", f"{m.path}:{h.line}", h.what, remedy=h.remedy)
            for m in raw.migrations
            for h in m.hazards
            if h.rule == params.rule
        ]
        told = "none locks for long" if params.rule == "locks" else "the version that runs can work on with them"
    return memory, judged(findings, f"{counted(len(raw.migrations), 'new migration')} since {raw.base}: {told}")


def _one_way(raw: Fresh) -> list[Finding]:
    remedy = "write how it is undone, or say in the plan for the way back why it need not be"
    return [
        Finding(f"{m.path} can't be undone: {m.why}", m.path, m.why, "a way back", remedy)
        for m in raw.migrations
        if not m.reversible
    ]


def _edited(raw: Fresh) -> list[Finding]:
    message = "has run with {} already, and is not the same any more"
    remedy = "leave it as it ran, and write a new one"
    return [Finding(f"{path} {message.format(raw.base)}", path, "changed", "as it ran", remedy) for path in raw.edited]


MIGRATIONS = Check(
    params=Migrations,
    raw=Fresh,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git: migrations that are new since what is live",
)
