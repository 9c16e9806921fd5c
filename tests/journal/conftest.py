"""Every implementation of the journal goes through the same tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journal_world import DURABLE, PLACES, Child, Clock, Place

from gonogo.journal.interface import Journal
from gonogo.journal.open import memory_journal


@pytest.fixture(params=PLACES, ids=lambda make: make.__name__)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    place: Place = request.param(tmp_path)
    yield place.open()
    place.close()


@pytest.fixture(params=DURABLE, ids=lambda make: make.__name__)
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    place: Place = request.param(tmp_path)
    yield place
    place.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[Journal]:
    """A journal whose time stands still until the test moves `clock`."""
    with contextlib.closing(memory_journal(clock)) as journal:
        yield journal


@pytest.fixture
def children() -> Iterator[Callable[[str], Child]]:
    started: list[Child] = []

    def start(url: str) -> Child:
        started.append(Child(url))
        return started[-1]

    yield start
    for child in started:
        child.close()
