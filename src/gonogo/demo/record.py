"""The record of the load: what became of every request, in a file of JSON lines that outlives the load, however it
ends. An array for each answer (`Answer`) and an object for each mark (`Mark`).

Each request comes to exactly one of three ends:

- **ok**: an answer below 400.
- **bad**: an answer of 400 or above from a version of the service, which `X-Version` tells. All requests of the load
  are valid, so a 404 counts as much as a 500.
- **lost**: everything else. Connection refused; closed or reset before the answer was whole; no whole answer in time;
  an answer that can't be read; an answer of 400 or above without `X-Version`, which only a router gives.

As a browser does, a GET whose kept-alive connection is closed before the first byte of its answer is sent once more
on a fresh connection, and only the second try counts (`retried` says how often). A POST never is.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from gonogo.model.errors import InputError, Problem
from gonogo.model.units import Duration, Instant


class Kind(StrEnum):
    OK = "ok"
    BAD = "bad"
    LOST = "lost"


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The end of one request."""

    sent: Instant
    seconds: Duration
    """From sending, or from opening the connection it took, to the last byte or the loss."""
    kind: Kind
    status: int
    """0 where there was none."""
    version: str
    """Empty where none was told."""
    request: str
    """`GET /`"""
    why: str = ""
    """How it was lost."""
    retried: bool = False

    @property
    def at(self) -> Instant:
        """When it ended."""
        return Instant(self.sent + self.seconds)


class Mark(msgspec.Struct, frozen=True):
    """State of the load at a moment: `started`, `second` (while it sends), `stopped` (nothing is under way any more) or
    `finished`, with totals so far."""

    mark: str
    at: Instant
    sent: int
    skipped: int
    """Requests not sent because the load itself was held up."""
    sending: Duration
    """Time between start and stop."""
    cpu: Duration
    """Processor time of the load's process."""
    behind: Duration = Duration(0)
    """The furthest that a request sent was behind its schedule."""
    why: str = ""


class Record:
    """The file of answers and marks. It must be new: two loads in one file could not be told apart."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("xb")
        except FileExistsError:
            raise InputError(Problem("the load's record exists", str(path), "name a new file")) from None
        except OSError as error:
            raise InputError(Problem(f"the load's record can't be written: {error.strerror}", str(path))) from None
        self._lines: list[bytes] = []
        self._encode = msgspec.json.Encoder().encode

    def add(self, line: Answer | Mark) -> None:
        self._lines.append(self._encode(line) + b"\n")

    def flush(self) -> None:
        self._file.write(b"".join(self._lines))
        self._file.flush()
        self._lines.clear()

    def close(self) -> None:
        self.flush()
        self._file.close()


_answers = msgspec.json.Decoder(Answer)
_marks = msgspec.json.Decoder(Mark)


def read(path: Path) -> Iterator[Answer | Mark]:
    """The record's lines in order. A last line that is cut off is left out; raises InputError for any other that can't
    be read, and for a file that isn't there."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(Problem(f"the load's record can't be read: {error.strerror}", where=str(path))) from None
    for number, line in enumerate(lines[:-1], start=1):
        try:
            yield _answers.decode(line) if line.startswith(b"[") else _marks.decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(Problem(f"not a line of a load's record: {error}", where=f"{path}:{number}")) from None


def answers(path: Path) -> list[Answer]:
    """Every request that came to its end, in the order of ending."""
    return [line for line in read(path) if isinstance(line, Answer)]
