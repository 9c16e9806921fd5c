"""Turns of phrase that the checks' summaries share."""

from __future__ import annotations

import signal

LONGEST = 200


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 instance`, `2 instances`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def shorten(text: str, longest: int = LONGEST) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def exit_text(code: int | None) -> str:
    """`exit code 3`, `SIGKILL`."""
    if code is None:
        return "exit code unknown"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
