"""What was seen in a repository: facts with their place, and notes on what couldn't be seen."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

Value = str | int | bool


class Fact(msgspec.Struct, frozen=True):
    """One thing seen. A name may occur many times (`compose.port`), each with its own `of`."""

    name: str
    value: Value
    where: str
    """`file:line` relative to the root; `file` alone for a thing without lines, `.` for the repository as a whole."""
    certain: bool = True
    """False marks a guess; `how` then says what it rests on."""
    how: str = ""
    of: str = ""
    """What it belongs to: a service, a workload, a file."""


class Note(msgspec.Struct, frozen=True):
    """Something that was not looked at, and why."""

    where: str
    message: str


class Profile(msgspec.Struct, frozen=True):
    """Facts are three-valued: a name that doesn't occur is unknown. Each area has an `area.any`, which is False only
    where everything that could hold such a thing was read."""

    root: str
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]
    files: int
    """Files seen by the walk."""
    complete: bool
    """Whether the walk reached every directory it meant to."""

    def all(self, name: str, of: str | None = None) -> tuple[Fact, ...]:
        return tuple(f for f in self.facts if f.name == name and (of is None or f.of == of))

    def first(self, name: str) -> Fact | None:
        return next((f for f in self.facts if f.name == name), None)

    def known(self, name: str) -> Value | None:
        """The value all certain facts of that name agree on; None where there is none, or where they differ."""
        values = {f.value for f in self.facts if f.name == name and f.certain}
        return values.pop() if len(values) == 1 else None

    def beneath(self, area: str) -> Iterator[Fact]:
        """Facts whose name begins with `area.`."""
        return (f for f in self.facts if f.name.startswith(area + "."))
