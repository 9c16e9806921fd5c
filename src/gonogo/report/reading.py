"""One walk over a release's events: which stages were visited when, and what was answered there."""

from __future__ import annotations

from dataclasses import dataclass, field

from gonogo.config.complaints import nearest
from gonogo.journal.folds import apply_release
from gonogo.journal.interface import Journal, Recorded, release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import InputError
from gonogo.model.items import Evidence
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.state import State
from gonogo.model.units import Duration, Instant


@dataclass
class Visit:
    """A stage as it was walked, or will be."""

    stage: Stage
    way_back: bool = False
    status: str = "not_reached"
    entered: Instant | None = None
    left: Instant | None = None
    watched: Duration = field(default=Duration(0))
    skipped: str = ""
    skipped_by: str = ""
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)
    """Answers per item, oldest first."""
    state: State | None = None
    """Of the release when the stage was left or turned back in; the newest where it is still there."""


@dataclass
class Reading:
    """A release as its journal tells it."""

    plan: Plan
    state: State
    ours: list[Recorded]
    """Its own stream."""
    theirs: list[Recorded]
    """What was said of it in its target's stream."""
    visits: list[Visit]
    """In the order of the plan; behind them the way back, and one taken anew behind that."""
    anchors: dict[str, str]

    def first(self, kind: type[e.Event]) -> Recorded | None:
        return next((r for r in self.ours if isinstance(r.event, kind)), None)


def read(journal: Journal, release: str) -> Reading:
    """Raises InputError for a release the journal doesn't know, naming the nearest."""
    ours = journal.read(release_stream(release))
    plan = next((r.event.plan for r in reversed(ours) if isinstance(r.event, e.Planned)), None)
    if plan is None:
        raise InputError(_unknown(journal, release))
    stream = target_stream(plan.target.key)
    whole = journal.read(stream)
    walk = _Walk(release, plan)
    for recorded in ours:
        walk.take(recorded)
    walk.finish()
    ends = [r[-1] for r in (ours, whole) if r]
    anchors = {end.stream: f"{end.n}:{end.hash}" for end in ends}
    return Reading(plan, walk.state, ours, _about(release, ours, whole), walk.visits, anchors)


def _unknown(journal: Journal, release: str) -> str:
    known = [head.stream.removeprefix(release_stream("")) for head in journal.heads(release_stream(""))]
    hint = nearest(release, known) if known else "it holds no release yet"
    return f"there is no release {release!r} in this journal: {hint}"


def _about(release: str, ours: list[Recorded], whole: list[Recorded]) -> list[Recorded]:
    """Events of the target's stream that this release brought about. Those that name no release were written together
    with an event of its own, or while it held the target."""
    together = {(r.at, r.actor) for r in ours}
    began = next((r.at for r in ours if isinstance(r.event, e.Started)), None)
    ended = next((r.at for r in ours if isinstance(r.event, e.Closed)), None)

    def belongs(r: Recorded) -> bool:
        if isinstance(r.event, e.RevisionRetired | e.BaselineCaptured):
            held = began is not None and began <= r.at and (ended is None or r.at <= ended)
            return held or (r.at, r.actor) in together
        return getattr(r.event, "release", None) == release

    return [r for r in whole if belongs(r)]


class _Walk:
    """Follows the events. `way` holds the visits of the direction it goes in now."""

    def __init__(self, release: str, plan: Plan) -> None:
        self.state = State(release)
        self.visits = [Visit(stage) for stage in plan.stages]
        self.way = self.visits
        self.orders: dict[int, str] = {}
        """Who gave the order with this number."""

    def take(self, r: Recorded) -> None:
        match r.event:
            case e.Commanded():
                self.orders[r.n] = str(r.actor)
            case e.Answered(evidence=evidence):
                visit = self._visit(evidence.stage)
                if visit is not None:
                    visit.evidence.setdefault(evidence.item, []).append(evidence)
            case e.StageEntered(stage=stage):
                self._enter(stage, r)
            case e.Watched(stage=stage, seconds=seconds):
                visit = self._visit(stage)
                if visit is not None:
                    visit.watched = seconds
            case e.StageLeft():
                self._leave(r, r.event)
            case e.TurnedBack(stages=stages):
                self._end("turned_back", r)
                self.way = [Visit(stage, way_back=True) for stage in stages]
                # Of a way back that is taken anew, only what was reached is part of the story.
                walked = [v for v in self.visits if v.status != "not_reached" or v.stage.id not in _ids(self.way)]
                self.visits = [*walked, *self.way]
            case e.Closed():
                self._end("ended", r)
        self.state = apply_release(self.state, r)

    def finish(self) -> None:
        visit = self._visit(self.state.stage)
        if visit is not None and visit.status == "current":
            visit.state = self.state

    def _visit(self, stage: str) -> Visit | None:
        return next((v for v in self.way if v.stage.id == stage), None)

    def _enter(self, stage: str, r: Recorded) -> None:
        visit = self._visit(stage)
        if visit is not None:
            visit.status, visit.entered, visit.left = "current", r.at, None

    def _leave(self, r: Recorded, event: e.StageLeft) -> None:
        visit = self._visit(event.stage)
        if visit is None:
            return
        visit.status, visit.left, visit.state = "skipped" if event.skipped else "passed", r.at, self.state
        visit.skipped, visit.skipped_by = event.skipped, self.orders.get(event.command, "")

    def _end(self, status: str, r: Recorded) -> None:
        """The stage it is in ends without being passed."""
        visit = self._visit(self.state.stage)
        if visit is not None and visit.status == "current":
            visit.status, visit.left, visit.state = status, r.at, self.state


def _ids(visits: list[Visit]) -> set[str]:
    return {v.stage.id for v in visits}
