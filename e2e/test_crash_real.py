"""A driver killed with SIGKILL right before and right after it appended each type of event, on a real Envoy with real
processes under load: a fresh process finishes the release, and it ends where one ends whose driver was left alone.

`tests/rollout/test_crash.py` kills at every moment there is, on a simulated platform."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from gonogo.journal.interface import target_stream
from gonogo.model import events as e
from shop_site import GONOGO, KEY, RESULTS, End, Site

pytestmark = pytest.mark.real

SIDES = ("before", "after")
FORWARD = [
    ("Started", ""),
    ("StageEntered", "Started"),
    ("Answered", "Started"),
    ("Intended", "Started"),
    ("Did", "Started"),
    ("Watched", "Started"),
    ("Checkpointed", "Started"),
    ("StageLeft", "Started"),
    ("LiveChanged", "Started"),
    ("Closed", ""),
]
"""Type of event, and the one since which the first such is meant."""
BACK = [
    ("TurnedBack", ""),
    ("StageEntered", "TurnedBack"),
    ("Answered", "TurnedBack"),
    ("Intended", "TurnedBack"),
    ("Did", "TurnedBack"),
    ("Watched", "TurnedBack"),
    ("Checkpointed", "TurnedBack"),
    ("StageLeft", "TurnedBack"),
    ("Closed", ""),
]


def killed(site: Site, release: str, side: str, what: str, since: str = "") -> None:
    """Drive until the driver kills itself there."""
    more = ["--since", since] if since else []
    driver = site.ended_driver(release, "--signal", "KILL", "--side", side, "--what", f"append:{what}", *more)
    try:
        said, _ = driver.communicate(timeout=60)
    finally:
        driver.kill()
    assert driver.returncode == -signal.SIGKILL, f"it never came to {side} {what}: {driver.returncode} {said}"


@pytest.fixture(scope="module")
def unharmed(site: Site) -> dict[str, End]:
    """How a good and a bad version end with `gonogo deploy` left alone."""
    ends = {}
    for kind in ("good", "bad"):
        release = site.plan(kind)
        site.finish(release, kind)
        ends[kind] = site.end(release)
        check(site, release, ends[kind])
        assert ends[kind].result == RESULTS[kind]
    return ends


def check(site: Site, release: str, expected: End) -> None:
    assert site.end(release) == expected
    events = [r.event for r in site.journal.read(f"release/{release}")]
    once = Counter(type(x).__name__ for x in events if isinstance(x, e.Started | e.Closed | e.TurnedBack))
    assert set(once.values()) == {1}, once
    entered = [x.stage for x in events if isinstance(x, e.StageEntered)]
    assert len(entered) == len(set(entered)), f"a stage was entered twice: {entered}"
    added = [r.event for r in site.journal.read(target_stream(KEY)) if isinstance(r.event, e.RevisionAdded)]
    assert sum(x.release == release for x in added) == 1
    assert max(Counter(x.revision for x in added).values()) == 1
    assert site.processes() == site.expected_processes()
    assert site.journal.verify() == []
    assert site.lost() == []


@pytest.fixture
def clearing(site: Site) -> Iterator[list[str]]:
    """Releases that must be out of the way for the next test, even if this one failed."""
    releases: list[str] = []
    yield releases
    for release in releases:
        site.clear_way(release)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("what", "since"), FORWARD, ids=[what for what, _ in FORWARD])
def test_a_good_version(
    site: Site, unharmed: dict[str, End], clearing: list[str], what: str, since: str, side: str
) -> None:
    release = site.plan("good")
    clearing.append(release)
    killed(site, release, side, what, since)
    site.finish(release, "good")
    check(site, release, unharmed["good"])


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("what", "since"), BACK, ids=[what for what, _ in BACK])
def test_a_version_that_is_rolled_back(
    site: Site, unharmed: dict[str, End], clearing: list[str], what: str, since: str, side: str
) -> None:
    release = site.plan("bad")
    clearing.append(release)
    killed(site, release, side, what, since)
    site.finish(release, "bad")
    check(site, release, unharmed["bad"])


@pytest.mark.parametrize("side", SIDES)
def test_a_successor_killed_as_it_takes_over(
    site: Site, unharmed: dict[str, End], clearing: list[str], side: str
) -> None:
    release = site.plan("good")
    clearing.append(release)
    killed(site, release, "after", "Did", "Started")
    killed(site, release, side, "Taken")
    site.finish(release, "good")
    check(site, release, unharmed["good"])


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", ["Paused", "Resumed", "Obeyed"])
def test_a_driver_killed_as_it_obeys(
    site: Site, unharmed: dict[str, End], clearing: list[str], what: str, side: str
) -> None:
    orders = {
        "Paused": [e.Command.PAUSE],
        "Resumed": [e.Command.PAUSE, e.Command.RESUME],
        "Obeyed": [e.Command.RESUME],
    }
    release = site.plan("good")
    clearing.append(release)
    site.order(release, *orders[what])
    killed(site, release, side, what)
    if what == "Paused":
        site.order(release, e.Command.RESUME)
    site.finish(release, "good")
    check(site, release, unharmed["good"])


def test_the_journal_as_a_person_verifies_it(site: Site) -> None:
    done = subprocess.run(
        [*GONOGO, "journal", "verify"], env=site.play.environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
