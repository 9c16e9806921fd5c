"""Made-up hours of traffic, many runs at once: how errors behave that a judge must not be fooled by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = Any
STEP = 5.0
PODS = 9


@dataclass(frozen=True)
class World:
    """bursts: errors and traffic drift, and both tracks get +1 to 6 points at a time, twice an hour for 90 s.
    cluster: mean number of errors that come together on one track. pod_noise: log sd of a pod's own error rate."""

    name: str
    drifts: bool = False
    cluster: float = 1.0
    pod_noise: float = 0.0


A = World("A")
B = World("B", drifts=True)
C = replace(B, name="C", cluster=4.0)
D = replace(B, name="D", pod_noise=0.5)
E = replace(C, name="E", pod_noise=0.5)
WORLDS = (A, B, C, D, E)


@dataclass(frozen=True)
class Canary:
    """rate: its own error rate where stable's is `stable`. boundary: exactly ratio * p0 + plus, at every moment."""

    name: str
    rate: float
    stable: float = 0.003
    boundary: tuple[float, float] | None = None
    excess: float | None = None
    """Exactly this much worse than stable, as a share."""
    onset: float = 0.0


class Weather:
    """The state of one world over many runs, advanced a step at a time."""

    def __init__(self, world: World, runs: int, rng: np.random.Generator, step: float = STEP) -> None:
        self.world, self.runs, self.rng, self.step = world, runs, rng, step
        self.traffic, self.drift = rng.normal(size=runs), rng.normal(size=runs)
        self.burst_left, self.burst = np.zeros(runs), np.zeros(runs)
        self.pods = rng.normal(size=(runs, PODS + 1))

    def advance(self) -> tuple[Array, Array, Array, Array]:
        """(traffic factor, error factor, burst in shares, factor per pod)"""
        rng, runs, world, step = self.rng, self.runs, self.world, self.step
        if world.drifts:
            keep = np.exp(-step / 600)
            self.traffic = keep * self.traffic + np.sqrt(1 - keep**2) * rng.normal(size=runs)
            self.drift = keep * self.drift + np.sqrt(1 - keep**2) * rng.normal(size=runs)
            self.burst_left = np.maximum(0.0, self.burst_left - step)
            starts = (rng.random(runs) < 2 * step / 3600) & (self.burst_left <= 0)
            self.burst_left = np.where(starts, rng.exponential(90, runs), self.burst_left)
            self.burst = np.where(starts, rng.uniform(0.01, 0.06, runs), self.burst)
        pods = np.ones((runs, PODS + 1))
        if world.pod_noise:
            keep = np.exp(-step / 60)
            self.pods = keep * self.pods + np.sqrt(1 - keep**2) * rng.normal(size=self.pods.shape)
            pods = np.exp(world.pod_noise * self.pods - world.pod_noise**2 / 2)
        burst = np.where(self.burst_left > 0, self.burst, 0.0)
        scale = 0.3 if world.drifts else 0.0
        return np.exp(scale * self.traffic), np.exp(scale * self.drift), burst, pods

    def errors(self, requests: Array, rate: Array) -> Array:
        """Bad requests among `requests`, at most all of them."""
        rate = np.clip(rate, 0.0, 1.0)
        if self.world.cluster <= 1:
            return self.rng.binomial(requests, rate)
        groups = self.rng.poisson(requests * rate / self.world.cluster)
        more = self.rng.negative_binomial(np.maximum(groups, 1), 1 / self.world.cluster)
        return np.minimum(requests, groups + np.where(groups > 0, more, 0))


def hour(
    world: World,
    canary: Canary,
    rps: float,
    runs: int,
    rng: np.random.Generator,
    *,
    weight: float = 0.1,
    seconds: float = 3600,
    step: float = STEP,
) -> Iterator[tuple[Array, Array, Array, Array]]:
    """(n1, s1, n0, s0) per step, each an array over runs."""
    weather, at = Weather(world, runs, rng, step), 0.0
    while at < seconds:
        at += step
        traffic, drift, burst, pods = weather.advance()
        n1 = rng.poisson(rps * weight * step * traffic)
        n0 = rng.poisson(rps * (1 - weight) * step * traffic)
        p0 = canary.stable * drift + burst
        p1 = (canary.rate if at > canary.onset else canary.stable) * drift + burst
        if canary.boundary is not None:
            p1 = canary.boundary[0] * p0 + canary.boundary[1]
        if canary.excess is not None:
            p1 = p0 + canary.excess
        yield n1, weather.errors(n1, p1 * pods[:, 0]), n0, weather.errors(n0, p0 * pods[:, 1:].mean(1))


def baseline(
    world: World,
    stable: float,
    rps: float,
    runs: int,
    rng: np.random.Generator,
    *,
    blocks: int = 30,
    block: float = 60,
    pods: int = PODS,
) -> tuple[Array, Array]:
    """(requests, bad), each of shape (blocks, runs, pods): the half hour before the release."""
    step = min(STEP, block)
    weather, all_n, all_s = Weather(world, runs, rng, step), [], []
    for _ in range(blocks):
        n, s = np.zeros((runs, pods), dtype=np.int64), np.zeros((runs, pods), dtype=np.int64)
        for _ in range(round(block / step)):
            traffic, drift, burst, factors = weather.advance()
            requests = rng.poisson(np.repeat((rps / pods * step * traffic)[:, None], pods, axis=1))
            rate = (stable * drift + burst)[:, None] * factors[:, 1 : pods + 1]
            n, s = n + requests, s + weather.errors(requests, rate)
        all_n.append(n)
        all_s.append(s)
    return np.array(all_n), np.array(all_s)
