"""What is live now as git knows it, and what has changed since."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import repository
from gonogo.checks.git import git
from gonogo.checks.interface import Context, Unavailable

_HASH = re.compile(r"[0-9a-f]{7,64}")
_TAGS = ("--match=v[0-9]*", "--match=[0-9]*")
UNKNOWN = "git doesn't know what is live: no tag or commit of the live version, and no earlier version tag"


class Since(msgspec.Struct, frozen=True):
    """The commit that is live, and the name by which it was found."""

    commit: str
    name: str


class Changed(msgspec.Struct, frozen=True):
    """A path that differs from what is live: `A`dded, `M`odified, `D`eleted, `T`ype changed."""

    status: str
    path: str


async def since(ctx: Context) -> Since | None:
    """The commit of the live revision: its version's tag, or the commit it was named after; else the newest version
    tag before the planned commit. None where git knows of none. Raises Unavailable without git."""
    root, commit = repository(ctx), planned_commit(ctx)
    live = ctx.target.revisions.get(ctx.target.live) if ctx.target.live else None
    version = live.definition.version if live else ""
    names = [f"refs/tags/v{version}", f"refs/tags/{version}"] if version else []
    if _HASH.fullmatch(version):
        names.append(version)
    for name in names:
        if found := await _quietly(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return Since(found, name.removeprefix("refs/tags/"))
    tag = await _quietly(root, "describe", "--tags", "--abbrev=0", *_TAGS, f"{commit}^")
    if not tag:
        return None
    return Since(await _quietly(root, "rev-parse", "--verify", f"refs/tags/{tag}^{{commit}}"), tag)


async def known_since(ctx: Context) -> Since:
    """Like `since`. Raises Unavailable where git doesn't know."""
    found = await since(ctx)
    if found is None:
        raise Unavailable(UNKNOWN)
    return found


async def changes(ctx: Context, base: Since) -> tuple[Changed, ...]:
    """Paths that differ between what is live and what is planned."""
    told = await git(
        repository(ctx),
        "diff",
        "--name-status",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        base.commit,
        planned_commit(ctx),
    )
    parts = told.split("\0")
    return tuple(Changed(s[:1], p) for s, p in zip(parts[::2], parts[1::2], strict=False))


async def content(ctx: Context, commit: str, path: str) -> str:
    """A file as it stands in a commit. Raises Unavailable."""
    return await git(repository(ctx), "show", "--no-textconv", f"{commit}:{path}")


async def _quietly(root: Path, *arguments: str) -> str:
    """What git says; empty where it says no. A repository that can't be asked at all shows in the first other call."""
    try:
        return (await git(root, *arguments)).strip()
    except Unavailable:
        return ""
