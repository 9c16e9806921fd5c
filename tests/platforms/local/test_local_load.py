"""No request is lost while revisions come and go, under a constant load over kept connections."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest
from local_world import World, exchange

from gonogo.model.units import Instant
from gonogo.model.world import Scale

pytestmark = pytest.mark.real

CLIENTS, PAUSE = 8, 0.04
"""200 requests a second."""


async def client(port: int, got: Counter[tuple[int, str]], path: str, ends: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while not ends.is_set():
            began = time.monotonic()
            got[await exchange(reader, writer, path)] += 1
            await asyncio.sleep(max(0, PAUSE - (time.monotonic() - began)))
    finally:
        writer.close()


def test_nothing_is_lost_from_first_scale_to_forgotten(world: World) -> None:
    async def scene() -> Counter[tuple[int, str]]:
        got: Counter[tuple[int, str]] = Counter()
        ends = asyncio.Event()
        await world.run("r1", 2)
        await world.weigh(r1=1)
        paths = ["/"] * CLIENTS + ["/slow?0.3"] * 2
        async with asyncio.TaskGroup() as group:
            for path in paths:
                group.create_task(client(world.port, got, path, ends))
            try:
                await world.run("r2", 1)
                for weight in (0.1, 0.5, 0.9):
                    await world.weigh(r1=1 - weight, r2=weight)
                await world.run("r2", 2)
                await world.weigh(r2=1)
                await world.retire("r1")
                await world.run("r3", 1)
                for _ in range(5):
                    await world.weigh(r3=1)
                    await world.weigh(r2=1)
                await world.apply(Scale("r2", world.definition("r2"), 1))
                await world.retire("r3")
            finally:
                ends.set()
        (sample,) = await world.platform.read(Instant(0))
        assert all(s.errors == 0 for s in sample.series)
        return got

    got = asyncio.run(scene())
    assert set(got) <= {(200, "r1"), (200, "r2"), (200, "r3")}
    assert got[200, "r1"] > 20 and got[200, "r2"] > 20
