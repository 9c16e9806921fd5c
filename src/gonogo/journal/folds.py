"""From events to states. Pure: the same events give the same state, on every machine and in every version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.items import OPENING, Evidence, Outcome
from gonogo.model.state import Direction, Order, RevisionRecord, Signature, State, TargetState
from gonogo.model.units import Duration
from gonogo.model.world import Weigh

Change = dict[str, Any]
"""Fields of the state that an event replaces."""


def fold_release(release: str, recorded: Iterable[Recorded], start: State | None = None) -> State:
    """State of a release after these events; `start` is the state before them."""
    state = start or State(release)
    for r in recorded:
        state = apply_release(state, r)
    return state


def fold_target(key: str, recorded: Iterable[Recorded], start: TargetState | None = None) -> TargetState:
    """State of a target after these events; `start` is the state before them."""
    state = start or TargetState(key)
    for r in recorded:
        state = apply_target(state, r)
    return state


def apply_release(state: State, r: Recorded) -> State:
    handler = _RELEASE.get(type(r.event))
    change = handler(state, r, r.event) if handler else {}
    return replace(state, n=r.n, at=max(state.at, r.at), **change)


def apply_target(state: TargetState, r: Recorded) -> TargetState:
    handler = _TARGET.get(type(r.event))
    change = handler(state, r, r.event) if handler else {}
    return replace(state, n=r.n, at=max(state.at, r.at), **change)


# --- a release ------------------------------------------------------------------------------------------------------


def _answered(state: State, r: Recorded, event: e.Answered) -> Change:
    holds = event.evidence.outcome in OPENING
    told = state.told - {event.evidence.item} if holds else state.told
    return {"evidence": {**state.evidence, event.evidence.item: event.evidence}, "told": told}


def _told(state: State, r: Recorded, event: e.Paged | e.Noted) -> Change:
    return {"told": state.told | {event.item}} if event.item else {}


def _signed(state: State, r: Recorded, event: e.Signed) -> Change:
    who = r.actor
    given = Signature(event.item, who.name, who.how, r.at, event.statement, event.saw, event.until)
    return _signature(state, given)


def _waived(state: State, r: Recorded, event: e.Waived) -> Change:
    given = Signature(event.item, r.actor.name, r.actor.how, r.at, event.reason, "", event.until, waiver=True)
    change = _signature(state, given)
    evidence = Evidence(event.item, Outcome.WAIVED, event.reason, r.at, by=str(r.actor))
    return {**change, "evidence": {**state.evidence, event.item: evidence}}


def _signature(state: State, given: Signature) -> Change:
    # A waiver and a sign-off by the same person stand beside each other.
    replaced = (given.by, given.waiver)
    others = tuple(s for s in state.signatures.get(given.item, ()) if (s.by, s.waiver) != replaced)
    return {"signatures": {**state.signatures, given.item: (*others, given)}}


def _commanded(state: State, r: Recorded, event: e.Commanded) -> Change:
    return {"orders": (*state.orders, Order(r.n, event.command, event.reason, str(r.actor), event.now))}


def _without(state: State, command: int) -> Change:
    return {"orders": tuple(o for o in state.orders if o.n != command)} if command else {}


def _started(state: State, r: Recorded, event: e.Started) -> Change:
    return {"revision": event.revision, "stable": event.stable, "fence": event.fence, "started_by": r.actor.name}


def _stage_entered(state: State, r: Recorded, event: e.StageEntered) -> Change:
    return {
        "stage": event.stage,
        "entered_at": r.at,
        "watched": Duration(0),
        "attended": Duration(0),
        "deadline_from": Duration(0),
    }


def _stage_left(state: State, r: Recorded, event: e.StageLeft) -> Change:
    return {"left": (*state.left, event.stage), **_without(state, event.command)}


def _checkpointed(state: State, r: Recorded, event: e.Checkpointed) -> Change:
    return {"memories": {**state.memories, event.item: event.memory}}


def _resumed(state: State, r: Recorded, event: e.Resumed) -> Change:
    return {"paused": "", "resumed_at": r.at, "deadline_from": state.attended, **_without(state, event.command)}


def _turned_back(state: State, r: Recorded, event: e.TurnedBack) -> Change:
    return {
        "direction": Direction.BACK,
        "way_back": event.stages,
        "turned_because": event.reason,
        "turning_to": event.result,
        "stage": "",
        "paused": "",
        **_without(state, event.command),
    }


def _intended(state: State, r: Recorded, event: e.Intended) -> Change:
    moves = isinstance(event.action, Weigh) and event.action.weights.get(state.revision, 0) > 0
    return {
        "intents": {**state.intents, event.key: event.action},
        "keys": max(state.keys, event.key),
        "moved_traffic": state.moved_traffic or moves,
    }


def _answered_intent(state: State, r: Recorded, event: e.Did | e.DidNot) -> Change:
    return {"intents": {k: a for k, a in state.intents.items() if k != event.key}}


_RELEASE: dict[type, Callable[[State, Recorded, Any], Change]] = {
    e.Planned: lambda s, r, x: {"plan": x.plan},
    e.Answered: _answered,
    e.Signed: _signed,
    e.Waived: _waived,
    e.Commanded: _commanded,
    e.Started: _started,
    e.Taken: lambda s, r, x: {"fence": x.fence},
    e.StageEntered: _stage_entered,
    e.StageLeft: _stage_left,
    e.Watched: lambda s, r, x: {"watched": x.seconds, "attended": x.attended} if x.stage == s.stage else {},
    e.Checkpointed: _checkpointed,
    e.Paused: lambda s, r, x: {"paused": x.reason, **_without(s, x.command)},
    e.Resumed: _resumed,
    e.Paged: _told,
    e.Noted: _told,
    e.Obeyed: lambda s, r, x: _without(s, x.command),
    e.TurnedBack: _turned_back,
    e.Intended: _intended,
    e.Did: _answered_intent,
    e.DidNot: _answered_intent,
    e.Closed: lambda s, r, x: {"closed": x},
}

# --- a target -------------------------------------------------------------------------------------------------------


def _revision_added(state: TargetState, r: Recorded, event: e.RevisionAdded) -> Change:
    return {"revisions": {**state.revisions, event.revision: RevisionRecord(event.definition, event.release)}}


def _live_changed(state: TargetState, r: Recorded, event: e.LiveChanged) -> Change:
    revisions = dict(state.revisions)
    if state.live is not None and state.live != event.revision:
        revisions[state.live] = replace(
            revisions[state.live], kept_until=event.kept_until, retired=event.kept_until is None
        )
    if event.revision is not None:
        revisions[event.revision] = replace(revisions[event.revision], kept_until=None, retired=False)
    return {"live": event.revision, "revisions": revisions}


def _revision_retired(state: TargetState, r: Recorded, event: e.RevisionRetired) -> Change:
    record = replace(state.revisions[event.revision], retired=True)
    return {"revisions": {**state.revisions, event.revision: record}}


_TARGET: dict[type, Callable[[TargetState, Recorded, Any], Change]] = {
    e.ReleaseOpened: lambda s, r, x: {"releases": (*s.releases, x.release), "open": (*s.open, x.release)},
    e.RevisionAdded: _revision_added,
    e.LiveChanged: _live_changed,
    e.RevisionRetired: _revision_retired,
    e.BaselineCaptured: lambda s, r, x: {"baseline": x.baseline},
    e.ReleaseEnded: lambda s, r, x: {"open": tuple(o for o in s.open if o != x.release)},
}
