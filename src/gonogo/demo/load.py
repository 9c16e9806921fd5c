"""The load of the demo: visitors of the sample service, bounded in number and time, on loopback only.

As a program, `python -m gonogo.demo.load --port 8080 --rate 300 --seconds 60 --count 20000 --record load.jsonl` sends
at once, prints a summary, and exits 0, or 1 when requests were lost, or 2 when it could not run. With `--control` it
obeys `start`, `stop` and `quit`, a line each on standard input, answers each mark on standard output, and ends with
its input. Either way it ends with its parent process. `Load` is the handle on such a process.

What counts as lost is said in `gonogo.demo.record`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from gonogo.demo.bounds import Bounds
from gonogo.demo.generator import Generator
from gonogo.demo.record import Answer, Record, answers
from gonogo.demo.tally import LoadSummary, summary
from gonogo.model.errors import InputError, Problem, TemporaryError

__all__ = ["Answer", "Bounds", "Load", "LoadSummary", "answers", "summary"]


class Load:
    """A load in a process of its own, which ends with this one. Nothing is sent before `start`."""

    def __init__(self, bounds: Bounds, record: Path) -> None:
        """`record` must not exist yet. Raises InputError when the load can't run so."""
        if record.exists():
            raise InputError(Problem("the load's record exists", str(record), "name a new file"))
        self.bounds, self.record = bounds, record
        command = [sys.executable, "-m", "gonogo.demo.load", "--control", "--record", str(record)]
        for name in ("host", "port", "rate", "seconds", "count", "timeout"):
            command += [f"--{name}", str(getattr(bounds, name))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        try:
            self._await("ready")
        except TemporaryError as error:
            self.close()
            raise InputError(str(error)) from None

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Returns when it sends. Raises TemporaryError where the load has ended."""
        self._tell("start", "started")

    def stop(self) -> None:
        """Returns when every request sent has come to its end; one that has none in time is lost. Raises TemporaryError
        where the load has ended."""
        self._tell("stop", "stopped")

    def summary(self) -> LoadSummary:
        """So far."""
        return summary(self.record)

    def close(self) -> LoadSummary | None:
        """End the process, with what is under way, and count; None where it left no record. May be called again."""
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(self.bounds.timeout + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        return summary(self.record) if self.record.exists() else None

    def __enter__(self) -> Load:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _tell(self, order: str, mark: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(f"{order}\n".encode())
        except (OSError, ValueError):
            raise TemporaryError("the load has ended") from None
        self._await(mark)

    def _await(self, mark: str) -> None:
        assert self._process.stdout
        deadline = time.monotonic() + self.bounds.timeout + 10
        while select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            line = self._process.stdout.readline().decode().strip()
            if line == mark:
                return
            if line in ("", "finished"):
                raise TemporaryError(f"the load has ended before it was {mark}")
        raise TemporaryError(f"the load was not {mark} in time")


class _Orders(asyncio.Protocol):
    """Standard input of a load under control."""

    def __init__(self, generator: Generator) -> None:
        self.orders: dict[bytes, Callable[[], None]] = {
            b"start": generator.start,
            b"stop": generator.stop,
            b"quit": partial(generator.quit, "it was told"),
        }
        self.quit = generator.quit
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.strip() in self.orders:
                self.orders[line.strip()]()
            else:
                print(f"no such order: {line!r}; there are start, stop, quit", file=sys.stderr, flush=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.quit("its orders ended")


def _tell(mark: str) -> None:
    """Past Python's buffers, which would complain at exit where nobody listens any more."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{mark}\n".encode())


async def _run(bounds: Bounds, record: Path, control: bool) -> None:
    loop = asyncio.get_running_loop()
    generator = Generator(bounds, Record(record), _tell if control else lambda mark: None)
    loop.add_signal_handler(signal.SIGTERM, generator.quit, "it was terminated")
    if control:
        # An interrupt from the terminal is for the one who gives the orders.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        await loop.connect_read_pipe(lambda: _Orders(generator), sys.stdin)
        _tell("ready")
    else:
        loop.add_signal_handler(signal.SIGINT, generator.quit, "it was interrupted")
        generator.start()
    await generator.run()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m gonogo.demo.load", description="Load on a service on loopback.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (%(default)s)")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="requests per second")
    parser.add_argument("--seconds", type=float, required=True, help="end after so long")
    parser.add_argument("--count", type=int, required=True, help="end after so many requests")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds for a whole answer (%(default)s)")
    parser.add_argument("--record", type=Path, required=True, help="new file for every answer")
    parser.add_argument("--control", action="store_true", help="obey start, stop and quit on standard input")
    given = parser.parse_args()
    try:
        bounds = Bounds(given.port, given.rate, given.seconds, given.count, given.host, given.timeout)
        asyncio.run(_run(bounds, given.record, given.control))
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if given.control:
        return 0
    counted = summary(given.record)
    print(counted)
    return 1 if counted.lost else 0


if __name__ == "__main__":
    sys.exit(main())
