"""A real Envoy and real processes: where requests go, and what is counted."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import pytest
from local_world import World, eventually

from gonogo.model.errors import PermanentError, TemporaryError
from gonogo.model.metrics import Sample
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Definition, Forget, InstancePhase, Observation, Scale, Stop, Weigh
from gonogo.platforms.local import xds
from gonogo.platforms.local.artifact import digest

pytestmark = pytest.mark.real


async def read(world: World) -> Sample:
    (sample,) = await world.platform.read(Instant(0))
    return sample


def requests(sample: Sample) -> dict[str, int]:
    return {s.instance: s.requests for s in sample.series}


def test_two_revisions_share_traffic_and_one_takes_over(world: World) -> None:
    async def scene() -> None:
        nothing = await world.platform.observe()
        assert (nothing.revisions, nothing.weights) == ({}, {})
        assert await world.platform.read(Instant(0)) == []
        await world.run("r1")
        assert await world.get() == (503, "no revision is serving\n")
        await world.weigh(r1=1)
        await world.run("r2")
        assert await world.answers(50) == {"r1": 50}
        await world.weigh(r1=0.9, r2=0.1)
        assert (await world.platform.observe()).weights == {"r1": 0.9, "r2": 0.1}
        got = await world.answers(1000)
        assert set(got) == {"r1", "r2"} and 60 <= got["r2"] <= 140
        await world.weigh(r2=1)
        assert await world.answers(50) == {"r2": 50}
        await world.retire("r1")
        assert list((await world.platform.observe()).revisions) == ["r2"]
        await world.weigh()
        assert (await world.get())[0] == 503 and (await world.platform.observe()).weights == {}

    asyncio.run(scene())


def test_counts_per_instance_with_errors_and_durations(world: World) -> None:
    async def scene() -> None:
        await world.run("r1")
        assert requests(await read(world)) == {"r1-1": 0, "r1-2": 0}
        await world.weigh(r1=1)
        await world.answers(20)
        await world.answers(6, "/error")
        await world.answers(4, "/slow?0.12")

        async def counted() -> Sample | None:
            sample = await read(world)
            return sample if sum(requests(sample).values()) == 30 else None

        sample = await eventually(counted)
        assert sample.weights == {"r1": 1.0}
        assert [(s.instance, s.requests, s.errors) for s in sample.series] == [("r1-1", 15, 3), ("r1-2", 15, 3)]
        for one in sample.series:
            under = dict(one.buckets)
            assert under[0.1] == 13 and under[0.3] == 15 == under[float("inf")]
        assert len({s.epoch for s in sample.series}) == 1

    asyncio.run(scene())


def test_a_client_that_leaves_is_no_error_and_a_revision_without_instances_is(world: World) -> None:
    async def scene() -> None:
        await world.run("r1", 1)
        await world.weigh(r1=1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(world.get("/slow?30"), 0.2)

        async def one() -> Sample | None:
            sample = await read(world)
            return sample if sum(requests(sample).values()) == 1 else None

        assert [s.errors for s in (await eventually(one)).series] == [0]
        await world.apply(Scale("r1", None, 0))
        assert (await world.get())[0] == 503

        async def refused() -> bool:
            return {s.instance: s.errors for s in (await read(world)).series}.get("r1") == 1

        await eventually(refused)

    asyncio.run(scene())


def test_a_revision_that_never_gets_ready_gets_nothing(world: World) -> None:
    async def scene() -> None:
        await world.run("r1", 1)
        await world.weigh(r1=1)
        await world.apply(Scale("r2", world.definition("r2", ready=False), 2))

        async def starting() -> bool:
            seen = (await world.platform.observe()).revisions["r2"]
            return [i.phase for i in seen.instances] == [InstancePhase.STARTING] * 2

        await eventually(starting)
        assert await world.answers(50) == {"r1": 50}
        await world.weigh(r1=0.5, r2=0.5)  # even told to, the router sends it no request
        got = await world.answers(50)
        assert "r2" not in got and got["no healthy upstream"] > 0

    asyncio.run(scene())


def test_a_command_that_ends_at_once_shows_why(world: World) -> None:
    async def scene() -> None:
        definition = world.definition("r1")
        broken = Definition(
            "r1",
            definition.artifact,
            definition.source,
            (sys.executable, "-c", "raise SystemExit('no config')"),
            1,
            "/",
        )
        await world.apply(Scale("r1", broken, 1))

        async def exited() -> bool:
            one = await world.instance("r1-1")
            return one.exits >= 2 and one.phase is InstancePhase.EXITED and one.last_words == "no config"

        await eventually(exited)
        assert (await world.instance("r1-1")).exit_code == 1
        await world.retire("r1")

    asyncio.run(scene())


def test_leaving_instances_finish_what_they_have(world: World) -> None:
    async def scene() -> None:
        await world.run("r1", 2)
        await world.weigh(r1=1)
        slow = [asyncio.create_task(world.get("/slow?1.5")) for _ in range(4)]

        async def all_in_flight() -> bool:
            return sum(i.in_flight for i in (await world.platform.observe()).revisions["r1"].instances) == 4

        await eventually(all_in_flight)
        await world.apply(Scale("r1", world.definition("r1"), 1))
        seen = (await world.platform.observe()).revisions["r1"]
        assert (seen.size, [i.id for i in seen.leaving]) == (1, ["r1-2"])
        assert seen.leaving[0].in_flight == 2 and seen.leaving[0].leaving_since is not None
        before = requests(await read(world))["r1-2"]
        await world.answers(20)
        with pytest.raises(PermanentError, match="r1-1 must leave"):
            await world.apply(Stop("r1", ("r1-1", "r1-2")))
        assert [await s for s in slow] == [(200, "r1")] * 4

        async def empty() -> bool:
            return (await world.instance("r1-2")).in_flight == 0 and requests(await read(world))["r1-2"] == before + 2

        await eventually(empty)
        child = world.record("r1-2").child
        await world.apply(Scale("r1", world.definition("r1"), 2))  # called back before it was stopped
        assert (await world.ready("r1", 2)).revisions["r1"].leaving == ()
        assert world.record("r1-2").child == child

    asyncio.run(scene())


def test_a_refused_update_is_noticed_and_taken_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = xds.routes

    def broken(shares: dict[str, int]) -> xds.Json:
        return {**real(shares), "virtual_hosts": [{**real(shares)["virtual_hosts"][0], "name": ""}]}

    async def scene() -> None:
        await world.run("r1", 1)
        await world.run("r2", 1)
        await world.weigh(r1=1)
        monkeypatch.setattr(xds, "routes", broken)
        with pytest.raises(PermanentError, match=r"refuses the new weights: .*rejected"):
            await world.weigh(r2=1)
        monkeypatch.setattr(xds, "routes", real)
        assert (await world.platform.observe()).weights == {"r1": 1.0}
        assert await world.answers(10) == {"r1": 10}
        assert world.platform._router.written_shares() == {"r1": xds.TOTAL_WEIGHT}
        await world.weigh(r2=1)
        assert await world.answers(10) == {"r2": 10}

    asyncio.run(scene())


def test_what_can_not_be_is_refused(world: World) -> None:
    async def scene() -> None:
        with pytest.raises(PermanentError, match=r"no such revision here.*: r9"):
            await world.weigh(r9=1)
        await world.weigh()
        await world.apply(Scale("r9", None, 0))
        await world.apply(Stop("r9", ("r9-1",)))
        await world.apply(Forget("r9"))
        with pytest.raises(PermanentError, match="takes a definition"):
            await world.apply(Scale("r9", None, 1))
        with pytest.raises(PermanentError, match="can't name a revision"):
            await world.apply(Scale("../x", world.definition("x"), 1))
        await world.run("r1", 1)
        await world.weigh(r1=1)
        with pytest.raises(PermanentError, match="another definition"):
            await world.apply(Scale("r1", world.definition("other"), 1))
        with pytest.raises(PermanentError, match="has traffic"):
            await world.apply(Forget("r1"))
        await world.weigh()
        with pytest.raises(TemporaryError, match="r1-1 still run"):
            await world.apply(Forget("r1"))

    asyncio.run(scene())


def test_a_port_in_use_is_told_and_mended_by_trying_again(world: World) -> None:
    async def scene() -> None:
        rival = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", world.port)
        action = Scale("r1", world.definition("r1"), 1)
        with pytest.raises(PermanentError, match=f"can't listen on port {world.port}: .*in use"):
            await world.apply(action)
        rival.close()
        await rival.wait_closed()
        await world.apply(action)
        await world.ready("r1", 1)
        await world.weigh(r1=1)
        assert await world.answers(5) == {"r1": 5}
        assert await world.platform.preflight(action.definition or world.definition("r1")) == []

    asyncio.run(scene())


def test_any_command_that_listens_will_do(world: World) -> None:
    """Here Python's own file server, which speaks HTTP/1.0, on a single file."""
    page = world.root / "index.html"
    page.write_text("hello")
    command = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}")
    definition = Definition("r1", digest(page), str(page), command, 2, "/index.html", grace=Duration(1))

    async def scene() -> Observation:
        assert await world.platform.preflight(definition) == []
        await world.run("r1", 2, definition)
        await world.weigh(r1=1)
        page.write_text("changed after the release")
        got = [await world.get("/") for _ in range(20)]
        assert got == [(200, "hello")] * 20
        return await world.platform.observe()

    assert asyncio.run(scene()).revisions["r1"].exits == 0


def test_environment_with_references(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "correct horse")
    monkeypatch.setenv("UNRELATED", "x")

    async def scene() -> None:
        definition = world.definition("r1", {"URL": "db:${DATABASE_PASSWORD}"})
        await world.run("r1", 1, definition)
        await world.weigh(r1=1)
        assert await world.get("/environment?URL") == (200, "db:correct horse")
        assert await world.get("/environment?UNRELATED") == (200, "unset")

    asyncio.run(scene())
    files = [f for f in world.directory.rglob("*") if f.is_file() and not f.is_symlink()]
    assert files and [f for f in files if b"correct horse" in f.read_bytes()] == []


def test_a_deep_directory_gets_a_short_socket(world: World, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    other = World(tmp_path, world.port)
    other.directory = deep
    other.platform = type(other.platform)(other.settings, other.target, deep)

    async def scene() -> None:
        try:
            await other.run("r1", 1)
            socket = other.platform._layout.admin_socket
            assert deep not in socket.parents and socket.parent.stat().st_mode & 0o777 == 0o700
            assert socket.stat().st_mode & 0o077 == 0
        finally:
            await other.platform.destroy()
        assert not socket.exists() and not deep.exists()

    asyncio.run(scene())
    shutil.rmtree(tmp_path / ("d" * 60))


def test_weights_need_no_second_apply(world: World) -> None:
    """Every action may be repeated, and nothing more happens."""

    async def scene() -> None:
        scale = Scale("r1", world.definition("r1"), 1)
        await world.run("r1", 1)
        await world.weigh(r1=1)
        before = (world.record("r1-1"), world.record("router"))
        for action in (scale, Weigh({"r1": 1.0}), scale):  # type: ignore[dict-item]
            await world.apply(action)
        assert (world.record("r1-1"), world.record("router")) == before
        assert await world.answers(5) == {"r1": 5}

    asyncio.run(scene())
