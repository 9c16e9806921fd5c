"""Everything found wrong with one file, gathered with its places and told at once, in the order of its lines."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NoReturn

from gonogo.config.nodes import Absent, Mark, Resolved
from gonogo.model.errors import InputError, Problem

AT_MOST = 50
"""Problems told; a file with more of them isn't the file that was meant."""
LONGEST_SHOWN = 40


class Complaints:
    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[Mark, str], Problem] = {}

    def where(self, mark: Mark) -> str:
        return f"{self.file}:{mark.line}:{mark.column}"

    def add(self, mark: Mark, message: str, remedy: str = "") -> None:
        self._found.setdefault((mark, message), Problem(message, self.where(mark), remedy))

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        if not self._found:
            return
        problems = [problem for _, problem in sorted(self._found.items(), key=lambda found: found[0][0])]
        if len(problems) > AT_MOST:
            problems = [
                *problems[:AT_MOST],
                Problem(f"and more: only the first {AT_MOST} problems are shown", self.file),
            ]
        raise InputError(*problems)

    def stop(self, mark: Mark, message: str, remedy: str = "") -> NoReturn:
        """For what makes reading on pointless; tells what was found before, too."""
        self.add(mark, message, remedy)
        self.raise_if_any()
        raise AssertionError("unreachable: there is at least one problem")


def show(value: object) -> str:
    """What stands there, in words. Never the value of a variable, only its reference."""
    if value is Absent.NOTHING:
        return "nothing"
    if isinstance(value, Resolved):
        return f"the value of {shorten(value.written)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {shorten(value)!r}" if value else "an empty text"
    return kind(value)


def kind(value: object) -> str:
    """The sort of thing it is, for places where the value itself may be a secret."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "text" if isinstance(value, str) else "nothing"


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy: the known word meant by an unknown one, or else all of them."""
    known = list(known)
    close = get_close_matches(word, known, n=1) if len(word) <= LONGEST_SHOWN else []
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
