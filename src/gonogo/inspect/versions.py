"""Version numbers in the order of Semantic Versioning 2.0, with two to four numbers."""

from __future__ import annotations

import re

import msgspec

_VERSION = re.compile(
    r"v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.IGNORECASE,
)


class Version(msgspec.Struct, frozen=True):
    numbers: tuple[int, ...]
    pre: str = ""
    build: str = ""

    @property
    def key(self) -> tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]:
        """A pre-release comes before its release; its numeric parts before its words; build data doesn't count."""
        padded = (*self.numbers, 0, 0, 0)[:4]
        parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.pre.split(".")) if self.pre else ()
        return padded, 0 if self.pre else 1, parts

    def same(self, other: Version) -> bool:
        return self.key == other.key

    def __str__(self) -> str:
        text = ".".join(map(str, self.numbers))
        return text + (f"-{self.pre}" if self.pre else "") + (f"+{self.build}" if self.build else "")


def parse(text: str) -> Version | None:
    """None where the text isn't a version."""
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    return Version(tuple(int(n) for n in found[1].split(".")), found[2] or "", found[3] or "")
