"""The stages of return, built when they are needed, because they depend on what has happened. Pure."""

from __future__ import annotations

from gonogo.model.events import Result
from gonogo.model.items import OnFailure
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage, StageKind, TrackWant, Wanted
from gonogo.model.state import State, TargetState
from gonogo.model.units import Duration, Ratio
from gonogo.model.world import Observation

_ALLOWANCE = Duration(60)
"""What a stage of return may take beyond starting, draining and stopping, before a person is called."""


def way_back(
    plan: Plan, target: TargetState, state: State, seen: Observation | None, *, now: bool = False
) -> tuple[Stage, ...]:
    """Stages that undo a release. Weight returns at once to a stable that still runs; one that doesn't is started
    first. A first deployment has no stable: its way back is to stop. `now` skips draining."""
    record = target.revisions.get(state.stable) if state.stable is not None else None
    drain = Duration(0) if now else None
    if record is None:
        return (_stage(plan, "return-stop", "Stop the new version", Wanted(None, None, drain=drain)),)

    size = record.definition.instances
    serving = TrackWant(size, Ratio(1), 1)
    stop = _stage(plan, "return-stop", "Stop the new version", Wanted(None, serving, drain=drain), restores=True)
    if not state.moved_traffic:
        return (stop,)

    canary = _running(state, seen)
    weight = _stage(
        plan,
        "return-weight",
        "All traffic back to the version before",
        Wanted(TrackWant(canary, Ratio(0), 0), serving, drain=drain),
        restores=True,
    )
    if _ready(state.stable, seen):
        return (weight, stop)
    shares = _shares(state)
    restart = _stage(
        plan,
        "return-restart",
        "Start the version before",
        Wanted(TrackWant(canary, shares, 0), TrackWant(size, Ratio(1 - shares), size), drain=drain),
    )
    return (restart, weight, stop)


def result_of(state: State) -> Result:
    """What a release that turns back now will have come to."""
    return Result.ROLLED_BACK if state.moved_traffic else Result.STOPPED


def _ready(stable: str | None, seen: Observation | None) -> bool:
    # Without sight of the world the direct way is taken: giving weight back waits by itself for a ready instance.
    return seen is None or (stable in seen.revisions and seen.revisions[stable].ready > 0)


def _running(state: State, seen: Observation | None) -> int:
    if seen is None or state.revision not in seen.revisions:
        return 0
    return seen.revisions[state.revision].size


def _shares(state: State) -> Ratio:
    stage = state.current
    canary = stage.wanted.canary if stage and stage.wanted else None
    return canary.weight if canary else Ratio(0)


def _stage(plan: Plan, id: str, title: str, wanted: Wanted, *, restores: bool = False) -> Stage:
    starting = plan.platform.start_within
    return Stage(
        id=id,
        kind=StageKind.RETURN,
        title=title,
        wanted=wanted,
        items=plan.return_items,
        deadline=Duration(_ALLOWANCE + starting + plan.definition.grace),
        on_deadline=OnFailure.PAGE,
        restores=restores,
    )
