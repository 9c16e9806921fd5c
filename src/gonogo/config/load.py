"""The way in: find the release file, and read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gonogo.config.files import read_bytes
from gonogo.model.errors import InputError, Problem
from gonogo.model.settings import ReleaseFile

NAMES = ("gonogo.yaml", "gonogo.yml")


def load(path: Path, environ: Mapping[str, str] | None = None) -> ReleaseFile:
    """Read a release file, with `${VARIABLE}` answered by `environ` (default: the process's own). Paths in it are
    relative to the directory it was named in, symbolic links not followed. Raises InputError with every problem."""
    from gonogo.config.yaml import RELEASE_FILE  # libyaml and pydantic only once there is something to read

    file = _shown(path)
    content = read_bytes(path, RELEASE_FILE.bytes, file)

    from gonogo.config.release_file import read

    return read(content, path.absolute(), os.environ if environ is None else environ, file)


def find(start: Path) -> Path:
    """The release file of a directory, or of the nearest one above it in the same git repository; outside of one,
    nothing above is looked at. Raises InputError that says where it looked, or that there are two."""
    start = start.absolute()
    try:
        there = start.is_dir()
    except OSError:  # a directory above it that may not be searched
        there = False
    if not there:
        raise InputError(Problem("there is no such directory", str(start), "check the name"))
    above = [start, *start.parents]
    top = next((directory for directory in above if os.path.lexists(directory / ".git")), None)
    looked = above[: above.index(top) + 1] if top else [start]
    for directory in looked:
        found = [directory / name for name in NAMES if os.path.lexists(directory / name)]
        if len(found) > 1:
            message = f"both {NAMES[0]} and {NAMES[1]} are there"
            raise InputError(Problem(message, str(directory), "keep one of the two"))
        if found:
            return found[0]
    if top is None:
        message = f"no {NAMES[0]} in it, and it is not in a git repository whose directories could be looked through"
    elif top == start:
        message = f"no {NAMES[0]} in it, and it is the root of its git repository"
    else:
        message = f"no {NAMES[0]} in it, nor above it up to {top}, the root of the git repository"
    raise InputError(Problem(message, str(start), "write one, or name the one you mean"))


def _shown(path: Path) -> str:
    """As a reader in the current directory would write it."""
    absolute = path.absolute()
    try:
        here = Path.cwd()
    except OSError:
        return str(absolute)
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
