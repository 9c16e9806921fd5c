"""The tables that `python -m bench.judge` prints, each with its target."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec
import numpy as np
from bench.judge.cells import DEFAULTS, Array, Rng, certified, judged, median, noise, percentile, table, upper
from bench.judge.vector import estimate_noise
from bench.judge.worlds import WORLDS, A, B, Canary, World, baseline

from gonogo.judge import canary
from gonogo.judge.canary import Rules
from gonogo.judge.noise import Noise
from gonogo.model.metrics import Counts, Interval
from gonogo.model.units import Duration, Instant, Points, Ratio

RATES = (50, 500, 5000)
HEALTHY = Canary("0.3 %", 0.003)
Lines = Iterable[str]


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"


def _wrong(times: Array) -> str:
    missing = np.isnan(times)
    count, runs = int((~missing).sum()), len(missing)
    return f"{_percent(count / runs)} (≤ {_percent(upper(count, runs))})"


def false_rollbacks(runs: int, rng: Rng) -> Lines:
    def rows() -> Iterable[list[str]]:
        for world in WORLDS:
            for rps in RATES:
                chosen = judged(world, HEALTHY, rps, runs, rng, phi=noise(world, 0.003, rps, runs, rng), others=True)
                careful = judged(world, HEALTHY, rps, runs, rng)
                rivals = [_percent(float((~np.isnan(t)).mean())) for t in chosen.others.values()]
                quick = _percent(float(chosen.quick.mean()))
                yield [world.name, str(rps), _wrong(chosen.decided_at), quick, _wrong(careful.decided_at), *rivals]

    return table(
        f"False rollbacks per healthy hour, {runs} runs per cell (95 % upper bound); target: bound ≤ 1 %",
        ["world", "rps", "calibrated", "of it quick", "uncalibrated", "Argo", "Flagger", "Kayenta"],
        rows(),
    )


def boundary(runs: int, rng: Rng) -> Lines:
    edge = Canary("boundary", 0, boundary=(DEFAULTS.ratio, DEFAULTS.plus / 100))

    def rows() -> Iterable[list[str]]:
        for world in WORLDS:
            for rps in RATES:
                chosen = judged(world, edge, rps, runs, rng, phi=noise(world, 0.003, rps, runs, rng))
                careful = judged(world, edge, rps, runs, rng)
                yield [world.name, str(rps), _wrong(chosen.decided_at), _wrong(careful.decided_at)]

    return table(
        f"Rollbacks per hour exactly at 1.5 x stable + 0.2 points, {runs} runs; target: ≤ 1 % in A and B",
        ["world", "rps", "calibrated", "uncalibrated"],
        rows(),
    )


QUICK_TARGETS = {(0.05, 50): "45", (0.05, 500): "10", (0.013, 500): "90"}
CAREFUL_TARGETS = {(0.05, 50): "75", (0.05, 500): "60"}


def detection(runs: int, rng: Rng) -> Lines:
    canaries = [Canary(f"{rate} %", rate / 100) for rate in (0.9, 1.3, 5)]
    canaries.append(Canary("5 % late", 0.05, onset=1200))
    rivals = [text for name in ("Argo", "Flagger", "Kayenta") for text in (name, "errors")]

    def rows() -> Iterable[list[str]]:
        for one in canaries:
            for rps in RATES:
                phi = noise(B, 0.003, rps, runs, rng)
                chosen = judged(B, one, rps, runs, rng, phi=phi, others=True)
                careful = judged(B, one, rps, runs, rng)
                key = (one.rate, rps) if not one.onset else (0.0, rps)
                cells = []
                for result, targets in ((chosen, QUICK_TARGETS), (careful, CAREFUL_TARGETS)):
                    p90 = percentile(result.decided_at, 90) - one.onset
                    cells += [f"{median(result.decided_at) - one.onset:.0f} / {p90:.0f}", targets.get(key, "-")]
                    cells.append(f"{np.median(result.seen):.0f}")
                for name in chosen.others:
                    cells.append(f"{median(chosen.others[name]) - one.onset:.0f}")
                    cells.append(f"{np.median(chosen.others_seen[name]):.0f}")
                yield [one.name, str(rps), *cells]

    return table(
        f"Seconds from the onset to the decision, world B, median / 90th percentile of {runs} runs; targets: medians\n"
        "(errors: the canary's that users saw by then, median; targets 20 quick, 150 careful at 5 %, 500 rps)",
        ["canary", "rps", "quick", "target", "errors", "careful", "target", "errors", *rivals],
        rows(),
    )


def latency(runs: int, rng: Rng) -> Lines:
    """2 % of requests a second slower; 0.3 % are over the edge anyway."""
    noisy = World("B, 10 % pod noise", drifts=True, pod_noise=0.1)

    def rows() -> Iterable[list[str]]:
        for world in (B, noisy):
            for plus in (0.2, 1.0):
                for name, phi in (("calibrated", noise(world, 0.003, 500, runs, rng)), ("uncalibrated", None)):
                    rules = Rules(plus=Points(plus))
                    slow = judged(world, Canary("slow", 0.023), 500, runs, rng, phi=phi, rules=rules)
                    fine = judged(world, HEALTHY, 500, runs, rng, phi=phi, rules=rules)
                    shown = f"{median(slow.decided_at):.0f}"
                    yield [world.name, f"{plus:g}", name, shown, "60", _wrong(fine.decided_at)]

    title = f"2 % of requests +1 s, 500 rps, margin 1.5 x stable + points, {runs} runs; target: ≤ 60 s, false ≤ 1 %"
    return table(title, ["world", "points", "judge", "median s", "target", "false per hour"], rows())


def promotion(runs: int, rng: Rng) -> Lines:
    targets = {50: 300, 500: 40, 5000: 10}

    def rows() -> Iterable[list[str]]:
        for world in (A, B):
            for rps in RATES:
                times = certified(world, HEALTHY, rps, runs, rng)
                wrong = certified(world, Canary("worse", 0, excess=DEFAULTS.promote / 100), rps, runs, rng)
                p90 = percentile(times, 90)
                yield [world.name, str(rps), f"{median(times):.0f} / {p90:.0f}", str(targets[rps]), _wrong(wrong)]

    title = f"Promotion at 10 % weight, 0.5 points, {runs} runs; target of wrong certificates: ≤ 5 %"
    return table(title, ["world", "rps", "healthy certified after s", "target", "certified though 0.5 worse"], rows())


def demo(runs: int, rng: Rng) -> Lines:
    """500 requests a second, 10 % weight, a baseline of 30 one-second blocks of 3 instances."""
    phi = estimate_noise(*baseline(A, 0.003, 500, runs, rng, blocks=30, block=1.0, pods=3))
    yield (
        f"  baseline of 30 one-second blocks: calibrated in {_percent(float((~np.isnan(phi)).mean()))}, "
        f"quick in {_percent(float((phi <= 2).mean()))}, median noise {np.nanmedian(phi):.2f}"
    )

    def rows() -> Iterable[list[str]]:
        for name, given, block, target in (
            ("quick", phi, 1.0, "10"),
            ("careful", None, 3.0, "20"),
            ("careful", None, 1.0, "-"),
        ):
            rules = Rules(block=Duration(block))
            bad = judged(A, Canary("5 %", 0.05), 500, runs, rng, phi=given, rules=rules, step=0.25, seconds=120)
            good = judged(A, HEALTHY, 500, runs, rng, phi=given, rules=rules, step=0.25, seconds=120)
            times = f"{median(bad.decided_at):.2f} / {percentile(bad.decided_at, 90):.2f}"
            worst = f"{percentile(bad.decided_at, 100):.2f}"
            yield [name, f"{block:g}", times, worst, target, f"{np.median(bad.seen):.0f}", _wrong(good.decided_at)]

    head = ["rule", "vote block s", "median / p90 s", "max s", "target", "errors seen", "false in 2 minutes"]
    yield from table(f"The demo, 0.3 -> 5 % at 10 % of 500 rps, samples every 0.25 s, {runs} runs", head, rows())


def certification(runs: int, rng: Rng) -> Lines:
    def rows() -> Iterable[list[str]]:
        for weight in (0.1, 0.5):
            for rps in (300, 500):
                for points in (0.5, 1.0, 2.0, 3.0):
                    rules = Rules(promote=Points(points))
                    times = certified(A, HEALTHY, rps, runs, rng, weight=weight, rules=rules, step=0.25, seconds=300)
                    shown = [f"{percentile(times, q):.1f}" for q in (50, 90, 99)]
                    yield [f"{weight:.0%}", str(rps), f"{points:g}", *shown]

    title = f"Seconds until a healthy canary (0.3 %) is certified, samples every 0.25 s, {runs} runs"
    return table(title, ["weight", "rps", "promote, points", "median", "p90", "p99"], rows())


def speed() -> Lines:
    """One update of the product's own judge, and how large its state gets."""
    state = canary.enter(canary.begin(Noise(1.2)), "canary-10", Instant(0))
    one = Interval(Instant(1), Duration(1), Ratio(0.1), Counts(50, 1), Counts(450, 2))
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        state = canary.observe(state, DEFAULTS, [one] * 200)
        best = min(best, (time.perf_counter() - began) / 200)
    size = len(msgspec.json.encode(state))
    yield f"Update {best * 1e6:.0f} µs (target ≤ 100), state {size:,} bytes of JSON (target: a few kB)"
