"""How long the smallest commands take, beside an interpreter that does nothing, in one interleaved run.

`python -m bench.startup [--trials 15]`. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.figures import Figure, compiled, machine, quantile, status, table

NOTHING = (sys.executable, "-c", "pass")
COMMANDS: tuple[tuple[str, Sequence[str], int, float], ...] = (
    ("gonogo --version", ("--version",), 0, 0.15),
    ("gonogo --help", ("--help",), 0, 0.15),
    ("gonogo check, no release file", ("check",), 2, 0.3),
    ("gonogo check, nothing but a release file", ("check", "--file", "made/gonogo.yaml"), 0, 0.3),
)
"""Name, arguments, the exit code it must have, seconds to reach."""

RELEASE_FILE = """\
service: shop
owner: team-shop
tier: 3
artifact: shop.py
local: {command: [python3, shop.py, "{port}"], listen: 8080}
"""


class Took(NamedTuple):
    """Seconds of one process, from its start to its end, and of a processor."""

    wall: float
    cpu: float


def run(argv: Sequence[str], directory: Path, expect: int) -> Took:
    """Raises SystemExit for another exit code: it didn't do its work."""
    environment = {**os.environ, "GONOGO_STATE": str(directory / "state"), "GONOGO_JOURNAL": str(directory / "j.db")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(argv, cwd=directory, env=environment, capture_output=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != expect:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def program() -> Sequence[str]:
    """The installed command; the module where there is none beside this interpreter."""
    beside = Path(sys.executable).with_name("gonogo")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "gonogo")


def measure(trials: int = 15) -> list[Figure]:
    compiled()
    gonogo = program()
    took: dict[str, list[Took]] = {name: [] for name, *_ in COMMANDS}
    empty: list[Took] = []
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as made:
        file = Path(made, "made", "gonogo.yaml")
        file.parent.mkdir()
        file.write_text(RELEASE_FILE)
        file.with_name("shop.py").write_text("raise SystemExit\n")
        for _ in range(trials):
            empty.append(run(NOTHING, Path(made), 0))
            for name, arguments, expect, _ in COMMANDS:
                took[name].append(run((*gonogo, *arguments), Path(made), expect))
    floor, figures = median(empty), []
    for name, _, _, target in COMMANDS:
        middle = median(took[name])
        ratio = f"{middle.wall / floor.wall:.1f} x an empty python"
        figures.append(Figure(name, f"≤ {target * 1000:.0f} ms", f"{_said(middle)}; {ratio}", middle.wall <= target))
    return [*figures, Figure(f"python -c pass, {trials} trials of each", "", _said(floor), None)]


def median(took: Sequence[Took]) -> Took:
    """Of the two on their own: processor time hardly depends on what else the machine does."""
    return Took(quantile([t.wall for t in took], 0.5), quantile([t.cpu for t in took], 0.5))


def _said(middle: Took) -> str:
    return f"median {middle.wall * 1000:.0f} ms, {middle.cpu * 1000:.0f} ms of it computing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=15, help="of each command (%(default)s)")
    given = parser.parse_args()
    if not 1 <= given.trials <= 200:
        parser.error("--trials lies between 1 and 200")
    found = measure(given.trials)
    print("\n".join(table(found)))
    print(machine(), file=sys.stderr)
    raise SystemExit(status(found))


if __name__ == "__main__":
    main()
