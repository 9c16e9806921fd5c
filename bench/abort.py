"""How soon `gonogo abort --now` has all traffic back, from the start of its process, on a real Envoy under load.

The canary has half of the traffic and a living driver, which is seized. Measured on users' answers: to the last one
that came from the canary. `python -m bench.abort [--trials 20] [--rate 400]`. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.figures import Figure, machine, quantile, status, table
from bench.ground import Ground, first, ground, lost
from bench.startup import program

from gonogo.model import events as e
from gonogo.model.items import Outcome

TARGET = 0.5
MORE = """\
strategy: {canary: {steps: [{weight: 50, pause: 120s, deadline: 240s}]}}
judge: {baseline: {blocks: 1, block: 1s}}
soak: [1s]
"""
STEPS: dict[str, type[e.Event]] = {
    "ordered": e.Commanded,
    "seized": e.Taken,
    "turned back": e.TurnedBack,
    "router told": e.Intended,
    "done": e.Did,
}
"""The first of each, from the order on."""
ENDS_WITHIN = 20.0


@dataclass(frozen=True)
class Trial:
    version: str
    began: float
    """When the command's process was started, seconds since the epoch."""
    steps: dict[str, float]
    """Seconds from there until the journal had it; `ended` is the end of the process, the canary stopped."""


def trial(there: Ground, number: int) -> Trial:
    """Release a good version, and abort it in the middle of its canary."""
    version, release = f"2.0.{number}", f"shop-production-{number + 1}"
    there.play.build(version)
    driver = there.play.start("deploy", f"Deploy shop {version}", "--yes")
    try:
        there.until(f"{release} in its canary", lambda: half_way(there, release))
        began = time.time()
        done = subprocess.run(
            [*program(), "abort", "--now", "--reason", "a trial", release],
            cwd=there.play.repository, env=there.play.environment, capture_output=True, text=True,
        )  # fmt: skip
        ended = time.time() - began
        if done.returncode != 4:
            raise SystemExit(f"gonogo abort --now ended with {done.returncode}: {done.stderr}{done.stdout}")
        driver.wait(ENDS_WITHIN)
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()
    recorded = there.events(release)
    since = next(r.n for r in recorded if isinstance(r.event, e.Commanded))
    recorded = [r for r in recorded if r.n >= since]
    found = {name: first(recorded, kind) for name, kind in STEPS.items()}
    return Trial(version, began, {name: r.at - began for name, r in found.items() if r} | {"ended": ended})


def half_way(there: Ground, release: str) -> bool:
    given = (r.event.evidence for r in there.events(release) if isinstance(r.event, e.Answered))
    return any(x.item == "weight-reached" and x.stage == "canary-50" and x.outcome is Outcome.PASS for x in given)


def measure(trials: int = 20, rate: float = 400.0) -> list[Figure]:
    with ground(MORE, rate) as (there, load):
        made = [trial(there, number) for number in range(1, trials + 1)]
        load.stop()
        counted = load.close()
        assert counted is not None
        last: dict[str, float] = {}
        for answer in there.answers():
            last[answer.version] = max(answer.at, last.get(answer.version, 0.0))
    back = [last[one.version] - one.began for one in made]
    shown = ", ".join(f"{seconds * 1000:.0f}" for seconds in sorted(back))
    print(f"abort --now, ms from process start to the last answer of the canary: {shown}", file=sys.stderr)
    middle, worst = quantile(back, 0.5) * 1000, max(back) * 1000
    steps = {name: quantile([one.steps[name] for one in made], 0.5) for name in (*STEPS, "ended")}
    parts = "median ms: " + ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in steps.items())
    target = f"≤ {TARGET * 1000:g} ms"
    return [
        Figure("abort --now: p50", target, f"{middle:.0f} ms of {trials}", middle <= TARGET * 1000),
        Figure("abort --now: longest", target, f"{worst:.0f} ms", worst <= TARGET * 1000),
        Figure("abort --now: where it goes", "", parts, None),
        lost("abort --now", counted),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=400.0, help="requests per second, at most 1000 (%(default)g)")
    given = parser.parse_args()
    if not 1 <= given.trials <= 100 or not 10 <= given.rate <= 1000:
        parser.error("--trials lies between 1 and 100, --rate between 10 and 1000")
    before = machine()
    found = measure(given.trials, given.rate)
    print("\n".join(table(found)))
    print(f"before: {before}; after: {machine()}", file=sys.stderr)
    raise SystemExit(status(found))


if __name__ == "__main__":
    main()
