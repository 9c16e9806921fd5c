"""`advance`: one transition at a time, each from a table of one situation."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from plans import NOW, READY, answer, definition, item, plan, seen, state, target

from gonogo.model import events as e
from gonogo.model.items import OnFailure, Outcome
from gonogo.model.stages import Decision, Reason
from gonogo.model.state import Direction, Order, RevisionRecord
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Fence
from gonogo.rollout.advance import Inputs, advance, wants_lease

PLAN = plan()
GO = Decision("go")
UNDECIDED = Decision("undecided", (Reason("canary-ready", "0 of 1 ready"),))
FENCE = Fence("j", "shop/production", 1)
SERVING = seen({"r1": 0.9, "r2": 0.1}, r1=3, r2=1)


def inputs(**changes: Any) -> Inputs:
    fields: dict[str, Any] = {
        "target": target(),
        "seen": SERVING,
        "answers": {},
        "decision": UNDECIDED,
        "settled": True,
        "fence": FENCE,
    }
    return Inputs(**{**fields, **changes})


def order(command: e.Command, *, now: bool = False) -> tuple[Order, ...]:
    return (Order(4, command, "because", "bo", now),)


def kinds(events: list[e.Event]) -> list[str]:
    return [type(x).__name__ for x in events]


def test_the_first_stage_is_entered_first() -> None:
    assert advance(PLAN, state(PLAN), inputs(), NOW) == [e.StageEntered("before")]


def test_nothing_starts_without_the_lease() -> None:
    before = state(PLAN, "before")
    assert wants_lease(before, inputs(decision=GO, fence=None))
    assert advance(PLAN, before, inputs(decision=GO, fence=None), NOW) == []
    events = advance(PLAN, before, inputs(decision=GO), NOW)
    assert kinds(events) == ["StageLeft", "RevisionAdded", "Started", "StageEntered"]
    assert events[2] == e.Started("r2", "r1", 1)


def test_an_undecided_gate_holds() -> None:
    assert advance(PLAN, state(PLAN, "canary-10"), inputs(), NOW) == []


def test_a_go_leads_to_the_next_stage() -> None:
    events = advance(PLAN, state(PLAN, "canary-10"), inputs(decision=GO), NOW)
    assert events == [e.StageLeft("canary-10"), e.StageEntered("canary-50")]


def test_leaving_live_promotes_and_keeps_the_one_before() -> None:
    events = advance(PLAN, state(PLAN, "live"), inputs(decision=GO), NOW)
    assert e.LiveChanged("r2", PLAN.release, Instant(NOW + 60)) in events


def test_the_last_stage_closes() -> None:
    events = advance(PLAN, state(PLAN, "tidy"), inputs(decision=GO), NOW)
    assert kinds(events) == ["StageLeft", "Closed", "ReleaseEnded"]
    assert events[1] == e.Closed(e.Result.DONE, "every stage was left")


@pytest.mark.parametrize(
    ("on_failure", "expected"),
    [
        (OnFailure.ROLLBACK, ["TurnedBack"]),
        (OnFailure.PAUSE, ["Paused"]),
        (OnFailure.PAGE, ["Paged"]),
        (OnFailure.NOTE, ["Noted"]),
    ],
)
def test_a_failure_does_what_its_item_says(on_failure: OnFailure, expected: list[str]) -> None:
    stage = replace(PLAN.stages[1], items=(replace(READY, on_failure=on_failure),))
    walk = plan(walk=(PLAN.stages[0], stage, *PLAN.stages[2:]))
    failing = {READY.id: answer(READY.id, Outcome.FAIL, "exits at once")}
    assert kinds(advance(walk, state(walk, "canary-10"), inputs(answers=failing), NOW)) == expected
    back = state(walk, "canary-10", direction=Direction.BACK, way_back=(stage,))
    assert kinds(advance(walk, back, inputs(answers=failing), NOW))[:1] in (["Paged"], ["Noted"])


def test_a_failure_before_traffic_only_keeps_the_gate_shut() -> None:
    before = replace(PLAN.stages[0], items=(item("tests", on_failure=OnFailure.ROLLBACK),))
    walk = plan(walk=(before, *PLAN.stages[1:]))
    failing = {"tests": answer("tests", Outcome.FAIL)}
    assert advance(walk, state(walk, "before"), inputs(answers=failing), NOW) == []


def test_a_failure_is_told_once() -> None:
    stage = replace(PLAN.stages[1], items=(replace(READY, on_failure=OnFailure.PAGE),))
    walk = plan(walk=(PLAN.stages[0], stage, *PLAN.stages[2:]))
    told = state(walk, "canary-10", told=frozenset({READY.id}))
    assert advance(walk, told, inputs(answers={READY.id: answer(READY.id, Outcome.FAIL)}), NOW) == []


def test_resuming_a_pause_is_not_undone_by_the_same_failure() -> None:
    stage = replace(PLAN.stages[1], items=(replace(READY, on_failure=OnFailure.PAUSE),))
    walk = plan(walk=(PLAN.stages[0], stage, *PLAN.stages[2:]))
    resumed = state(walk, "canary-10", resumed_at=Instant(NOW + 5))
    old = {READY.id: answer(READY.id, Outcome.FAIL)}
    assert advance(walk, resumed, inputs(answers=old), NOW) == []
    new = {READY.id: answer(READY.id, Outcome.FAIL, at=NOW + 6)}
    assert kinds(advance(walk, resumed, inputs(answers=new), NOW)) == ["Paused"]


def test_a_pause_stops_leaving_but_never_the_way_back() -> None:
    paused = state(PLAN, "canary-10", paused="bo: wait")
    assert advance(PLAN, paused, inputs(decision=GO), NOW) == []
    failing = {READY.id: answer(READY.id, Outcome.FAIL)}
    assert kinds(advance(PLAN, paused, inputs(answers=failing), NOW)) == ["TurnedBack"]


def test_an_undecided_stage_pauses_at_its_deadline_and_again_only_after_another() -> None:
    step = state(PLAN, "canary-10", attended=Duration(60))
    assert advance(PLAN, step, inputs(), NOW) == []
    late = advance(PLAN, replace(step, attended=Duration(61)), inputs(), NOW)
    assert kinds(late) == ["Paused"] and "0 of 1 ready" in late[0].reason  # type: ignore[union-attr]
    resumed = replace(step, deadline_from=Duration(61), attended=Duration(120))
    assert advance(PLAN, resumed, inputs(), NOW) == []


def test_a_deadline_may_roll_back() -> None:
    stage = replace(PLAN.stages[1], on_deadline=OnFailure.ROLLBACK)
    walk = plan(walk=(PLAN.stages[0], stage, *PLAN.stages[2:]))
    assert kinds(advance(walk, state(walk, "canary-10", attended=Duration(61)), inputs(), NOW)) == ["TurnedBack"]


def test_a_way_back_that_gets_nowhere_calls_a_person_and_stays() -> None:
    turned = advance(PLAN, state(PLAN, "canary-10", orders=order(e.Command.ABORT)), inputs(), NOW)[0]
    assert isinstance(turned, e.TurnedBack)
    back = state(PLAN, "return-stop", direction=Direction.BACK, way_back=turned.stages, attended=Duration(10_000))
    assert kinds(advance(PLAN, back, inputs(), NOW)) == ["Paged", "Paused"]


# --- orders ---------------------------------------------------------------------------------------------------------


def test_an_abort_before_anything_changed_just_ends_it() -> None:
    events = advance(PLAN, state(PLAN, "before", orders=order(e.Command.ABORT)), inputs(), NOW)
    assert kinds(events) == ["Obeyed", "Closed", "ReleaseEnded"]
    assert events[1].result is e.Result.STOPPED  # type: ignore[union-attr]


def test_an_abort_with_traffic_returns_weight_first() -> None:
    served = state(PLAN, "canary-10", orders=order(e.Command.ABORT), moved_traffic=True)
    (turned,) = advance(PLAN, served, inputs(), NOW)
    assert isinstance(turned, e.TurnedBack)
    assert [s.id for s in turned.stages] == ["return-weight", "return-stop"]
    assert turned.result is e.Result.ROLLED_BACK and turned.command == 4
    assert turned.stages[0].wanted is not None and turned.stages[0].wanted.drain is None


def test_an_abort_now_does_not_drain() -> None:
    served = state(PLAN, "canary-10", orders=order(e.Command.ABORT, now=True), moved_traffic=True)
    (turned,) = advance(PLAN, served, inputs(), NOW)
    assert isinstance(turned, e.TurnedBack)
    assert all(s.wanted is not None and s.wanted.drain == 0 for s in turned.stages)


def test_an_abort_before_traffic_ends_as_stopped() -> None:
    (turned,) = advance(PLAN, state(PLAN, "canary-10", orders=order(e.Command.ABORT)), inputs(), NOW)
    assert isinstance(turned, e.TurnedBack)
    assert ([s.id for s in turned.stages], turned.result) == (["return-stop"], e.Result.STOPPED)


def test_a_stable_that_stopped_running_is_started_first() -> None:
    gone = seen({"r2": 1.0}, r2=3)
    served = state(PLAN, "soak", orders=order(e.Command.ROLLBACK), moved_traffic=True)
    (turned,) = advance(PLAN, served, inputs(seen=gone), NOW)
    assert isinstance(turned, e.TurnedBack)
    assert [s.id for s in turned.stages] == ["return-restart", "return-weight", "return-stop"]
    first = turned.stages[0].wanted
    assert first is not None and first.canary is not None and first.canary.weight == 1


@pytest.mark.parametrize(
    ("command", "change", "answer_"),
    [
        (e.Command.RESUME, {}, "it isn't paused"),
        (e.Command.PAUSE, {"paused": "already"}, "it is paused already: already"),
        (e.Command.PAUSE, {"direction": Direction.BACK}, "it is on its way back, which a pause doesn't stop"),
        (e.Command.ABORT, {"direction": Direction.BACK}, "it is on its way back already"),
        (e.Command.PROMOTE, {"direction": Direction.BACK}, "it is on its way back"),
    ],
)
def test_an_order_with_nothing_to_do_is_answered(command: e.Command, change: dict[str, Any], answer_: str) -> None:
    there = state(PLAN, "canary-10", orders=order(command), **change)
    assert advance(PLAN, there, inputs(), NOW) == [e.Obeyed(4, answer_)]


def test_promote_skips_a_step_but_not_its_own_state() -> None:
    there = state(PLAN, "canary-10", orders=order(e.Command.PROMOTE))
    assert advance(PLAN, there, inputs(settled=False), NOW) == []
    events = advance(PLAN, there, inputs(), NOW)
    assert events == [e.StageLeft("canary-10", "because", 4), e.StageEntered("canary-50")]


def test_promote_skips_nothing_before_traffic() -> None:
    there = state(PLAN, "before", orders=order(e.Command.PROMOTE))
    assert kinds(advance(PLAN, there, inputs(), NOW)) == ["Obeyed"]


# --- time and trouble -----------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_pauses_a_rollout() -> None:
    events = advance(PLAN, state(PLAN, "canary-10"), inputs(clock_jump=Duration(-3600), decision=GO), NOW)
    assert kinds(events) == ["Paused"]


def test_a_kept_revision_is_retired_when_its_time_is_up() -> None:
    old = RevisionRecord(definition("0"), "shop-production-0", kept_until=Instant(NOW + 5))
    there = target()
    there = replace(there, revisions={**there.revisions, "r0": old})
    step = state(PLAN, "canary-10")
    assert advance(PLAN, step, inputs(target=there), NOW) == []
    assert advance(PLAN, step, inputs(target=there), Instant(NOW + 5)) == [e.RevisionRetired("r0")]


def test_a_platform_that_refuses_turns_the_release_back() -> None:
    events = advance(PLAN, state(PLAN, "canary-10"), inputs(refused="digest differs"), NOW)
    assert kinds(events) == ["TurnedBack"]


def test_a_platform_that_cannot_be_seen_pages_once() -> None:
    there = state(PLAN, "canary-10")
    assert advance(PLAN, there, inputs(seen=None, blind_for=Duration(29)), NOW) == []
    assert kinds(advance(PLAN, there, inputs(seen=None, blind_for=Duration(31)), NOW)) == ["Paged"]
    told = replace(there, told=frozenset({"platform"}))
    assert advance(PLAN, told, inputs(seen=None, blind_for=Duration(31)), NOW) == []


def test_a_closed_release_does_nothing() -> None:
    there = state(PLAN, "tidy", closed=e.Closed(e.Result.DONE, ""))
    assert advance(PLAN, there, inputs(decision=GO), NOW) == []
