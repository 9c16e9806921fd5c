"""Reading a file that a user named, whatever it turns out to be. Never blocks, never reads more than it may."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from gonogo.model.errors import InputError, Problem

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_REASONS = {
    errno.ENOENT: ("there is no such file", "check the name"),
    errno.ENOTDIR: ("a part of its path is not a directory", "check the name"),
    errno.EACCES: ("permission denied", "it must be readable for the user who runs this"),
    errno.EPERM: ("permission denied", "it must be readable for the user who runs this"),
    errno.ELOOP: ("a loop of symbolic links", "let the link point at the file"),
    errno.ENAMETOOLONG: ("the name is too long", "check the name"),
}


def read_bytes(path: Path, limit: int, file: str) -> bytes:
    """Content of a regular file of at most `limit` bytes. `file` is the name problems carry. Raises InputError."""
    try:
        _check(path.stat(), limit, file)
        # Not to be caught by a FIFO that took the file's place between the two looks.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            _check(os.fstat(descriptor), limit, file)
            content = opened.read(limit + 1)
    except OSError as error:
        message, remedy = _REASONS.get(error.errno or 0, (os.strerror(error.errno or errno.EIO), ""))
        raise InputError(Problem(f"can't be read: {message}", file, remedy)) from None
    except ValueError:
        raise InputError(Problem("can't be read: not a possible name", file, "check the name")) from None
    if len(content) > limit:
        raise _too_large(len(content), limit, file)
    return content


def _check(found: os.stat_result, limit: int, file: str) -> None:
    kind = next((name for test, name in _KINDS if test(found.st_mode)), "")
    if kind:
        raise InputError(Problem(f"can't be read: it is {kind}", file, "name a regular file"))
    if found.st_size > limit:
        raise _too_large(found.st_size, limit, file)


def _too_large(size: int, limit: int, file: str) -> InputError:
    message = f"too large: {size} bytes, and at most {limit} are read"
    return InputError(Problem(message, file, "is this the right file?"))
