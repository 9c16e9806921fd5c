"""The keeper itself, without a router: one directory, one command."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_world import alive

from gonogo.platforms.local import instances, keeper
from gonogo.platforms.local.instances import Record, Spec


def until(condition: Callable[[], object], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Kept:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def start(
        self, *code: str, environment: dict[str, str] | None = None, mask: tuple[str, ...] = (), grace: float = 2
    ) -> Record:
        spec = Spec((sys.executable, "-S", "-c", *code), str(self.directory), True, grace, first_pause=0.01)
        instances.start([self.directory], spec, environment or {}, list(mask))
        instances.await_records([self.directory])
        return self.record()

    def record(self) -> Record:
        record = instances.look(self.directory)
        assert record
        return record

    def stop(self) -> None:
        instances.tell(self.directory)
        until(lambda: not self.record().alive)

    def log(self) -> str:
        file = self.directory / "output.log"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "i")
    yield kept
    instances.tell(kept.directory, signal.SIGKILL)
    until(lambda: not kept.record().alive)
    instances.kill_marked([kept.directory])


SLEEP = "import time; time.sleep(600)"


def test_runs_with_a_port_of_its_own_outside_the_ephemeral_range(kept: Kept) -> None:
    code = "import os, sys, time; print(os.environ['PORT'], sys.argv[1], os.getcwd(), flush=True); time.sleep(600)"
    record = kept.start(code, "{port}")
    until(kept.log)
    assert kept.log() == f"{record.port} {record.port} {kept.directory}\n"
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert record.port and not low <= record.port <= high
    with pytest.raises(OSError, match="in use"), socket.socket(socket.AF_UNIX) as rival:
        rival.bind(f"\0gonogo/port/{record.port}")


def test_belongs_to_nobody_who_could_take_it_along(kept: Kept) -> None:
    record = kept.start(SLEEP)
    assert os.getsid(record.keeper) != os.getsid(0)
    until(lambda: os.getsid(record.child) == record.child)
    assert int(Path(f"/proc/{record.keeper}/stat").read_text().rpartition(")")[2].split()[1]) != os.getpid()


def test_starting_twice_keeps_one(kept: Kept) -> None:
    first = kept.start(SLEEP)
    assert kept.start(SLEEP) == first


def test_restarts_and_records_exits_on_the_same_port(kept: Kept) -> None:
    first = kept.start("print('one'); print('last words', end=''); raise SystemExit(3)")
    until(lambda: kept.record().exits >= 3)
    record = kept.record()
    assert (record.exit_code, record.last_words, record.port) == (3, "one\nlast words", first.port)
    assert record.starts >= 3 and record.keeper == first.keeper


def test_pauses_grow(kept: Kept) -> None:
    began = time.monotonic()
    kept.start("raise SystemExit(1)")
    until(lambda: kept.record().exits >= 5)
    assert time.monotonic() - began >= 0.01 + 0.02 + 0.04 + 0.08


def test_a_command_that_does_not_exist_says_so(kept: Kept) -> None:
    spec = Spec(("./nowhere",), str(kept.directory), False, 1, first_pause=0.01)
    instances.start([kept.directory], spec, {}, [])
    until(lambda: (r := instances.look(kept.directory)) and r.exits)
    record = kept.record()
    assert (record.exit_code, record.last_words) == (127, "cannot start ./nowhere: No such file or directory")
    assert record.port is None


def test_stopping_is_no_exit_and_keeps_the_grace_period(kept: Kept) -> None:
    code = "import os, signal, time; signal.signal(15, lambda *_: os.write(1, b'bye\\n')); os.write(1, b'up\\n')\n"
    record = kept.start(code + "while True: time.sleep(600)", grace=0.4)
    until(kept.log)
    began = time.monotonic()
    kept.stop()
    assert 0.4 <= time.monotonic() - began < 2
    assert kept.log() == "up\nbye\n"
    assert kept.record().exits == 0 and not alive(record.child)


def test_stopping_ends_the_whole_family(kept: Kept) -> None:
    """Children in other sessions, whose parents have gone, are found too."""
    code = "import os, time\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n  print(os.getpid(), flush=True)"
    kept.start(code + "\n  time.sleep(600)\n os._exit(0)\ntime.sleep(600)", grace=0.1)
    until(kept.log)
    orphan = int(kept.log())
    kept.stop()
    assert not alive(orphan)


def test_a_crash_leaves_no_family_behind(kept: Kept) -> None:
    code = "import os, time\nif os.fork() == 0:\n print(os.getpid(), flush=True); time.sleep(600)\ntime.sleep(0.05)"
    kept.start(code)
    until(lambda: kept.record().exits >= 2)
    assert [pid for pid in map(int, kept.log().split()[:1]) if alive(pid)] == []


def test_the_command_dies_with_its_keeper_and_the_next_one_counts_that(kept: Kept) -> None:
    first = kept.start(SLEEP)
    os.kill(first.keeper, signal.SIGKILL)
    until(lambda: not alive(first.child))
    assert not kept.record().alive and not kept.record().running
    second = kept.start(SLEEP)
    assert (second.exits, second.exit_code, second.port) == (1, -9, first.port)
    assert second.keeper != first.keeper and second.running


def test_leftovers_of_a_killed_keeper_are_ended_before_the_next(kept: Kept) -> None:
    code = "import os, time\nif os.fork() == 0:\n os.setsid()\n print(os.getpid(), flush=True)\ntime.sleep(600)"
    first = kept.start(code)
    until(kept.log)
    grandchild = int(kept.log())
    os.kill(first.keeper, signal.SIGKILL)
    until(lambda: not alive(first.child))
    assert alive(grandchild)
    kept.start(SLEEP)
    assert not alive(grandchild)


def test_a_reused_pid_is_not_taken_for_the_keeper(kept: Kept) -> None:
    record = kept.start(SLEEP)
    assert record.keeper_start
    assert not instances.signal_process(record.keeper, record.keeper_start + 1, signal.SIGKILL)
    assert alive(record.keeper)


def test_secrets_touch_neither_argv_nor_files(kept: Kept) -> None:
    code = "import os, time; print('the key is', os.environ['KEY'], flush=True); time.sleep(600)"
    record = kept.start(code, environment={"KEY": "hunter2secret"}, mask=("hunter2secret",))
    until(kept.log)
    assert kept.log() == "the key is ***\n"
    for pid in (record.keeper, record.child):
        assert b"hunter2secret" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"hunter2secret" not in Path(f"/proc/{record.keeper}/environ").read_bytes()
    assert [f for f in kept.directory.iterdir() if b"hunter2secret" in f.read_bytes()] == []


def test_the_log_is_bounded(kept: Kept) -> None:
    kept.start("for i in range(60): print(str(i) * 50_000)\nprint('end', flush=True)\n" + SLEEP)
    until(lambda: kept.log().endswith("end\n"))
    sizes = [f.stat().st_size for f in kept.directory.glob("output.log*")]
    assert len(sizes) == 2 and max(sizes) <= keeper.LOG_BYTES + 150_000


def test_a_keeper_is_small(kept: Kept) -> None:
    record = kept.start(SLEEP)
    status = Path(f"/proc/{record.keeper}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 16_000
