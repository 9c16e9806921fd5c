"""The smallest safe next actions from what is seen to what is wanted. Pure, and the one place for the safety rules:
ready before weight, weight off before stop, requests finished before stop, never below capacity."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.units import Duration, Ratio, format_percent
from gonogo.model.world import Action, Desired, Forget, InstancePhase, Observation, RevisionSeen, Scale, Stop, Weigh

_SAME = 0.0001
"""Weights closer than a hundredth of a percent are the same."""

_GOING = (InstancePhase.LEAVING, InstancePhase.STOPPING)

_NOTHING = RevisionSeen(0)


def diff(wanted: Desired, seen: Observation) -> list[Action]:
    """Actions that may be taken at once, in this order. Empty while only waiting helps, or nothing is left to do."""
    return [*_grow(wanted, seen), *_weigh(wanted, seen), *_shrink(wanted, seen), *_stop(wanted, seen)]


def missing(wanted: Desired, seen: Observation) -> list[str]:
    """What keeps the world from being as wanted, in words. Empty: it is."""
    gaps = []
    for revision, want in wanted.revisions.items():
        have = seen.revisions.get(revision, _NOTHING)
        if have.size != want.instances or have.staying != want.instances:
            gaps.append(f"{revision} runs {have.staying} of {want.instances} instances")
        if have.running > have.staying:
            gaps.append(f"{have.running - have.staying} instances of {revision} are still leaving")
        if not same(seen.weights.get(revision, 0.0), want.weight):
            gaps.append(
                f"{revision} has {format_percent(seen.weights.get(revision, 0.0))} of traffic,"
                f" not {format_percent(want.weight)}"
            )
    for revision, _ in _unwanted(wanted, seen):
        gaps.append(f"{revision} is still there")
    return gaps


def same(a: float, b: float) -> bool:
    return abs(a - b) < _SAME


def _unwanted(wanted: Desired, seen: Observation) -> Iterator[tuple[str, RevisionSeen]]:
    return ((r, have) for r, have in seen.revisions.items() if r not in wanted.revisions)


def _grow(wanted: Desired, seen: Observation) -> Iterator[Action]:
    for revision, want in wanted.revisions.items():
        have = seen.revisions.get(revision, _NOTHING)
        kept = sum(i.phase not in _GOING for i in have.instances)
        if have.size < want.instances or kept < min(have.size, want.instances):
            yield Scale(revision, want.definition, want.instances)


def _weigh(wanted: Desired, seen: Observation) -> Iterator[Action]:
    weights = {r: w.weight for r, w in wanted.revisions.items() if w.weight > 0}
    if all(same(weights.get(r, 0.0), seen.weights.get(r, 0.0)) for r in {*weights, *seen.weights}):
        return
    for revision, want in wanted.revisions.items():
        have = seen.revisions.get(revision, _NOTHING)
        rises = want.weight > seen.weights.get(revision, 0.0) + _SAME
        if rises and have.ready < max(want.min_ready, 1):
            return
    yield Weigh({r: Ratio(w) for r, w in weights.items()})


def _shrink(wanted: Desired, seen: Observation) -> Iterator[Action]:
    for revision, want in wanted.revisions.items():
        have = seen.revisions.get(revision, _NOTHING)
        if have.size <= want.instances:
            continue
        lightened = seen.weights.get(revision, 0.0) <= want.weight + _SAME
        if lightened and (want.weight < _SAME or have.ready > want.instances):
            yield Scale(revision, want.definition, want.instances)
    for revision, have in _unwanted(wanted, seen):
        if have.size > 0 and seen.weights.get(revision, 0.0) < _SAME:
            yield Scale(revision, None, 0)


def _stop(wanted: Desired, seen: Observation) -> Iterator[Action]:
    for revision, have in seen.revisions.items():
        want = wanted.revisions.get(revision)
        drain = wanted.drain if want is None else want.drain
        finished = tuple(i.id for i in have.leaving if i.in_flight == 0 or _drained(i.leaving_since, seen, drain))
        if finished:
            yield Stop(revision, finished)
        idle = have.size == 0 and have.running == 0 and seen.weights.get(revision, 0.0) < _SAME
        if want is None and idle:
            yield Forget(revision, wanted.keep)


def _drained(since: float | None, seen: Observation, drain: Duration) -> bool:
    return since is not None and seen.at - since >= drain
