"""What the charts show: the new revision's weight, both tracks' errors, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gonogo.judge.intervals import coarsen
from gonogo.model import events as e
from gonogo.model.items import Outcome
from gonogo.model.metrics import Counts, Interval
from gonogo.model.stages import PREPARATION, StageKind
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.report.reading import Reading
from gonogo.report.shape import ErrorPoint, Errors, Judgement, Mark, Series, WeightPoint

POINTS = 60
"""About as many intervals as a chart shows; finer ones are merged, which also quietens few requests."""
SHORTEST = Duration(1)
_MARGIN = 0.06
"""Of the span, behind the last thing that moved."""


def series(reading: Reading, weights: tuple[WeightPoint, ...]) -> Series:
    marks = tuple(_marks(reading))
    if not any(p.weight > 0 for p in weights):
        return Series(marks=marks)
    item, intervals = _counted(reading)
    begins = weights[0].at
    ends = _ends(weights, intervals)
    longest = Duration(max(SHORTEST, (ends - begins) / POINTS))
    return Series(
        weights=weights,
        errors=tuple(_point(i) for i in coarsen(intervals, longest)),
        marks=marks,
        judgements=tuple(_judgements(reading, item)),
        canary=_sum(i.canary for i in intervals),
        stable=_sum(i.stable for i in intervals),
        begins=begins,
        ends=ends,
    )


def _counted(reading: Reading) -> tuple[str, list[Interval]]:
    """The item that counts errors, and its intervals: of the judge's items, only that one hands them out."""
    item = ""
    intervals: list[Interval] = []
    for r in reading.ours:
        if isinstance(r.event, e.Checkpointed) and r.event.intervals:
            item = item or r.event.item
            if r.event.item == item:
                intervals.extend(r.event.intervals)
    return item, intervals


def _ends(weights: tuple[WeightPoint, ...], intervals: list[Interval]) -> Instant:
    """A day of soak would squeeze all that moved into a corner, so the charts end a little after the last movement."""
    moved = max([weights[-1].at, *(i.at for i in intervals)])
    return Instant(moved + max(1.0, _MARGIN * (moved - weights[0].at)))


def _sum(counts: Iterable[Counts]) -> Errors:
    total = sum(counts, Counts())
    return Errors(total.requests, total.bad)


def _point(one: Interval) -> ErrorPoint:
    canary, stable = one.canary, one.stable
    return ErrorPoint(
        Instant(one.at),
        Duration(one.seconds),
        Ratio(one.weight),
        Errors(canary.requests, canary.bad),
        Errors(stable.requests, stable.bad),
    )


def _marks(reading: Reading) -> Iterator[Mark]:
    """Stages before any traffic, and those in which the world is only tidied, move nothing that a chart shows."""
    moving = {v.stage.id for v in reading.visits if v.stage.kind not in (*PREPARATION, StageKind.RETURN)}
    for r in reading.ours:
        match r.event:
            case e.StageEntered(stage=stage) if stage in moving:
                yield Mark(r.at, "stage", stage)
            case e.TurnedBack():
                yield Mark(r.at, "turned_back", "turned back")
            case e.Taken():
                yield Mark(r.at, "taken", "taken over")
    for r in reading.theirs:
        if isinstance(r.event, e.LiveChanged) and r.event.revision == reading.state.revision:
            yield Mark(r.at, "promoted", "promoted")


def _judgements(reading: Reading, item: str) -> Iterator[Judgement]:
    for r in reading.ours:
        if isinstance(r.event, e.Answered) and r.event.evidence.item == item:
            said = r.event.evidence
            if said.outcome in (Outcome.PASS, Outcome.FAIL):
                yield Judgement(r.at, said.stage, said.outcome, said.summary)
