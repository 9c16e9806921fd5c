"""kill -9 of everything there is to kill, while no driver looks and while one does."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from local_world import World, alive, eventually

from gonogo.model.errors import LostLease, PermanentError
from gonogo.model.units import Instant
from gonogo.model.world import Fence, InstancePhase, Scale, Weigh
from gonogo.platforms.local import LocalPlatform

pytestmark = pytest.mark.real


async def serving(world: World, instances: int = 2) -> None:
    await world.run("r1", instances)
    await world.weigh(r1=1)
    assert await world.answers(4) == {"r1": 4}


async def answered(world: World) -> bool:
    return await world.get() == (200, "r1")


def test_an_instance_is_replaced_and_its_exit_recorded(world: World) -> None:
    async def scene() -> None:
        await serving(world)
        before = world.record("r1-1")
        os.kill(before.child, signal.SIGKILL)

        async def ended() -> bool:
            return world.record("r1-1").exits == 1

        await eventually(ended)
        assert await world.answers(20) == {"r1": 20}  # the other one answers meanwhile
        seen = await world.ready("r1", 2)
        one = seen.revisions["r1"].instances[0]
        assert (one.exits, one.exit_code) == (1, -9)
        after = world.record("r1-1")
        assert after.port == before.port and after.child != before.child and after.keeper == before.keeper

    asyncio.run(scene())


def test_a_frozen_instance_leaves_the_rotation_and_is_unready(world: World) -> None:
    async def scene() -> None:
        await serving(world)
        child = world.record("r1-1").child
        os.kill(child, signal.SIGSTOP)
        try:

            async def unready() -> bool:
                return (await world.instance("r1-1")).phase is InstancePhase.UNREADY

            await eventually(unready, 20)
            assert await world.answers(20) == {"r1": 20}
        finally:
            os.kill(child, signal.SIGCONT)
        await world.ready("r1", 2)

    asyncio.run(scene())


def test_a_killed_keeper_shows_and_scaling_again_mends_it(world: World) -> None:
    async def scene() -> None:
        await serving(world)
        before = world.record("r1-2")
        os.kill(before.keeper, signal.SIGKILL)

        async def shows() -> bool:
            seen = (await world.platform.observe()).revisions["r1"]
            gone = seen.size == 1 and seen.instances[1].phase is InstancePhase.EXITED
            return gone and not alive(before.child)

        await eventually(shows)
        assert await world.answers(20) == {"r1": 20}
        await world.apply(Scale("r1", world.definition("r1"), 2))
        seen = await world.ready("r1", 2)
        assert (seen.revisions["r1"].size, seen.revisions["r1"].instances[1].exits) == (2, 1)
        assert world.record("r1-2").port == before.port and not alive(before.child)

    asyncio.run(scene())


def test_a_killed_router_is_started_again_without_a_driver(world: World) -> None:
    async def scene() -> None:
        await serving(world)
        (before,) = await world.platform.read(Instant(0))
        first = world.record("router")
        os.kill(first.child, signal.SIGKILL)

        async def restarted() -> bool:
            return world.record("router").child not in (0, first.child) and await answered(world)

        await eventually(restarted)
        seen = await world.ready("r1", 2)
        assert seen.weights == {"r1": 1.0}
        (after,) = await world.platform.read(Instant(0))
        assert {s.epoch for s in after.series}.isdisjoint({s.epoch for s in before.series})

    asyncio.run(scene())


def test_a_router_without_keeper_comes_back_when_somebody_looks(world: World) -> None:
    async def scene() -> None:
        await serving(world)
        first = world.record("router")
        os.kill(first.keeper, signal.SIGKILL)

        async def ended() -> bool:
            return not alive(first.child)

        await eventually(ended)
        seen = await world.ready("r1", 2)
        assert seen.weights == {"r1": 1.0} and await answered(world)
        assert world.record("router").keeper != first.keeper

    asyncio.run(scene())


def test_after_a_reboot_everything_is_started_again(world: World) -> None:
    """Staged: all processes die, and the records are of another boot."""

    async def scene() -> None:
        await serving(world)
        for id in ("router", "r1-1", "r1-2"):
            record = world.record(id)
            os.kill(record.keeper, signal.SIGKILL)

            async def ended(child: int = record.child) -> bool:
                return not alive(child)

            await eventually(ended)
            place = world.directory / "router" if id == "router" else world.directory / "instances" / id
            text = (place / "record.json").read_text()
            (place / "record.json").write_text(text.replace(record.boot, "another-boot"))
        seen = await world.platform.observe()
        assert seen.weights == {} and seen.revisions["r1"].size == 0
        assert {i.phase for i in seen.revisions["r1"].instances} == {InstancePhase.EXITED}
        await world.apply(Scale("r1", world.definition("r1"), 2))
        assert (await world.ready("r1", 2)).weights == {"r1": 1.0}
        assert await answered(world)

    asyncio.run(scene())


def test_what_runs_belongs_to_no_driver(world: World) -> None:
    """Another platform object, as in another process, adopts it; a stale fence changes nothing any more."""

    async def scene() -> None:
        await serving(world)
        other = LocalPlatform(world.settings, world.target, world.directory)
        pids = [world.record(id).keeper for id in ("router", "r1-1", "r1-2")]
        newer = Fence(world.fence.journal, world.target.key, 2)
        await other.apply(Scale("r1", world.definition("r1"), 2), newer)
        assert [world.record(id).keeper for id in ("router", "r1-1", "r1-2")] == pids
        with pytest.raises(LostLease):
            await world.apply(Weigh({}))
        with pytest.raises(PermanentError, match="driven from journal journal-1"):
            await other.apply(Weigh({}), Fence("another", world.target.key, 9))
        assert await world.answers(5) == {"r1": 5}
        world.fence = newer

    asyncio.run(scene())


def test_destroying_ends_what_ignores_signals(world: World) -> None:
    async def scene() -> list[int]:
        await serving(world, 1)
        record = world.record("r1-1")
        os.kill(record.keeper, signal.SIGSTOP)
        await world.platform.destroy(within=0.3)
        assert not world.directory.exists()
        seen = await world.platform.observe()
        assert (seen.revisions, seen.weights) == ({}, {})
        return [record.keeper, record.child]

    assert [pid for pid in asyncio.run(scene()) if alive(pid)] == []
