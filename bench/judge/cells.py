"""One cell of a table: many runs of one canary in one world, judged by one rule."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from bench.judge.others import Others
from bench.judge.vector import VectorCertificate, VectorJudge, VectorLimit, estimate_noise
from bench.judge.worlds import STEP, Canary, World, baseline, hour

from gonogo.judge.canary import Rules

Array = Any
Rng = np.random.Generator
DEFAULTS = Rules()


@dataclass(frozen=True)
class Judged:
    decided_at: Array
    """Seconds after the start by the judge's rule or the trigger, NaN where neither fired."""
    quick: Array
    seen: Array
    """Canary errors that users saw until then."""
    others: dict[str, Array]
    others_seen: dict[str, Array]

    @property
    def share(self) -> float:
        return float((~np.isnan(self.decided_at)).mean())


def noise(world: World, stable: float, rps: float, runs: int, rng: Rng, blocks: int = 30, block: float = 60) -> Array:
    return estimate_noise(*baseline(world, stable, rps, runs, rng, blocks=blocks, block=block))


def judged(
    world: World,
    canary: Canary,
    rps: float,
    runs: int,
    rng: Rng,
    *,
    phi: Array | None = None,
    rules: Rules = DEFAULTS,
    step: float = STEP,
    seconds: float = 3600,
    others: bool = False,
) -> Judged:
    """phi: None judges without a baseline. Stops early once every rule has decided every run."""
    judge = VectorJudge(np.full(runs, np.nan) if phi is None else phi, rules)
    trigger, rival = VectorLimit(runs, 5.0, 60.0), Others(runs)
    seen = np.zeros(runs)
    at = {"ours": np.full(runs, np.nan)}
    others_seen = {name: np.zeros(runs) for name in rival.at}
    for counts in hour(world, canary, rps, runs, rng, step=step, seconds=seconds):
        seen += np.where(np.isnan(at["ours"]), counts[1], 0)
        for name, times in rival.at.items() if others else ():
            others_seen[name] += np.where(np.isnan(times), counts[1], 0)
        judge.observe(*counts, step)
        trigger.observe(*counts, step)
        at["ours"] = np.fmin(judge.decided_at, trigger.fired_at)
        if others:
            rival.observe(*counts, step)
        waiting = [at["ours"], *(rival.at.values() if others else ())]
        if not any(np.isnan(times).any() for times in waiting):
            break
    return Judged(at["ours"], judge.quick, seen, rival.at, others_seen)


def certified(
    world: World,
    canary: Canary,
    rps: float,
    runs: int,
    rng: Rng,
    *,
    weight: float = 0.1,
    rules: Rules = DEFAULTS,
    step: float = STEP,
    seconds: float = 3600,
) -> Array:
    """When a stage's certificate is reached, NaN where it isn't."""
    certificate = VectorCertificate(runs, rules)
    for counts in hour(world, canary, rps, runs, rng, weight=weight, step=step, seconds=seconds):
        certificate.observe(*counts, step)
        if not np.isnan(certificate.certified_at).any():
            break
    return certificate.certified_at


def upper(count: int, runs: int) -> float:
    """95 % upper bound (one-sided, exact) of a share of which `count` in `runs` were seen."""
    low, high = count / runs, 1.0
    for _ in range(50):
        p = (low + high) / 2
        tail = sum(
            math.exp(
                math.lgamma(runs + 1)
                - math.lgamma(k + 1)
                - math.lgamma(runs - k + 1)
                + k * math.log(max(p, 1e-300))
                + (runs - k) * math.log(max(1 - p, 1e-300))
            )
            for k in range(count + 1)
        )
        low, high = (p, high) if tail > 0.05 else (low, p)
    return high


def median(times: Array) -> float:
    """Over all runs; one that never decides counts as infinitely late."""
    return float(np.median(np.where(np.isnan(times), np.inf, times)))


def percentile(times: Array, q: float) -> float:
    return float(np.sort(np.where(np.isnan(times), np.inf, times))[min(len(times) - 1, int(len(times) * q / 100))])


def table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterable[str]:
    """A title and aligned columns."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    yield title
    for row in cells:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
