"""Whether a report is about what is being released: not from before the commit, not too old."""

from __future__ import annotations

import msgspec

from gonogo.checks.git import git
from gonogo.checks.interface import Context, Unavailable
from gonogo.checks.repository import DIRTY
from gonogo.model.items import Finding
from gonogo.model.units import Duration, Instant, format_duration, format_instant

AGAIN = "make it again from the commit being released"


class Bound(msgspec.Struct, frozen=True):
    """What a report has to be about."""

    commit: str = ""
    """The planned commit; empty without one."""
    committed_at: Instant | None = None
    artifact: str = ""
    """`sha256:…` of what is released."""


async def bound(ctx: Context) -> Bound:
    commit = ctx.plan.world.commit.removesuffix(DIRTY)
    if not commit or ctx.repository is None:
        return Bound(artifact=ctx.plan.world.artifact)
    told = await git(ctx.repository, "show", "--no-patch", "--no-show-signature", "--format=%ct", commit)
    return Bound(commit, Instant(float(told.split()[-1])), ctx.plan.world.artifact)


def planned_commit(ctx: Context) -> str:
    """Raises Unavailable for a plan without one."""
    commit = ctx.plan.world.commit.removesuffix(DIRTY)
    if not commit:
        raise Unavailable("the plan was made without a commit")
    return commit


def stale(path: str, at: Instant, about: Bound, max_age: Duration, now: Instant, again: str = AGAIN) -> list[Finding]:
    """A finding where a report made at `at` says nothing about this release any more."""
    if about.committed_at is not None and at < about.committed_at:
        message = f"{path} is stale: it is older than commit {about.commit[:12]}, so it is about other code"
        expected = f"after {format_instant(about.committed_at)}"
    elif now - at > max_age:
        message = f"{path} is stale: {format_duration(now - at)} old"
        expected = f"at most {format_duration(max_age)} old"
    else:
        return []
    return [Finding(message, path, format_instant(at), expected, again)]


def other_commit(path: str, commits: tuple[str, ...], about: Bound) -> list[Finding]:
    """A finding where a report names commits, and none of them is the one being released."""
    named = [c for c in commits if len(c) >= 7]
    if not named or not about.commit or any(about.commit.startswith(c.lower()) for c in named):
        return []
    message = f"{path} is about commit {named[0][:12]}, this release is of {about.commit[:12]}"
    return [Finding(message, path, named[0], about.commit, AGAIN)]
