"""Progress of a release on stderr: one line per event worth telling."""

from __future__ import annotations

import time

from gonogo.cli.output import Output
from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.state import State
from gonogo.report.words import line

_STYLES: dict[type, str] = {
    e.StageEntered: "bold",
    e.TurnedBack: "bad",
    e.Paged: "bad",
    e.Paused: "warn",
    e.DidNot: "warn",
    e.LiveChanged: "good",
    e.Closed: "bold",
}


class Progress:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tell(self, recorded: Recorded, state: State) -> None:
        text = line(recorded)
        if text:
            styled = self.output.progress_paint(_STYLES.get(type(recorded.event), ""), text) if (
                type(recorded.event) in _STYLES
            ) else text  # fmt: skip
            self.output.progress(f"{self.seconds:7.1f}s  {styled}")

    def warn(self, text: str) -> None:
        self.output.progress(f"{self.seconds:7.1f}s  {self.output.progress_paint('warn', text)}")
