"""What a benchmark measured, beside what it should have been."""

from __future__ import annotations

import compileall
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import gonogo


@dataclass(frozen=True)
class Figure:
    name: str
    target: str
    measured: str
    met: bool | None
    """None where there is no target."""


def table(figures: Iterable[Figure]) -> list[str]:
    """Lines of one table, columns aligned."""
    words = {True: "yes", False: "NO", None: ""}
    rows = [("figure", "target", "measured", "met")]
    rows += [(f.name, f.target, f.measured, words[f.met]) for f in figures]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    rows.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def status(figures: Iterable[Figure]) -> int:
    """Exit status of a benchmark: 1 where a target was missed."""
    return int(any(f.met is False for f in figures))


def machine() -> str:
    """What else the machine had to do, which every time here depends on."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load average {one:.1f} over a minute, {five:.1f} over five"


def compiled() -> None:
    """Byte-compile gonogo as an installation does, so that no process measured compiles what it imports, even where
    the environment forbids it to keep the result."""
    compileall.compile_dir(Path(gonogo.__file__).parent, quiet=1)


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest rank. Raises ValueError for nothing."""
    if not values:
        raise ValueError("no values to rank")
    rising = sorted(values)
    return rising[min(len(rising) - 1, int(share * len(rising)))]
