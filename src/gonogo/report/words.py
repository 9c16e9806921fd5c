"""One plain sentence per event, for progress lines and timelines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gonogo.journal.holder import holder_name
from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.items import Outcome
from gonogo.model.units import format_duration, format_percent
from gonogo.model.world import Action, Forget, Scale, Stop, Weigh

LONGEST = 1000
"""Characters of a line; whoever writes a reason may have pasted a whole log into it."""

_GIST = 120
"""Characters of a reason that was told before."""
_JOINERS = "\u200c\u200d"
"""Printed as nothing, but part of words and of emoji."""

Words = Callable[[Recorded, Any], str]


def line(recorded: Recorded) -> str:
    """What the event says, on one line that is safe to print; empty for events not worth telling."""
    words = WORDS[type(recorded.event)]
    return plain(words(recorded, recorded.event)) if words else ""


def plain(text: str, longest: int = LONGEST) -> str:
    """One line that can't steer a terminal: white space becomes single spaces, and characters that move the cursor,
    change colours or turn the direction of writing are shown as escapes (`\\x1b`)."""
    joined = " ".join(text.split())
    if not joined.isprintable():
        joined = "".join(c if c.isprintable() or c in _JOINERS else _escaped(c) for c in joined)
    return joined if len(joined) <= longest else joined[: longest - 1] + "…"


def action_text(action: Action) -> str:
    """What an action sets: `r8: 2 instances wanted`, `traffic: r7 90 %, r8 10 %`."""
    match action:
        case Scale(revision=revision, instances=instances):
            return f"{revision}: {_counted(instances, 'instance')} wanted"
        case Weigh(weights=weights):
            shares = [f"{r} {format_percent(weights[r])}" for r in sorted(weights, key=lambda r: (len(r), r))]
            return "traffic: " + (", ".join(shares) or "nobody is served")
        case Stop(revision=revision, instances=instances):
            return f"{revision}: stopping {_counted(len(instances), 'instance')}"
        case Forget(revision=revision):
            return f"{revision}: cleared away"


def moment(at: float) -> str:
    """`2026-03-01 14:05:09 UTC`"""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def spoken(word: str) -> str:
    """A name of the model as it is said: `not_applicable` → `not applicable`."""
    return word.replace("_", " ")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}" + ("" if number == 1 else "s")


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


# --- a release ------------------------------------------------------------------------------------------------------


def _planned(r: Recorded, event: e.Planned) -> str:
    plan = event.plan
    return (
        f"planned by {plan.made_by}: {plan.target.service} {plan.version} to {plan.target.environment},"
        f" {plan.strategy}, {_counted(len(plan.stages), 'stage')}"
    )


def _answered(r: Recorded, event: e.Answered) -> str:
    """An item that still waits has no answer worth telling."""
    said = event.evidence
    if said.outcome is Outcome.PENDING:
        return ""
    return f"{said.item}: {spoken(said.outcome)}" + (f" – {said.summary}" if said.summary else "")


def _signed(r: Recorded, event: e.Signed) -> str:
    until = f" (until {moment(event.until)})" if event.until is not None else ""
    return f"{r.actor} signed {event.item}{until}{_because(event.statement)}"


def _waived(r: Recorded, event: e.Waived) -> str:
    return f"{r.actor} waived {event.item} until {moment(event.until)}{_because(event.reason)}"


def _commanded(r: Recorded, event: e.Commanded) -> str:
    return f"{r.actor} ordered {event.command}{' at once' if event.now else ''}{_because(event.reason)}"


def _started(r: Recorded, event: e.Started) -> str:
    beside = f"{event.stable} is stable" if event.stable else "nothing is live yet"
    return f"started by {r.actor}: {event.revision} is the new revision, {beside}"


def _taken(r: Recorded, event: e.Taken) -> str:
    return f"taken over by {holder_name(event.holder)}{_because(event.note)}"


def _stage_left(r: Recorded, event: e.StageLeft) -> str:
    return f"{event.stage} skipped: {event.skipped}" if event.skipped else f"{event.stage} passed"


def _turned_back(r: Recorded, event: e.TurnedBack) -> str:
    return f"turned back because {event.reason}"


def _did_not(r: Recorded, event: e.DidNot) -> str:
    return f"{'refused for good' if event.permanent else 'did not work, will be tried again'}: {event.error}"


def _closed(r: Recorded, event: e.Closed) -> str:
    # Where it turned back, the reason was told in full when it did.
    return f"closed as {spoken(event.result)}{_because(plain(event.reason, _GIST))}"


# --- a target -------------------------------------------------------------------------------------------------------


def _revision_added(r: Recorded, event: e.RevisionAdded) -> str:
    return f"{event.revision} is version {event.definition.version} ({event.definition.artifact[:19]})"


def _live_changed(r: Recorded, event: e.LiveChanged) -> str:
    if event.revision is None:
        return "nothing is live any more"
    # Only a promotion says until when the revision before is kept.
    if event.kept_until is not None:
        return f"promoted: {event.revision} is live"
    return f"{event.revision} is live again"


def _baseline(r: Recorded, event: e.BaselineCaptured) -> str:
    baseline = event.baseline
    counts = [c for block in baseline.errors for c in block]
    requests, bad = sum(c.requests for c in counts), sum(c.bad for c in counts)
    share = f"{format_percent(bad / requests)} errors in {requests:,} requests" if requests else "no requests"
    blocks = f"{_counted(len(baseline.errors), 'block')} of {format_duration(baseline.block)}"
    return f"baseline of {baseline.revision} captured: {share}, {blocks}"


WORDS: dict[type, Words | None] = {
    e.Planned: _planned,
    e.Answered: _answered,
    e.Signed: _signed,
    e.Waived: _waived,
    e.Commanded: _commanded,
    e.Started: _started,
    e.Taken: _taken,
    e.StageEntered: lambda r, x: f"{x.stage} entered",
    e.StageLeft: _stage_left,
    e.Watched: None,
    e.Checkpointed: None,
    e.Paused: lambda r, x: f"paused{_because(x.reason)}",
    e.Resumed: lambda r, x: f"resumed{_because(x.reason)}",
    e.Obeyed: lambda r, x: f"an order changed nothing: {x.answer}",
    e.TurnedBack: _turned_back,
    e.Paged: lambda r, x: f"a person is called{_because(x.reason)}",
    e.Noted: lambda r, x: f"noted{_because(x.reason)}",
    e.Intended: lambda r, x: action_text(x.action),
    e.Did: None,
    e.DidNot: _did_not,
    e.Closed: _closed,
    e.ReleaseOpened: None,
    e.RevisionAdded: _revision_added,
    e.LiveChanged: _live_changed,
    e.RevisionRetired: lambda r, x: f"{x.revision} need not run any more",
    e.BaselineCaptured: _baseline,
    e.ReleaseEnded: None,
}
"""Words for each event that can be journaled; None: not worth telling."""
