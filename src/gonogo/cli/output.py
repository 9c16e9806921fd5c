"""Where things are written: results on stdout, progress on stderr. A reader that went away never stops a rollout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

_CODES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "bold": "1"}


class Paint:
    """`paint("bad", text)`: coloured, or as it is."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, style: str, text: str) -> str:
        return f"\033[{_CODES[style]}m{text}\033[0m" if self.on and text else text


Lines = Callable[[Paint], Sequence[str]]


class Output:
    def __init__(self, format: str = "text", color: str = "auto") -> None:
        self.json = format == "json"
        self.paint = Paint(_coloured(color, sys.stdout))
        self.progress_paint = Paint(_coloured(color, sys.stderr))
        self.terminal = sys.stderr.isatty()

    def show(self, lines: Lines, document: Callable[[], dict[str, Any]]) -> None:
        """A result, in the form that was asked for."""
        if self.json:
            write(sys.stdout, json.dumps({"v": 1, **document()}, ensure_ascii=False))
        else:
            self.say(*lines(self.paint))

    def say(self, *lines: str) -> None:
        """Lines of a result in text form; nothing in JSON, which is one document."""
        if not self.json:
            for line in lines:
                write(sys.stdout, line)

    def progress(self, line: str) -> None:
        write(sys.stderr, line)


def write(stream: IO[str], line: str) -> None:
    """One line, at once. Whoever read it may be gone: then it and all that follows is dropped."""
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        hush(stream)
    except UnicodeEncodeError:
        write(stream, line.encode("ascii", "backslashreplace").decode())


def hush(stream: IO[str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _coloured(color: str, stream: IO[str]) -> bool:
    if color != "auto":
        return color == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
