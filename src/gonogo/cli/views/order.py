"""What became of an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.views.next import of_state
from gonogo.cli.views.result import standing
from gonogo.journal.interface import Recorded
from gonogo.model.events import Command
from gonogo.model.state import State
from gonogo.report.words import line, plain


def lines(state: State, command: Command, answer: Recorded | None, paint: Paint, *, driven: bool) -> Iterator[str]:
    if answer is not None:
        yield line(answer)
    elif driven:
        yield paint("warn", f"{command} is recorded; its driver has not obeyed yet")
    else:
        yield f"{command} is recorded; the next driver obeys it"
    following = of_state(state, driven=driven) if state.started else "gonogo deploy"
    yield f"{state.release}: {plain(standing(state))} · next: {following}"


def document(state: State, command: Command, answer: Recorded | None, code: Exit, *, driven: bool) -> dict[str, Any]:
    return {
        "kind": "order",
        "release": state.release,
        "command": str(command),
        "obeyed": answer is not None,
        "answer": line(answer) if answer else "",
        "driven": driven,
        "standing": standing(state),
        "exit": int(code),
    }
