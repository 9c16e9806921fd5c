"""A driver frozen with SIGSTOP in the middle of a canary, replaced, and woken with SIGCONT: whatever it still wants to
write is refused, by the journal and by the platform, and it ends saying who took over."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.model import events as e
from shop_site import KEY, SLOW, Site

pytestmark = pytest.mark.real


def eventually(what: str, holds: Callable[[], bool], within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s"
        time.sleep(0.05)


@contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def said_at_end(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=40)
    return said


def frozen(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"


def in_canary(site: Site, release: str) -> Callable[[], bool]:
    def holds() -> bool:
        known = site.state(release).evidence.get("weight-reached")
        return known is not None and known.stage == "canary-20" and known.outcome == "pass"

    return holds


@pytest.fixture
def release(site: Site) -> Iterator[str]:
    release = site.plan("good", SLOW)
    yield release
    site.clear_way(release)


def test_its_lease_lapses_and_another_drives_on(site: Site, release: str) -> None:
    with ending(site.start("deploy", "--yes")) as first:
        eventually("the canary", in_canary(site, release))
        os.kill(first.pid, signal.SIGSTOP)
        eventually("the lease's end", lambda: not (lease := site.journal.lease(KEY)) or not lease.alive)
        with ending(site.start("drive", release)) as second:
            eventually("the takeover", lambda: any(isinstance(x, e.Taken) for x in events(site, release)))
            os.kill(first.pid, signal.SIGCONT)
            said = said_at_end(first)
            assert first.returncode == 2, said
            assert f"pid {second.pid}" in said.splitlines()[-1], said
            told = said_at_end(second)
            assert second.returncode == 0, told
    finished_whole(site, release, e.Result.DONE)


def test_abort_now_seizes_the_release(site: Site, release: str) -> None:
    with ending(site.start("deploy", "--yes")) as first:
        eventually("the canary", in_canary(site, release))
        os.kill(first.pid, signal.SIGSTOP)
        with ending(site.start("abort", "--now", "--reason", "frozen", release)) as second:
            told = said_at_end(second)
            assert second.returncode == 4, told
        os.kill(first.pid, signal.SIGCONT)
        said = said_at_end(first)
        assert first.returncode == 4, said
        assert re.search(rf"taken over by \S+ pid {second.pid}$", said, re.MULTILINE), said
    finished_whole(site, release, e.Result.ROLLED_BACK)


@pytest.mark.parametrize(
    ("side", "what", "refuses"), [("before", "append:StageLeft", "journal"), ("before", "apply:Weigh", "platform")]
)
def test_what_it_still_wants_to_write_is_refused(site: Site, release: str, side: str, what: str, refuses: str) -> None:
    arguments = ("--signal", "STOP", "--side", side, "--what", what, "--since", "Started")
    with ending(site.ended_driver(release, *arguments)) as first:
        eventually("the freeze", lambda: frozen(first.pid))
        told = site.play.gonogo("abort", "--now", "--reason", "frozen", release, expect=4)
        weights, written = site.seen().weights, len(events(site, release))
        os.kill(first.pid, signal.SIGCONT)
        said = said_at_end(first)
        assert first.returncode == 7, said + told
        assert said.startswith(f"{refuses}: "), said
    assert site.seen().weights == weights
    assert len(events(site, release)) == written
    finished_whole(site, release, e.Result.ROLLED_BACK)


def events(site: Site, release: str) -> list[e.Event]:
    return [r.event for r in site.journal.read(f"release/{release}")]


def finished_whole(site: Site, release: str, result: e.Result) -> None:
    closed = site.state(release).closed
    assert closed is not None and closed.result is result
    assert site.processes() == site.expected_processes()
    assert site.journal.verify() == []
    assert site.lost() == []
