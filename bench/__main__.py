"""`python -m bench`: every benchmark with short defaults, and one table of what was measured beside its target.

`--only NAME` runs one of them, `--full` as many runs and trials as the targets ask for (about half an hour). The
judge's own tables (`python -m bench.judge`) are printed before it. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from bench import abort, crash, rollback, startup
from bench.figures import Figure, machine, status, table

from gonogo.demo.stage import DemoFailed
from gonogo.model.errors import GonogoError


def said(*arguments: str, met: Sequence[int] = (0, 1)) -> str:
    """Output of a module run as a program. Raises SystemExit for an exit code other than `met`; 1 is a missed target
    where there is one."""
    done = subprocess.run([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True)
    if done.returncode not in met:
        raise SystemExit(f"python -m {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


def number(pattern: str, text: str) -> float:
    """Raises SystemExit where it isn't there: a figure is never guessed."""
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"no {pattern!r} in the last lines: {text[-300:]}")
    return float(found[1].replace(",", ""))


def flips(count: int) -> list[Figure]:
    text = said("bench.local_flip", "--flips", str(count))
    p99, most, lost = (number(p, text) for p in (r"p99 ([\d.]+) ms", r"max ([\d.]+) ms", r"(\d+) lost"))
    measured = f"p99 {p99:.0f} ms, max {most:.0f} ms of {count}"
    return [
        Figure("decision to the canary's last answer: p99", "≤ 150 ms", measured, p99 <= 150),
        Figure("decision to the canary's last answer: lost", "0", f"{lost:.0f}", lost == 0),
    ]


def demo() -> list[Figure]:
    text = said("gonogo", "demo", met=(0,))
    lost, rate, took = (number(p, text) for p in (r"lost +([\d,]+)", r"\(([\d.]+)/s\)", r"should, in (\d+) s"))
    return [
        Figure(
            "demo, all scenes: lost requests", "0 at ≥ 300/s", f"{lost:.0f} at {rate:.0f}/s", not lost and rate >= 300
        ),
        Figure("demo, all scenes: duration", "≤ 120 s", f"{took:.0f} s", took <= 120),
    ]


def judge(quick: bool) -> list[Figure]:
    """Its tables have targets of their own, a row each."""
    print(said("bench.judge", *(["--quick"] if quick else [])), flush=True)
    return []


SHORT: dict[str, Callable[[], list[Figure]]] = {
    "startup": startup.measure,
    "crash": lambda: crash.measure(sample=25),
    "flips": lambda: flips(60),
    "abort": lambda: abort.measure(trials=8),
    "rollback": lambda: rollback.measure(runs=3),
    "demo": demo,
    "judge": lambda: judge(True),
}
FULL: dict[str, Callable[[], list[Figure]]] = {
    **SHORT,
    "crash": lambda: crash.measure(sample=None),
    "flips": lambda: flips(200),
    "abort": lambda: abort.measure(trials=20),
    "rollback": lambda: rollback.measure(runs=10),
    "judge": lambda: judge(False),
}


def run(names: Sequence[str], full: bool) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        began = time.monotonic()
        print(f"{name} … ({machine()})", file=sys.stderr, flush=True)
        try:
            figures += (FULL if full else SHORT)[name]()
        except (SystemExit, GonogoError, DemoFailed, subprocess.SubprocessError) as error:
            # The others are still worth measuring; this one counts as missed.
            print(f"{name} could not run: {error}", file=sys.stderr)
            figures.append(Figure(name, "runs", "could not run", False))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=SHORT, help="may be repeated")
    parser.add_argument("--full", action="store_true", help="as many runs as the targets ask for")
    given = parser.parse_args()
    found = run(given.only or tuple(SHORT), given.full)
    print("\n".join(table(found)))
    print(f"{machine()}; a busy machine makes every time here longer", file=sys.stderr)
    raise SystemExit(status(found))


if __name__ == "__main__":
    main()
