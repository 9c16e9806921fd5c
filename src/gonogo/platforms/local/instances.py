"""Keepers from the driver's side: start one, adopt one, look at it, tell it to stop.

An instance is its directory. Its keeper holds the lock there for as long as it lives; its record says which process
that is, by pid, start time and boot, so that a pid used again is never taken for it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from gonogo.model.errors import PermanentError, TemporaryError
from gonogo.platforms.local import keeper
from gonogo.platforms.local.layout import replace

STARTS_WITHIN = 10.0
"""Seconds a keeper may take to write its first record."""


class Spec(msgspec.Struct, frozen=True):
    """What a keeper runs. `cwd` is absolute; pauses and grace are seconds."""

    command: tuple[str, ...]
    cwd: str
    port: bool
    """Whether the command is given a port to listen on."""
    grace: float
    first_pause: float = 0.5


class Record(msgspec.Struct, frozen=True):
    """What a keeper wrote last."""

    keeper: int
    keeper_start: int | None
    boot: str
    port: int | None
    starts: int
    exits: int
    exit_code: int | None
    last_words: str
    child: int = 0
    """0 while the command isn't running."""
    child_start: int | None = None

    @property
    def alive(self) -> bool:
        """Whether the keeper that wrote it still runs."""
        return self.boot == keeper.boot_id() and keeper.start_time(self.keeper) == self.keeper_start

    @property
    def running(self) -> bool:
        return self.child > 0 and self.alive and keeper.start_time(self.child) == self.child_start


def look(directory: Path) -> Record | None:
    """None where no keeper has written yet. Raises TemporaryError for a record that can't be read."""
    try:
        return msgspec.json.decode((directory / "record.json").read_bytes(), type=Record)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise TemporaryError(f"{directory}: can't read the keeper's record: {error}") from error


def start(directories: Iterable[Path], spec: Spec, environment: dict[str, str], mask: list[str]) -> None:
    """Make sure that a keeper lives in each of them. Returns once they run, before their first record.

    Raises PermanentError where one can't."""
    given = msgspec.json.encode({"environment": environment, "mask": mask})
    started = {directory: process for directory in directories if (process := _start(directory, spec, given))}
    failed = [directory for directory, process in started.items() if process.wait()]
    if failed:
        raise PermanentError(f"{failed[0]}: the keeper can't start: {keeper_words(failed[0])}")


def _start(directory: Path, spec: Spec, given: bytes) -> subprocess.Popen[bytes] | None:
    """None where a keeper lives already. The lock is taken here and inherited, so two drivers never start two keepers,
    and a driver that dies in between leaves nothing."""
    directory.mkdir(exist_ok=True, mode=0o700)
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        kill_marked([directory])
        replace(directory / "spec.json", msgspec.json.encode(spec))
        with (directory / "keeper.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, str(directory), str(lock)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
                env={k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"},
            )
    finally:
        os.close(lock)
    assert process.stdin
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(given)
    return process


def keeper_words(directory: Path) -> str:
    with suppress(OSError):
        lines = (directory / "keeper.log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
    return "it said nothing"


def await_records(directories: Iterable[Path], within: float = STARTS_WITHIN) -> None:
    """Wait until the keeper of each has reported. Raises TemporaryError when one doesn't."""
    deadline = time.monotonic() + within
    for directory in directories:
        while (record := look(directory)) is None or not record.alive:
            if time.monotonic() > deadline:
                raise TemporaryError(f"{directory}: its keeper doesn't report: {keeper_words(directory)}")
            time.sleep(0.002)


def tell(directory: Path, number: signal.Signals = signal.SIGTERM) -> bool:
    """Signal the keeper, if it lives. Repeating SIGTERM changes nothing: the grace period runs from the first."""
    record = look(directory)
    if record is None or record.boot != keeper.boot_id():
        return False
    return signal_process(record.keeper, record.keeper_start, number)


def signal_process(pid: int, start: int | None, number: signal.Signals) -> bool:
    """Signal exactly that process; False when it is gone, even if its pid is used again."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if start is None or keeper.start_time(pid) != start:
            return False
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def marked(directories: Iterable[Path]) -> list[int]:
    """Processes that carry the mark of one of these instances, however they are related to its keeper by now."""
    wanted = {f"{keeper.MARK}={d}".encode() for d in directories}
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                variables = Path(entry.path, "environ").read_bytes().split(b"\0")
                if not wanted.isdisjoint(variables) and keeper.start_time(int(entry.name)) is not None:
                    found.append(int(entry.name))
    return found


def kill_marked(directories: Iterable[Path], within: float = 5.0) -> None:
    """SIGKILL what is left of instances without a keeper. Raises TemporaryError for what survives that."""
    directories = list(directories)
    deadline = time.monotonic() + within
    while left := marked(directories):
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise TemporaryError(f"processes {left} of {directories[0].name} can't be killed")
        time.sleep(0.005)
