"""Progress of a release on stderr: a line when something happens, and one when what it waits for changes."""

from __future__ import annotations

import time

from gonogo.cli.output import Output
from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.items import Outcome
from gonogo.model.state import State
from gonogo.report.words import line, plain
from gonogo.rollout.driver import Tick

_STYLES: dict[type, str] = {
    e.StageEntered: "bold",
    e.TurnedBack: "bad",
    e.Paged: "bad",
    e.Paused: "warn",
    e.DidNot: "warn",
    e.LiveChanged: "good",
    e.Closed: "bold",
}
_QUIET_FOR = 1.0
"""Seconds that something may keep a stage waiting before it is told; most answers come sooner."""
_LONGEST = 300


class Progress:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.began = time.monotonic()
        self._waiting: tuple[str, ...] = ()
        """The stage, and the items it waits for."""
        self._since = self.began
        self._told = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tell(self, recorded: Recorded, state: State) -> None:
        """An event. That an item doesn't apply is the plan's to say."""
        event = recorded.event
        applies = not (isinstance(event, e.Answered) and event.evidence.outcome is Outcome.NOT_APPLICABLE)
        text = line(recorded)
        if text and applies:
            self._say(_STYLES.get(type(event), ""), text)

    def show(self, tick: Tick) -> None:
        """A tick: tell what a stage waits for, once it has waited a while."""
        waiting = (tick.state.stage, *(r.item for r in tick.decision.reasons))
        if waiting != self._waiting:
            self._waiting, self._since, self._told = waiting, time.monotonic(), False
        if not self._told and tick.decision.reasons and time.monotonic() - self._since >= _QUIET_FOR:
            self._told = True
            for reason in tick.decision.reasons:
                self._say("dim", f"waits for {reason.item}: {plain(reason.text, _LONGEST)}")

    def warn(self, text: str) -> None:
        self._say("warn", text)

    def _say(self, style: str, text: str) -> None:
        painted = self.output.progress_paint(style, text) if style else text
        self.output.progress(f"{self.seconds:7.1f}s  {painted}")
