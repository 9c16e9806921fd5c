"""One writer at a time, and none with an old lease.

Every write happens while the target's lock is held and after the fence was compared, so a driver that lost its lease
changes nothing, however long it slept before. A driver frozen while it holds the lock would block its successor: it is
killed when its fence is lower. Who that is must be known without a gap, so a driver registers its fence under its pid
and start time *before* it reaches for the lock; the kernel names the holder.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from gonogo.model.errors import LostLease, PermanentError, TemporaryError
from gonogo.model.world import Fence
from gonogo.platforms.local import keeper
from gonogo.platforms.local.instances import signal_process
from gonogo.platforms.local.layout import replace

PATIENCE = 2.0
"""Seconds to wait for a holder before asking whether it is obsolete. Holders need milliseconds, or a process start."""


@contextmanager
def held(root: Path, fence: Fence) -> Iterator[None]:
    """Hold the target's lock for writing under this fence. Raises LostLease, TemporaryError when a holder that is not
    obsolete keeps the lock, PermanentError where another journal drives this target."""
    _register(root, fence)
    lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(root, lock, fence)
        _compare(root, fence)
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_UN)  # a child between fork and exec shares the descriptor
        os.close(lock)


def highest(root: Path) -> Fence | None:
    """The highest fence ever seen here."""
    try:
        return msgspec.json.decode((root / "fence.json").read_bytes(), type=Fence)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise PermanentError(f"{root}/fence.json: can't read the fence: {error}") from error


def _compare(root: Path, fence: Fence) -> None:
    seen = highest(root)
    if seen is not None and seen.journal != fence.journal:
        raise PermanentError(
            f"{fence.target} is driven from journal {seen.journal}, this is journal {fence.journal}: "
            "use that one, or stop everything of this target first"
        )
    if seen is not None and seen.target != fence.target:
        raise PermanentError(f"{root} belongs to {seen.target}, not to {fence.target}")
    if seen is not None and seen.number > fence.number:
        raise LostLease(f"{fence.target}: fence {fence.number} is stale, {seen.number} has written since")
    if seen is None or seen.number < fence.number:
        replace(root / "fence.json", msgspec.json.encode(fence))


def _drivers(root: Path) -> Path:
    return root / "drivers"


def _register(root: Path, fence: Fence) -> None:
    """Leave word of this process's fence, and clear away those of processes that are gone."""
    directory = _drivers(root)
    directory.mkdir(exist_ok=True, mode=0o700)
    pid = os.getpid()
    own = directory / f"{pid}-{keeper.start_time(pid)}"
    if not own.exists() or int(own.read_bytes()) < fence.number:
        replace(own, str(fence.number).encode())
        for other in directory.iterdir():
            number, _, start = other.name.partition(".")[0].partition("-")
            if str(keeper.start_time(int(number))) != start:
                other.unlink(missing_ok=True)


def _take(root: Path, lock: int, fence: Fence) -> None:
    asked = time.monotonic()
    killed = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            waited = time.monotonic() - asked
        if waited > PATIENCE and not killed:
            killed = _kill_obsolete_holder(root, lock, fence)
        if waited > 2 * PATIENCE:
            raise TemporaryError(f"{fence.target}: another writer holds the lock ({_holder(lock) or 'unknown'})")
        time.sleep(0.003)


def _holder(lock: int) -> int | None:
    """Pid of the process that took the lock, as the kernel lists it."""
    inode = os.fstat(lock).st_ino
    for line in Path("/proc/locks").read_text().splitlines():
        found = re.match(r"\d+: FLOCK +ADVISORY +WRITE +(\d+) +\w+:\w+:(\d+) ", line)
        if found and int(found[2]) == inode:
            return int(found[1])
    return None


def _kill_obsolete_holder(root: Path, lock: int, fence: Fence) -> bool:
    pid = _holder(lock)
    if pid is None or pid == os.getpid():
        return False
    for entry in _drivers(root).glob(f"{pid}-*"):
        start = int(entry.name.partition("-")[2])
        if int(entry.read_bytes()) < fence.number and keeper.start_time(pid) == start:
            return signal_process(pid, start, signal.SIGKILL)
    return False
