"""What was done to the world: intents with their results, and what a crash left open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.items import Outcome
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Weigh
from gonogo.report.reading import Reading
from gonogo.report.shape import ActionReport, WayBack, WeightPoint
from gonogo.report.words import action_text

_WEIGHED = "weight-reached"
"""The check that passes once the router has accepted a stage's weights."""


@dataclass
class Deed:
    """An intent with what is known of its result."""

    intent: Recorded
    event: e.Intended
    result: Recorded | None = None
    repeats: int | None = None
    repeated: bool = False
    confirmed: bool = False
    """The world was seen to be so afterwards: the router had the stage's weights, or the stage was left."""

    @property
    def done_at(self) -> Instant | None:
        """When the world was so: a crash may have kept the result from the journal, but not from the world."""
        if self.result is not None:
            return self.result.at if isinstance(self.result.event, e.Did) else None
        return self.intent.at if self.confirmed and not self.repeated else None


def deeds(reading: Reading) -> list[Deed]:
    """Actions in order. One that an earlier driver left without a result, and that comes again, is a repetition."""
    weighing = {i.id for v in reading.visits for i in v.stage.items if i.check == _WEIGHED}
    found: list[Deed] = []
    open_: dict[int, Deed] = {}
    for r in reading.ours:
        match r.event:
            case e.Intended(key=key):
                deed = Deed(r, r.event)
                before = next((d for d in open_.values() if d.event.action == r.event.action), None)
                if before is not None:
                    before.repeated, deed.repeats = True, before.event.key
                    del open_[before.event.key]
                open_[key] = deed
                found.append(deed)
            case e.Did(key=key) | e.DidNot(key=key):
                if key in open_:
                    open_.pop(key).result = r
            case e.Answered(evidence=said) if said.item in weighing and said.outcome is Outcome.PASS:
                _confirm(d for d in open_.values() if isinstance(d.event.action, Weigh))
            case e.StageLeft():
                _confirm(open_.values())
            case e.TurnedBack():
                open_.clear()  # Nobody takes it up again: something else is wanted from here on.
    return found


def _confirm(seen: Iterable[Deed]) -> None:
    for deed in seen:
        deed.confirmed = True


def actions(done: list[Deed]) -> tuple[ActionReport, ...]:
    return tuple(_action(deed) for deed in done)


def _action(deed: Deed) -> ActionReport:
    result = deed.result
    failure = result.event if result is not None and isinstance(result.event, e.DidNot) else None
    known = "unknown" if result is None else "failed" if failure else "done"
    return ActionReport(
        key=deed.event.key,
        kind=str(deed.event.action.__struct_config__.tag),
        text=action_text(deed.event.action),
        at=deed.intent.at,
        by=str(deed.intent.actor),
        result=known,
        result_at=result.at if result else None,
        error=failure.error if failure else "",
        repeats=deed.repeats,
    )


def weights(reading: Reading, done: list[Deed]) -> tuple[WeightPoint, ...]:
    """The new revision's share of traffic, from its start on. Empty where the release has not started."""
    started = reading.first(e.Started)
    if started is None:
        return ()
    return (WeightPoint(started.at, Ratio(0)), *_moves(reading, done))


def _moves(reading: Reading, done: list[Deed]) -> Iterator[WeightPoint]:
    last = Ratio(0)
    for deed in done:
        at, action = deed.done_at, deed.event.action
        if at is None or not isinstance(action, Weigh):
            continue
        share = Ratio(action.weights.get(reading.state.revision, 0.0))
        if share != last:
            yield WeightPoint(at, share)
            last = share


def way_back(reading: Reading, points: tuple[WeightPoint, ...]) -> WayBack | None:
    """How it came to turn back, and how long it took. The first turn counts: a second one only hurries."""
    turn = reading.first(e.TurnedBack)
    if turn is None or not isinstance(turn.event, e.TurnedBack):
        return None
    event = turn.event
    order = next((r for r in reading.ours if r.n == event.command), None) if event.command else None
    failing = _failing_since(reading.ours, event.item, turn.n) if event.item else None
    back = next((p.at for p in points if p.at >= turn.at and not p.weight and reading.state.moved_traffic), None)
    began = failing if failing is not None else turn.at
    first = next((p.at for p in points if p.weight > 0), None)
    return WayBack(
        reason=event.reason,
        item=event.item,
        ordered_by=str(order.actor) if order else "",
        turned_at=turn.at,
        failing_at=failing,
        back_at=back,
        seconds=Duration(back - began) if back is not None else None,
        exposed=Duration(back - first) if back is not None and first is not None else None,
    )


def _failing_since(ours: list[Recorded], item: str, turned: int) -> Instant | None:
    """When the answer that turned it back was journaled."""
    since: Instant | None = None
    for r in ours:
        if r.n < turned and isinstance(r.event, e.Answered) and r.event.evidence.item == item:
            since = r.at if r.event.evidence.outcome is Outcome.FAIL else None
    return since
