"""Artifacts: a directory or a file, known by the hash of its content, copied once per content.

`.git` and `__pycache__` directories are no part of the content: they change without anybody changing anything.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from gonogo.model.errors import InputError, PermanentError, Problem
from gonogo.platforms.local import keeper

IGNORED = frozenset({".git", "__pycache__"})


def digest(path: Path) -> str:
    """`sha256:…` over names, content, executable bits and link targets of a directory or a single file.

    Raises InputError with every problem found: nothing there, nothing in it, unreadable entries, links that lead out
    of it, and things that are neither file, directory nor link."""
    problems: list[Problem] = []
    whole = hashlib.sha256()
    count = 0
    for relative, entry in _entries(path, problems):
        line = _describe(path, relative, entry, problems)
        count += not line.startswith("directory")
        whole.update(line.encode(errors="surrogateescape") + b"\0")
    if not problems and not count:
        problems.append(Problem("the artifact is empty", str(path), "build it first"))
    if problems:
        raise InputError(*problems)
    return f"sha256:{whole.hexdigest()}"


def _entries(path: Path, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    """Relative name and place of all that belongs to the content, in an order that doesn't depend on the disk."""
    if not os.path.lexists(path):
        problems.append(Problem("the artifact doesn't exist", str(path), "build it, or correct `artifact:`"))
    elif not path.is_dir():
        yield path.name, path
    else:
        yield from _walk(path, "", problems)


def _walk(directory: Path, prefix: str, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(directory.iterdir(), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        problems.append(Problem(f"can't be read: {error.strerror}", str(directory)))
        return
    for entry in entries:
        if entry.name in IGNORED and entry.is_dir():
            continue
        yield prefix + entry.name, entry
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, f"{prefix}{entry.name}/", problems)


def _describe(root: Path, relative: str, entry: Path, problems: list[Problem]) -> str:
    try:
        mode = entry.lstat().st_mode
        if stat.S_ISLNK(mode):
            return f"link {relative} {_inner_link(root, entry, problems)}"
        if stat.S_ISDIR(mode):
            return f"directory {relative}"
        if stat.S_ISREG(mode):
            with entry.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            return f"{'program' if mode & 0o111 else 'file'} {relative} {content}"
        problems.append(Problem("neither file, directory nor link", str(entry), "leave it out of the artifact"))
    except OSError as error:
        problems.append(Problem(f"can't be read: {error.strerror}", str(entry)))
    return ""


def _inner_link(root: Path, entry: Path, problems: list[Problem]) -> str:
    """Where the link points, as written. It must stay inside, or the copy would depend on what lies around it."""
    target = entry.readlink()
    inside = root.is_dir() and not root.is_symlink()
    landed = Path(os.path.normpath(entry.parent / target))
    if target.is_absolute() or not inside or not landed.is_relative_to(os.path.normpath(root)):
        problems.append(Problem(f"links out of the artifact, to {target}", str(entry), "copy the content instead"))
    return str(target)


def ensure_copy(artifacts: Path, source: Path, wanted: str) -> Path:
    """The directory with the copy of that content, which becomes the working directory of what runs from it.

    Raises PermanentError where the source's content is no longer what was wanted, or can't be copied."""
    copy = copy_of(artifacts, wanted)
    if copy.exists():
        return copy
    clear_half_copies(artifacts)
    temporary = artifacts / f".copying-{os.getpid()}-{copy.name[:12]}-{os.urandom(4).hex()}"
    try:
        if source.is_dir():
            shutil.copytree(source, temporary, symlinks=True, ignore=shutil.ignore_patterns(*IGNORED))
            content = temporary
        else:
            temporary.mkdir()
            content = Path(shutil.copy2(source, temporary))
        found = digest(content)
        if found != wanted:
            raise PermanentError(
                f"{source}: the content changed since the release was planned: {wanted[:19]}… was planned, "
                f"{found[:19]}… is there; plan it again"
            )
        if not copy.exists():
            temporary.rename(copy)
    except InputError as error:
        raise PermanentError(str(error)) from error
    except (OSError, shutil.Error) as error:
        if not copy.exists():  # another driver may have finished the same copy
            raise PermanentError(f"{source}: can't be copied to {artifacts}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return copy


def copy_of(artifacts: Path, digest: str) -> Path:
    return artifacts / digest.removeprefix("sha256:")


def clear_half_copies(artifacts: Path) -> None:
    """Remove what drivers left that died while they copied."""
    for left in artifacts.glob(".copying-*"):
        if keeper.start_time(int(left.name.split("-")[1])) is None:
            shutil.rmtree(left, ignore_errors=True)
