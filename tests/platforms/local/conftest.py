from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_world import World, alive

from gonogo.platforms.local.keeper import reserve_port


@pytest.fixture
def listen() -> Iterator[int]:
    """A port that no other test and no keeper uses meanwhile."""
    port, held = reserve_port(None)
    yield port
    held.close()


@pytest.fixture
def world(tmp_path: Path, listen: int) -> Iterator[World]:
    world = World(tmp_path, listen)
    yield world
    ours = world.processes() if world.directory.exists() else []
    asyncio.run(world.platform.destroy())
    assert not world.directory.exists()
    assert [pid for pid in ours if alive(pid)] == []
