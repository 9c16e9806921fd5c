"""Secrets in plain text: none in the files of the repository. What is found is never repeated."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from gonogo.checks.files import matches, repository, walk
from gonogo.checks.git import git
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import judged
from gonogo.checks.secret_patterns import mask, spot
from gonogo.checks.wording import counted
from gonogo.config.files import read_bytes
from gonogo.model.errors import InputError
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

_LARGEST = 8 << 20
_MOST_BYTES = 512 << 20
_MOST_SPOTS = 200
_BINARY = 8192
_ELSEWHERE = ("**/package-lock.json", "**/yarn.lock", "**/pnpm-lock.yaml", "**/poetry.lock", "**/uv.lock", "**/go.sum",
              "**/Cargo.lock", "**/composer.lock", "**/*.min.js", "**/*.map", "**/*.svg")  # fmt: skip
"""Made by tools, full of hashes."""


class PlainSecrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ignore: tuple[str, ...] = ()
    """Globs of files that may hold what looks like one: examples, test data."""


class Spot(msgspec.Struct, frozen=True):
    path: str
    line: int
    kind: str
    shown: str
    """Masked."""


class Scan(msgspec.Struct, frozen=True):
    files: int
    spots: tuple[Spot, ...] = ()
    unread: tuple[str, ...] = ()
    """Too large to be looked through."""


async def collect(ctx: Context, params: PlainSecrets) -> Scan:
    root = repository(ctx)
    try:
        listed = await git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        paths = sorted(set(listed.split("\0")) - {""})
    except Unavailable:
        paths = await asyncio.to_thread(lambda: sorted(walk(root)))
    return await asyncio.to_thread(_scan, root, paths, (*_ELSEWHERE, *params.ignore))


def _scan(root: Path, paths: list[str], ignore: tuple[str, ...]) -> Scan:
    spots: list[Spot] = []
    unread: list[str] = []
    files, left = 0, _MOST_BYTES
    for path in paths:
        whole = root / path
        if matches(path, ignore) or whole.is_symlink() or not whole.is_file():
            continue
        try:
            content = read_bytes(whole, _LARGEST, path)
        except InputError:
            if not _binary(whole):
                unread.append(path)
            continue
        files, left = files + 1, left - len(content)
        if left < 0 or len(spots) >= _MOST_SPOTS:
            raise Unavailable(f"{root} holds more than can be looked through: {files} files were")
        if b"\0" not in content[:_BINARY]:
            spots += _spots(path, content.decode("utf-8", "replace"))
    return Scan(files, tuple(spots[:_MOST_SPOTS]), tuple(unread[:_MOST_SPOTS]))


def _binary(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"\0" in file.read(_BINARY)
    except OSError:
        return False


def _spots(path: str, text: str) -> list[Spot]:
    return [
        Spot(path, number, found.kind, mask(found.secret))
        for number, line in enumerate(text.splitlines(), 1)
        for found in spot(line)
    ]


def evaluate(memory: Nothing, raw: Scan, params: PlainSecrets, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = [
        Finding(
            f"{spot.path}:{spot.line} holds what looks like a {spot.kind}",
            where=f"{spot.path}:{spot.line}",
            found=spot.shown,
            expected="a reference such as ${NAME}",
            remedy="revoke it, take it out, and read it from where secrets are kept",
        )
        for spot in raw.spots
    ]
    findings += [
        Finding(
            f"{path} is too large to be looked through", path, remedy="leave it out by `ignore`, or keep it elsewhere"
        )
        for path in raw.unread
    ]
    return memory, judged(findings, f"{counted(raw.files, 'file')} looked through, no secret in plain text")


PLAIN_SECRETS = Check(
    params=PlainSecrets,
    raw=Scan,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the repository's files, as git lists them",
)
