"""The judge's formulas over many releases at once. A unit test holds them to the product's, number by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from gonogo.judge.canary import Rules
from gonogo.judge.limits import FEWEST, PARTS
from gonogo.judge.noise import CALM, ENOUGH_BAD, ENOUGH_BLOCKS, MARGIN
from gonogo.judge.wealth import CAP, GROWTHS, J, capital
from gonogo.model.units import Duration

Array = Any
G = np.array(GROWTHS)
LOG_G = np.log(G)


class VectorJudge:
    """`runs` releases that are observed at the same moments. phi: array per run, NaN where uncalibrated."""

    def __init__(self, phi: Array, rules: Rules) -> None:
        self.rules = rules
        self.quick = np.nan_to_num(phi, nan=np.inf) <= CALM
        self.divisor = np.where(self.quick, phi, CALM)[:, None]
        runs = len(phi)
        self.product = np.full((runs, J), 0.5 / J)
        self.dispersed = self.product.copy()
        self.votes = self.product.copy()
        self.open = np.zeros((4, runs))
        self.open_seconds = self.age = 0.0
        self.decided_at = np.full(runs, np.nan)

    def observe(self, n1: Array, s1: Array, n0: Array, s0: Array, seconds: float) -> None:
        rules, amount = self.rules, capital(Duration(self.age), Duration(self.age + seconds)) / J
        self.age += seconds
        both = (n1 > 0) & (n0 > 0)
        w = np.where(both, n1 / np.maximum(n1 + n0, 1), 0.0)[:, None]
        base = 1 - w + w * rules.ratio
        b = base / (1 - w + w * rules.ratio * G)
        x = s1[:, None] * LOG_G + (s1 + s0)[:, None] * np.log(b) - n1[:, None] * (rules.plus / 100) * (G * b - 1)
        x = np.where(both[:, None], x, 0.0)
        self.product = np.minimum((self.product + amount) * np.exp(np.minimum(x, 500.0)), CAP)
        self.dispersed = np.minimum((self.dispersed + amount) * np.exp(np.minimum(x / self.divisor, 500.0)), CAP)
        self.votes += amount
        self.open += np.array([n1, s1, n0, s0])
        self.open_seconds += seconds
        if self.open_seconds >= rules.block * (1 - 1e-9):
            self._vote()
        crossed = self._decides() & np.isnan(self.decided_at)
        self.decided_at[crossed] = self.age

    def _vote(self) -> None:
        n1, s1, n0, s0 = self.open
        bad, used = s1 + s0, (n1 > 0) & (n0 > 0) & (s1 + s0 > 0)
        w = np.where(used, n1 / np.maximum(n1 + n0, 1), 0.0)
        share = (w * self.rules.ratio / (w * self.rules.ratio + 1 - w))[:, None]
        surplus = np.where(used, s1 / np.maximum(bad, 1), 0.0)[:, None] - share
        self.votes = np.minimum(self.votes * (1 + (G - 1) / (1 - share + share * G) * surplus), CAP)
        self.open, self.open_seconds = np.zeros_like(self.open), 0.0

    def _decides(self) -> Array:
        alpha = self.rules.alpha
        dispersed, votes = self.dispersed.sum(1), self.votes.sum(1)
        quick = np.maximum(dispersed, votes) >= 2 / alpha
        careful = np.minimum(dispersed, votes) >= 1 / alpha
        return (self.product.sum(1) >= 1 / alpha) & np.where(self.quick, quick, careful)


class VectorCertificate:
    """The promotion test of one stage."""

    def __init__(self, runs: int, rules: Rules) -> None:
        self.rules, self.wealth, self.age = rules, np.ones(runs), 0.0
        self.past_n, self.past_s = np.zeros(runs), np.zeros(runs)
        self.certified_at = np.full(runs, np.nan)

    def observe(self, n1: Array, s1: Array, n0: Array, s0: Array, seconds: float) -> None:
        plus = self.rules.promote / 100
        self.age += seconds
        both = (n1 > 0) & (n0 > 0)
        w = np.where(both, n1 / np.maximum(n1 + n0, 1), 0.5)
        r = plus / ((self.past_s + 1) / (self.past_n + 1 / plus))
        x = 2 / (1 + r + np.sqrt((1 + r) ** 2 - 4 * r * w))
        b = (1 - w * x) / (1 - w)
        grown = self.wealth * np.exp(np.minimum(s1 * np.log(x) + s0 * np.log(b) + n1 * plus * (1 - x), 500.0))
        self.wealth = np.where(both, np.minimum(grown, CAP), self.wealth)
        self.past_n, self.past_s = self.past_n + n0, self.past_s + s0
        self.certified_at[(self.wealth >= 1 / self.rules.beta) & np.isnan(self.certified_at)] = self.age


def estimate_noise(requests: Array, bad: Array) -> Array:
    """phi per run from counts of shape (blocks, runs, instances). NaN where the product says uncalibrated."""
    n, s = requests.sum(2), bad.sum(2)
    w = requests / np.maximum(n, 1)[..., None]
    used = (s > 0)[..., None] & (requests > 0) & ((requests > 0).sum(2) > 1)[..., None]
    variance = np.where(used, s[..., None] * w * (1 - w), 1.0)
    squares = np.where(used, (bad - s[..., None] * w) ** 2 / variance, 0.0)
    phi = np.maximum(1.0, MARGIN * squares.sum((0, 2)) / np.maximum(used.sum((0, 2)), 1))
    blocks = ((requests > 0).sum(2) > 1).sum(0)
    return np.where((blocks >= ENOUGH_BLOCKS) & (s.sum(0) >= ENOUGH_BAD), phi, np.nan)


class VectorLimit:
    """The trigger `errors +N points over stable` for a stated time."""

    def __init__(self, runs: int, points: float, duration: float) -> None:
        self.points, self.duration, self.age, self.seconds = points, duration, 0.0, 0.0
        self.open = np.zeros((4, runs))
        self.parts: list[Array] = []
        self.fired_at = np.full(runs, np.nan)

    def observe(self, n1: Array, s1: Array, n0: Array, s0: Array, seconds: float) -> None:
        self.open = self.open + np.array([n1, s1, n0, s0])
        self.seconds, self.age = self.seconds + seconds, self.age + seconds
        if self.seconds < self.duration / PARTS * (1 - 1e-9):
            return
        self.parts, self.open, self.seconds = [*self.parts, self.open][-PARTS:], np.zeros_like(self.open), 0.0
        over = [self._over(*part) for part in self.parts]
        fires = np.all(over, axis=0) & (sum(p[1] for p in self.parts) >= FEWEST) & (len(self.parts) == PARTS)
        self.fired_at[fires & np.isnan(self.fired_at)] = self.age

    def _over(self, n1: Array, s1: Array, n0: Array, s0: Array) -> Array:
        canary, stable = s1 / np.maximum(n1, 1), s0 / np.maximum(n0, 1)
        return ((canary - stable) * 100 > self.points) & (stable <= self.points / 100)
