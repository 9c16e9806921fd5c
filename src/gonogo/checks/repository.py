"""The repository: is the working tree clean, and at the commit that was planned?"""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec

from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Instant

_SHOWN = 20
_STATUS = ("status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=none", "--no-renames")
DIRTY = "+dirty"


class Clean(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ignore: tuple[str, ...] = ()
    """Globs of paths that may differ; `*` spans folders too."""


class Change(msgspec.Struct, frozen=True):
    """An uncommitted change: git's two letters, and the path."""

    status: str
    path: str


class WorkingTree(msgspec.Struct, frozen=True):
    planned: str
    """The plan's commit, `+dirty` behind it if there were uncommitted changes; empty if there was none."""
    commit: str
    changes: tuple[Change, ...] = ()


async def collect(ctx: Context, params: Clean) -> WorkingTree:
    if ctx.repository is None:
        raise Unavailable("the plan names no repository")
    commit = await git(ctx.repository, "rev-parse", "--verify", "HEAD^{commit}")
    status = await git(ctx.repository, *_STATUS)
    changes = tuple(Change(entry[:2].strip(), entry[3:]) for entry in status.split("\0") if entry)
    return WorkingTree(ctx.plan.world.commit, commit.strip(), changes)


def evaluate(memory: Nothing, raw: WorkingTree, params: Clean, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = [*_moved(raw), *_uncommitted(raw, params)]
    if findings:
        first = findings[0].message
        more = f", and {counted(len(findings) - 1, 'more finding')}" if len(findings) > 1 else ""
        return memory, CheckResult(Outcome.FAIL, first + more, tuple(findings[:_SHOWN]))
    ignored = f"; {counted(len(raw.changes), 'ignored change')}" if raw.changes else ""
    return memory, CheckResult(Outcome.PASS, f"clean at the planned commit {raw.commit[:12]}{ignored}")


def _moved(raw: WorkingTree) -> list[Finding]:
    planned = raw.planned.removesuffix(DIRTY)
    again = "plan again, or check out the planned commit"
    if not planned:
        return [Finding("the plan was made without a commit", found=raw.commit, remedy="plan again")]
    if planned != raw.commit:
        message = f"the repository is at {raw.commit[:12]}, the plan at {planned[:12]}"
        return [Finding(message, where="HEAD", found=raw.commit, expected=planned, remedy=again)]
    if raw.planned.endswith(DIRTY) and not raw.changes:
        message = "the plan was made with uncommitted changes that are no longer there"
        return [Finding(message, where="HEAD", found=raw.commit, expected=raw.planned, remedy="plan again")]
    return []


def _uncommitted(raw: WorkingTree, params: Clean) -> list[Finding]:
    return [
        Finding(
            f"uncommitted change of {change.path}",
            where=change.path,
            found=change.status,
            expected="as committed",
            remedy="commit it, stash it, or remove it",
        )
        for change in raw.changes
        if not any(fnmatchcase(change.path, glob) for glob in params.ignore)
    ]


REPOSITORY_CLEAN = Check(
    params=Clean,
    raw=WorkingTree,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git rev-parse HEAD and git status in the repository",
)
