"""How a release stands when a command is through with it: the last lines of deploy, drive, abort and rollback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.views.check import verdict
from gonogo.cli.views.gate import reasons
from gonogo.cli.views.next import after_gate, of_state
from gonogo.model.events import Result
from gonogo.model.stages import Decision
from gonogo.model.state import Direction, State
from gonogo.model.units import format_duration
from gonogo.report.words import plain

_LONGEST = 300

_WORDS = {
    Result.DONE: ("good", "done"),
    Result.ROLLED_BACK: ("bad", "rolled back"),
    Result.STOPPED: ("warn", "stopped before it had any traffic"),
    Result.NOT_STARTED: ("bad", "not started: its command ended by itself"),
    Result.SUPERSEDED: ("warn", "superseded by a newer release"),
}


def lines(
    state: State, decision: Decision | None, seconds: float, paint: Paint, *, driven: bool = False, words: str = ""
) -> Iterator[str]:
    """`words` are the last words of a command that ended by itself."""
    took = f" after {format_duration(round(seconds, 1))}"
    if state.closed:
        style, text = _WORDS[state.closed.result]
        yield f"{state.release}: {plain(state.closed.reason)}"
        if words:
            yield "its last words:"
            yield from (f"  {plain(line)}" for line in words.splitlines())
        yield paint(style, text) + f"{took} · next: {of_state(state)}"
        return
    if not state.started:
        waiting = decision or Decision("undecided")
        yield f"{state.release}: nothing was changed"
        yield from reasons(waiting, paint)
        yield verdict(waiting, paint) + f"{took} · next: {after_gate(state.plan, waiting) if state.plan else ''}"
        return
    where = state.current.title if state.current else "between two stages"
    yield f"{state.release}: {standing(state)}, in {state.stage or 'no stage'}: {where}"
    yield paint("warn", "left as it is, serving on") + f"{took} · next: {of_state(state, driven=driven)}"


def standing(state: State) -> str:
    """Where it stands, in a few words."""
    if state.closed:
        return _WORDS[state.closed.result][1]
    if state.direction is Direction.BACK:
        return f"parked on the way back: {plain(state.paused, _LONGEST)}" if state.paused else "on its way back"
    if state.paused:
        return f"paused: {plain(state.paused, _LONGEST)}"
    return "under way" if state.started else "in preparation"


def document(state: State, decision: Decision | None, seconds: float, code: Exit, words: str = "") -> dict[str, Any]:
    return {
        "kind": "result",
        "release": state.release,
        "result": state.closed.result if state.closed else None,
        "reason": state.closed.reason if state.closed else state.turned_because or state.paused,
        "standing": standing(state),
        "stage": state.stage,
        "revision": state.revision or None,
        "stable": state.stable,
        "decision": msgspec.to_builtins(decision) if decision and not state.started else None,
        "last_words": words,
        "seconds": round(seconds, 3),
        "exit": int(code),
    }
