"""The errors that mean something to a caller. One boundary in `cli/` turns them into a line and an exit code."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One thing the user can put right: where it is, what is wrong, what would be right."""

    message: str
    where: str = ""
    """`file:line` or the name of an object; empty where there is no place."""
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.remedy})" if self.remedy else text


class GonogoError(Exception):
    """Base of everything gonogo raises on purpose."""


class InputError(GonogoError):
    """Something the user can fix. Carries every problem found, not the first one. Exit code 2."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class TemporaryError(GonogoError):
    """Worth another try: a source that did not answer, a lock that is held."""


class PermanentError(GonogoError):
    """Trying again will not help: give up and tell."""


class Conflict(GonogoError):
    """Somebody else appended to the stream first; read on and decide again."""


class LostLease(GonogoError):
    """Another driver took the target; this one must stop writing at once."""


class Held(GonogoError):
    """The target has a live driver. `holder` says who, for which release, since when."""

    def __init__(self, holder: str, target: str = "") -> None:
        self.holder = holder
        self.target = target
        super().__init__(f"{target or 'the target'} is held by {holder}")
