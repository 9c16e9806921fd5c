"""The version's tag: is it a proper next version, and does its tag, if there is one, sit on the planned commit?"""

from __future__ import annotations

from typing import Literal

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.files import repository
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import absent, judged
from gonogo.checks.versions import Version, read_version
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Instant


class VersionTag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tag: Literal["must", "may"] = "must"
    """Whether the tag has to be there already."""
    next: bool = True
    """Whether the version has to come after every version tagged before the commit."""


class Tag(msgspec.Struct, frozen=True):
    name: str
    commit: str


class Tags(msgspec.Struct, frozen=True):
    version: str
    commit: str
    here: tuple[Tag, ...] = ()
    """Tags named after the version, with or without a `v`, wherever they sit."""
    before: tuple[str, ...] = ()
    """Names of all tags that the planned commit descends from, those on itself left out."""


async def collect(ctx: Context, params: VersionTag) -> Tags:
    root, commit, version = repository(ctx), planned_commit(ctx), ctx.plan.version
    listed = await git(
        root, "for-each-ref", "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)", "refs/tags"
    )
    tags = [Tag(name, peeled or direct) for name, direct, peeled in (line.split("\0") for line in listed.splitlines())]
    merged = await git(root, "for-each-ref", "--format=%(refname:strip=2)", f"--merged={commit}", "refs/tags")
    on_it = {tag.name for tag in tags if tag.commit == commit}
    plain = version.removeprefix("v")
    here = tuple(tag for tag in tags if tag.name in (plain, f"v{plain}"))
    return Tags(version, commit, here, tuple(n for n in merged.splitlines() if n not in on_it))


def evaluate(memory: Nothing, raw: Tags, params: VersionTag, now: Instant) -> tuple[Nothing, CheckResult]:
    version = read_version(raw.version)
    if version is None:
        if raw.commit.startswith(raw.version):
            return memory, absent("the release is named after its commit, so no version needs a tag")
        message = f"{raw.version!r} is not a version like 2.3.0"
        remedy = "name the version in the sentence, as Semantic Versioning writes it"
        return memory, judged([Finding(message, found=raw.version, expected="MAJOR.MINOR.PATCH", remedy=remedy)], "")
    findings = [*_elsewhere(raw), *(_not_next(raw, version) if params.next else ())]
    if findings:
        return memory, judged(findings, "")
    if raw.here:
        return memory, CheckResult(Outcome.PASS, f"tag {raw.here[0].name} is on commit {raw.commit[:12]}")
    if params.tag == "may":
        return memory, CheckResult(Outcome.PASS, f"{raw.version} comes after every earlier version; no tag of it yet")
    missing = Finding(
        f"no tag names version {raw.version}",
        expected=f"a tag v{raw.version.removeprefix('v')} on {raw.commit[:12]}",
        remedy=f"git tag -a v{raw.version.removeprefix('v')} {raw.commit[:12]}, and push it",
    )
    return memory, judged([missing], "")


def _elsewhere(raw: Tags) -> list[Finding]:
    return [
        Finding(
            f"tag {tag.name} is on {tag.commit[:12]}, the plan is of {raw.commit[:12]}",
            where=tag.name,
            found=tag.commit,
            expected=raw.commit,
            remedy="release what the tag names, or give this commit a version of its own",
        )
        for tag in raw.here
        if tag.commit != raw.commit
    ]


def _not_next(raw: Tags, version: Version) -> list[Finding]:
    known = [(read, name) for name in raw.before if (read := read_version(name))]
    newest = max(known, default=None)
    if newest is None or newest[0] < version:
        return []
    message = f"{raw.version} does not come after {newest[1]}, which this commit already contains"
    return [Finding(message, newest[1], raw.version, f"after {newest[1]}", "raise the version")]


VERSION_TAG = Check(
    params=VersionTag,
    raw=Tags,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git: the repository's tags",
)
