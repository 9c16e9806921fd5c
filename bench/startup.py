"""How long the smallest commands take, beside an interpreter that does nothing, in one interleaved run.

`python -m bench.startup [--trials 15]`. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, machine, quantile, status, table

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


def seconds(argv: Sequence[str], directory: Path, expect: int) -> float:
    """Of one process, from its start to its end. Raises SystemExit for another exit code: it didn't do its work."""
    environment = {**os.environ, "GONOGO_STATE": str(directory / "state"), "GONOGO_JOURNAL": str(directory / "j.db")}
    began = time.perf_counter()
    done = subprocess.run(argv, cwd=directory, env=environment, capture_output=True)
    took = time.perf_counter() - began
    if done.returncode != expect:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return took


def program() -> Sequence[str]:
    """The installed command; the module where there is none beside this interpreter."""
    beside = Path(sys.executable).with_name("gonogo")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "gonogo")


def measure(trials: int = 15) -> list[Figure]:
    gonogo = program()
    took: dict[str, list[float]] = {name: [] for name, *_ in COMMANDS}
    empty = []
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as made:
        file = Path(made, "made", "gonogo.yaml")
        file.parent.mkdir()
        file.write_text(RELEASE_FILE)
        file.with_name("shop.py").write_text("raise SystemExit\n")
        for _ in range(trials):
            empty.append(seconds(NOTHING, Path(made), 0))
            for name, arguments, expect, _ in COMMANDS:
                took[name].append(seconds((*gonogo, *arguments), Path(made), expect))
    floor = quantile(empty, 0.5)
    figures = []
    for name, _, _, target in COMMANDS:
        middle = quantile(took[name], 0.5)
        worst = f"at most {max(took[name]) * 1000:.0f} ms"
        measured = f"median {middle * 1000:.0f} ms, {worst}; {middle / floor:.1f} x an empty python"
        figures.append(Figure(name, f"≤ {target * 1000:.0f} ms", measured, middle <= target))
    return [*figures, Figure("python -c pass", "", f"median {floor * 1000:.0f} ms of {trials}", None)]


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
