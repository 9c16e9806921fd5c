"""What the world should look like now. Pure."""

from __future__ import annotations

from gonogo.model.plan import Plan
from gonogo.model.stages import TrackWant
from gonogo.model.state import Direction, State, TargetState
from gonogo.model.units import Ratio
from gonogo.model.world import Definition, Desired, RevisionWant


def desired(plan: Plan, target: TargetState, state: State) -> Desired | None:
    """The stage's wish, with revisions in place of tracks and the target's kept revisions beside them.
    None while the release has nothing to want: before it started, or between stages."""
    stage = state.current
    if stage is None or stage.wanted is None or not state.started:
        return None
    drain = plan.definition.grace if stage.wanted.drain is None else stage.wanted.drain
    revisions: dict[str, RevisionWant] = {}

    def want(revision: str, definition: Definition, track: TrackWant) -> None:
        revisions[revision] = RevisionWant(definition, track.instances, track.weight, track.min_ready, drain)

    if stage.wanted.keep:
        for revision, record in target.kept().items():
            want(revision, record.definition, TrackWant(record.definition.instances, Ratio(0), 0))
    if stage.wanted.stable is not None and state.stable is not None:
        record = target.revisions[state.stable]
        # Once its time is up a revision that serves nobody isn't run again, unless the way back needs it.
        if stage.wanted.stable.weight > 0 or not record.retired or state.direction is Direction.BACK:
            want(state.stable, record.definition, stage.wanted.stable)
    elif state.stable is not None:
        revisions.pop(state.stable, None)
    if stage.wanted.canary is not None:
        want(state.revision, plan.definition, stage.wanted.canary)
    return Desired(revisions, drain, plan.keep.definition)
