"""Review, as git tells it: has somebody other than the author looked at each commit, and has each file an owner?"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import msgspec

from gonogo.checks.binding import planned_commit
from gonogo.checks.codeowners import PLACES, BadLine, Owned, owners_of, read_owners
from gonogo.checks.files import read_all, repository, text
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.since import changes, known_since
from gonogo.checks.wording import counted, shorten
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

_MOST = 1000
_FIELDS = "%H%x00%P%x00%ae%x00%ce%x00%s%x00%(trailers:only,unfold,separator=%x02)"
_TRAILER = re.compile(r"(?i)(?:reviewed|approved|acked)-by:\s*(.*)")
_EMAIL = re.compile(r"<([^<>]+)>")
_FORGES = ("noreply@github.com", "noreply@gitlab.com")
"""They commit for whoever presses the button, so they say nothing about who looked."""


class Reviewed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owners: bool = True
    """Whether each changed file must have an owner, where there is a CODEOWNERS file."""
    most: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 500
    """Commits since what is live; more than these can't have been looked at one by one."""


class Commit(msgspec.Struct, frozen=True):
    id: str
    parents: tuple[str, ...]
    author: str
    """E-mail address."""
    committer: str
    subject: str
    trailers: tuple[str, ...] = ()


class Ownership(msgspec.Struct, frozen=True):
    path: str
    rules: tuple[Owned, ...] = ()
    bad: tuple[BadLine, ...] = ()


class Review(msgspec.Struct, frozen=True):
    base: str
    """Name of what is live."""
    commits: tuple[Commit, ...] = ()
    """Newest first; the planned commit is the first of them."""
    paths: tuple[str, ...] = ()
    """That differ from what is live."""
    ownership: Ownership | None = None
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Reviewed) -> Review:
    root, commit, base = repository(ctx), planned_commit(ctx), await known_since(ctx)
    told = await git(
        root, "log", "--topo-order", f"-n{_MOST + 1}", f"--format={_FIELDS}%x01", f"{base.commit}..{commit}"
    )
    commits = tuple(_commit(entry.strip("\n")) for entry in told.split("\x01") if entry.strip())
    paths = tuple(c.path for c in await changes(ctx, base) if c.status != "D")

    def read(content: bytes, path: str, written_at: Instant) -> Ownership:
        return Ownership(path, *read_owners(text(content)))

    places = [place for place in PLACES if await asyncio.to_thread((root / place).is_file)][:1]
    found, damaged = await asyncio.to_thread(read_all, root, places, read)
    return Review(base.name, commits, paths, found[0] if found else None, damaged)


def _commit(entry: str) -> Commit:
    id, parents, author, committer, subject, trailers = (entry.split("\0") + [""] * 6)[:6]
    return Commit(id, tuple(parents.split()), author, committer, shorten(subject, 60), tuple(trailers.split("\x02")))


def evaluate(memory: Nothing, raw: Review, params: Reviewed, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.commits:
        return memory, absent(f"nothing differs from {raw.base}")
    if len(raw.commits) > params.most:
        message = f"more than {params.most} commits since {raw.base}: too many to have been looked at one by one"
        return memory, judged([Finding(message, remedy="release more often, or say since which version")], "")
    by = _reviewers(raw.commits)
    own = [c for c in raw.commits if len(c.parents) < 2]
    alone = [
        Finding(
            f"nobody but its author is known to have looked at {c.id[:12]}: {c.subject}",
            where=c.id[:12],
            found=f"only {c.author}",
            expected="a merge by somebody else, or a Reviewed-by line",
            remedy="let somebody else review and merge it",
        )
        for c in own
        if not by[c.id] - {c.author.casefold()}
    ]
    findings = [*alone, *unreadable(raw.damaged, "a CODEOWNERS file"), *(_unowned(raw) if params.owners else ())]
    return memory, judged(findings, f"{counted(len(own), 'commit')} since {raw.base}, each seen by a second person")


def _reviewers(commits: tuple[Commit, ...]) -> dict[str, set[str]]:
    """Addresses of those who have seen each commit: named in a trailer, or merged or committed it."""
    known = {c.id: c for c in commits}
    seen: dict[str, set[str]] = {}
    for c in commits:
        named = [t[1] for line in c.trailers if (t := _TRAILER.match(line))]
        addresses = [(_EMAIL.search(name) or [name, name])[1].casefold() for name in named]
        seen[c.id] = {*addresses, c.committer.casefold()} - set(_FORGES)
    head = commits[0].id
    while head in known:
        merge = known[head]
        if len(merge.parents) > 1:
            for id in _behind(known, merge):
                seen[id].add(merge.author.casefold())
        head = merge.parents[0] if merge.parents else ""
    return seen


def _behind(known: dict[str, Commit], merge: Commit) -> set[str]:
    """Commits that came in with a merge."""
    before: set[str] = set()
    mainline = _ancestors(known, merge.parents[:1], before)
    return _ancestors(known, merge.parents[1:], mainline)


def _ancestors(known: dict[str, Commit], start: tuple[str, ...], without: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        id = waiting.pop()
        if id in known and id not in found and id not in without:
            found.add(id)
            waiting.extend(known[id].parents)
    return found


def _unowned(raw: Review) -> list[Finding]:
    if raw.ownership is None:
        return []
    place, rules = raw.ownership.path, raw.ownership.rules
    bad = [
        Finding(f"{place}:{b.line} is ignored by the forge: {b.why}", f"{place}:{b.line}", b.why, "pattern and owners")
        for b in raw.ownership.bad
    ]
    remedy = f"name an owner for it in {place}"
    nobody = [p for p in raw.paths if not owners_of(p, rules)]
    return bad + [Finding(f"nobody owns {path}, which changes", path, "", "an owner", remedy) for path in nobody]


REVIEWED = Check(
    params=Reviewed,
    raw=Review,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="git: commits since what is live; CODEOWNERS",
)
