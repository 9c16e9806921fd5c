"""Exit codes: one meaning each, the same for every verb and format."""

from __future__ import annotations

from enum import IntEnum

from gonogo.model.events import Result
from gonogo.model.stages import PREPARATION, Decision
from gonogo.model.state import Direction, State


class Exit(IntEnum):
    DONE = 0
    """Go, or done."""
    NO_GO = 1
    COULD_NOT = 2
    UNDECIDED = 3
    ROLLED_BACK = 4
    """Safely; also stopped before it had traffic."""
    PARKED = 5
    """The way back did not work: call a person."""
    INTERRUPTED = 130


_RESULTS = {
    Result.DONE: Exit.DONE,
    Result.SUPERSEDED: Exit.DONE,
    Result.ROLLED_BACK: Exit.ROLLED_BACK,
    Result.STOPPED: Exit.ROLLED_BACK,
    Result.NOT_STARTED: Exit.COULD_NOT,
}
_VERDICTS = {"go": Exit.DONE, "no_go": Exit.NO_GO, "undecided": Exit.UNDECIDED}


def of(state: State | None, decision: Decision | None = None, *, driven: bool = True) -> Exit:
    """Of a release as it stands. `decision` is its gate's, which counts while nothing has started. `driven` is False
    where it should have a live driver and has none: then nobody knows how it goes. Without a release, the decision."""
    if state is None or (not state.closed and _waits(state)):
        return _VERDICTS[decision.verdict] if decision else Exit.UNDECIDED
    if state.closed:
        return _RESULTS[state.closed.result]
    if state.direction is Direction.BACK:
        return Exit.PARKED if state.paused else Exit.UNDECIDED
    return Exit.UNDECIDED if state.paused or not driven else Exit.DONE


def _waits(state: State) -> bool:
    stage = state.current
    return not state.started and (stage is None or stage.kind in PREPARATION)
