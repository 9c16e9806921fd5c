"""`python -m bench.judge`: how often the judge is wrong, how soon it is right, and how others do on the same hours.

--runs N: healthy and boundary hours per cell (the upper bound of the false rate is as sharp as this is high).
--quick: few runs, under a minute."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable

import numpy as np
from bench.judge import tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.judge", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="runs per cell of the false-rollback table")
    parser.add_argument("--detection-runs", type=int, default=400, help="runs per cell of the other tables")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="100 runs per cell")
    args = parser.parse_args()
    runs, detection = (100, 100) if args.quick else (args.runs, args.detection_runs)
    rng, began = np.random.default_rng(args.seed), time.monotonic()
    shown: list[Callable[[], Iterable[str]]] = [
        lambda: tables.false_rollbacks(runs, rng),
        lambda: tables.boundary(runs, rng),
        lambda: tables.detection(detection, rng),
        lambda: tables.latency(detection, rng),
        lambda: tables.promotion(detection, rng),
        lambda: tables.demo(detection, rng),
        lambda: tables.certification(detection, rng),
        tables.speed,
    ]
    for table in shown:
        for line in table():
            print(line, flush=True)
        print()
    print(f"{time.monotonic() - began:.0f} s on one core, seed {args.seed}", file=sys.stderr)


if __name__ == "__main__":
    main()
