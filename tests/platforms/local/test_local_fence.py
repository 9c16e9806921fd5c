from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_world import alive

from gonogo.model.errors import LostLease, PermanentError, TemporaryError
from gonogo.model.world import Fence
from gonogo.platforms.local import fence as fences
from gonogo.platforms.local.fence import held, highest

HOLD = """
import sys
from pathlib import Path
from gonogo.model.world import Fence
from gonogo.platforms.local.fence import held
root = Path(sys.argv[1])
while line := sys.stdin.readline():
    try:
        with held(root, Fence("j", "shop/test", int(line))):
            print("inside", flush=True)
            sys.stdin.readline()
            (root / "written").write_text(line)
        print("done", flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)
"""


class Driver:
    """A driver in another process: it enters under a fence and writes when told to go on."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())

    def hear(self, within: float = 10) -> str:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], within)[0], "the driver is silent"
        return self.process.stdout.readline().decode().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    driver = Driver(tmp_path)
    yield driver
    driver.end()


def fence(number: int, journal: str = "j", target: str = "shop/test") -> Fence:
    return Fence(journal, target, number)


def test_fences_only_rise(tmp_path: Path) -> None:
    for number in (3, 3, 5):
        with held(tmp_path, fence(number)):
            assert highest(tmp_path) == fence(number)
    with pytest.raises(LostLease, match="fence 4 is stale, 5"), held(tmp_path, fence(4)):
        pytest.fail("a stale fence got in")
    assert highest(tmp_path) == fence(5)


def test_another_journal_is_refused_and_named(tmp_path: Path) -> None:
    with held(tmp_path, fence(1, "first")):
        pass
    with pytest.raises(PermanentError, match="driven from journal first"), held(tmp_path, fence(9, "second")):
        pytest.fail("two journals drive one target")


def test_a_directory_serves_one_target(tmp_path: Path) -> None:
    with held(tmp_path, fence(1)):
        pass
    with pytest.raises(PermanentError, match="belongs to shop/test"), held(tmp_path, fence(2, target="a/b")):
        pytest.fail("two targets share a directory")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A count that loses updates if two are ever inside together."""
    file = tmp_path / "count"
    file.write_text("0")

    def add() -> None:
        for _ in range(20):
            with held(tmp_path, fence(1)):
                file.write_text(str(json.loads(file.read_text()) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.read_text() == "80"


def test_a_driver_stopped_outside_the_lock_is_refused_when_it_wakes(tmp_path: Path, driver: Driver) -> None:
    driver.say("1")
    assert driver.hear() == "inside"
    driver.say("go on")
    assert driver.hear() == "done"
    os.kill(driver.process.pid, signal.SIGSTOP)
    driver.say("1")
    with held(tmp_path, fence(2)):
        (tmp_path / "written").write_text("2")
    os.kill(driver.process.pid, signal.SIGCONT)
    assert driver.hear() == "LostLease"
    assert (tmp_path / "written").read_text() == "2"


def test_a_driver_frozen_inside_the_lock_is_killed_by_its_successor(tmp_path: Path, driver: Driver) -> None:
    driver.say("1")
    assert driver.hear() == "inside"
    os.kill(driver.process.pid, signal.SIGSTOP)
    driver.say("go on")
    began = time.monotonic()
    with held(tmp_path, fence(2)):
        assert time.monotonic() - began < fences.PATIENCE + 1
        assert not alive(driver.process.pid)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("number", [1, 2])
def test_a_frozen_driver_that_is_not_obsolete_is_left_alone(
    tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(fences, "PATIENCE", 0.2)
    driver.say("2")
    assert driver.hear() == "inside"
    os.kill(driver.process.pid, signal.SIGSTOP)
    refused = pytest.raises(TemporaryError, match=f"another writer holds the lock .{driver.process.pid}")
    with refused, held(tmp_path, fence(number)):
        pytest.fail("two writers at once")
    assert alive(driver.process.pid)


def test_an_innocent_process_with_a_lower_fence_is_left_alone(
    tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who holds the lock is killed, not who held it before."""
    monkeypatch.setattr(fences, "PATIENCE", 0.2)
    driver.say("1")
    assert driver.hear() == "inside"
    driver.say("go on")
    assert driver.hear() == "done"
    holder = Driver(tmp_path)
    try:
        holder.say("2")
        assert holder.hear() == "inside"
        os.kill(holder.process.pid, signal.SIGSTOP)
        with held(tmp_path, fence(3)):
            assert not alive(holder.process.pid)
            assert alive(driver.process.pid)
    finally:
        holder.end()
