"""Keeps one command running after the driver that wanted it has gone.

Run as `python -I -S keeper.py DIRECTORY LOCK`, where LOCK is the number of an inherited descriptor that holds the
directory's lock: whoever can take that lock knows that no keeper lives. Standard input carries `{"environment": {...},
"mask": [...]}`, so that secrets touch neither argv nor a file. `spec.json` in the directory says what to run.

The keeper restarts its command with growing pauses, writes `record.json` at each change, keeps the end of the output in
`output.log`, and on SIGTERM ends everything it started: SIGTERM, then SIGKILL after the grace period. When the keeper
itself is killed, the kernel kills the command.

Only the standard library is used, and as little of it as will do: there is one keeper per instance.
"""

# pathlib would take as long to import as everything else here:
# ruff: noqa: PTH105, PTH123

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

PAUSE_AT_MOST = 10.0
STEADY_AFTER = 30.0
"""A command that ran for so many seconds is restarted after the first pause again."""
LOG_BYTES = 1_000_000
"""At this size `output.log` becomes `output.log.1`."""
LAST_WORDS = 5
"""Lines of output kept in the record of an exit."""
LINE_BYTES = 8192
GIVE_UP_KILLING = 5.0
MARK = "GONOGO_INSTANCE"
"""Variable that every process of an instance carries: its directory, by which leftovers are found."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True)


def boot_id() -> str:
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def start_time(pid: int) -> int | None:
    """Clock ticks from boot to the process's start; None when it is gone. A zombie is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def reserve_port(previous: int | None) -> tuple[int, socket.socket]:
    """A port that nobody listens on, outside the range the kernel picks from, and the reservation to keep open.

    The reservation is an abstract socket named after the port: atomic, known to every keeper of this network
    namespace, and gone with its holder. Raises OSError when no port is left."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        low, high = (int(n) for n in file.read().split())
    below, above = range(max(low - 12_000, 10_000), low), range(high + 1, 65_536)
    candidates = below or above or range(10_000, 32_768)
    first = int.from_bytes(os.urandom(4), "big") % len(candidates)
    for port in ([previous] if previous else []) + [*candidates[first:], *candidates[:first]]:
        held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            held.bind(f"\0gonogo/port/{port}")
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("", port))
        except OSError:
            held.close()
        else:
            return port, held
    raise OSError(f"no free port in {candidates.start}-{candidates.stop - 1}")


class Output:
    """The command's output: lines with secrets masked, a log bounded in size, the newest lines at hand."""

    def __init__(self, path: str, mask: list[str]) -> None:
        self.path = path
        self.mask = [m.encode() for m in mask if m]
        self.log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.rest = b""
        self.lines: list[bytes] = []

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > LINE_BYTES:
            lines, self.rest = [*lines, self.rest], b""
        for line in lines:
            self.line(line)

    def end(self) -> None:
        if self.rest:
            self.line(self.rest)
        self.rest = b""

    def line(self, line: bytes) -> None:
        for secret in self.mask:
            line = line.replace(secret, b"***")
        self.lines = [*self.lines, line[:300]][-LAST_WORDS:]
        with contextlib.suppress(OSError):  # a full disk must not stop the service
            if os.fstat(self.log).st_size > LOG_BYTES:
                os.replace(self.path, self.path + ".1")
                os.close(self.log)
                self.log = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.write(self.log, line + b"\n")


class Keeper:
    def __init__(self, directory: str, environment: dict[str, str], mask: list[str]) -> None:
        self.directory = directory
        with open(f"{directory}/spec.json") as file:
            self.spec: dict[str, Any] = json.load(file)
        self.environment = {**environment, MARK: directory}
        self.output = Output(f"{directory}/output.log", mask)
        self.pid = 0
        self.pipe = -1
        self.stopping: bool = False
        self.record = self._previous_record()
        self.pause = self.spec["first_pause"]
        self.poll = select.poll()
        self.wakeup, wakeup_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.poll.register(self.wakeup, select.POLLIN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
        if self.spec["port"]:
            self.record["port"], self.reservation = reserve_port(self.record["port"])

    def _previous_record(self) -> dict[str, Any]:
        """What an earlier keeper left, counting a command that died with it."""
        record: dict[str, Any] = {"port": None, "starts": 0, "exits": 0, "exit_code": None, "last_words": ""}
        with contextlib.suppress(FileNotFoundError), open(f"{self.directory}/record.json") as file:
            record |= json.load(file)
        if record.get("child"):
            record |= {"exits": record["exits"] + 1, "exit_code": -9, "last_words": "its keeper was killed"}
        return record | {"keeper": os.getpid(), "keeper_start": start_time(os.getpid()), "boot": boot_id(), "child": 0}

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def write_record(self) -> None:
        """A record that can't be written is out of date until the next change; the command runs on."""
        path = f"{self.directory}/record.json"
        with contextlib.suppress(OSError):
            with open(path + ".new", "w") as file:
                json.dump(self.record, file)
            os.replace(path + ".new", path)

    def run(self) -> None:
        while not self.stopping:
            self.start()
            self.stay()
        self.finish()

    def stay(self) -> None:
        """Until the command is to be started again, or to end."""
        began = time.monotonic()
        while self.pid:
            self.turn(None)
            if self.stopping:
                return
        self.kill_the_rest()
        if time.monotonic() - began > STEADY_AFTER:
            self.pause = self.spec["first_pause"]
        until = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, PAUSE_AT_MOST)
        while time.monotonic() < until and not self.stopping:
            self.turn(until)

    def start(self) -> None:
        argv = [part.replace("{port}", str(self.record["port"])) for part in self.spec["command"]]
        environment = dict(self.environment)
        if self.record["port"]:
            environment["PORT"] = str(self.record["port"])
        self.pipe, writer = os.pipe2(os.O_CLOEXEC)
        keeper = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            self._become(argv, environment, writer, keeper)
        os.close(writer)
        os.set_blocking(self.pipe, False)
        self.poll.register(self.pipe, select.POLLIN)
        self.record |= {"child": self.pid, "child_start": start_time(self.pid), "starts": self.record["starts"] + 1}
        self.write_record()

    def _become(self, argv: list[str], environment: dict[str, str], writer: int, keeper: int) -> None:
        """The child's side of the fork: never returns."""
        try:
            os.setsid()
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != keeper:
                os._exit(1)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            os.chdir(self.spec["cwd"])
            os.execvpe(argv[0], argv, environment)
        except OSError as error:
            os.write(2, f"cannot start {argv[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def turn(self, until: float | None) -> None:
        """Wait for something to happen, at most until then, and take note of it."""
        wait = None if until is None else max(0, int((until - time.monotonic()) * 1000) + 1)
        for descriptor, _ in self.poll.poll(wait):
            if descriptor == self.wakeup:
                os.read(self.wakeup, 512)
            else:
                self.read_output()
        self.reap()

    def read_output(self) -> bool:
        """Whether there may be more to read."""
        try:
            data = os.read(self.pipe, 65536)
        except BlockingIOError:
            return False
        if data:
            self.output.feed(data)
        else:
            self.poll.unregister(self.pipe)
            os.close(self.pipe)
            self.pipe = -1
        return bool(data)

    def reap(self) -> bool:
        """Collect the dead. Whether anybody is left: orphans of the command are ours, since we are their subreaper."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.pid:
                self.note_exit(os.waitstatus_to_exitcode(status))

    def note_exit(self, code: int) -> None:
        while self.pipe >= 0 and self.read_output():
            pass
        if self.pipe >= 0:
            self.poll.unregister(self.pipe)
            os.close(self.pipe)
            self.pipe = -1
        self.output.end()
        self.pid = 0
        self.record["child"] = 0
        if not self.stopping:
            words = b"\n".join(self.output.lines).decode(errors="replace")
            self.record |= {"exits": self.record["exits"] + 1, "exit_code": code, "last_words": words}
        self.output.lines = []
        self.write_record()

    def kill_the_rest(self) -> None:
        """SIGKILL for every process that is left of the command, and for those that come to us as they become
        orphans."""
        until = time.monotonic() + GIVE_UP_KILLING
        while self.reap() and time.monotonic() < until:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                for pid in file.read().split():
                    with contextlib.suppress(OSError):
                        os.kill(int(pid), signal.SIGKILL)
            self.turn(time.monotonic() + 0.02)

    def finish(self) -> None:
        until = time.monotonic() + self.spec["grace"]
        if self.pid:
            try:
                os.killpg(self.pid, signal.SIGTERM)
            except ProcessLookupError:  # it hasn't come as far as its own group
                os.kill(self.pid, signal.SIGTERM)
        while self.reap() and time.monotonic() < until:
            self.turn(until)
        self.kill_the_rest()
        self.write_record()


def main() -> None:
    directory, lock = sys.argv[1], int(sys.argv[2])
    given = json.load(sys.stdin)
    if os.fork():
        os._exit(0)  # the starter waits for this one and has no child to reap later
    fcntl.fcntl(lock, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    os.chdir("/")
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    Keeper(directory, given["environment"], given["mask"]).run()


if __name__ == "__main__":
    main()
