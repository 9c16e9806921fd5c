"""A hotfix: does it grow from what is live, and is it no more than a fix?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import matches, repository
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import absent, judged
from gonogo.checks.since import known_since
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant


class HotfixBranch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["from-live", "small"]
    commits: Annotated[int, msgspec.Meta(ge=1)] = 10
    lines: Annotated[int, msgspec.Meta(ge=1)] = 200
    """Added and removed together, outside of `aside`."""
    aside: tuple[str, ...] = ("**/test*/**", "**/*test*", "**/*.md", "**/*.lock", "**/package-lock.json")
    """Globs of files that may change as much as they like."""


class Churn(msgspec.Struct, frozen=True):
    path: str
    lines: int


class Branch(msgspec.Struct, frozen=True):
    base: str
    base_commit: str
    commit: str
    descends: bool
    """Whether the planned commit contains what is live."""
    ahead: int = 0
    """Commits that are not live yet."""
    churn: tuple[Churn, ...] = ()


async def collect(ctx: Context, params: HotfixBranch) -> Branch:
    root, commit, base = repository(ctx), planned_commit(ctx), await known_since(ctx)
    try:
        ancestor = (await git(root, "merge-base", base.commit, commit)).strip()
    except Unavailable:
        ancestor = ""
    ahead = int(await git(root, "rev-list", "--count", f"{base.commit}..{commit}"))
    told = await git(root, "diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", base.commit, commit)
    rows = [row.split("\t", 2) for row in told.split("\0") if row]
    churn = tuple(Churn(path, _number(added) + _number(removed)) for added, removed, path in rows)
    return Branch(base.name, base.commit, commit, ancestor == base.commit, ahead, churn)


def _number(said: str) -> int:
    """`-` stands for a binary file, which counts as one line."""
    return int(said) if said.isdigit() else 1


def evaluate(memory: Nothing, raw: Branch, params: HotfixBranch, now: Instant) -> tuple[Nothing, CheckResult]:
    if raw.commit == raw.base_commit:
        return memory, absent(f"nothing differs from {raw.base}")
    if params.rule == "from-live":
        remedy = f"git switch -c hotfix {raw.base}, and put the fix on it"
        message = f"the fix does not grow from {raw.base}, so it leaves out some of what is live"
        finding = Finding(message, raw.commit[:12], raw.commit, f"a descendant of {raw.base_commit[:12]}", remedy)
        told = f"{counted(raw.ahead, 'commit')} on top of {raw.base}"
        return memory, judged([] if raw.descends else [finding], told)
    counting = [c for c in raw.churn if not matches(c.path, params.aside)]
    lines, findings = sum(c.lines for c in counting), []
    remedy = "take out what isn't the fix, and release that the usual way"
    if raw.ahead > params.commits:
        message = f"{raw.ahead} commits since {raw.base}: more than a fix"
        findings.append(Finding(message, raw.base, str(raw.ahead), f"at most {params.commits}", remedy))
    if lines > params.lines:
        most = max(counting, key=lambda c: c.lines)
        message = f"{lines} lines in {counted(len(counting), 'file')} change, {most.lines} of them in {most.path}"
        findings.append(Finding(message, most.path, str(lines), f"at most {params.lines}", remedy))
    return memory, judged(findings, f"{counted(raw.ahead, 'commit')} and {counted(lines, 'line')} since {raw.base}")


HOTFIX_BRANCH = Check(
    params=HotfixBranch,
    raw=Branch,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git: commits and lines since what is live",
)
