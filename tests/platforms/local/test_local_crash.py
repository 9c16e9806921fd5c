"""A driver killed between its steps: what it leaves is seen as unfinished, and the next one finishes it.

Steps are sampled: each costs a process and a few hundred milliseconds. The gaps fall elsewhere in each test."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from local_world import World, eventually

from gonogo.model.errors import TemporaryError
from gonogo.model.units import Duration, Ratio
from gonogo.model.world import Action, Desired, Observation, RevisionWant, Scale
from gonogo.rollout.diff import diff

pytestmark = pytest.mark.real

DRIVER = Path(__file__).with_name("local_driver.py")


def killed_at(world: World, action: Action, step: int) -> bool:
    """Let another process apply it; False when it came to the end first."""
    job = {
        "directory": str(world.directory),
        "port": world.port,
        "action": msgspec.to_builtins(action),
        "fence": msgspec.to_builtins(world.fence),
        "dies_at": step,
    }
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"import sys; sys.path[:] = {sys.path!r}; import local_driver; local_driver.main()",
        ],
        input=msgspec.json.encode(job),
        capture_output=True,
        timeout=30,
    )
    assert done.returncode in (0, 77), done.stderr.decode()
    return done.returncode == 77


def want(world: World, weights: dict[str, float], size: int = 1) -> Desired:
    return Desired(
        {r: RevisionWant(world.definition(r), size, Ratio(w), size, Duration(2)) for r, w in weights.items()}
    )


async def drive(world: World, desired: Desired) -> Observation:
    """What a driver does: look, and take the next safe actions, until the world is as wanted."""

    async def tick() -> Observation | None:
        seen = await world.platform.observe()
        for action in diff(desired, seen):
            await world.apply(action)
        settled = set(seen.revisions) == set(desired.revisions) and all(
            seen.revisions[r].ready == w.instances == len(seen.revisions[r].instances)
            and seen.weights.get(r, 0.0) == w.weight
            for r, w in desired.revisions.items()
        )
        return seen if settled else None

    return await eventually(tick, 30)


def keepers(world: World) -> int:
    """Living keepers, the router's among them: more than wanted would be a doubled instance."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (process / "cmdline").read_bytes()
            found += b"keeper.py" in line and os.fsencode(f"{world.directory}/") in line
    return found


def test_growing_the_first_revision(world: World) -> None:
    async def scene() -> None:
        action = Scale("r1", world.definition("r1"), 2)
        step = 0
        while killed_at(world, action, step):
            step += 2
            with suppress(TemporaryError):  # the router may just be starting
                await world.platform.observe()
        assert step > 12
        await drive(world, want(world, {"r1": 1.0}, 2))
        assert await world.answers(10) == {"r1": 10}
        assert keepers(world) == 3

    asyncio.run(scene())


@pytest.mark.parametrize("forward", [True, False], ids=["goes on", "turns back"])
def test_growing_beside_one_that_serves(world: World, forward: bool) -> None:
    async def scene() -> None:
        alone = want(world, {"r1": 1.0})
        await drive(world, alone)
        step = 0
        while killed_at(world, Scale("r2", world.definition("r2"), 1), step):
            if forward:
                await drive(world, want(world, {"r1": 0.5, "r2": 0.5}))
                assert set(await world.answers(40)) == {"r1", "r2"}
                assert keepers(world) == 3
            await drive(world, alone)
            assert await world.answers(10) == {"r1": 10}
            assert keepers(world) == 2
            step += 3
        assert step > 6

    asyncio.run(scene())


def test_the_way_out(world: World) -> None:
    """Weight off, leave, stop, forget: each killed before one of its steps, a later one each time."""

    async def scene() -> None:
        both, alone = want(world, {"r1": 0.0, "r2": 1.0}), want(world, {"r2": 1.0})
        await drive(world, want(world, {"r1": 0.5, "r2": 0.5}))
        deaths = 0
        for step in (0, 1, 2, 3, 5, 8, 20):
            await drive(world, both)
            died = False

            async def tick(step: int = step) -> bool:
                nonlocal died, deaths
                seen = await world.platform.observe()
                for action in diff(alone, seen):
                    if killed_at(world, action, step):
                        died, deaths = True, deaths + 1
                        await world.apply(action)
                return "r1" not in seen.revisions

            await eventually(tick, 30)
            assert await world.answers(5) == {"r2": 5}
            assert keepers(world) == 2
        assert not died and deaths > 8

    asyncio.run(scene())
