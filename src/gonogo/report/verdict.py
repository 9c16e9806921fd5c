"""What a release came to, or where it stands, in a few words."""

from __future__ import annotations

from gonogo.model.events import Closed, Result
from gonogo.model.stages import PREPARATION, Decision
from gonogo.model.state import Direction, State
from gonogo.model.units import Instant
from gonogo.report.reading import Reading
from gonogo.report.shape import Verdict
from gonogo.report.stages import current_decision

_ENDS = {
    Result.DONE: ("Released: {new} went live and was watched to the end", "good"),
    Result.ROLLED_BACK: ("Rolled back: {old}", "bad"),
    Result.STOPPED: ("Stopped before it had any traffic", "bad"),
    Result.NOT_STARTED: ("Never started: its command ended before it was ready", "bad"),
    Result.SUPERSEDED: ("Released: {new} went live, and a newer release took over", "good"),
}


def verdict(reading: Reading) -> Verdict:
    state = reading.state
    if state.closed is not None:
        return _closed(reading, state.closed)
    if state.direction is Direction.BACK:
        if state.paused:
            return Verdict("stuck", "Stuck on its way back: a person is needed", state.paused, "bad")
        return Verdict("going_back", f"Going back{_where(state)}", state.turned_because, "bad")
    if state.paused:
        return Verdict("paused", f"Paused{_where(state)}", state.paused, "warn")
    decision = current_decision(reading)
    missing = _missing(decision)
    if not state.stage:
        return Verdict("planned", "Planned, not started", "", "calm")
    if state.current is not None and state.current.kind in PREPARATION:
        no_go = decision is not None and decision.verdict == "no_go"
        headline = "No-go: it has not started" if no_go else "In preparation: it has not started"
        return Verdict("preparing", headline, missing, "bad" if no_go else "calm")
    return Verdict("under_way", f"Under way{_where(state)}", missing, "calm")


def _closed(reading: Reading, closed: Closed) -> Verdict:
    state = reading.state
    at = next((Instant(r.at) for r in reversed(reading.ours) if isinstance(r.event, Closed)), None)
    old = f"{state.stable} serves everything again" if state.stable else "nothing is live any more"
    headline, tone = _ENDS[closed.result]
    new = f"{state.revision} ({reading.plan.version})"
    return Verdict(closed.result.value, headline.format(new=new, old=old), closed.reason, tone, closed.result, at)


def _where(state: State) -> str:
    return f", in {state.stage}" if state.stage else ""


def _missing(decision: Decision | None) -> str:
    return "; ".join(f"{r.item}: {r.text}" for r in decision.reasons) if decision else ""
