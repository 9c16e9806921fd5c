"""The driver walks whole releases: simulated platform, virtual time, real checks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from plans import JUDGED, exits, item, pause, plan, stages
from simulation import ANN, World

from gonogo.journal.interface import Write, release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import Held, InputError, LostLease, TemporaryError
from gonogo.model.items import OnFailure
from gonogo.model.state import Direction
from gonogo.model.world import Observation, Scale, Stop, Weigh
from gonogo.platforms.simulated import Behaviour
from gonogo.rollout.driver import Driver


async def reach(world: World, driver: Driver, there: Callable[[], bool]) -> None:
    """Tick until it is so; not for ever."""
    for _ in range(4000):
        if there():
            return
        if not await driver.tick():
            await world.clock.sleep(0.25)
    raise AssertionError(f"never got there; at {driver.state.stage}, paused: {driver.state.paused or 'no'}")


def seen_for(driver: Driver, stage: str) -> float:
    return driver.last.state.watched if driver.last and driver.last.state.stage == stage else 0.0


def left(world: World) -> list[str]:
    return [x.stage for x in world.events() if isinstance(x, e.StageLeft)]


def test_a_good_version_is_promoted_and_the_one_before_stopped() -> None:
    world = World()
    assert world.run().closed == e.Closed(e.Result.DONE, "every stage was left")
    assert left(world) == [s.id for s in world.plan.stages]
    assert world.shape()["running"] == {"r2": (3, ["r2-1", "r2-2", "r2-3"])}
    assert (world.target().live, world.platform.unserved) == ("r2", 0)
    assert world.target().kept() == {}, "what was stopped is not started again by the next release"


def test_weights_move_only_to_ready_instances() -> None:
    world = World(v2=Behaviour(starts_in=3))
    world.run()
    assert world.platform.unserved == 0


def test_a_first_deployment_goes_straight_to_all_traffic() -> None:
    world = World(plan(live=None))
    world.run()
    weighed = [a for a in world.platform.applied if isinstance(a, Weigh)]
    assert weighed == [Weigh({"r1": 1.0})]  # type: ignore[dict-item]
    assert world.target().live == "r1"


def test_the_judge_rolls_a_bad_version_back() -> None:
    world = World(plan(walk=stages(JUDGED)), v1=Behaviour(error_rate=0.003), v2=Behaviour(error_rate=0.05))
    state = world.run()
    assert state.closed is not None and state.closed.result is e.Result.ROLLED_BACK
    assert "5 % errors" in state.turned_because or "errors" in state.turned_because
    assert world.shape()["weights"] == {"r1": 1.0}
    assert world.shape()["running"] == {"r1": (3, ["r1-1", "r1-2", "r1-3"])}


def test_the_judge_promotes_a_good_version() -> None:
    world = World(plan(walk=stages(JUDGED)), v1=Behaviour(error_rate=0.003), v2=Behaviour(error_rate=0.003))
    closed = world.run().closed
    assert closed is not None and closed.result is e.Result.DONE


def test_a_version_that_never_gets_ready_gets_no_traffic() -> None:
    world = World(v2=Behaviour(starts_in=float("inf")))
    closed = world.run().closed
    assert closed is not None and closed.result is e.Result.STOPPED
    assert not any(isinstance(a, Weigh) for a in world.platform.applied)
    assert world.shape()["running"] == {"r1": (3, ["r1-1", "r1-2", "r1-3"])}


def test_a_version_that_ends_at_once_was_not_started() -> None:
    world = World(v2=Behaviour(exits=True))
    closed = world.run().closed
    assert closed is not None and closed.result is e.Result.NOT_STARTED


def test_a_first_deployment_that_fails_leaves_nothing_running() -> None:
    world = World(plan(live=None), v2=Behaviour(starts_in=float("inf")))
    world.run()
    assert world.shape()["running"] == {}
    assert world.target().live is None


def until(world: World, stage: str, command: e.Command, *, now: bool = False) -> None:
    """Drive; give the command once the stage is reached with its world as wanted."""
    driver = world.driver()
    given = False

    async def run() -> None:
        nonlocal given
        inner = driver.tick

        async def tick() -> bool:
            nonlocal given
            busy = await inner()
            if not given and driver.last and driver.last.state.stage == stage and not driver.last.missing:
                given = True
                world.command(command, now=now)
            return busy

        driver.tick = tick  # type: ignore[method-assign]
        await driver.run()

    asyncio.run(run())


@pytest.mark.parametrize("stage", ["canary-10", "canary-50", "live"])
def test_an_abort_brings_all_traffic_back(stage: str) -> None:
    walk = tuple(
        s if s.id != "live" else type(s)(**{**_fields(s), "items": (*s.items, pause(5))}) for s in plan().stages
    )
    world = World(plan(walk=walk))
    until(world, stage, e.Command.ABORT)
    closed = world.state().closed
    assert closed is not None and closed.result is e.Result.ROLLED_BACK
    assert (world.target().live, world.platform.weights, world.platform.unserved) == ("r1", {"r1": 1.0}, 0)
    assert list(world.platform.revisions) == ["r1"]


def _fields(stage: object) -> dict[str, object]:
    return {f: getattr(stage, f) for f in stage.__struct_fields__}  # type: ignore[attr-defined]


def test_a_rollback_while_soaking_makes_the_one_before_live_again() -> None:
    world = World()
    until(world, "soak", e.Command.ROLLBACK)
    closed = world.state().closed
    assert closed is not None and closed.result is e.Result.ROLLED_BACK
    assert (world.target().live, world.platform.weights) == ("r1", {"r1": 1.0})
    assert not any(isinstance(a, Scale) and a.revision == "r1" for a in world.platform.applied), "it still ran"


def test_a_rollback_after_keep_starts_the_old_revision_first() -> None:
    world = World(plan(kept=3, walk=stages(soak=60)))
    driver = world.driver()

    async def run() -> None:
        await reach(world, driver, lambda: driver.state.stage == "soak" and "r1" not in world.platform.revisions)
        world.command(e.Command.ROLLBACK)
        await driver.run()

    asyncio.run(run())
    assert [x.stage for x in world.events() if isinstance(x, e.StageEntered)][-3:] == [
        "return-restart",
        "return-weight",
        "return-stop",
    ]
    assert (world.target().live, world.platform.weights, world.platform.unserved) == ("r1", {"r1": 1.0}, 0)


def test_abort_now_stops_without_draining() -> None:
    world = World()
    until(world, "canary-50", e.Command.ABORT, now=True)
    assert any(isinstance(a, Stop) for a in world.platform.applied)
    assert world.platform.weights == {"r1": 1.0}


def test_a_pause_holds_until_resumed_and_counts_nothing() -> None:
    world = World()
    driver = world.driver()

    async def run() -> None:
        await reach(world, driver, lambda: driver.state.stage == "canary-10")
        world.command(e.Command.PAUSE)
        for _ in range(400):
            await driver.tick()
            await world.clock.sleep(0.25)
        assert driver.state.stage == "canary-10" and driver.state.paused
        assert driver.state.watched <= 5
        world.command(e.Command.RESUME)
        await driver.run()

    asyncio.run(run())
    closed = world.state().closed
    assert closed is not None and closed.result is e.Result.DONE


def test_two_drivers_race_and_one_drives() -> None:
    world = World()
    first, second = world.driver(), world.driver()

    async def run() -> None:
        await reach(world, first, lambda: first.state.started)
        with pytest.raises(Held, match="driver-1"):
            await second.run()
        await first.run()

    asyncio.run(run())
    assert len([x for x in world.events() if isinstance(x, e.Started)]) == 1


def test_a_frozen_driver_is_refused_after_another_took_over() -> None:
    world = World()
    frozen, next_ = world.driver(), world.driver()

    async def run() -> None:
        await reach(world, frozen, lambda: frozen.state.stage == "canary-10")
        await world.clock.sleep(60)
        next_.take_over()
        with pytest.raises(LostLease):
            for _ in range(5):
                await frozen.tick()
                await world.clock.sleep(3)
        await next_.run()

    asyncio.run(run())
    assert world.shape()["weights"] == {"r2": 1.0}


def test_a_newer_release_ends_a_soak() -> None:
    world = World(plan(walk=stages(soak=3600)))
    soaking = world.driver()
    newer = plan("shop-production-3", version="3", live="r2", walk=stages(soak=5))

    async def run() -> None:
        await reach(world, soaking, lambda: soaking.state.stage == "soak")
        world.journal.append(
            [
                Write(target_stream("shop/production"), world.target().n, (e.ReleaseOpened(newer.release),)),
                Write(release_stream(newer.release), 0, (e.Planned(newer),)),
            ],
            ANN,
            world.clock.now(),
        )
        old, world.plan = world.plan, newer
        await world.driver().run()
        await soaking.run()
        assert soaking.state.closed is not None and soaking.state.closed.result is e.Result.SUPERSEDED
        assert old.release not in world.target().open

    asyncio.run(run())
    assert (world.target().live, world.platform.weights) == ("r3", {"r3": 1.0})
    assert list(world.platform.revisions) == ["r3"]


def test_a_plan_whose_world_moved_is_refused() -> None:
    world = World(plan(live="r1"))
    moved = (e.RevisionAdded("r9", world.plan.definition, "else"), e.LiveChanged("r9", "else"))
    world.journal.append([Write(target_stream("shop/production"), world.target().n, moved)], ANN, world.clock.now())
    with pytest.raises(InputError, match="the world moved: shop/production runs r9 now, r1 when it was planned"):
        world.run()
    assert world.platform.applied == []


def test_a_jump_of_the_wall_clock_pauses() -> None:
    world = World()
    driver = world.driver()

    async def run() -> None:
        await reach(world, driver, lambda: driver.state.stage == "canary-10")
        world.clock.wall -= 7200
        at = driver.state.at
        await driver.tick()
        assert "clock jumped by -2h" in driver.state.paused
        assert driver.state.at >= at, "time never runs backwards within a release"

    asyncio.run(run())


def test_a_gap_without_a_driver_is_not_watched() -> None:
    world = World()
    driver = world.driver()

    async def run() -> None:
        await reach(world, driver, lambda: seen_for(driver, "canary-10") > 0)
        before = seen_for(driver, "canary-10")
        await world.clock.sleep(3600)
        await driver.tick()
        assert driver.state.stage == "canary-10" and seen_for(driver, "canary-10") == before

    asyncio.run(run())


def test_a_platform_out_of_sight_stops_everything_but_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    driver = world.driver()

    async def blind() -> Observation:
        raise TemporaryError("no answer")

    async def run() -> None:
        await reach(world, driver, lambda: driver.state.stage == "canary-10")
        with monkeypatch.context() as m:
            m.setattr(world.platform, "observe", blind)
            for _ in range(160):
                await driver.tick()
                await world.clock.sleep(0.25)
            assert driver.state.stage == "canary-10"
            assert [x for x in world.events() if isinstance(x, e.Paged)]
        await driver.run()

    asyncio.run(run())
    closed = world.state().closed
    assert closed is not None and closed.result is e.Result.DONE


def test_people_are_not_waited_for_unless_told_to() -> None:
    signed = item("approval", "sign-off", params={"count": 1, "about": "plan", "not_deployer": True, "approvers": []})
    before = plan().stages[0]
    walk = (type(before)(**{**_fields(before), "items": (signed,)}), *plan().stages[1:])
    world = World(plan(walk=walk))
    state = world.run()
    assert state.stage == "before" and not state.started
    assert world.platform.applied == []


def test_an_item_that_pauses_waits_for_a_person() -> None:
    limit = exits(0)
    pausing = type(limit)(**{**_fields(limit), "on_failure": OnFailure.PAUSE, "id": "exits-pause"})
    world = World(plan(walk=stages(pausing)))
    driver = world.driver()

    async def run() -> None:
        await reach(world, driver, lambda: driver.state.stage == "canary-10")
        world.platform.behaviours["2"] = Behaviour(exits=True)
        for _ in range(20):
            await driver.tick()
            await world.clock.sleep(0.25)
        assert driver.state.paused or driver.state.direction is Direction.BACK

    asyncio.run(run())
