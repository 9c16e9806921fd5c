"""How others decide, on the same counts: windows of a minute, each judged by a rate.

Argo Rollouts: success rate of the canary at least 99 %, measured each minute, failureLimit 2.
Flagger: request-success-rate at least 99 %, interval 1m, threshold 5; the check after the fifth failure rolls back.
Kayenta: every 10 minutes, Mann-Whitney over the minute points of both tracks so far, 98 % confidence, tolerance 0.25;
a metric that is High fails the run."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
MINUTE = 60.0
Z98 = 2.3263


class Others:
    """Decision times in seconds by each rule, NaN while there is none."""

    def __init__(self, runs: int) -> None:
        self.counts, self.seconds, self.age = np.zeros((4, runs)), 0.0, 0.0
        self.failures = np.zeros(runs)
        self.canary: list[Array] = []
        self.stable: list[Array] = []
        self.at = {name: np.full(runs, np.nan) for name in ("Argo", "Flagger", "Kayenta")}

    def observe(self, n1: Array, s1: Array, n0: Array, s0: Array, seconds: float) -> None:
        self.counts += np.array([n1, s1, n0, s0])
        self.seconds, self.age = self.seconds + seconds, self.age + seconds
        if self.seconds < MINUTE - 1e-9:
            return
        n1, s1, n0, s0 = self.counts
        rate = s1 / np.maximum(n1, 1)
        self._mark("Flagger", self.failures >= 5)
        self.failures += rate > 0.01
        self._mark("Argo", self.failures >= 3)
        self.canary.append(rate)
        self.stable.append(s0 / np.maximum(n0, 1))
        if len(self.canary) % 10 == 0:
            self._mark("Kayenta", _high(np.array(self.stable).T, np.array(self.canary).T))
        self.counts, self.seconds = np.zeros_like(self.counts), 0.0

    def _mark(self, name: str, fails: Array) -> None:
        self.at[name][fails & np.isnan(self.at[name])] = self.age


def _high(control: Array, experiment: Array) -> Array:
    """Lower end of the confidence interval of the shift above a quarter of the estimated shift (Hodges-Lehmann, normal
    approximation), per run; arrays of shape (runs, points)."""
    m = control.shape[1]
    shifts = np.sort((experiment[:, :, None] - control[:, None, :]).reshape(len(control), -1), axis=1)
    spread = Z98 * np.sqrt(m * m * (2 * m + 1) / 12)
    low = max(0, int(np.floor(m * m / 2 - spread)))
    estimate = np.median(shifts, axis=1)
    return shifts[:, low] > 0.25 * np.abs(estimate)
