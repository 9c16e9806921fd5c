"""For people at a terminal: what the verb itself says."""

from __future__ import annotations

from gonogo.cli.output import Paint
from gonogo.cli.views.formats.sheet import Sheet


def render(sheet: Sheet, paint: Paint) -> str:
    return "\n".join(sheet.lines(paint))
