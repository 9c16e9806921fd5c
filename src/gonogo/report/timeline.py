"""Everything worth telling, from both streams, in the order it happened."""

from __future__ import annotations

from gonogo.journal.holder import holder_name
from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.report.actions import Deed
from gonogo.report.reading import Reading
from gonogo.report.shape import Drive, Told
from gonogo.report.words import line


def timeline(reading: Reading, done: list[Deed]) -> tuple[Told, ...]:
    again = {deed.intent.n for deed in done if deed.repeats is not None}
    told = []
    for r in _merged(reading.ours, reading.theirs):
        said = line(r)
        if said:
            repeated = r.n in again and isinstance(r.event, e.Intended)
            said += " (again: the driver before left no result)" if repeated else ""
            told.append(Told(r.at, str(r.actor), said, _type(r), r.stream, r.n))
    return tuple(told)


def _merged(ours: list[Recorded], theirs: list[Recorded]) -> list[Recorded]:
    """Both streams by time. What happened to the target at the moment of a step of the release stands before that step:
    a revision is added, and the release starts with it; one is promoted, and its stage is passed."""
    waiting, merged = list(theirs), []
    for r in ours:
        step = isinstance(r.event, e.Started | e.StageLeft | e.Closed)
        while waiting and (waiting[0].at < r.at or (step and waiting[0].at == r.at)):
            merged.append(waiting.pop(0))
        merged.append(r)
    return [*merged, *waiting]


def drivers(reading: Reading) -> tuple[Drive, ...]:
    """Who drove it once the world could be changed: first the one that started it, then each that took over."""
    found = []
    for r in reading.ours:
        match r.event:
            case e.Started(fence=fence, holder=holder):
                found.append(Drive(r.at, str(r.actor), holder_name(holder), fence))
            case e.Taken(holder=holder, fence=fence, note=note):
                found.append(Drive(r.at, str(r.actor), holder_name(holder), fence, note))
    return tuple(found)


def _type(r: Recorded) -> str:
    return str(r.event.__struct_config__.tag)
