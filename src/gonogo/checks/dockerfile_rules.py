"""Dockerfiles: pinned bases, no root, a health check, nothing fetched unchecked, no secret baked in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from gonogo.checks.dockerfile import Dockerfile, DockerStage, assignments, read_dockerfile, sources
from gonogo.checks.files import find, matches, read_all, repository, text
from gonogo.checks.images import objection
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.wording import counted, shorten
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

FILES = ("**/dockerfile", "**/dockerfile.*", "**/*.dockerfile", "**/containerfile")
_NOT_MEANT = ("**/*.dockerignore", "**/dockerfile*.md", "**/dockerfile*.j2", "**/dockerfile*.tmpl")
_SECRET = re.compile(r"(?i)(?:^|_)(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)$")
_REMOTE = re.compile(r"(?i)(?:https?|ftp)://")
_ROOT = ("", "0", "root")


class DockerfileRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["pinned", "digest", "user", "health", "remote", "secrets"]
    """pinned: bases have a tag that stays; digest: a digest; user: the image runs as somebody other than root;
    health: it can be asked whether it works; remote: nothing is added from an address without a checksum; secrets:
    none in variables or build arguments."""
    files: tuple[str, ...] = FILES
    ignore: tuple[str, ...] = ("**/test*/**", "**/example*/**")


class Dockerfiles(msgspec.Struct, frozen=True):
    files: tuple[Dockerfile, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: DockerfileRules) -> Dockerfiles:
    root = repository(ctx)

    def read(content: bytes, path: str, written_at: Instant) -> Dockerfile:
        return read_dockerfile(text(content), path)

    paths = await asyncio.to_thread(find, root, params.files)
    paths = [path for path in paths if not matches(path, (*_NOT_MEANT, *params.ignore))]
    return Dockerfiles(*await asyncio.to_thread(read_all, root, paths, read))


def evaluate(memory: Nothing, raw: Dockerfiles, params: DockerfileRules, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.files and not raw.damaged:
        return memory, absent("the repository has no Dockerfile")
    rule, passed = _RULES[params.rule]
    findings = [f for file in raw.files for f in rule(file)]
    return memory, judged(
        [*unreadable(raw.damaged, "a Dockerfile"), *findings], f"{counted(len(raw.files), 'Dockerfile')}: {passed}"
    )


def _bases(file: Dockerfile) -> Iterator[DockerStage]:
    """Stages that are made from an image of a registry, not from another stage."""
    names: set[str] = set()
    for stage in file.stages:
        if stage.image.lower() not in names and stage.image.lower() != "scratch":
            yield stage
        names.add(stage.name.lower() or "-")


def _pinned(file: Dockerfile, digest: bool = False) -> Iterator[Finding]:
    for stage in _bases(file):
        if why := objection(stage.image, digest):
            where = f"{file.path}:{stage.line}"
            expected = "name@sha256:…" if digest else "a tag that names a version, or a digest"
            yield Finding(f"{where}: {stage.image} is not pinned: {why}", where, stage.image, expected, "pin it")


def _digest(file: Dockerfile) -> Iterator[Finding]:
    yield from _pinned(file, digest=True)


def _lineage(file: Dockerfile) -> list[DockerStage]:
    """The last stage and those it is made from, nearest first."""
    by_name = {stage.name.lower(): stage for stage in file.stages if stage.name}
    line = [file.stages[-1]]
    while (before := by_name.get(line[-1].image.lower())) is not None and before not in line:
        line.append(before)
    return line


def _user(file: Dockerfile) -> Iterator[Finding]:
    users = [i for stage in _lineage(file) for i in reversed(stage.instructions) if i.name == "USER"]
    remedy = "create a user without rights in the image, and name it in USER"
    if not users:
        line = file.stages[-1].line
        if "nonroot" not in file.stages[-1].image:
            where = f"{file.path}:{line}"
            yield Finding(f"{where}: the image runs as root, no USER says otherwise", where, "", "USER", remedy)
    elif users[0].text.partition(":")[0].strip() in _ROOT:
        where = f"{file.path}:{users[0].line}"
        yield Finding(f"{where}: the image runs as root", where, users[0].text, "another user", remedy)


def _health(file: Dockerfile) -> Iterator[Finding]:
    checks = [i for stage in _lineage(file) for i in reversed(stage.instructions) if i.name == "HEALTHCHECK"]
    if not checks or checks[0].text.upper().startswith("NONE"):
        where = f"{file.path}:{checks[0].line if checks else file.stages[-1].line}"
        found = "HEALTHCHECK NONE" if checks else ""
        remedy = "add a HEALTHCHECK that asks the service itself"
        yield Finding(f"{where}: nothing tells whether the image works", where, found, "HEALTHCHECK", remedy)


def _remote(file: Dockerfile) -> Iterator[Finding]:
    for stage in file.stages:
        for i in stage.instructions:
            if i.name != "ADD" or "--checksum=" in i.text:
                continue
            for source in (s for s in sources(i) if _REMOTE.match(s)):
                where = f"{file.path}:{i.line}"
                message = f"{where}: ADD takes whatever {shorten(source, 60)} serves that day"
                remedy = "give ADD a --checksum, or fetch and verify it in a RUN"
                yield Finding(message, where, shorten(source), "a checksum", remedy)


def _secrets(file: Dockerfile) -> Iterator[Finding]:
    remedy = "mount it while building (RUN --mount=type=secret) or give it when the container starts"
    for stage in file.stages:
        for i in stage.instructions:
            where = f"{file.path}:{i.line}"
            if i.secret:
                yield Finding(f"{where}: {i.name} holds a {i.secret}", where, i.secret, "nothing secret", remedy)
            elif i.name in ("ENV", "ARG"):
                for name, value in assignments(i).items():
                    if _SECRET.search(name) and (i.name == "ARG" or (value and "$" not in value)):
                        message = f"{where}: {i.name} {name} ends up in the image, for all to read"
                        yield Finding(message, where, name, "nothing secret", remedy)


_RULES: dict[str, tuple[Callable[[Dockerfile], Iterator[Finding]], str]] = {
    "pinned": (_pinned, "every base has a tag that stays or a digest"),
    "digest": (_digest, "every base is pinned by digest"),
    "user": (_user, "the image runs as somebody other than root"),
    "health": (_health, "the image can be asked whether it works"),
    "remote": (_remote, "nothing is added from an address without a checksum"),
    "secrets": (_secrets, "no secret in variables or build arguments"),
}

DOCKERFILE = Check(
    params=DockerfileRules,
    raw=Dockerfiles,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the repository's Dockerfiles",
)
