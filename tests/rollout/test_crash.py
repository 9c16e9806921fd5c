"""A driver killed before or after any append or side effect is replaced, and the release ends as an unharmed one does.

Exhaustive over single crashes here; pairs of crashes are `bench/crash.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from plans import JUDGED, plan, stages
from simulation import Killer, World

from gonogo.model import events as e
from gonogo.platforms.simulated import Behaviour


def good() -> World:
    return World(plan(walk=stages(soak=2)))


def bad() -> World:
    return World(plan(walk=stages(JUDGED)), v1=Behaviour(error_rate=0.003), v2=Behaviour(error_rate=0.2))


def never_ready() -> World:
    return World(v2=Behaviour(starts_in=float("inf")))


def first() -> World:
    return World(plan(live=None, walk=stages(first=True, soak=2)))


SCENES: dict[str, Callable[[], World]] = {"good": good, "bad": bad, "never_ready": never_ready, "first": first}


@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_at_any_moment_changes_nothing_about_the_end(scene: str) -> None:
    unharmed = SCENES[scene]()
    counting = Killer()
    unharmed.run(counting)
    expected = unharmed.shape()
    assert expected["unserved"] == 0
    assert len(counting.moments) >= 20

    for moment, what in enumerate(counting.moments):
        world = SCENES[scene]()
        killer = Killer(moment)
        world.run(killer)
        assert len(killer.moments) > moment, f"never came to {what}"
        assert world.shape() == expected, f"killed {what} (moment {moment})"
        check_story(world, f"killed {what} (moment {moment})")


def check_story(world: World, when: str) -> None:
    """What must hold of every journal, however many drivers wrote it."""
    events = world.events()
    assert world.journal.verify() == [], when
    assert sum(isinstance(x, e.Started) for x in events) == 1, when
    assert sum(isinstance(x, e.Closed) for x in events) == 1, when
    entered = [x.stage for x in events if isinstance(x, e.StageEntered)]
    assert len(entered) == len(set(entered)), f"{when}: a stage was entered twice: {entered}"
    assert world.target().open == (), when
