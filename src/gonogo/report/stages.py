"""The stages of a report: what was decided in each, and the items it was decided on."""

from __future__ import annotations

from gonogo.model.items import Evidence, Item, Outcome
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Decision, Stage, TrackWant, Wanted
from gonogo.model.state import Direction, State
from gonogo.model.units import Instant, format_percent
from gonogo.report.reading import Reading, Visit
from gonogo.report.shape import ItemReport, StageReport
from gonogo.rollout.gate import answers, gate


def stages(reading: Reading) -> tuple[StageReport, ...]:
    return tuple(_stage(reading, visit) for visit in reading.visits)


def current_decision(reading: Reading) -> Decision | None:
    """Of the stage the release is in."""
    visit = next((v for v in reading.visits if v.status == "current"), None)
    return _decision(reading.plan, visit) if visit else None


def _stage(reading: Reading, visit: Visit) -> StageReport:
    stage = visit.stage
    return StageReport(
        id=stage.id,
        kind=stage.kind,
        title=stage.title,
        status=visit.status,
        wanted=_wanted(stage.wanted),
        decision=_decision(reading.plan, visit),
        items=tuple(_item(reading, visit, item) for item in stage.items),
        way_back=visit.way_back,
        entered=visit.entered,
        left=visit.left,
        watched=visit.watched,
        skipped=visit.skipped,
        skipped_by=visit.skipped_by,
    )


def _wanted(wanted: Wanted | None) -> str:
    if wanted is None:
        return "nothing is changed"
    return f"new revision: {_track(wanted.canary)}; stable: {_track(wanted.stable)}"


def _track(track: TrackWant | None) -> str:
    if track is None:
        return "not run"
    plural = "" if track.instances == 1 else "s"
    return f"{track.instances} instance{plural}, {format_percent(track.weight)} of traffic"


def _decision(plan: Plan, visit: Visit) -> Decision | None:
    """A stage that was passed had a go. Of any other, the gate's decision is made again from the state it ended in:
    what a skip passed over, why it turned back, what is missing now."""
    if visit.status == "passed":
        return Decision("go")
    state = visit.state
    if state is None:
        return None
    at = visit.left if visit.left is not None else state.at
    asked = _asked(visit.stage, state)
    given: dict[str, Evidence] = {}
    for stage in asked:
        given |= answers(stage, plan, state, {}, at)
    return gate([item for stage in asked for item in stage.items], given, at)


def _asked(stage: Stage, state: State) -> list[Stage]:
    """Before traffic moves, all of the preparation so far has to hold."""
    if stage.kind not in PREPARATION or state.direction is Direction.BACK:
        return [stage]
    ids = [s.id for s in state.stages]
    return [s for s in state.stages[: ids.index(stage.id) + 1] if s.kind in PREPARATION]


def _item(reading: Reading, visit: Visit, item: Item) -> ItemReport:
    said = visit.evidence.get(item.id, [])
    newest = said[-1] if said else None
    ruled = _ruled(item, visit, reading)
    outcome, summary = ruled or ((newest.outcome, newest.summary) if newest else (None, ""))
    return ItemReport(
        id=item.id,
        title=item.title,
        check=item.check,
        requirement=item.requirement,
        cadence=item.cadence,
        on_failure=item.on_failure,
        why=item.why,
        remedy=item.remedy,
        outcome=outcome,
        summary=summary,
        evidence=newest,
        earlier=tuple(said[:-1]),
        lapsed=_lapsed(newest, reading) if newest and not ruled else "",
    )


def _ruled(item: Item, visit: Visit, reading: Reading) -> tuple[Outcome, str] | None:
    """A rule or a waiver answers before any evidence."""
    if item.not_applicable:
        return Outcome.NOT_APPLICABLE, item.not_applicable
    if visit.status == "not_reached":
        return None
    state = visit.state or reading.state
    at: Instant = visit.left if visit.left is not None else state.at
    for given in state.signatures.get(item.id, ()):
        if given.waiver and given.until is not None and at < given.until:
            return Outcome.WAIVED, f"waived by {given.by}: {given.statement}"
    return None


def _lapsed(newest: Evidence, reading: Reading) -> str:
    """Answers are bound to what they are about; a release that was planned anew may be about something else."""
    plan = reading.plan
    about = {"", plan.world.commit, plan.world.artifact, plan.subject("plan"), reading.state.revision}
    return "" if newest.subject in about else "it was about something this release has moved on from"
