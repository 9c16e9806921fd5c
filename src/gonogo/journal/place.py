"""Where a journal lies: which file is meant, and whether SQLite can be trusted there."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from gonogo.model.errors import InputError, Problem

MEMORY = ":memory:"
MOUNTS = Path("/proc/self/mountinfo")

# fmt: off
_NETWORKED = frozenset([
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.cephfs", "fuse.davfs2",
    "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs",
])
# fmt: on
"""Types of file systems that several machines share. Their locks and shared memory don't hold between machines, and
SQLite's WAL needs both (sqlite.org/wal.html)."""

_KNOWN = "known are sqlite:///absolute/path, sqlite://:memory: and a plain path"


def state_directory() -> Path:
    """`$GONOGO_STATE`, `$XDG_STATE_HOME/gonogo` or `~/.local/state/gonogo`; not created here. An XDG path that isn't
    absolute is ignored, as its specification asks."""
    if own := os.environ.get("GONOGO_STATE"):
        return _resolve(own)
    shared = os.environ.get("XDG_STATE_HOME", "")
    base = Path(shared) if shared.startswith("/") else _resolve("~/.local/state")
    return base / "gonogo"


def locate(url: str | None) -> Path | None:
    """The file a journal's URL means, None for one in memory. Without a URL: `$GONOGO_JOURNAL`, else `journal.db` in
    the state directory. What stands behind `sqlite://` is the path as it is. Links are followed, nothing is created."""
    source = "--journal"
    if url is None:
        source, url = "GONOGO_JOURNAL", os.environ.get("GONOGO_JOURNAL") or None
    if url is None:
        return _resolve(str(state_directory() / "journal.db"))
    scheme, found, path = url.partition("://")
    if not found:
        path = url
    elif scheme != "sqlite":
        # Only the scheme is repeated: the rest may hold a password.
        raise InputError(Problem(f"unknown kind of journal: {scheme!r}", source, _KNOWN))
    if path == MEMORY:
        return None
    if not path or "\0" in path:
        raise InputError(Problem("the journal's path is empty or holds a NUL", source, _KNOWN))
    return _resolve(path)


def prepare(path: Path) -> None:
    """Make the directory (0700) and the empty file (0600) where they are missing. Raises InputError."""
    remedy = "name another place with --journal or GONOGO_JOURNAL, or make this one writable"
    try:
        for missing in reversed([p for p in path.parents if not p.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        # A file that exists is never opened here: closing it would drop SQLite's locks on it in this process.
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise InputError(Problem(f"it can't be created: {error.strerror}", f"journal {path}", remedy)) from error
    refuse_absent(path)
    for needed in (path, path.parent):
        if not os.access(needed, os.W_OK):
            raise InputError(Problem(f"{needed} is read-only", f"journal {path}", remedy))


def refuse_absent(path: Path) -> None:
    """Raises InputError where there is no file to read."""
    where, remedy = f"journal {path}", "plan a release first, or name another journal with --journal"
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(Problem("there is none yet", where, remedy)) from error
    except OSError as error:
        raise InputError(Problem(f"it can't be looked at: {error.strerror}", where)) from error
    if not stat.S_ISREG(mode):
        raise InputError(Problem("it is not a file", where, "name the file itself"))
    if not os.access(path, os.R_OK):
        raise InputError(Problem("it can't be read by this user", where, "make it readable"))


def refuse_network(path: Path) -> None:
    """Raises InputError where the file would lie on a file system that machines share. Systems without
    /proc/self/mountinfo aren't checked."""
    try:
        mounts = MOUNTS.read_text()
    except OSError:
        return
    kind = filesystem(path, mounts)
    if kind in _NETWORKED:
        raise InputError(
            Problem(
                f"it would lie on a network file system ({kind}), whose locks do not keep two writers apart",
                f"journal {path}",
                "name a path on a local disk with --journal or GONOGO_JOURNAL",
            )
        )


def filesystem(path: Path, mounts: str) -> str:
    """Type of the file system an absolute path lies on, by the text of mountinfo (proc_pid_mountinfo(5)): the longest
    mount point above it, and of equal ones the one mounted last."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 6 or not after:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind


def _resolve(path: str) -> Path:
    try:
        return Path(path).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise InputError(Problem(str(error), path, "set GONOGO_JOURNAL or GONOGO_STATE to an absolute path")) from error
