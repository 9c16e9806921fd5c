"""Counts as a source reports them (cumulative), and as the judge wants them (per interval)."""

from __future__ import annotations

import msgspec

from gonogo.model.units import Duration, Instant, Ratio


class SeriesSample(msgspec.Struct, frozen=True):
    """One instance's cumulative counters. `epoch` changes whenever they start again from 0."""

    revision: str
    instance: str
    epoch: str
    requests: int
    errors: int
    buckets: tuple[tuple[float, int], ...] = ()
    """(upper edge in seconds, requests at or under it), cumulative over edges, rising; the last edge may be inf."""


class Sample(msgspec.Struct, frozen=True):
    """All series of a target at one moment, with the weights the router had accepted then."""

    at: Instant
    weights: dict[str, Ratio]
    series: tuple[SeriesSample, ...]


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """Requests, and those among them that count as bad."""

    requests: int = 0
    bad: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.requests + other.requests, self.bad + other.bad)


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """What happened between two samples, per track."""

    at: Instant
    """End of the interval."""
    seconds: Duration
    weight: Ratio
    """The canary's share as accepted by the router."""
    canary: Counts
    stable: Counts


class Baseline(msgspec.Struct, frozen=True):
    """How the stable revision behaved before a release: what the judge's noise estimate and the soak compare with."""

    revision: str
    captured_at: Instant
    block: Duration
    errors: tuple[tuple[Counts, ...], ...]
    """Per block, per instance: requests and errors."""
    slow: tuple[tuple[Counts, ...], ...]
    """The same with requests slower than the judge's edge; empty where latency isn't judged."""
    slower_than: Duration | None = None
