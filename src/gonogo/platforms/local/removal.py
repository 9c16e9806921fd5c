"""Ending everything of a target: its instances, its router, its files."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from pathlib import Path

from gonogo.model.errors import PermanentError
from gonogo.platforms.local import instances
from gonogo.platforms.local.layout import Layout

KILL_WITHIN = 5.0


def destroy(layout: Layout, within: float) -> None:
    """SIGTERM to every keeper, SIGKILL after `within` seconds, then the files. Raises PermanentError naming processes
    that survive even that. Nothing happens where nothing is."""
    if not layout.root.exists():
        return
    lock = os.open(layout.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + within
        while not _locked(lock) and time.monotonic() < deadline:
            time.sleep(0.005)
        (layout.router / "spec.json").unlink(missing_ok=True)  # so that nobody who looks starts it again
        services = list((layout.root / "instances").glob("*/"))
        for directories in (services, [layout.router]):  # the router last: requests in flight pass through it
            for directory in directories:
                instances.tell(directory)
            while any(_lives(directory) for directory in directories) and time.monotonic() < deadline:
                time.sleep(0.005)
            for directory in directories:
                instances.tell(directory, signal.SIGKILL)
        everything = [*services, layout.router]
        instances.kill_marked(everything, KILL_WITHIN)
        if left := instances.marked(everything):
            raise PermanentError(f"{layout.root}: processes {left} are still there")
        layout.admin_socket.unlink(missing_ok=True)  # may lie in a directory that other targets share
        shutil.rmtree(layout.root)
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(directory: Path) -> bool:
    record = instances.look(directory)
    return record is not None and record.alive
