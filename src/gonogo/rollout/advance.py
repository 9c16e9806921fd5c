"""What became true. One transition at a time, pure: the driver appends the events, folds them, and asks again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gonogo.model import events as e
from gonogo.model.items import OnFailure, Outcome
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Decision, Stage
from gonogo.model.state import Direction, Order, State, TargetState
from gonogo.model.units import Duration, Instant, format_duration
from gonogo.model.world import Fence, Observation
from gonogo.rollout.gate import Answers
from gonogo.rollout.way_back import result_of, way_back


class Inputs(msgspec.Struct, frozen=True):
    """What one tick knows. `seen` is None when the platform couldn't be observed."""

    target: TargetState
    seen: Observation | None
    answers: Answers
    decision: Decision
    """Of the current stage; leaving the preparation, of everything before as well."""
    settled: bool
    fence: Fence | None
    holder: str = ""
    clock_jump: Duration | None = None
    refused: str = ""
    """Why the platform will never do what this stage needs; empty while it might."""
    blind_for: Duration = Duration(0)
    """How long the platform has not been seen."""


_BLIND_TOO_LONG = Duration(30)
_PLATFORM = "platform"
"""What a page about the platform itself is filed under."""


def advance(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    """Events of the first rule that has something to say; none where nothing changed."""
    if state.closed:
        return []
    for rule in RULES:
        events = rule(plan, state, inputs, now)
        if events:
            return events
    return []


def wants_lease(state: State, inputs: Inputs) -> bool:
    """Whether the next thing to happen changes the world, and needs the target's lease first."""
    upcoming = _next(state)
    leaves = inputs.decision.go and not state.paused and not state.orders
    return not state.started and leaves and upcoming is not None and upcoming.kind not in PREPARATION


# --- orders ---------------------------------------------------------------------------------------------------------


def _obey(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    for order in state.orders:
        events = _ORDERS[order.command](plan, state, inputs, now, order)
        if events:
            return events
    return []


def _pause(plan: Plan, state: State, inputs: Inputs, now: Instant, order: Order) -> list[e.Event]:
    if state.direction is Direction.BACK:
        return [e.Obeyed(order.n, "it is on its way back, which a pause doesn't stop")]
    if state.paused:
        return [e.Obeyed(order.n, f"it is paused already: {state.paused}")]
    return [e.Paused(f"{order.by}: {order.reason}", order.n)]


def _resume(plan: Plan, state: State, inputs: Inputs, now: Instant, order: Order) -> list[e.Event]:
    if not state.paused:
        return [e.Obeyed(order.n, "it isn't paused")]
    return [e.Resumed(f"{order.by}: {order.reason}", order.n)]


def _promote(plan: Plan, state: State, inputs: Inputs, now: Instant, order: Order) -> list[e.Event]:
    stage = state.current
    if state.direction is Direction.BACK:
        return [e.Obeyed(order.n, "it is on its way back")]
    if stage is None or stage.kind in PREPARATION:
        return [e.Obeyed(order.n, "nothing before the first traffic can be skipped; waive the item instead")]
    if not inputs.settled:
        return []  # The stage's own state comes first; the order waits for it.
    return _leave(plan, state, inputs, now, order)


def _turn(plan: Plan, state: State, inputs: Inputs, now: Instant, order: Order) -> list[e.Event]:
    reason = f"{order.by}: {order.reason}"
    if not state.started:
        closed = e.Closed(e.Result.STOPPED, reason)
        return [e.Obeyed(order.n, "stopped before anything changed"), closed, _ended(state, e.Result.STOPPED)]
    if state.direction is Direction.BACK and not order.now:
        return [e.Obeyed(order.n, "it is on its way back already")]
    return [_turned(plan, state, inputs, reason, order=order)]


_ORDERS: dict[e.Command, Callable[[Plan, State, Inputs, Instant, Order], list[e.Event]]] = {
    e.Command.PAUSE: _pause,
    e.Command.RESUME: _resume,
    e.Command.PROMOTE: _promote,
    e.Command.ABORT: _turn,
    e.Command.ROLLBACK: _turn,
}


# --- what the world says --------------------------------------------------------------------------------------------


def _distrust_clock(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    if inputs.clock_jump is None or state.paused or state.direction is Direction.BACK or not state.started:
        return []
    return [e.Paused(f"the wall clock jumped by {format_duration(inputs.clock_jump)}; resume when it is right again")]


def _failures(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    stage = state.current
    if stage is None or stage.kind in PREPARATION:
        return []
    for item in stage.items:
        answer = inputs.answers.get(item.id)
        if answer is None or answer.outcome is not Outcome.FAIL:
            continue
        reason = f"{item.id}: {answer.summary}"
        forward = state.direction is Direction.FORWARD
        if item.on_failure is OnFailure.ROLLBACK and forward:
            return [_turned(plan, state, inputs, reason, item=item.id)]
        if item.on_failure is OnFailure.PAUSE and forward:
            if not state.paused and answer.at > state.resumed_at:
                return [e.Paused(reason)]
        elif item.id not in state.told:
            return [e.Noted(reason, item.id) if item.on_failure is OnFailure.NOTE else e.Paged(reason, item.id)]
    return []


def _platform(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    if inputs.refused and state.direction is Direction.FORWARD:
        return [_turned(plan, state, inputs, inputs.refused)]
    if inputs.refused and not state.paused:
        return [e.Paged(inputs.refused, _PLATFORM), e.Paused(inputs.refused)]
    if inputs.blind_for > _BLIND_TOO_LONG and state.started and _PLATFORM not in state.told:
        return [e.Paged(f"the platform has not answered for {format_duration(inputs.blind_for)}", _PLATFORM)]
    return []


def _deadline(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    stage = state.current
    if stage is None or stage.deadline is None or state.paused or inputs.decision.go:
        return []
    if state.attended - state.deadline_from <= stage.deadline:
        return []
    waiting = "; ".join(f"{r.item}: {r.text}" for r in inputs.decision.reasons)
    reason = f"{stage.title}: undecided for {format_duration(stage.deadline)} ({waiting})"
    if state.direction is Direction.BACK:
        # Nothing worse can be done by itself: it stays where it is, and a person is called.
        return [e.Paged(reason), e.Paused(reason)]
    if stage.on_deadline is OnFailure.ROLLBACK:
        return [_turned(plan, state, inputs, reason)]
    return [e.Paused(reason)]


def _expire(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    if not state.started or state.direction is Direction.BACK:
        return []
    kept = inputs.target.kept().items()
    return [e.RevisionRetired(r) for r, record in kept if record.kept_until is not None and now >= record.kept_until]


# --- walking --------------------------------------------------------------------------------------------------------


def _walk(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    if state.current is None:
        return [e.StageEntered(state.stages[0].id)]
    stops = state.paused and state.direction is Direction.FORWARD
    if stops or not inputs.decision.go:
        return []
    return _leave(plan, state, inputs, now)


def _leave(plan: Plan, state: State, inputs: Inputs, now: Instant, order: Order | None = None) -> list[e.Event]:
    """Leave the current stage for the next, or close. Nothing happens while the next needs a lease not held."""
    stage, upcoming = state.current, _next(state)
    assert stage is not None
    events: list[e.Event] = [e.StageLeft(stage.id, order.reason if order else "", order.n if order else 0)]
    if stage.promotes:
        events += _promoted(plan, state, inputs, now)
    if stage.wanted is not None and not stage.wanted.keep:
        events += [e.RevisionRetired(r) for r in inputs.target.kept()]
    if stage.restores and inputs.target.live != state.stable:
        events.append(e.LiveChanged(state.stable, state.release))
    if upcoming is None:
        return [*events, *_close(state)]
    if upcoming.kind not in PREPARATION and not state.started:
        if inputs.fence is None:
            return []
        revision = f"r{len(inputs.target.revisions) + 1}"
        events.append(e.RevisionAdded(revision, plan.definition, state.release))
        events.append(e.Started(revision, inputs.target.live, inputs.fence.number, inputs.holder))
    return [*events, e.StageEntered(upcoming.id)]


def _promoted(plan: Plan, state: State, inputs: Inputs, now: Instant) -> list[e.Event]:
    """The canary is the live revision now. Only the one before it is kept; older ones have had their time."""
    older = [e.RevisionRetired(r) for r in inputs.target.kept() if r != state.revision]
    return [*older, e.LiveChanged(state.revision, state.release, Instant(now + plan.keep.running))]


def _close(state: State) -> list[e.Event]:
    if state.direction is Direction.BACK:
        result = state.turning_to or e.Result.ROLLED_BACK
        stopped = state.stable is None and state.moved_traffic
        live: list[e.Event] = [e.LiveChanged(None, state.release)] if stopped else []
        return [*live, e.Closed(result, state.turned_because), _ended(state, result)]
    return [e.Closed(e.Result.DONE, "every stage was left"), _ended(state, e.Result.DONE)]


def _ended(state: State, result: e.Result) -> e.Event:
    return e.ReleaseEnded(state.release, result)


def _next(state: State) -> Stage | None:
    ids = [s.id for s in state.stages]
    if state.stage not in ids:
        return state.stages[0] if state.stages else None
    place = ids.index(state.stage) + 1
    return state.stages[place] if place < len(ids) else None


def _turned(
    plan: Plan, state: State, inputs: Inputs, reason: str, *, item: str = "", order: Order | None = None
) -> e.Event:
    now = order.now if order else False
    stages = way_back(plan, inputs.target, state, inputs.seen, now=now)
    result = result_of(state)
    if result is e.Result.STOPPED and _never_started(state, inputs):
        result = e.Result.NOT_STARTED
    return e.TurnedBack(reason, stages, result, item, order.n if order else 0)


def _never_started(state: State, inputs: Inputs) -> bool:
    """Whether the new version's own command ended again and again, and no instance of it was ever ready."""
    seen = inputs.seen.revisions.get(state.revision) if inputs.seen else None
    return seen is not None and seen.ready == 0 and seen.exits > 0


RULES = (_obey, _distrust_clock, _platform, _failures, _deadline, _expire, _walk)
